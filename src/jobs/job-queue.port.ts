import type { JobId } from './job.js';

/**
 * Moves jobs that somebody has to go on with to a process that has room: after a login, after a crash, above the limit of
 * the process that accepted them. It may deliver twice and in any order: taking a job is decided by the store's version.
 */
export interface JobQueue {
  /** Durable when it resolves. */
  push(id: JobId): Promise<void>;
  /** Begins to deliver, at most `concurrency` at a time. A handler that rejects gets the job again later. */
  start(handler: (id: JobId) => Promise<void>, options: { readonly concurrency: number }): Promise<void>;
  /** Stops delivering and resolves when the handlers under way are done. */
  stop(): Promise<void>;
}
