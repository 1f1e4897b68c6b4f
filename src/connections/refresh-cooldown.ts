import { LRUCache } from 'lru-cache';
import type { BehalfError } from '../kernel/errors.js';

const CALM_MS = 30_000;
const WAITING_MS = 5_000;
const MAX_MS = 5 * 60_000;
const MAX_RETRY_AFTER_MS = 60 * 60_000;
const REMEMBERED = 10_000;

interface Cooldown {
  readonly until: number;
  readonly failures: number;
  readonly error: BehalfError;
}

/**
 * Remembers refreshes that failed for a reason that passes, so that a provider in trouble is not asked again at once.
 * 30 seconds while the old token still works, 5 while people wait for a new one; doubled with every failure up to
 * 5 minutes; never shorter than the provider's Retry-After (up to an hour).
 */
export class RefreshCooldown {
  readonly #entries = new LRUCache<string, Cooldown>({ max: REMEMBERED });

  /** The failure that still holds refreshes of this connection back. */
  active(key: string, now: number): BehalfError | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && now < entry.until ? entry.error : undefined;
  }

  begin(key: string, options: { readonly now: number; readonly isAlive: boolean; readonly error: BehalfError }): void {
    const { error, isAlive, now } = options;
    const failures = (this.#entries.get(key)?.failures ?? 0) + 1;
    const pause = Math.min(MAX_MS, (isAlive ? CALM_MS : WAITING_MS) * 2 ** Math.min(failures - 1, 10));
    const asked = Math.min(MAX_RETRY_AFTER_MS, error.retryAfterMs ?? 0);
    this.#entries.set(key, { until: now + Math.max(pause, asked), failures, error });
  }

  end(key: string): void {
    this.#entries.delete(key);
  }
}
