import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { HttpClient, IncomingResponse } from '../../src/kernel/http-client.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import { isJsonObject, type JsonObject, parseJson, textAt } from './json.js';
import { type HeldCalls, laneOf, RateLimits } from './rate-limits.js';
import type { SlackMethod } from './scopes.js';

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

/** Methods that read their arguments as JSON; the others take a form. https://docs.slack.dev/apis/web-api/#methods-supporting-json */
const JSON_METHODS: ReadonlySet<SlackMethod> = new Set([
  'chat.postEphemeral',
  'chat.postMessage',
  'chat.update',
  'views.open',
  'views.publish',
]);
const JSON_TYPE = 'application/json; charset=utf-8';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** For the whole of a file. */
const DOWNLOAD_TIMEOUT_MS = 30_000;

/** The token is dead: the app was removed, and perhaps installed again. */
const DEAD_TOKEN: readonly (string | undefined)[] = [
  'account_inactive',
  'invalid_auth',
  'token_expired',
  'token_revoked',
];

export interface TokenAccess {
  token(): Promise<Secret>;
  /** Another one than this, which Slack refuses; absent where there can be none. */
  newer?(refused: Secret): Promise<Secret | undefined>;
}

/** An answer of the Web API that says `ok`. */
interface SlackAnswer {
  readonly body: JsonObject;
  readonly headers: IncomingResponse['headers'];
}

/**
 * Slack's Web API with bounded patience. Slack's own client costs several times the CPU of the call itself, and its retries
 * pause everybody else's calls. Every failure is `chat.delivery_failed`, with Slack's code in its details. */
export class SlackApi {
  readonly #baseUrl: string;
  readonly #access: TokenAccess;
  readonly #http: HttpClient;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #stopping: AbortSignal;
  readonly #held: HeldCalls;
  readonly #limits = new RateLimits();

  constructor(parts: {
    /** With a `/` at its end. */
    readonly baseUrl: string;
    /** Asked for the token before each call. What it rejects with is passed on. */
    readonly access: TokenAccess;
    readonly httpClient: HttpClient;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly stopping: AbortSignal;
    readonly held: HeldCalls;
  }) {
    this.#baseUrl = parts.baseUrl;
    this.#access = parts.access;
    this.#http = parts.httpClient;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#stopping = parts.stopping;
    this.#held = parts.held;
  }

  /** @throws BehalfError `chat.delivery_failed` */
  async call(method: SlackMethod, args: JsonObject, patienceMs: number): Promise<JsonObject> {
    return (await this.#ask(method, args, patienceMs)).body;
  }

  /**
   * Whose token it is, and the scopes that it was given, where Slack tells.
   * @throws BehalfError `chat.delivery_failed`
   */
  async identify(): Promise<{ readonly body: JsonObject; readonly scopes?: readonly string[] }> {
    const { body, headers } = await this.#ask('auth.test', {}, PATIENCE.asked);
    const scopes = headers['x-oauth-scopes']?.split(',').map((scope) => scope.trim());
    return scopes ? { body, scopes } : { body };
  }

  async #ask(method: SlackMethod, args: JsonObject, patienceMs: number): Promise<SlackAnswer> {
    const token = await this.#access.token();
    const way = { what: method, lane: laneOf(method, args), patienceMs };
    const work = this.#persist(way, () => this.#send(method, args, token)).catch(async (error: unknown) => {
      const newer = DEAD_TOKEN.includes(slackErrorOf(error)) ? await this.#access.newer?.(token) : undefined;
      if (newer === undefined) throw error;
      return this.#persist(way, () => this.#send(method, args, newer));
    });
    return patienceMs === PATIENCE.asked ? this.#within(patienceMs, work, method) : work;
  }

  async #send(method: SlackMethod, args: JsonObject, token: Secret): Promise<SlackAnswer> {
    const isJson = JSON_METHODS.has(method);
    const response = await this.#http.request({
      method: 'POST',
      url: this.#baseUrl + method,
      headers: { authorization: `Bearer ${token.reveal()}`, 'content-type': isJson ? JSON_TYPE : FORM_TYPE },
      body: isJson ? JSON.stringify(args) : toForm(args),
      maxBytes: MAX_ANSWER_BYTES,
    });
    if (response.status !== 200) throw new Refusal({ status: response.status, headers: response.headers });
    const body = parseJson(response.body.toString('utf8'));
    if (isJsonObject(body) && body['ok'] === true) return { body, headers: response.headers };
    throw new Refusal({ status: 200, headers: response.headers, ...(isJsonObject(body) ? { body } : {}) });
  }

  async #within<T>(ms: number, work: Promise<T>, method: SlackMethod): Promise<T> {
    const ended = new AbortController();
    const late = this.#clock.sleep(ms, ended.signal).then((): never => {
      throw deliveryFailed(method, { code: 'timed_out' });
    });
    return Promise.race([work, late]).finally(() => ended.abort());
  }

  /**
   * Asks for what lies behind a URL of Slack with the bot's token; the caller has made sure that it is one. Whatever the
   * answer, it is the result: redirects are not followed.
   * @throws BehalfError of the HTTP client
   */
  async download(
    url: string,
    limits: { readonly maxBytes: number; readonly signal?: AbortSignal },
  ): Promise<IncomingResponse> {
    const headers = { authorization: `Bearer ${(await this.#access.token()).reveal()}` };
    return this.#http.request({ method: 'GET', url, headers, timeoutMs: DOWNLOAD_TIMEOUT_MS, ...limits });
  }

  /**
   * Posts to a response_url.
   * @throws BehalfError `chat.delivery_failed`, also when the URL is used up or expired
   */
  async respond(url: string, body: Record<string, unknown>): Promise<void> {
    await this.#post('response_url', url, { body: JSON.stringify(body), 'content-type': JSON_TYPE });
  }

  /**
   * Puts the content of a file where Slack has told to put it. Without the token: the address alone gives access.
   * @throws BehalfError `chat.delivery_failed`
   */
  async upload(url: string, body: Uint8Array): Promise<void> {
    await this.#post('upload', url, { body, 'content-type': 'application/octet-stream' });
  }

  async #post(
    what: string,
    url: string,
    { body, ...headers }: { readonly body: string | Uint8Array; readonly 'content-type': string },
  ): Promise<void> {
    await this.#persist({ what, lane: url, patienceMs: PATIENCE.message }, async () => {
      const answer = await this.#http.request({ method: 'POST', url, headers, body, maxBytes: MAX_ANSWER_BYTES });
      if (answer.status !== 200) throw new Refusal({ status: answer.status, headers: answer.headers });
    });
  }

  async #persist<T>(way: Way, attempt: () => Promise<T>): Promise<T> {
    const { lane, patienceMs, what } = way;
    const deadline = this.#clock.now() + patienceMs;
    for (let number = 1; ; number += 1) {
      await this.#waitForTurn(way, deadline);
      try {
        return await attempt();
      } catch (error) {
        const failure = readFailure(error, number);
        const { pauseMs } = failure;
        const isLimited = failure.code === 'ratelimited' || failure.code === 'rate_limited';
        if (isLimited && pauseMs !== undefined) this.#limits.close(lane, this.#clock.now(), pauseMs);
        if (pauseMs === undefined || number === MAX_ATTEMPTS || this.#clock.now() + pauseMs > deadline)
          throw deliveryFailed(what, failure);
        this.#logger.warn({ method: what, slackError: failure.code, attempt: number, pauseMs }, 'Slack call repeated');
        if (!isLimited) await this.#pause(pauseMs, what, failure);
      }
    }
  }

  /** Where Slack has told somebody to wait, everybody waits, rather than making it worse. */
  async #waitForTurn({ lane, what }: Way, deadline: number): Promise<void> {
    const now = this.#clock.now();
    const pauseMs = this.#limits.remaining(lane, now);
    const failure = { code: 'ratelimited', pauseMs };
    if (now + pauseMs > deadline) throw deliveryFailed(what, failure);
    const waitMs = this.#limits.take(lane, now);
    if (waitMs > 0) await this.#pause(waitMs, what, failure);
  }

  async #pause(ms: number, what: string, failure: Failure): Promise<void> {
    this.#held.count += 1;
    try {
      await this.#clock.sleep(ms, this.#stopping);
    } catch {
      throw deliveryFailed(what, failure);
    } finally {
      this.#held.count -= 1;
    }
  }
}

/** How a call is made. */
interface Way {
  /** For errors and the log. */
  readonly what: string;
  /** What Slack's limits are counted by. */
  readonly lane: string;
  readonly patienceMs: number;
}

/** Slack's error code of a failed call; undefined for errors of any other kind. */
export function slackErrorOf(error: unknown): string | undefined {
  const code = isBehalfError(error, 'chat.delivery_failed') ? error.details['slackError'] : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** An answer that is none of success. */
class Refusal extends Error {
  readonly code = 'slack_refusal';
  readonly status: number;
  readonly pauseMs: number;
  readonly body: JsonObject;

  constructor(answer: {
    readonly status: number;
    readonly headers: IncomingResponse['headers'];
    readonly body?: JsonObject;
  }) {
    super('Slack refused a call');
    this.status = answer.status;
    // Retry-After comes in seconds.
    const seconds = Number.parseInt(answer.headers['retry-after'] ?? '', 10);
    this.pauseMs = seconds >= 0 ? seconds * 1000 : DEFAULT_PAUSE_MS;
    this.body = answer.body ?? {};
  }
}

function toForm(args: JsonObject): string {
  const entries = Object.entries(args).map(([name, value]): [string, string] => [name, String(value)]);
  return new URLSearchParams(entries).toString();
}

function deliveryFailed(method: string, { code, status, pauseMs }: Failure): BehalfError {
  return new BehalfError('chat.delivery_failed', `Slack did not take ${method}: ${code}`, {
    details: { method, slackError: code, status },
    ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }),
  });
}

function readFailure(error: unknown, attempt: number): Failure {
  const backoff = FIRST_PAUSE_MS * 2 ** (attempt - 1);
  if (!isRefusal(error)) return { code: 'unreachable', pauseMs: backoff };
  const { body, pauseMs, status } = error;
  if (status === 200) return platformFailure(body, pauseMs);
  if (status === 429) return { code: 'ratelimited', status, pauseMs };
  return status >= 500 ? { code: `http_${status}`, status, pauseMs: backoff } : { code: `http_${status}`, status };
}

function isRefusal(error: unknown): error is Refusal {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'slack_refusal';
}

/** Slack cannot say whether `internal_error` and `fatal_error` had an effect: they are not repeated. */
function platformFailure(body: JsonObject, pauseMs: number): Failure {
  const code = textAt(body, 'error') ?? '';
  if (!/^[a-z][a-z0-9_]{1,60}$/.test(code)) return { code: 'unreadable_answer' };
  const busy = code === 'ratelimited' || code === 'rate_limited' || code === 'service_unavailable';
  return busy ? { code, pauseMs } : { code };
}
