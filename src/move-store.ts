import type { Stores } from './assemble.js';
import type { AuditPage, AuditPosition, AuditStore } from './audit/audit-store.port.js';
import { openRow, sealRow } from './connections/connection-records.js';
import type { Clock } from './kernel/clock.port.js';
import { isBehalfError } from './kernel/errors.js';
import type { Vault } from './kernel/vault.js';
import type { StoreContents } from './store-contents.port.js';

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
 * there already stays as it is. A row that cannot be opened is left behind and counted.
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
  for await (const row of from.connections()) {
    try {
      // A row is sealed for its generation, and a store begins with the first.
      const done = await to.connections.write(
        sealRow(vault, { ...openRow(vault, row), generation: 1 }),
        row.keepAliveAt,
      );
      counts.connections[done ? 'moved' : 'there'] += 1;
      if (done && row.usedAt !== undefined) await to.connections.touch(row.owner, row.name, row.usedAt);
    } catch (error) {
      if (!isBehalfError(error, 'store.corrupt')) throw error;
      counts.connections.unreadable += 1;
    }
  }
  for await (const row of from.jobs()) {
    const done = (await to.jobs.accept(row, `moved:${row.id}`, CLAIM_MS)).kind === 'accepted';
    counts.jobs[done ? 'moved' : 'there'] += 1;
    // Only a write notes until when a finished job is kept.
    if (done && row.keepUntil !== undefined) await to.jobs.write({ ...row, version: row.version + 1 });
  }
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
