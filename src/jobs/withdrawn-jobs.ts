import type { Clock } from '../kernel/clock.port.js';
import type { Vault } from '../kernel/vault.js';
import type { JobId } from './job.js';
import { finished, type Job, sealJob } from './job-record.js';
import type { JobStore } from './job-store.port.js';

interface WithdrawnJobsDeps {
  readonly store: JobStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly historyMs: number;
}

/** Jobs whose acceptance failed, so that the person was told it did not start: they must not run after all. */
export class WithdrawnJobs {
  readonly #deps: WithdrawnJobsDeps;
  readonly #jobs = new Map<JobId, Job>();

  constructor(deps: WithdrawnJobsDeps) {
    this.#deps = deps;
  }

  add(job: Job): void {
    this.#jobs.set(job.id, job);
  }

  has(id: JobId): boolean {
    return this.#jobs.has(id);
  }

  /** A write that seemed to fail may have arrived: such a row is ended before anybody runs it. */
  async end(): Promise<void> {
    const { clock, historyMs, store, vault } = this.#deps;
    for (const [id, job] of this.#jobs) {
      if (await store.load(id))
        await store.write(sealJob(vault, finished(job, 'cancelled', { state: job.state, historyMs }, clock.now())));
      this.#jobs.delete(id);
    }
  }
}
