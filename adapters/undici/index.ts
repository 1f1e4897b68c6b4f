import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { HttpClient, IncomingResponse, OutgoingRequest } from '../../src/kernel/http-client.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import { readAddressRules } from './address-rules.js';
import { guardedConnector, REFUSED, type Resolve } from './guarded-connector.js';
import { readBounded, TOO_LARGE } from './read-bounded.js';

export interface HttpClientOptions {
  /** Private hosts that may be called, also without TLS: `host`, `host:port`, address or CIDR range. */
  readonly allowPrivateHosts: readonly string[];
  readonly logger: Logger;
  readonly clock: Clock;
  /** In place of the system's resolver. */
  readonly resolve?: Resolve;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_BYTES = 5 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 5_000;
/** Connections to one host: more calls wait. */
const CONNECTIONS_PER_ORIGIN = 64;
/** How long an unused connection is kept where the server tells nothing; common servers keep theirs for longer. */
const KEEP_ALIVE_MS = 10_000;

/** Calls other servers with undici, on connections that are kept. See {@link HttpClient} for what fails how. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { logger, clock, resolve } = options;
  const connect = guardedConnector(readAddressRules(options.allowPrivateHosts), {
    timeoutMs: CONNECT_TIMEOUT_MS,
    ...(resolve ? { resolve } : {}),
  });
  // Time is bounded as a whole, per request; undici's own limits of parts are off.
  const agent = new Agent({
    connect,
    connections: CONNECTIONS_PER_ORIGIN,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    request: async (request) => {
      const url = checkedUrl(request.url);
      const startedAt = clock.now();
      const facts = { host: url.host, method: request.method };
      try {
        const response = await send(agent, url, request);
        logger.debug({ ...facts, status: response.status, ms: clock.now() - startedAt }, 'called a server');
        return response;
      } catch (error) {
        const failure = toBehalfError(error, url);
        logger.debug(
          { ...facts, code: failure.code, ...failure.details, ms: clock.now() - startedAt },
          'a call failed',
        );
        request.signal?.throwIfAborted();
        throw failure;
      }
    },
    close: () => agent.close(),
  };
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url && isWeb && url.username === '' && url.password === '') return url;
  throw new BehalfError('egress.refused', 'The address is no http(s) address, or has credentials in it', {
    details: { reason: 'address' },
  });
}

async function send(agent: Agent, url: URL, request: OutgoingRequest): Promise<IncomingResponse> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), request.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const signal = request.signal ? AbortSignal.any([request.signal, timeout.signal]) : timeout.signal;
  try {
    return await sendRepeatable(agent, url, { ...request, signal });
  } catch (error) {
    if (timeout.signal.aborted) throw Object.assign(new Error('The call took too long'), { code: 'ETIMEDOUT' });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A kept connection may be closed by the server just as it is used: reading again does no harm. */
async function sendRepeatable(agent: Agent, url: URL, request: OutgoingRequest): Promise<IncomingResponse> {
  try {
    return await sendOnce(agent, url, request);
  } catch (error) {
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    const isClosed = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error));
    if (!isReading || !isClosed || request.signal?.aborted) throw error;
    return sendOnce(agent, url, request);
  }
}

async function sendOnce(agent: Agent, url: URL, request: OutgoingRequest): Promise<IncomingResponse> {
  const response = await agent.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: request.method,
    headers: { ...request.headers },
    body: request.body ?? null,
    ...(request.signal ? { signal: request.signal } : {}),
  });
  const headers = joinHeaders(response.headers);
  const body = await readBounded(response.body, request.maxBytes ?? DEFAULT_MAX_BYTES);
  return { status: response.statusCode, headers, body };
}

function joinHeaders(headers: Dispatcher.ResponseData['headers']): Readonly<Record<string, string>> {
  const joined: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined.push([name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]);
  }
  return Object.fromEntries(joined);
}

/** Foreign errors may quote addresses and headers: only their code is kept. */
function toBehalfError(error: unknown, url: URL): BehalfError {
  const reason = codeOf(error);
  const details = { host: url.host, reason };
  if (reason === REFUSED) {
    return new BehalfError('egress.refused', `The address of ${url.host} is not allowed (see EGRESS_ALLOW)`, {
      details,
    });
  }
  if (reason === TOO_LARGE) {
    return new BehalfError('app.unexpected_answer', `The answer of ${url.host} is too large`, { details });
  }
  if (reason === 'UND_ERR_INVALID_ARG') {
    return new BehalfError('internal', `The request to ${url.host} cannot be sent`, { details });
  }
  return new BehalfError('app.unavailable', `${url.host} cannot be reached (${reason})`, { details });
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]+$/u.test(code) ? code : 'UNKNOWN';
}
