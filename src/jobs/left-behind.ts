import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError, isBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Vault } from '../kernel/vault.js';
import type { JobId, JobRow, JobStatus } from './job.js';
import { isFinal, openJob, unreadable } from './job-record.js';
import type { JobStore } from './job-store.port.js';
import type { WaitingJobs } from './waiting-jobs.js';
import type { WithdrawnJobs } from './withdrawn-jobs.js';

const SWEEP_BATCH = 50;
const FORGET_EVERY_MS = 60_000;

interface LeftBehindDeps {
  readonly store: JobStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly historyMs: number;
  readonly isAlone: boolean;
  readonly waiting: Pick<WaitingJobs, 'tellAgain' | 'wakeIfLoggedIn'>;
  readonly withdrawn: WithdrawnJobs;
  readonly isRunning: (id: JobId) => boolean;
  readonly handOver: (row: JobRow) => Promise<void>;
  /** Goes on with a job, if there is a place for its owner. Fails with `store.corrupt` for one that cannot be read. */
  readonly attend: (row: JobRow) => Promise<void>;
}

/** Finds the jobs that nobody looks after any more: of processes that have died, of queues that have lost them. */
export class LeftBehind {
  readonly #deps: LeftBehindDeps;
  #hasLookedAround = false;
  #forgetAt = 0;

  constructor(deps: LeftBehindDeps) {
    this.#deps = deps;
  }

  async sweep(): Promise<void> {
    const { clock, store, waiting, withdrawn } = this.#deps;
    if (!this.#hasLookedAround) await this.#lookAround();
    this.#hasLookedAround = true;
    await withdrawn.end();
    await waiting.tellAgain();
    for (const id of await store.needingAttention(clock.now(), SWEEP_BATCH)) await this.#attend(id);
    if (clock.now() < this.#forgetAt) return;
    this.#forgetAt = clock.now() + FORGET_EVERY_MS;
    await store.forget(clock.now());
  }

  /** What a process left behind that has died: logins that nobody has passed on, and its jobs if it was the only one. */
  async #lookAround(): Promise<void> {
    const { handOver, isAlone, isRunning } = this.#deps;
    for await (const row of this.#all('suspended')) await this.#wakeIfLoggedIn(row);
    if (!isAlone) return;
    for await (const row of this.#all('running')) if (!isRunning(row.id)) await handOver(row);
  }

  async #wakeIfLoggedIn(row: JobRow): Promise<void> {
    const { logger, vault, waiting } = this.#deps;
    try {
      await waiting.wakeIfLoggedIn(openJob(vault, row));
    } catch (error) {
      if (isBehalfError(error, 'store.unavailable')) throw error;
      logger.warn({ jobId: row.id, err: asBehalfError(error) }, 'a waiting job could not be looked at');
    }
  }

  async *#all(status: JobStatus): AsyncGenerator<JobRow> {
    let before: JobId | undefined;
    do {
      const page = { limit: SWEEP_BATCH, ...(before === undefined ? {} : { before }) };
      const rows = await this.#deps.store.list({ status }, page);
      yield* rows;
      before = rows.length < SWEEP_BATCH ? undefined : rows.at(-1)?.id;
    } while (before !== undefined);
  }

  /** One that cannot be read must not hold up the others. */
  async #attend(id: JobId): Promise<void> {
    const { attend, clock, historyMs, isRunning, logger, store } = this.#deps;
    if (isRunning(id)) return;
    const row = await store.load(id);
    if (!row) return;
    try {
      await attend(row);
    } catch (error) {
      if (!isBehalfError(error, 'store.corrupt')) throw error;
      logger.error({ jobId: id, err: error }, 'a stored job cannot be read');
      const stored = await store.load(id);
      if (stored && !isFinal(stored.status)) await store.write(unreadable(stored, { now: clock.now(), historyMs }));
    }
  }
}
