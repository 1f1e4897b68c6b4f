import { LRUCache } from 'lru-cache';
import type { ParentConnection } from '../connections/parent-connection.js';
import type { Clock } from '../kernel/clock.port.js';
import { BehalfError } from '../kernel/errors.js';
import { joinKey, sha256 } from '../kernel/ids.js';
import type { Metrics } from '../kernel/metrics.port.js';
import type { RateLimiter } from '../kernel/rate-limiter.port.js';
import { rateLimitedText } from './app-error.js';
import { LONGEST_WAIT_MS } from './app-turns.js';
import type { Holder } from './holder.js';

/** Most accounts that are remembered at once. */
const MAX_ACCOUNTS = 10_000;

/** Whose calls an app counts: an account at a connection. */
export interface PausePlace {
  readonly parent: ParentConnection;
  /** Label of the account that acts. */
  readonly account?: string | undefined;
  readonly holder?: Holder | undefined;
}

/** How old what is known of the pauses that other processes were asked for may be, in ms. */
const FRESH_MS = 1_000;
/** Then the next call looks first. */
const STALE_MS = 10_000;

/**
 * Remembers how long an app wants to be left alone by an account, for the calls of all processes: asking again earlier costs
 * the person the same wait and makes some apps ask for a longer one. What others were told is looked at beside the calls, at most
 * once a second, so that a busy process waits for no answer of the store.
 */
export class AppPauses {
  readonly #until = new LRUCache<string, number>({ max: MAX_ACCOUNTS });
  readonly #clock: Clock;
  readonly #metrics: Metrics;

  readonly #shared: Pick<RateLimiter, 'pause' | 'pauses'>;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(deps: {
    readonly shared: Pick<RateLimiter, 'pause' | 'pauses'>;
    readonly clock: Clock;
    readonly metrics: Metrics;
  }) {
    this.#shared = deps.shared;
    this.#clock = deps.clock;
    this.#metrics = deps.metrics;
  }

  /** The app asked for a pause of so many ms. */
  note(place: PausePlace, waitMs: number): void {
    const key = keyOf(place);
    const now = this.#clock.now();
    if (waitMs <= 0) return;
    this.#remember(key, now + waitMs);
    // Who is not told finds out by themselves.
    void this.#shared.pause(key, now + waitMs, now).catch(() => {});
  }

  #remember(key: string, until: number): void {
    if (until > (this.#until.get(key) ?? 0)) this.#until.set(key, until);
  }

  /** Looks at what other processes were told, when that is not known well enough. A store that is away stops no call. */
  async #look(): Promise<void> {
    const age = this.#clock.now() - this.#lookedAt;
    if (age < FRESH_MS) return;
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
    if (age >= STALE_MS) await this.#looking;
  }

  async #lookNow(): Promise<void> {
    const now = this.#clock.now();
    const pauses = await this.#shared.pauses(now).catch(() => new Map<string, number>());
    this.#lookedAt = now;
    for (const [key, until] of pauses) this.#remember(key, until);
  }

  /** Waits for the end of a short pause. Fails with `app.rate_limited` in a long one, or when the holder is lost. */
  async pass(place: PausePlace): Promise<void> {
    await this.#look();
    if (this.#until.size === 0) return;
    const left = (this.#until.get(keyOf(place)) ?? 0) - this.#clock.now();
    if (left <= 0) return;
    const app = place.parent.connector;
    if (left <= LONGEST_WAIT_MS) {
      this.#metrics.count('app_pauses', { app, outcome: 'waited' });
      return this.#clock.sleep(left, place.holder?.signalFor(left));
    }
    this.#metrics.count('app_pauses', { app, outcome: 'refused' });
    throw new BehalfError('app.rate_limited', `${app} asked to be left alone for a while`, {
      userText: rateLimitedText(place.parent.title, left),
      details: { connection: place.parent.name },
      retryAfterMs: left,
    });
  }
}

function keyOf({ parent, account }: PausePlace): string {
  return sha256(joinKey('pause', parent.name, account ?? ''));
}
