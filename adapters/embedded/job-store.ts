import { jobOwnerKey } from '../../src/chat/job-owner.js';
import type { JobRow, JobStatus } from '../../src/jobs/job.js';
import type { AcceptOutcome, JobFilter, JobPage, JobStore } from '../../src/jobs/job-store.port.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { joinKey, sha256 } from '../../src/kernel/ids.js';
import { type Database, type SqlRow, type SqlValue, type Statement, textOf } from './database.js';
import { CHANGING_COLUMNS, changingValues, decodeJob, decodeWaitingFor, encodeOwner } from './job-row.js';
import { createOpenJobs } from './open-jobs.js';

const FIXED_COLUMNS = ['id', 'person', 'recipe', 'created_at'] as const;
/** Characters of the hash by which an event is claimed: 132 bits. */
const CLAIM_LENGTH = 22;
const ALL_COLUMNS = [...FIXED_COLUMNS, ...CHANGING_COLUMNS];

export function createJobStore(database: Database, clock: Clock): JobStore {
  const claimed = database.prepare('SELECT refusal FROM claims WHERE event = ? AND expires_at > ?');
  const claim = database.prepare('INSERT OR REPLACE INTO claims (event, expires_at, refusal) VALUES (?, ?, ?)');
  const open = createOpenJobs(database);
  const insert = database.prepare(
    `INSERT INTO jobs (${ALL_COLUMNS.join(', ')}) VALUES (${ALL_COLUMNS.map(() => '?').join(', ')})
    ON CONFLICT (id) DO NOTHING`,
  );
  const load = database.prepare('SELECT * FROM jobs WHERE id = ?');
  const update = database.prepare(
    `UPDATE jobs SET ${CHANGING_COLUMNS.map((column) => `${column} = ?`).join(', ')} WHERE id = ? AND version = ?`,
  );
  const suspended = database.prepare(
    "SELECT id, waiting_for FROM jobs WHERE person = ? AND status = 'suspended' ORDER BY id",
  );
  const attention = database.prepare(
    'SELECT id FROM jobs INDEXED BY jobs_by_due WHERE is_open = 1 AND due_at <= ? ORDER BY due_at LIMIT ?',
  );
  const forget = database.prepare('DELETE FROM jobs INDEXED BY jobs_by_due WHERE is_open = 0 AND due_at <= ?');
  const listing = createListing(database);
  return {
    async accept(row, eventId, eventTtlMs, limits = {}) {
      const owner = encodeOwner(row.user);
      // A claim outlives what is erased: it must not tell whose event it was.
      const event = sha256(joinKey(jobOwnerKey(row.user), eventId)).slice(0, CLAIM_LENGTH);
      let refusal: AcceptOutcome | undefined;
      let hasEntered = false;
      const work = (): AcceptOutcome => {
        const now = clock.now();
        const earlier = claimed.get(event, now);
        if (earlier) return earlierOutcome(earlier);
        // The work may be done again, the turn is taken once.
        if (!hasEntered) refusal = open.enter(owner, limits, row.createdAt);
        hasEntered = true;
        if (refusal) {
          if (!limits.mayAskAgain) claim.run(event, now + eventTtlMs, JSON.stringify(refusal));
          return refusal;
        }
        if (insert.run(row.id, owner, row.recipe, row.createdAt, ...changingValues(row)) === 0)
          return { kind: 'duplicate' };
        claim.run(event, now + eventTtlMs, null);
        // Now, not after the commit: other jobs of the same commit count this one.
        open.note(owner, row);
        return { kind: 'accepted', open: open.count(owner) };
      };
      try {
        return await database.commit('accept job', work);
      } catch (error) {
        open.drop(owner, row.id);
        throw error;
      }
    },
    countOpen: (owner) => database.call('count open jobs', () => open.count(owner && encodeOwner(owner))),
    load: (id) =>
      database.call('load job', () => {
        const row = load.get(id);
        return row && decodeJob(row);
      }),
    async write(row) {
      const isWritten = await database.commit(
        'write job',
        () => update.run(...changingValues(row), row.id, row.version - 1) === 1,
        { isOneStatement: true },
      );
      if (isWritten) open.note(encodeOwner(row.user), row);
      return isWritten;
    },
    list: (filter, page) => database.call('list jobs', () => listing(filter, page)),
    waitingFor: (user, connection) =>
      database.call('waiting jobs', () =>
        suspended
          .all(encodeOwner(user))
          .filter((row) => decodeWaitingFor(row).includes(connection))
          .map((row) => textOf(row, 'id')),
      ),
    needingAttention: (now, limit) =>
      database.call('jobs needing attention', () => attention.all(now, limit).map((row) => textOf(row, 'id'))),
    forget: (now) => database.call('forget jobs', () => forget.run(now)),
  };
}

/** What became of an event that was claimed before: refused for ever, or taken in. */
function earlierOutcome({ refusal }: SqlRow): AcceptOutcome {
  if (typeof refusal !== 'string') return { kind: 'duplicate' };
  const value: unknown = JSON.parse(refusal);
  const retryAfterMs = typeof value === 'object' && value !== null ? Reflect.get(value, 'retryAfterMs') : undefined;
  return typeof retryAfterMs === 'number'
    ? { kind: 'refused', limit: 'pace', retryAfterMs }
    : { kind: 'refused', limit: 'open' };
}

/** One prepared statement for each combination of filters that is asked for. */
function createListing(database: Database): (filter: JobFilter, page: JobPage) => readonly JobRow[] {
  const statements = new Map<string, Statement>();
  return ({ user, recipe, status }, { after, before, limit }) => {
    const conditions: readonly (readonly [string, SqlValue | undefined])[] = [
      ['person = ?', user && encodeOwner(user)],
      ['recipe = ?', recipe],
      ['id < ?', before],
      ['id > ?', after],
    ];
    const used = conditions.filter(([, value]) => value !== undefined);
    // Written out, for SQLite looks at no value when it chooses among the indexes of some of the jobs.
    const all = [...(status === undefined ? [] : [conditionOf(status)]), ...used.map(([condition]) => condition)];
    const where = all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`;
    const sql = `SELECT * FROM jobs ${user ? '' : indexOf(status)} ${where} ORDER BY id ${after === undefined ? 'DESC' : 'ASC'} LIMIT ?`;
    const statement = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, statement);
    return statement.all(...used.map(([, value]) => value ?? null), limit).map(decodeJob);
  };
}

function conditionOf(status: JobStatus): string {
  return status === 'running' ? "is_open = 1 AND status = 'running'" : `status = '${status}'`;
}

/** SQLite would go through all jobs, newest first, for the few that run. */
function indexOf(status: JobStatus | undefined): string {
  return status === 'running' ? 'INDEXED BY jobs_by_due' : '';
}
