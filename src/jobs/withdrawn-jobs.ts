import type { Clock } from '../kernel/clock.port.js';
import { BehalfError } from '../kernel/errors.js';
import type { Vault } from '../kernel/vault.js';
import type { JobId, JobRow } from './job.js';
import { finished, type Job, openJob, sealJob } from './job-record.js';
import type { JobStore } from './job-store.port.js';

/** Jobs that are remembered while the store is away: about 2 MB. */
const MOST = 10_000;
/** The version of a job that nobody has written since it was taken in. */
const UNTOUCHED = 1;

interface WithdrawnJobsDeps {
  readonly store: JobStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly historyMs: number;
}

/** Jobs whose acceptance failed, so that the person was told it did not start: they must not run after all. */
export class WithdrawnJobs {
  readonly #deps: WithdrawnJobsDeps;
  readonly #most: number;
  readonly #ids = new Set<JobId>();

  constructor(deps: WithdrawnJobsDeps, most = MOST) {
    this.#deps = deps;
    this.#most = most;
  }

  /**
   * Call it before a job is taken in: one that could not be withdrawn must not be tried.
   * @throws BehalfError `store.unavailable` when so many have failed that no more can be remembered
   */
  checkRoom(): void {
    if (this.#ids.size >= this.#most)
      throw new BehalfError('store.unavailable', 'The store has taken no job in for long', {
        details: { withdrawn: this.#ids.size },
      });
  }

  add(id: JobId): void {
    this.#ids.add(id);
  }

  has(id: JobId): boolean {
    return this.#ids.has(id);
  }

  /** A write that seemed to fail may have arrived: such a row is ended before anybody runs it. */
  async end(): Promise<void> {
    const { clock, historyMs, store, vault } = this.#deps;
    for (const id of this.#ids) {
      const row = await store.load(id);
      const job = row?.version === UNTOUCHED ? this.#open(row) : undefined;
      if (job)
        await store.write(sealJob(vault, finished(job, 'cancelled', { state: job.state, historyMs }, clock.now())));
      this.#ids.delete(id);
    }
  }

  /** One that cannot be read does not run either. */
  #open(row: JobRow): Job | undefined {
    try {
      return openJob(this.#deps.vault, row);
    } catch {
      return undefined;
    }
  }
}
