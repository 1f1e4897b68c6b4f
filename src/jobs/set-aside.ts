import type { JobId } from './job.js';
import type { QueueTurn } from './job-queue.port.js';

interface SetAsideJob {
  readonly id: JobId;
  readonly turn: QueueTurn;
}

/** Jobs of all owners that wait here at once: about 3 MB. */
const MOST = 10_000;

/**
 * Jobs that the queue has delivered to a process in which their owner has enough: they wait here, so that the queue can deliver
 * those of others. What is lost with the process is found by the sweep, as all jobs are that wait for too long.
 */
export class SetAside {
  readonly #most: number;
  readonly #jobs = new Map<string, SetAsideJob[]>();
  #size = 0;
  /** Those who wait for room. */
  readonly #waiting: (() => void)[] = [];

  constructor(most = MOST) {
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  /** False where there is no room: the queue keeps the others. */
  put(id: JobId, turn: QueueTurn): boolean {
    if (this.#size >= this.#most) return false;
    this.#size += 1;
    const jobs = this.#jobs.get(turn.owner);
    if (jobs) jobs.push({ id, turn });
    else this.#jobs.set(turn.owner, [{ id, turn }]);
    return true;
  }

  /** Resolves when there may be room. */
  room(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Takes the one of this owner that has waited longest. */
  takeFirst(owner: string): SetAsideJob | undefined {
    const jobs = this.#jobs.get(owner);
    const first = jobs?.shift();
    if (jobs?.length === 0) this.#jobs.delete(owner);
    if (first) this.#leave(1);
    return first;
  }

  /** Takes all, or all of one owner. */
  takeAll(owner?: string): readonly SetAsideJob[] {
    const owners = owner === undefined ? [...this.#jobs.keys()] : [owner];
    const taken = owners.flatMap((one) => {
      const jobs = this.#jobs.get(one) ?? [];
      this.#jobs.delete(one);
      return jobs;
    });
    this.#leave(taken.length);
    if (owner === undefined) this.#wake(this.#waiting.length);
    return taken;
  }

  #leave(count: number): void {
    this.#size -= count;
    this.#wake(count);
  }

  #wake(count: number): void {
    for (const tell of this.#waiting.splice(0, count)) tell();
  }
}
