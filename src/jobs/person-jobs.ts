import type { ChatUser } from '../chat/chat-user.js';
import type { Clock } from '../kernel/clock.port.js';
import type { JobId, JobRow } from './job.js';
import { isFinal } from './job-record.js';
import type { JobStore } from './job-store.port.js';

const PAGE = 100;

interface PersonJobsDeps {
  readonly store: JobStore;
  /** Ends a job that waits, and says so in its conversation. */
  readonly cancelWaiting: (user: ChatUser, id: JobId) => Promise<unknown>;
  /** Lets a job that runs end before its next step, in whichever process. */
  readonly askToCancel: (id: JobId) => Promise<void>;
  readonly clock: Clock;
}

/** How far forgetting got: how many jobs are gone, and how many run on until their step has ended. */
export interface ForgottenJobs {
  readonly forgotten: number;
  readonly running: number;
}

/** All jobs of a person, for when they want to be forgotten. */
export class PersonJobs {
  readonly #deps: PersonJobsDeps;

  constructor(deps: PersonJobsDeps) {
    this.#deps = deps;
  }

  /** Ends what waits and what runs: the first at once, the second before its next step. Tells how many jobs there are in all. */
  async end(user: ChatUser): Promise<number> {
    const { askToCancel, cancelWaiting } = this.#deps;
    let count = 0;
    for await (const row of this.all(user)) {
      if (row.status === 'suspended') await cancelWaiting(user, row.id);
      if (row.status === 'running') await askToCancel(row.id);
      count += 1;
    }
    return count;
  }

  /** Removes every job that nobody works on, with all that it holds. Safe to repeat. */
  async forget(user: ChatUser): Promise<ForgottenJobs> {
    const { clock, store } = this.#deps;
    let [forgotten, running] = [0, 0];
    for await (const row of this.all(user)) {
      const now = clock.now();
      const isHeld = row.status === 'running' && (row.lease?.until ?? 0) > now;
      // One that has changed in between is looked at again with the next try.
      if (!isHeld && (await store.write(over(row, now)))) forgotten += 1;
      else running += 1;
    }
    await store.forget(clock.now());
    return { forgotten, running };
  }

  /** The newest first. */
  async *all(user: ChatUser): AsyncGenerator<JobRow> {
    let before: JobId | undefined;
    do {
      const page = { limit: PAGE, ...(before === undefined ? {} : { before }) };
      const rows = await this.#deps.store.list({ user }, page);
      yield* rows;
      before = rows.length < PAGE ? undefined : rows.at(-1)?.id;
    } while (before !== undefined);
  }
}

/** Finished, and kept no longer. Nothing is sealed anew: it may be sealed with a key that is gone. */
function over(row: JobRow, now: number): JobRow {
  const { attentionAt: _, lease: __, ...rest } = row;
  const status = isFinal(row.status) ? row.status : 'cancelled';
  return { ...rest, status, waitingFor: [], version: row.version + 1, updatedAt: now, keepUntil: now };
}
