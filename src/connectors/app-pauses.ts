import { LRUCache } from 'lru-cache';
import type { ParentConnection } from '../connections/parent-connection.js';
import type { Clock } from '../kernel/clock.port.js';
import { BehalfError } from '../kernel/errors.js';
import type { Metrics } from '../kernel/metrics.port.js';
import { rateLimitedText } from './app-error.js';

/** Longest pause that a call waits for, in ms: the person is waiting in the chat. */
const LONGEST_WAIT_MS = 5_000;

/** Most accounts that are remembered at once. */
const MAX_ACCOUNTS = 10_000;

/** Whose calls an app counts: an account at a connection. */
export interface PausePlace {
  readonly parent: ParentConnection;
  /** Label of the account that acts. */
  readonly account?: string | undefined;
}

/**
 * Remembers how long an app wants to be left alone by an account, for the calls of this process: asking again earlier costs
 * the person the same wait and makes some apps ask for a longer one.
 */
export class AppPauses {
  readonly #until = new LRUCache<string, number>({ max: MAX_ACCOUNTS });
  readonly #clock: Clock;
  readonly #metrics: Metrics;

  constructor({ clock, metrics }: { readonly clock: Clock; readonly metrics: Metrics }) {
    this.#clock = clock;
    this.#metrics = metrics;
  }

  /** The app asked for a pause of so many ms. */
  note(place: PausePlace, waitMs: number): void {
    const key = keyOf(place);
    const until = this.#clock.now() + waitMs;
    if (until > (this.#until.get(key) ?? 0)) this.#until.set(key, until);
  }

  /** Waits for the end of a short pause. Fails with `app.rate_limited` in a long one, or with the signal's reason. */
  async pass(place: PausePlace, signal?: AbortSignal): Promise<void> {
    const key = keyOf(place);
    const left = (this.#until.get(key) ?? 0) - this.#clock.now();
    if (left <= 0) return;
    const app = place.parent.connector;
    if (left <= LONGEST_WAIT_MS) {
      this.#metrics.count('app_pauses', { app, outcome: 'waited' });
      return this.#clock.sleep(left, signal);
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
  return JSON.stringify([parent.name, account ?? '']);
}
