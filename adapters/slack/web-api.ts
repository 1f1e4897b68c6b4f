import type { WebClient } from '@slack/web-api';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import { isJsonObject, type JsonObject, objectAt, textAt } from './json.js';
import type { Transport } from './transport.js';

/** The methods of the Web API that the adapter calls, with the bot scopes that each needs. */
export const METHOD_SCOPES = {
  'auth.test': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.open': ['im:write'],
  // The e-mail address decides whether an app's account is the person's own.
  'users.info': ['users:read', 'users:read.email'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The events that the app subscribes to, with the bot scopes that each needs. */
export const EVENT_SCOPES = {
  app_mention: ['app_mentions:read'],
  'message.im': ['im:history'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Every bot scope that the app has to be installed with, sorted. */
export const REQUIRED_SCOPES: readonly string[] = [
  ...new Set<string>([...Object.values(METHOD_SCOPES), ...Object.values(EVENT_SCOPES)].flat()),
].sort();

export type SlackMethod = keyof typeof METHOD_SCOPES;

/** How long a call may wait for Slack to take it, in ms, retries included. */
export const PATIENCE = {
  /** While Slack waits for our answer to it: the call is given up in time to say so. */
  asked: 1500,
  message: 60_000,
} as const;

const MAX_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 250;
/** Slack names no time when it is busy without being at a limit. */
const DEFAULT_PAUSE_MS = 1000;

/** Why a call failed: Slack's error code, or what went wrong on the way. */
interface Failure {
  readonly code: string;
  readonly status?: number;
  /** Milliseconds to wait before a repeat; absent where a repeat is of no use. */
  readonly pauseMs?: number;
}

/** Slack's Web API with bounded patience. Every failure is `chat.delivery_failed`, with Slack's code in its details. */
export class SlackApi {
  readonly #client: WebClient;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #stopping: AbortSignal;

  constructor(parts: {
    readonly client: WebClient;
    readonly transport: Transport;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly stopping: AbortSignal;
  }) {
    this.#client = parts.client;
    this.#transport = parts.transport;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#stopping = parts.stopping;
  }

  /** @throws BehalfError `chat.delivery_failed` */
  call(method: SlackMethod, args: Record<string, unknown>, patienceMs: number): Promise<JsonObject> {
    const work = this.#persist(method, patienceMs, async () => {
      const answer: unknown = await this.#client.apiCall(method, args);
      return isJsonObject(answer) ? answer : {};
    });
    return patienceMs === PATIENCE.asked ? this.#within(patienceMs, work, method) : work;
  }

  async #within<T>(ms: number, work: Promise<T>, method: SlackMethod): Promise<T> {
    const ended = new AbortController();
    const late = this.#clock.sleep(ms, ended.signal).then((): never => {
      throw deliveryFailed(method, { code: 'timed_out' });
    });
    return Promise.race([work, late]).finally(() => ended.abort());
  }

  /**
   * Posts to a response_url.
   * @throws BehalfError `chat.delivery_failed`, also when the URL is used up or expired
   */
  async respond(url: string, body: Record<string, unknown>): Promise<void> {
    await this.#persist('response_url', PATIENCE.message, async () => {
      const { status, retryAfter } = await this.#transport.postJson(url, body);
      if (status !== 200) throw new ResponseUrlRefusal(status, retryAfter);
    });
  }

  async #persist<T>(what: string, patienceMs: number, attempt: () => Promise<T>): Promise<T> {
    const deadline = this.#clock.now() + patienceMs;
    for (let number = 1; ; number += 1) {
      try {
        return await attempt();
      } catch (error) {
        const failure = readFailure(error, number);
        const { pauseMs } = failure;
        if (pauseMs === undefined || number === MAX_ATTEMPTS || this.#clock.now() + pauseMs > deadline)
          throw deliveryFailed(what, failure);
        this.#logger.warn({ method: what, slackError: failure.code, attempt: number, pauseMs }, 'Slack call repeated');
        await this.#clock.sleep(pauseMs, this.#stopping).catch(() => {
          throw deliveryFailed(what, failure);
        });
      }
    }
  }
}

/** Slack's error code of a failed call; undefined for errors of any other kind. */
export function slackErrorOf(error: unknown): string | undefined {
  const code = isBehalfError(error, 'chat.delivery_failed') ? error.details['slackError'] : undefined;
  return typeof code === 'string' ? code : undefined;
}

class ResponseUrlRefusal extends Error {
  readonly code = 'response_url_refused';
  readonly status: number;
  readonly retryAfter: number;

  constructor(status: number, retryAfter: string | undefined) {
    super('The response_url was refused');
    this.status = status;
    this.retryAfter = Number.parseInt(retryAfter ?? '', 10);
  }
}

function deliveryFailed(method: string, { code, status, pauseMs }: Failure): BehalfError {
  return new BehalfError('chat.delivery_failed', `Slack did not take ${method}: ${code}`, {
    details: { method, slackError: code, status },
    ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }),
  });
}

/** Errors of `@slack/web-api` by their stable codes. Their messages may quote what was sent. */
function readFailure(error: unknown, attempt: number): Failure {
  const fields = isJsonObject(error) ? error : {};
  const backoff = FIRST_PAUSE_MS * 2 ** (attempt - 1);
  switch (fields['code']) {
    case 'slack_webapi_platform_error':
      return platformFailure(objectAt(fields, 'data'));
    case 'slack_webapi_rate_limited_error':
      return { code: 'ratelimited', status: 429, pauseMs: pauseOf(fields['retryAfter']) };
    case 'slack_webapi_http_error':
      return httpFailure(fields['statusCode'], backoff);
    case 'slack_webapi_request_error':
      return { code: 'unreachable', pauseMs: backoff };
    case 'response_url_refused':
      if (fields['status'] === 429) return { code: 'ratelimited', status: 429, pauseMs: pauseOf(fields['retryAfter']) };
      return httpFailure(fields['status'], backoff);
    default:
      return { code: 'unreachable', pauseMs: backoff };
  }
}

/** Slack cannot say whether `internal_error` and `fatal_error` had an effect: they are not repeated. */
function platformFailure(data: JsonObject): Failure {
  const code = textAt(data, 'error') ?? '';
  if (!/^[a-z][a-z0-9_]{1,60}$/.test(code)) return { code: 'unreadable_answer' };
  const retryAfter = objectAt(data, 'response_metadata')['retryAfter'];
  const busy = code === 'ratelimited' || code === 'rate_limited' || code === 'service_unavailable';
  return busy ? { code, pauseMs: pauseOf(retryAfter) } : { code };
}

function httpFailure(status: unknown, backoff: number): Failure {
  const known = typeof status === 'number' ? status : 0;
  return known >= 500
    ? { code: `http_${known}`, status: known, pauseMs: backoff }
    : { code: `http_${known}`, status: known };
}

/** Retry-After comes in seconds. */
function pauseOf(retryAfter: unknown): number {
  return typeof retryAfter === 'number' && retryAfter >= 0 ? retryAfter * 1000 : DEFAULT_PAUSE_MS;
}
