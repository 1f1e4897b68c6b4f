import type { Clock } from './clock.port.js';

interface Waiting {
  readonly at: number;
  readonly expire: () => void;
  isOver: boolean;
}

/**
 * Time limits of one length with one timer for all: a timer for each request, cancelled when the request is done, costs
 * more than reading the request.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #stopping = new AbortController();
  /** All limits are of the same length, so the first to have come is the first to end. */
  readonly #waiting: Waiting[] = [];
  #isTicking = false;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** The work's result, or `late` when it takes longer than the limit. Rejects as the work does. */
  within<T>(work: Promise<T>, late: T): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting = this.#wait(() => resolve(late));
      work.then(
        (result) => {
          this.#end(waiting);
          resolve(result);
        },
        (error: unknown) => {
          this.#end(waiting);
          reject(error);
        },
      );
    });
  }

  /** Calls `act` once where the work takes longer than the limit; how the work ends is its owner's to see. */
  whenLate(work: Promise<unknown>, act: () => void): void {
    const waiting = this.#wait(act);
    const end = (): void => this.#end(waiting);
    work.then(end, end);
  }

  /** Ends the timer; what still waits is left to its work. */
  stop(): void {
    this.#stopping.abort();
  }

  #wait(expire: () => void): Waiting {
    const now = this.#clock.now();
    const waiting: Waiting = { at: now + this.#ms, expire, isOver: false };
    this.#waiting.push(waiting);
    this.#tick(now);
    return waiting;
  }

  #end(waiting: Waiting): void {
    waiting.isOver = true;
    this.#dropEnded();
  }

  #tick(now: number): void {
    const [first] = this.#waiting;
    if (!first || this.#isTicking || this.#stopping.signal.aborted) return;
    this.#isTicking = true;
    const { at } = first;
    this.#clock.sleep(at - now, this.#stopping.signal).then(
      () => {
        this.#isTicking = false;
        const then = Math.max(at, this.#clock.now());
        this.#expire(then);
        this.#tick(then);
      },
      () => undefined,
    );
  }

  #expire(now: number): void {
    for (const waiting of this.#waiting) {
      if (waiting.at > now) break;
      if (!waiting.isOver) waiting.expire();
      waiting.isOver = true;
    }
    this.#dropEnded();
  }

  #dropEnded(): void {
    while (this.#waiting[0]?.isOver) this.#waiting.shift();
  }
}
