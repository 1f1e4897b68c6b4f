import { jobOwnerKey } from '../chat/job-owner.js';
import { asBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import type { JobId, JobRow } from './job.js';
import type { JobQueue, QueueTurn } from './job-queue.port.js';
import type { Job } from './job-record.js';
import type { JobStore } from './job-store.port.js';
import type { Places } from './places.js';
import { SetAside } from './set-aside.js';

interface QueuedJobsDeps {
  readonly queue: JobQueue;
  readonly store: Pick<JobStore, 'countOpen'>;
  readonly places: Places;
  readonly logger: Logger;
  /** Jobs that this process runs at the same time. */
  readonly maxRunning: number;
  /** Takes a job that somebody has to go on with, unless somebody else does. */
  readonly take: (id: JobId) => Promise<Job | undefined>;
  /** Runs a job on a place that has been taken for it, to its end. */
  readonly run: (job: Job) => Promise<void>;
  /** In place of an empty one. */
  readonly aside?: SetAside;
}

/** What a process gets from the queue and puts into it: who has less under way goes first, and nobody holds up the others. */
export class QueuedJobs {
  readonly #deps: QueuedJobsDeps;
  readonly #aside: SetAside;

  constructor(deps: QueuedJobsDeps) {
    this.#deps = deps;
    this.#aside = deps.aside ?? new SetAside();
  }

  /** Jobs of which the queue knows no more, or which it has delivered, and that have no place. */
  get waiting(): number {
    return this.#deps.places.waiting + this.#aside.size;
  }

  async start(): Promise<void> {
    const { maxRunning, queue } = this.#deps;
    await queue.start((id, turn) => this.#deliver(id, turn), { concurrency: maxRunning });
  }

  async stop(): Promise<void> {
    // First: what is put back would be delivered here again.
    const stopped = this.#deps.queue.stop();
    for (const { id, turn } of this.#aside.takeAll()) await this.push(id, turn);
    await stopped;
  }

  /** Puts in a job of somebody whose open jobs are not counted yet. */
  async handOver({ id, user }: Pick<JobRow, 'id' | 'user'>): Promise<void> {
    const open = await this.#deps.store.countOpen(user).catch(() => 1);
    await this.push(id, { owner: jobOwnerKey(user), rank: Math.max(1, open) });
  }

  /** The row is durable already: what the queue does not take is found by the sweep. */
  async push(id: JobId, turn: QueueTurn): Promise<void> {
    await this.#deps.queue.push(id, turn).catch((error: unknown) => {
      this.#deps.logger.warn({ jobId: id, err: asBehalfError(error) }, 'the queue did not take a job');
    });
  }

  /** Goes on with a job that was set aside, after a place of its owner got free. */
  async takeUp(owner: string): Promise<void> {
    const { places, run } = this.#deps;
    for (;;) {
      const next = this.#aside.takeFirst(owner);
      if (!next) return;
      if (!places.take(owner)) {
        // Others are before it now. Where nothing of this owner is left to end here, nobody would come back for the rest.
        const rest = places.takenBy(owner) === 0 ? this.#aside.takeAll(owner) : [];
        for (const { id, turn } of [next, ...rest]) await this.push(id, turn);
        return;
      }
      const job = await this.takeOrLeave(next.id, owner);
      if (job) return run(job);
    }
  }

  /** Takes a job on a place that has been taken for it; gives the place back when there is nothing to do. */
  async takeOrLeave(id: JobId, owner: string): Promise<Job | undefined> {
    let job: Job | undefined;
    try {
      job = await this.#deps.take(id);
      return job;
    } finally {
      if (!job) this.#deps.places.leave(owner);
    }
  }

  /** Goes on with a job to its end; the queue counts it as under way until then. */
  async #deliver(id: JobId, turn: QueueTurn): Promise<void> {
    // Where nothing more can be set aside, the queue waits: what it has not delivered is in nobody's memory.
    while (!(await this.#deps.places.wait(turn))) {
      if (this.#aside.put(id, turn)) return;
      await this.#aside.room();
    }
    const job = await this.takeOrLeave(id, turn.owner);
    if (job) await this.#deps.run(job);
  }
}
