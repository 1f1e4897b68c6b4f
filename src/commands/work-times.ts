import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../kernel/clock.port.js';

interface Measured {
  asideMs: number;
  /** How many stand aside now, and since when one does. */
  open: number;
  since: number;
}

/** Times of work without what it waits for meanwhile, wherever in it that happens. */
export class WorkTimes {
  readonly #clock: Clock;
  readonly #measured = new AsyncLocalStorage<Measured>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does the work; gives the milliseconds that it took, without those that stood {@link aside}. */
  async measure(work: () => Promise<void>): Promise<number> {
    const measured: Measured = { asideMs: 0, open: 0, since: 0 };
    const startedAt = this.#clock.now();
    await this.#measured.run(measured, work);
    return this.#clock.now() - startedAt - measured.asideMs;
  }

  async aside<T>(wait: () => Promise<T>): Promise<T> {
    const measured = this.#measured.getStore();
    if (!measured) return wait();
    if (measured.open === 0) measured.since = this.#clock.now();
    measured.open += 1;
    try {
      return await wait();
    } finally {
      measured.open -= 1;
      if (measured.open === 0) measured.asideMs += this.#clock.now() - measured.since;
    }
  }
}
