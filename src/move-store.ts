import type { Stores } from './assemble.js';
import type { AuditPage, AuditPosition, AuditStore } from './audit/audit-store.port.js';
import type { Connection } from './connections/connection.js';
import { openRow, openRows, sealRow } from './connections/connection-records.js';
import type { JobRow } from './jobs/job.js';
import type { Clock } from './kernel/clock.port.js';
import { isBehalfError } from './kernel/errors.js';
import type { Vault } from './kernel/vault.js';
import type { StoreContents, TimedConnection } from './store-contents.port.js';

/** How long an event counts as taken in for a job that has been carried over, in ms: platforms deliver again within an hour. */
const CLAIM_MS = 3_600_000;

/** Pages of the audit log that go over at once. */
const AUDIT_PORTION = 100;

/** How many rows went over, were there already, or cannot be opened with the keys. */
interface Moved {
  moved: number;
  there: number;
  unreadable: number;
}

export type MovedRows = Readonly<
  Record<'connections' | 'jobs' | 'records' | 'revocations' | 'departures' | 'audit', Readonly<Moved>>
>;

/**
 * Carries all that a store holds into others that nobody works on yet. It may be repeated after it was interrupted: what is
 * there already stays as it is, unless it has changed in the old store since. A row that cannot be opened is left behind and counted.
 */
export async function moveStore(options: {
  readonly from: StoreContents;
  readonly to: Stores;
  readonly vault: Vault;
  readonly clock: Clock;
}): Promise<MovedRows> {
  const { clock, from, to, vault } = options;
  const none = (): Moved => ({ moved: 0, there: 0, unreadable: 0 });
  const counts = {
    connections: none(),
    jobs: none(),
    records: none(),
    revocations: none(),
    departures: none(),
    audit: await moveAudit(from.audit, to.audit, none()),
  };
  for await (const row of from.connections()) counts.connections[await moveConnection(row, to, vault)] += 1;
  for await (const row of from.jobs()) counts.jobs[await moveJob(row, to)] += 1;
  for await (const { key, value, expiresAt } of from.records()) {
    const done = await to.expiring.add(key, value, Math.max(1, expiresAt - clock.now()));
    counts.records[done ? 'moved' : 'there'] += 1;
  }
  for await (const revocation of from.revocations()) {
    await to.revocations.add(revocation);
    counts.revocations.moved += 1;
  }
  for await (const { departed, dueAt } of from.departures()) {
    await to.departures.add(departed, dueAt);
    counts.departures.moved += 1;
  }
  // Last: from then on somebody may go on with the job.
  for await (const { job, turn } of from.deliveries()) await to.queue.push(job, turn);
  return counts;
}

/** How many connections no key opens, so that {@link moveStore} would leave them behind. */
export async function countUnreadable(from: Pick<StoreContents, 'connections'>, vault: Vault): Promise<number> {
  let count = 0;
  for await (const row of from.connections()) if (openRows(vault, [row])[0]?.kind === 'unreadable') count += 1;
  return count;
}

async function moveConnection(row: TimedConnection, { connections }: Stores, vault: Vault): Promise<keyof Moved> {
  try {
    const connection = openRow(vault, row);
    const write = (generation: number) =>
      connections.write(sealRow(vault, { ...connection, generation }), row.keepAliveAt);
    // A row is sealed for its generation, and a store begins with the first.
    if (!(await write(1))) {
      const stored = await connections.get(row.owner, row.name);
      const [read] = stored ? openRows(vault, [stored]) : [];
      const isNewer = read?.kind === 'readable' && changedAt(connection) > changedAt(read.connection);
      if (!isNewer || !(await write(read.connection.generation + 1))) return 'there';
    }
    if (row.usedAt !== undefined) await connections.touch(row.owner, row.name, row.usedAt);
    return 'moved';
  } catch (error) {
    if (!isBehalfError(error, 'store.corrupt')) throw error;
    return 'unreadable';
  }
}

/** A refresh changes the tokens alone. */
function changedAt({ changedAt: at, tokens }: Connection): number {
  return Math.max(at, tokens?.issuedAt ?? 0);
}

async function moveJob(row: JobRow, { jobs }: Stores): Promise<keyof Moved> {
  const isNew = (await jobs.accept(row, `moved:${row.id}`, CLAIM_MS)).kind === 'accepted';
  const stored = isNew ? row : await jobs.load(row.id);
  const isNewer = stored !== undefined && row.updatedAt > stored.updatedAt;
  // Only a write notes until when a finished job is kept.
  const isUnnoted = row.keepUntil !== undefined && row.version === stored?.version;
  if (stored && (isNewer || isUnnoted)) await jobs.write({ ...row, version: stored.version + 1 });
  return isNew || isNewer ? 'moved' : 'there';
}

/** The audit log goes over as it is: it is a chain. Where another one has begun already, this one stays where it is. */
async function moveAudit(from: StoreContents['audit'], to: AuditStore, counts: Moved): Promise<Moved> {
  const old = await from.state();
  if (!old) return counts;
  const { anchor, key } = old;
  const begun = await to.begin({ key, ...(anchor ? { anchor } : {}) });
  const isOther = Buffer.compare(begun.key, key) !== 0;
  let end: AuditPosition = begun.head;
  for (let last = 0; ; ) {
    const portion = await from.read(last, AUDIT_PORTION);
    const fresh = portion.filter(({ number }) => !isOther && number > begun.head.number);
    const elsewhere = await to.append(fresh, end);
    const entries = entriesOf(fresh);
    counts[elsewhere ? 'unreadable' : 'moved'] += entries;
    counts[isOther ? 'unreadable' : 'there'] += entriesOf(portion) - entries;
    end = fresh.at(-1) ?? end;
    last = portion.at(-1)?.number ?? last;
    if (portion.length < AUDIT_PORTION) return counts;
  }
}

function entriesOf(pages: readonly AuditPage[]): number {
  return pages.reduce((entries, { count }) => entries + count, 0);
}
