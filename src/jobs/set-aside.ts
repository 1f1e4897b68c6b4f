import type { JobId } from './job.js';
import type { QueueTurn } from './job-queue.port.js';

interface SetAsideJob {
  readonly id: JobId;
  readonly turn: QueueTurn;
}

/**
 * Jobs that the queue has delivered to a process in which their owner has enough: they wait here, so that the queue can deliver
 * those of others. What is lost with the process is found by the sweep, as all jobs are that wait for too long.
 */
export class SetAside {
  readonly #jobs = new Map<string, SetAsideJob[]>();

  put(id: JobId, turn: QueueTurn): void {
    const jobs = this.#jobs.get(turn.owner);
    if (jobs) jobs.push({ id, turn });
    else this.#jobs.set(turn.owner, [{ id, turn }]);
  }

  /** Takes the one of this owner that has waited longest. */
  takeFirst(owner: string): SetAsideJob | undefined {
    const jobs = this.#jobs.get(owner);
    const first = jobs?.shift();
    if (jobs?.length === 0) this.#jobs.delete(owner);
    return first;
  }

  /** Takes all, or all of one owner. */
  takeAll(owner?: string): readonly SetAsideJob[] {
    const owners = owner === undefined ? [...this.#jobs.keys()] : [owner];
    return owners.flatMap((one) => {
      const jobs = this.#jobs.get(one) ?? [];
      this.#jobs.delete(one);
      return jobs;
    });
  }
}
