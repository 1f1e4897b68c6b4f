import { BehalfError } from '../kernel/errors.js';

interface Wanted {
  readonly owner: string;
  /** The lowest goes first. */
  readonly rank: number;
}

interface Waiting extends Wanted {
  readonly settle: (isIn: boolean) => void;
  readonly turnAway: (error: BehalfError) => void;
}

/**
 * Places for jobs that a process runs at the same time. Nobody has more than half of them, so that there always is one for
 * somebody else who comes. A place that gets free goes to the lowest rank, and of these to whoever has waited longest.
 */
export class Places {
  readonly #share: number;
  #free: number;
  readonly #taken = new Map<string, number>();
  readonly #waiting: Waiting[] = [];
  #isClosed = false;

  constructor(places: number) {
    this.#free = places;
    this.#share = Math.ceil(places / 2);
  }

  /** Takes a place if there is one for this owner. */
  take(owner: string): boolean {
    if (this.#isClosed || this.#free === 0 || !this.#mayHaveMore(owner)) return false;
    this.#free -= 1;
    this.#taken.set(owner, this.takenBy(owner) + 1);
    if (!this.#mayHaveMore(owner)) this.#sendAway(owner);
    return true;
  }

  /**
   * Takes a place as soon as there is one; false as soon as the owner has as many as one may have. Rejects with `job.lost` when none
   * is given any more.
   */
  async wait(wanted: Wanted): Promise<boolean> {
    if (this.take(wanted.owner)) return true;
    if (this.#isClosed) throw stopping();
    if (!this.#mayHaveMore(wanted.owner)) return false;
    return new Promise((settle, turnAway) => this.#waiting.push({ ...wanted, settle, turnAway }));
  }

  leave(owner: string): void {
    this.#free += 1;
    const left = this.takenBy(owner) - 1;
    if (left === 0) this.#taken.delete(owner);
    else this.#taken.set(owner, left);
    const next = this.#next();
    if (!next) return;
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    this.take(next.owner);
    next.settle(true);
  }

  /** How many wait for one. */
  get waiting(): number {
    return this.#waiting.length;
  }

  takenBy(owner: string): number {
    return this.#taken.get(owner) ?? 0;
  }

  /** Gives no more places. */
  close(): void {
    this.#isClosed = true;
    for (const { turnAway } of this.#waiting.splice(0)) turnAway(stopping());
  }

  #next(): Waiting | undefined {
    return this.#waiting.reduce<Waiting | undefined>(
      (best, one) => (best && best.rank <= one.rank ? best : one),
      undefined,
    );
  }

  #sendAway(owner: string): void {
    for (const waiting of this.#waiting.filter((one) => one.owner === owner)) {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      waiting.settle(false);
    }
  }

  #mayHaveMore(owner: string): boolean {
    return this.takenBy(owner) < this.#share;
  }
}

function stopping(): BehalfError {
  return new BehalfError('job.lost', 'The process is stopping; the job goes on elsewhere');
}
