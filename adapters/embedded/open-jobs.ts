import { LRUCache } from 'lru-cache';
import type { JobOwner } from '../../src/chat/job-owner.js';
import type { JobRow } from '../../src/jobs/job.js';
import type { OwnerLimits } from '../../src/jobs/job-store.port.js';
import { takeTurn } from '../../src/kernel/token-bucket.js';
import { type Database, textOf } from './database.js';
import { encodeOwner } from './job-row.js';

/** People whose pace is remembered at once: those who have been quiet the longest begin anew. */
const MOST_PACES = 10_000;

type Refusal =
  | { readonly kind: 'refused'; readonly limit: 'pace'; readonly retryAfterMs: number }
  | { readonly kind: 'refused'; readonly limit: 'open' };

/**
 * What each owner has under way, in memory: the file belongs to one process, so nothing has to be written for it. Read out of the
 * file at the first use; how fast somebody was is forgotten by a restart.
 */
export interface OpenJobs {
  /** The owner's, else those of everybody. */
  count(owner?: JobOwner): number;
  /** Takes a turn for one more job of the row's owner, or says why there is none. */
  enter(row: JobRow, limits: OwnerLimits): Refusal | undefined;
  /** The row is stored so. */
  note(row: Pick<JobRow, 'id' | 'user' | 'status'>): void;
  /** The row was not stored after all. */
  drop(row: Pick<JobRow, 'id' | 'user'>): void;
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

  function drop({ id, user }: Pick<JobRow, 'id' | 'user'>): void {
    const owner = encodeOwner(user);
    const jobs = all().get(owner);
    if (jobs?.delete(id) && jobs.size === 0) all().delete(owner);
  }

  return {
    count(owner) {
      if (owner) return all().get(encodeOwner(owner))?.size ?? 0;
      let count = 0;
      for (const jobs of all().values()) count += jobs.size;
      return count;
    },
    enter({ createdAt, user }, { mostOpen, pace }) {
      const owner = encodeOwner(user);
      if (mostOpen !== undefined && (all().get(owner)?.size ?? 0) >= mostOpen)
        return { kind: 'refused', limit: 'open' };
      if (!pace) return undefined;
      const turn = takeTurn(paces.get(owner), pace, { now: createdAt, maxWaitMs: 0 });
      if (!turn.isGiven) return { kind: 'refused', limit: 'pace', retryAfterMs: Math.ceil(turn.waitMs) };
      paces.set(owner, turn.fullAt);
      return undefined;
    },
    note(row) {
      if (row.status === 'pending' || row.status === 'running') add(all(), encodeOwner(row.user), row.id);
      else drop(row);
    },
    drop,
  };
}

function add(owners: Map<string, Set<string>>, owner: string, id: string): void {
  const jobs = owners.get(owner);
  if (jobs) jobs.add(id);
  else owners.set(owner, new Set([id]));
}
