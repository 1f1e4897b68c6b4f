import { type ApiKey, type ApiRole, findApiKey } from '../../kernel/api-key.js';
import type { Clock } from '../../kernel/clock.port.js';
import type { HttpRequest, HttpResponse } from '../../kernel/http.js';
import type { Logger } from '../../kernel/logger.port.js';
import type { Metrics } from '../../kernel/metrics.port.js';
import type { RateLimiter } from '../../kernel/rate-limiter.port.js';
import { perMinute, type Turn, takeTurn } from '../../kernel/token-bucket.js';
import { problem, retryAfter } from './api-problem.js';

/** Wrong keys in a minute that are answered and logged one by one, in all processes together; a right key is always let in. */
const WRONG_KEYS = perMinute(30);
/** RFC 6750 section 2.1. */
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

interface ApiAccessDeps {
  readonly keys: readonly ApiKey[];
  readonly limiter: Pick<RateLimiter, 'take'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export type Admitted =
  | { readonly kind: 'admitted'; readonly key: ApiKey }
  | { readonly kind: 'refused'; readonly response: HttpResponse };

/** Decides by the key who may come in. The key itself is neither kept, logged nor answered. */
export class ApiAccess {
  readonly #deps: ApiAccessDeps;
  /** The bucket of this process: a flood does not reach the store, and the store may be away. */
  #fullAt: number | undefined;

  constructor(deps: ApiAccessDeps) {
    this.#deps = deps;
  }

  async admit(request: HttpRequest, role: ApiRole): Promise<Admitted> {
    const [, presented] = BEARER.exec(request.headers['authorization'] ?? '') ?? [];
    if (presented === undefined) return this.#refuse('no_key', noKey());
    const key = findApiKey(this.#deps.keys, presented);
    if (!key) return this.#wrongKey(request);
    if (role === 'admin' && key.role !== 'admin') return this.#refuse('not_allowed', notAllowed());
    return { kind: 'admitted', key };
  }

  async #wrongKey(request: HttpRequest): Promise<Admitted> {
    const turn = await this.#turn({ now: this.#deps.clock.now(), maxWaitMs: 0 });
    if (!turn.isGiven) return this.#refuse('too_many', tooMany(turn.waitMs));
    this.#deps.logger.warn({ requestId: request.id }, 'a request with an unknown API key was refused');
    return this.#refuse('unknown_key', unknownKey());
  }

  async #turn(when: { readonly now: number; readonly maxWaitMs: number }): Promise<Turn> {
    const own = takeTurn(this.#fullAt, WRONG_KEYS, when);
    this.#fullAt = own.fullAt;
    if (!own.isGiven) return own;
    return this.#deps.limiter.take('api: unknown keys', WRONG_KEYS, when).catch(() => own);
  }

  #refuse(reason: string, response: HttpResponse): Admitted {
    this.#deps.metrics.count('api_refused', { reason });
    return { kind: 'refused', response };
  }
}

function noKey(): HttpResponse {
  return problem({
    status: 401,
    code: 'no_key',
    detail: 'Send your key as "Authorization: Bearer <key>".',
    headers: { 'www-authenticate': 'Bearer realm="behalf"' },
  });
}

function unknownKey(): HttpResponse {
  return problem({
    status: 401,
    code: 'unknown_key',
    detail: 'This key is not known here. Ask whoever runs this service for one.',
    headers: { 'www-authenticate': 'Bearer realm="behalf", error="invalid_token"' },
  });
}

function notAllowed(): HttpResponse {
  return problem({
    status: 403,
    code: 'not_allowed',
    detail: 'This needs a key for administrators.',
    headers: { 'www-authenticate': 'Bearer realm="behalf", error="insufficient_scope"' },
  });
}

function tooMany(ms: number): HttpResponse {
  const detail = 'Too many requests with unknown keys have come in. Try again later.';
  return problem({ status: 429, code: 'too_many_unknown_keys', detail, headers: retryAfter(ms) });
}
