import { LRUCache } from 'lru-cache';
import type { JobId, JobRow } from '../../src/jobs/job.js';
import type { OwnerLimits } from '../../src/jobs/job-store.port.js';
import { takeTurn } from '../../src/kernel/token-bucket.js';
import { type Database, textOf } from './database.js';

/** People whose pace is remembered at once: those who have been quiet the longest begin anew. */
const MOST_PACES = 10_000;

type Refusal =
  | { readonly kind: 'refused'; readonly limit: 'pace'; readonly retryAfterMs: number }
  | { readonly kind: 'refused'; readonly limit: 'open' };

/**
 * What each owner, as the `person` column has it, has under way, in memory: the file belongs to one process, so nothing has to be
 * written for it. Read out of the file at the first use; how fast somebody was is forgotten by a restart.
 */
export interface OpenJobs {
  /** The owner's, else those of everybody. */
  count(owner?: string): number;
  /** Takes a turn for one more job, or says why there is none. `now` in ms since the epoch. */
  enter(owner: string, limits: OwnerLimits, now: number): Refusal | undefined;
  /** The row is stored so. */
  note(owner: string, row: Pick<JobRow, 'id' | 'status'>): void;
  /** The row was not stored after all. */
  drop(owner: string, id: JobId): void;
}

export function createOpenJobs(database: Database): OpenJobs {
  const unfinished = database.prepare(
    "SELECT id, person FROM jobs INDEXED BY jobs_by_due WHERE is_open = 1 AND status IN ('pending', 'running')",
  );
  const paces = new LRUCache<string, number>({ max: MOST_PACES });
  let known: Map<string, Set<string>> | undefined;

  function all(): Map<string, Set<string>> {
    if (known) return known;
    known = new Map();
    for (const row of unfinished.all()) add(known, textOf(row, 'person'), textOf(row, 'id'));
    return known;
  }

  function drop(owner: string, id: JobId): void {
    const jobs = all().get(owner);
    if (jobs?.delete(id) && jobs.size === 0) all().delete(owner);
  }

  return {
    count(owner) {
      if (owner !== undefined) return all().get(owner)?.size ?? 0;
      let count = 0;
      for (const jobs of all().values()) count += jobs.size;
      return count;
    },
    enter(owner, { mostOpen, pace }, now) {
      if (mostOpen !== undefined && (all().get(owner)?.size ?? 0) >= mostOpen)
        return { kind: 'refused', limit: 'open' };
      if (!pace) return undefined;
      const turn = takeTurn(paces.get(owner), pace, { now, maxWaitMs: 0 });
      if (!turn.isGiven) return { kind: 'refused', limit: 'pace', retryAfterMs: Math.ceil(turn.waitMs) };
      paces.set(owner, turn.fullAt);
      return undefined;
    },
    note(owner, { id, status }) {
      if (status === 'pending' || status === 'running') add(all(), owner, id);
      else drop(owner, id);
    },
    drop,
  };
}

function add(owners: Map<string, Set<string>>, owner: string, id: string): void {
  const jobs = owners.get(owner);
  if (jobs) jobs.add(id);
  else owners.set(owner, new Set([id]));
}
