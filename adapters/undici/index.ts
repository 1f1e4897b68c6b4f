import { Agent } from 'undici';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { HttpClient, IncomingResponse, OutgoingRequest } from '../../src/kernel/http-client.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import { readAddressRules } from './address-rules.js';
import { decompressed, UNDECODABLE } from './content-encoding.js';
import { type Exchange, exchange, TOO_LARGE } from './exchange.js';
import { guardedConnector, REFUSED, type Resolve } from './guarded-connector.js';
import { type WebAddress, WebAddresses } from './web-address.js';

export interface HttpClientOptions {
  /**
   * Private hosts that may be called, also without TLS: `host`, `host:port`, address or CIDR range. `all`: for callers with an
   * exact list of hosts of their own (the chat platforms'), which resolve to private addresses in some networks.
   */
  readonly allowPrivateHosts: readonly string[] | 'all';
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics?: Metrics;
  /** In place of the system's resolver. */
  readonly resolve?: Resolve;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_BYTES = 5 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 5_000;
/** Connections to one host: more calls wait. Room for 100 commands a second to an app that takes two seconds. */
const CONNECTIONS_PER_ORIGIN = 256;
/** How long an unused connection is kept where the server tells nothing; common servers keep theirs for longer. */
const KEEP_ALIVE_MS = 10_000;
/** Chat platforms: a quiet bot does not shake hands for each message. */
const PLATFORM_KEEP_ALIVE_MS = 60_000;

/** Calls other servers with undici, on connections that are kept. See {@link HttpClient} for what fails how. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { logger, clock, resolve } = options;
  const { allowPrivateHosts } = options;
  const connect =
    allowPrivateHosts === 'all'
      ? { timeout: CONNECT_TIMEOUT_MS }
      : guardedConnector(readAddressRules(allowPrivateHosts), {
          timeoutMs: CONNECT_TIMEOUT_MS,
          ...(resolve ? { resolve } : {}),
        });
  // Time is bounded as a whole, per request; undici's own limits of parts are off.
  const agent = new Agent({
    connect,
    connections: CONNECTIONS_PER_ORIGIN,
    keepAliveTimeout: allowPrivateHosts === 'all' ? PLATFORM_KEEP_ALIVE_MS : KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  options.metrics?.level('http_calls_waiting', () => waitingIn(agent), {
    to: allowPrivateHosts === 'all' ? 'platforms' : 'apps',
  });
  const addresses = new WebAddresses();
  return {
    request: async (request) => {
      const address = addresses.read(request.url);
      const startedAt = clock.now();
      const { host } = address;
      const { method } = request;
      try {
        const response = await decompressed(await send(agent, address, request), request.maxBytes ?? DEFAULT_MAX_BYTES);
        logger.debug({ host, method, status: response.status, ms: clock.now() - startedAt }, 'called a server');
        return response;
      } catch (error) {
        const failure = toBehalfError(error, host);
        logger.debug(
          { host, method, code: failure.code, ...failure.details, ms: clock.now() - startedAt },
          'a call failed',
        );
        request.signal?.throwIfAborted();
        throw failure;
      }
    },
    close: () => agent.close(),
  };
}

/** Calls that have no connection yet. */
function waitingIn({ stats }: Agent): number {
  return Object.values(stats).reduce((sum, { pending }) => sum + pending, 0);
}

/** A kept connection may be closed by the server just as it is used: reading again does no harm. */
async function send(agent: Agent, { origin, path }: WebAddress, request: OutgoingRequest): Promise<IncomingResponse> {
  const { method, headers, body, timeoutMs = DEFAULT_TIMEOUT_MS, maxBytes = DEFAULT_MAX_BYTES, signal } = request;
  const call: Exchange = {
    request: { origin, path, method, headers: headers ?? {}, body: body ?? null },
    timeoutMs,
    maxBytes,
    signal,
  };
  const startedAt = performance.now();
  try {
    return await exchange(agent, call);
  } catch (error) {
    const isReading = method === 'GET' || method === 'HEAD';
    const isClosed = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error));
    const timeLeft = timeoutMs - (performance.now() - startedAt);
    if (!isReading || !isClosed || signal?.aborted || timeLeft <= 0) throw error;
    return exchange(agent, { ...call, timeoutMs: timeLeft });
  }
}

/** Foreign errors may quote addresses and headers: only their code is kept. */
function toBehalfError(error: unknown, host: string): BehalfError {
  const reason = codeOf(error);
  const details = { host, reason };
  if (reason === REFUSED) {
    return new BehalfError('egress.refused', `The address of ${host} is not allowed (see EGRESS_ALLOW)`, {
      details,
    });
  }
  if (reason === TOO_LARGE) {
    return new BehalfError('app.unexpected_answer', `The answer of ${host} is too large`, { details });
  }
  if (reason === UNDECODABLE) {
    return new BehalfError('app.unexpected_answer', `The answer of ${host} cannot be decompressed`, { details });
  }
  if (reason === 'UND_ERR_INVALID_ARG') {
    return new BehalfError('internal', `The request to ${host} cannot be sent`, { details });
  }
  return new BehalfError('app.unavailable', `${host} cannot be reached (${reason})`, { details });
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]+$/u.test(code) ? code : 'UNKNOWN';
}
