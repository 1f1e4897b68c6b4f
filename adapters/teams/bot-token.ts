import { z } from 'zod';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { HttpClient, IncomingResponse } from '../../src/kernel/http-client.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import { Secret } from '../../src/kernel/secret.js';
import { type BotCredential, tokenRequest } from './bot-credential.js';

/** From here on a token is renewed in the background while it still serves. */
const RENEW_AHEAD_MS = 10 * 60_000;
/** From here on a token is not used any more. */
const LAST_USE_MS = 60_000;
/** Quiet time after a failed renewal in the background. */
const RENEW_PAUSE_MS = 30_000;
/** Trouble of the token endpoint that passes: when another try makes sense. */
const RETRY_AFTER_MS = 10_000;

/** App Service tells only when a token ends; both may come as text. */
const TokenAnswer = z.union([
  z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() }),
  z.object({ access_token: z.string().min(1), expires_on: z.coerce.number().positive() }),
]);
const ErrorAnswer = z.object({ error: z.string().max(100) });

interface BotTokenOptions {
  readonly tokenUrl: string;
  readonly appId: string;
  readonly credential: BotCredential;
  /** Whom the token is for. */
  readonly audience: string;
  readonly httpClient: HttpClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The access token of the bot's own calls. However many calls need
 * one at once, one request goes out; it goes out ahead of expiry, so that nobody waits for it.
 */
export class BotToken {
  readonly #options: BotTokenOptions;
  #current: { readonly token: Secret; readonly renewAt: number; readonly lastUse: number } | undefined;
  #pending: Promise<Secret> | undefined;
  #quietUntil = 0;

  constructor(options: BotTokenOptions) {
    this.#options = options;
  }

  /** @throws BehalfError `chat.delivery_failed` */
  async get(): Promise<Secret> {
    const now = this.#options.clock.now();
    const current = this.#current;
    if (!current || now >= current.lastUse) return this.#renew();
    if (now >= current.renewAt && now >= this.#quietUntil) this.#renewInBackground();
    return current.token;
  }

  /** Forgets a token that was refused; another one, fetched meanwhile, stays. */
  refuse(token: Secret): void {
    if (this.#current?.token === token) this.#current = undefined;
  }

  #renewInBackground(): void {
    this.#renew().catch(() => {
      this.#quietUntil = this.#options.clock.now() + RENEW_PAUSE_MS;
    });
  }

  #renew(): Promise<Secret> {
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #fetch(): Promise<Secret> {
    const { appId, audience, clock, credential, httpClient, logger, tokenUrl } = this.#options;
    const asked = clock.now();
    try {
      const request = await tokenRequest(credential, { appId, audience, tokenUrl, now: asked });
      const response = await httpClient.request({ ...request, maxBytes: 64 * 1024 });
      const { access_token, lifetime } = readToken(response, asked);
      const token = new Secret(access_token);
      // A short-lived token is renewed at half its life.
      const renewAt = asked + Math.max(lifetime / 2, lifetime - RENEW_AHEAD_MS);
      this.#current = { token, renewAt, lastUse: asked + Math.max(lifetime / 2, lifetime - LAST_USE_MS) };
      return token;
    } catch (error) {
      const failure = isBehalfError(error, 'chat.delivery_failed') ? error : noAnswer(error);
      logger.error({ err: failure, ...failure.details }, 'no token for the calls to Microsoft Teams');
      throw failure;
    }
  }
}

/** `lifetime` in ms. */
function readToken(
  response: IncomingResponse,
  asked: number,
): { readonly access_token: string; readonly lifetime: number } {
  const body = parse(response.body);
  const answer = TokenAnswer.safeParse(body);
  if (response.status === 200 && answer.success) {
    const { data } = answer;
    const lifetime = 'expires_in' in data ? data.expires_in * 1000 : data.expires_on * 1000 - asked;
    return { access_token: data.access_token, lifetime };
  }
  const problem = ErrorAnswer.safeParse(body);
  const code = problem.success ? problem.data.error : 'unreadable';
  const passes = response.status === 429 || response.status >= 500;
  throw new BehalfError('chat.delivery_failed', 'Microsoft gives the bot no token. Check how the bot authenticates.', {
    details: { status: response.status, code },
    ...(passes ? { retryAfterMs: RETRY_AFTER_MS } : {}),
  });
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function noAnswer(error: unknown): BehalfError {
  // A file that cannot be used, which only the operator can mend.
  if (isBehalfError(error, 'config.invalid'))
    return new BehalfError('chat.delivery_failed', error.message, { details: { code: error.code } });
  const code = isBehalfError(error) ? error.code : 'unknown';
  return new BehalfError('chat.delivery_failed', 'The token endpoint of Microsoft cannot be reached.', {
    details: { code },
    retryAfterMs: RETRY_AFTER_MS,
  });
}
