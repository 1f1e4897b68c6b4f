import { z } from 'zod';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { HttpClient, IncomingResponse, OutgoingRequest } from '../../src/kernel/http-client.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import type { BotToken } from './bot-token.js';

/** Tries in all; the waits between them are 0.5 s, 1 s, 2 s, each less up to half at random. */
const TRIES = 4;
const FIRST_WAIT_MS = 500;
/** A longer Retry-After is the caller's to wait for. */
const LONGEST_WAIT_MS = 10_000;
/** "Retry with exponential backoff" in Microsoft's list of status codes for bots. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([412, 429, 500, 502, 503, 504]);

const ErrorBody = z.object({ error: z.object({ code: z.string().max(100) }) });

interface TransportOptions {
  readonly token: BotToken;
  readonly httpClient: HttpClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

type ConnectorRequest = Pick<OutgoingRequest, 'method' | 'url'> & { readonly body?: string };

/** Requests to the Bot Connector: signed with the bot's token, repeated while the trouble is a passing one. */
export class ConnectorTransport {
  readonly #options: TransportOptions;
  #held = 0;

  constructor(options: TransportOptions) {
    this.#options = options;
    options.metrics.level('chat_calls_held', () => this.#held, { platform: 'teams' });
  }

  /**
   * The answer's JSON. A message may be doubled when the answer to a POST is lost and it is sent again; that is better
   * than losing it.
   * @throws BehalfError `chat.delivery_failed` with `status` and the Connector's own `code` in the details
   */
  async send(request: ConnectorRequest): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#try(request, attempt === 1);
      if (outcome.kind === 'ok') return outcome.body;
      const wait = outcome.passing && attempt < TRIES ? this.#waitBefore(outcome.error, attempt) : undefined;
      if (wait === undefined) throw outcome.passing ? passing(outcome.error) : outcome.error;
      this.#options.logger.debug({ ...outcome.error.details, attempt, waitMs: wait }, 'repeating a call to Teams');
      this.#held += 1;
      await this.#options.clock.sleep(wait).finally(() => {
        this.#held -= 1;
      });
    }
  }

  /**
   * Asks for a file of the Connector with the bot's token, once; the caller has made sure of the host. Any status is a result.
   * @throws BehalfError `chat.delivery_failed` without a token; those of the HTTP client
   */
  async download(
    url: string,
    limits: Pick<OutgoingRequest, 'maxBytes' | 'timeoutMs' | 'signal'>,
  ): Promise<IncomingResponse> {
    const { httpClient, token } = this.#options;
    const headers = { authorization: `Bearer ${(await token.get()).reveal()}` };
    return httpClient.request({ method: 'GET', url, headers, ...limits });
  }

  async #try(
    request: ConnectorRequest,
    mayRenew: boolean,
  ): Promise<{ kind: 'ok'; body: unknown } | { kind: 'failed'; passing: boolean; error: BehalfError }> {
    const token = await this.#options.token.get();
    const response = await this.#options.httpClient.request(signed(request, token)).catch(lost);
    if (isBehalfError(response)) return { kind: 'failed', passing: true, error: response };
    if (response.status >= 200 && response.status < 300) return { kind: 'ok', body: parse(response.body) ?? {} };
    if (response.status === 401) {
      this.#options.token.refuse(token);
      if (mayRenew) return this.#try(request, false);
    }
    return { kind: 'failed', passing: PASSING_STATUSES.has(response.status), error: refused(response) };
  }

  /** Undefined when it would be too long. */
  #waitBefore(error: BehalfError, attempt: number): number | undefined {
    const asked = error.retryAfterMs;
    if (asked !== undefined) return asked <= LONGEST_WAIT_MS ? asked : undefined;
    return FIRST_WAIT_MS * 2 ** (attempt - 1) * (1 - Math.random() / 2);
  }
}

function signed({ body, method, url }: ConnectorRequest, token: Secret): OutgoingRequest {
  const authorization = `Bearer ${token.reveal()}`;
  if (body === undefined) return { method, url, headers: { authorization, accept: 'application/json' } };
  const headers = { authorization, accept: 'application/json', 'content-type': 'application/json; charset=utf-8' };
  return { method, url, headers, body };
}

/** Tells that a later try makes sense. */
function passing(error: BehalfError): BehalfError {
  if (error.retryAfterMs !== undefined) return error;
  return new BehalfError(error.code, error.message, { details: error.details, retryAfterMs: LONGEST_WAIT_MS });
}

function lost(error: unknown): BehalfError {
  const code = isBehalfError(error) ? error.code : 'unknown';
  return new BehalfError('chat.delivery_failed', 'Microsoft Teams cannot be reached.', { details: { code } });
}

function refused(response: IncomingResponse): BehalfError {
  const body = ErrorBody.safeParse(parse(response.body));
  const seconds = Number(response.headers['retry-after'] ?? Number.NaN);
  return new BehalfError('chat.delivery_failed', `Microsoft Teams refuses a call with ${response.status}.`, {
    details: { status: response.status, code: body.success ? body.data.error.code : undefined },
    ...(Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {}),
  });
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
