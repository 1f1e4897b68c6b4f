import type { Clock } from '../kernel/clock.port.js';
import type { Vault } from '../kernel/vault.js';
import type { JobId } from './job.js';
import { type Job, openJob, sealJob } from './job-record.js';
import type { JobStore } from './job-store.port.js';

/** How many times a write that lost against another one is tried anew. */
const CONFLICT_TRIES = 5;

interface ChangeDeps {
  readonly store: JobStore;
  readonly vault: Vault;
  readonly clock: Clock;
}

export async function loadJob({ store, vault }: ChangeDeps, id: JobId): Promise<Job | undefined> {
  const row = await store.load(id);
  return row && openJob(vault, row);
}

/** Reads, changes and writes a job until nobody else wrote in between; `undefined`: nothing was to change. */
export async function changeJob(
  deps: ChangeDeps,
  id: JobId,
  change: (job: Job, now: number) => Job | undefined,
): Promise<Job | undefined> {
  for (let attempt = 0; attempt < CONFLICT_TRIES; attempt += 1) {
    const job = await loadJob(deps, id);
    const changed = job && change(job, deps.clock.now());
    if (!changed) return undefined;
    if (await deps.store.write(sealJob(deps.vault, changed))) return changed;
  }
  return undefined;
}
