import { LRUCache } from 'lru-cache';
import type { Clock } from '../../src/kernel/clock.port.js';

/** A job that starts at once looks within a few milliseconds; what has ended in the meantime must not be used later. */
const KEPT_MS = 100;
const MOST_KEPT = 1_000;

interface Asked {
  readonly value: Promise<Buffer | null>;
  readonly at: number;
}

/** Values that are on their way before they are needed, so that they come with the answer to something else. Each serves once. */
export class ReadAhead {
  readonly #clock: Clock;
  readonly #asked = new LRUCache<string, Asked>({ max: MOST_KEPT });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  keep(key: string, value: Promise<Buffer | null>): void {
    // Whoever takes it hears of the failure.
    value.catch(() => {});
    this.#asked.set(key, { value, at: this.#clock.now() });
  }

  take(key: string): Promise<Buffer | null> | undefined {
    const asked = this.#asked.get(key);
    if (!asked) return undefined;
    this.#asked.delete(key);
    return this.#clock.now() - asked.at <= KEPT_MS ? asked.value : undefined;
  }

  /** What was on its way may be older than a change. */
  forget(key: string): void {
    this.#asked.delete(key);
  }
}
