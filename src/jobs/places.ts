import { BehalfError } from '../kernel/errors.js';

/** Places for jobs that a process runs at the same time. A place that gets free goes to whoever has waited longest. */
export class Places {
  #free: number;
  readonly #waiting: { readonly enter: () => void; readonly turnAway: (error: BehalfError) => void }[] = [];
  #isClosed = false;

  constructor(places: number) {
    this.#free = places;
  }

  /** Takes a place if there is one. */
  take(): boolean {
    if (this.#isClosed || this.#free === 0) return false;
    this.#free -= 1;
    return true;
  }

  /** Takes a place as soon as there is one. Rejects with `job.lost` when none is given any more. */
  async wait(): Promise<void> {
    if (this.take()) return;
    if (this.#isClosed) throw stopping();
    await new Promise<void>((resolve, reject) => this.#waiting.push({ enter: resolve, turnAway: reject }));
  }

  leave(): void {
    const next = this.#isClosed ? undefined : this.#waiting.shift();
    if (next) next.enter();
    else this.#free += 1;
  }

  /** Gives no more places. */
  close(): void {
    this.#isClosed = true;
    for (const { turnAway } of this.#waiting.splice(0)) turnAway(stopping());
  }
}

function stopping(): BehalfError {
  return new BehalfError('job.lost', 'The process is stopping; the job goes on elsewhere');
}
