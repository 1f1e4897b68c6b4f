import type { JobId } from './job.js';

/** Whose turn a delivery is. */
export interface QueueTurn {
  /** The owner of the job, see `jobOwnerKey`. */
  readonly owner: string;
  /** What waits is delivered by this, the lowest first, and then in the order of the pushes. From 1. */
  readonly rank: number;
}

/**
 * Moves jobs that somebody has to go on with to a process that has room: after a login, after a crash, above the limit of
 * the process that accepted them. It may deliver twice, and only what waits in it keeps the order of the ranks: taking a job is decided by the store's version.
 */
export interface JobQueue {
  /** Durable when it resolves. */
  push(id: JobId, turn: QueueTurn): Promise<void>;
  /** Begins to deliver, at most `concurrency` at a time. A handler that rejects gets the job again later. */
  start(
    handler: (id: JobId, turn: QueueTurn) => Promise<void>,
    options: { readonly concurrency: number },
  ): Promise<void>;
  /** Stops delivering and resolves when the handlers under way are done. */
  stop(): Promise<void>;
}
