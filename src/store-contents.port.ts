import type { AuditStore } from './audit/audit-store.port.js';
import type { ConnectionRow } from './connections/connection-store.port.js';
import type { Departed } from './connections/departure-queue.port.js';
import type { Revocation } from './connections/revocation-queue.port.js';
import type { JobId, JobRow } from './jobs/job.js';
import type { QueueTurn } from './jobs/job-queue.port.js';
import type { RecordKey } from './kernel/expiring-store.port.js';

/** A connection with the time of its last use, and that at which its refresh token has to be used; in ms since the epoch. */
export type TimedConnection = ConnectionRow & { readonly usedAt?: number; readonly keepAliveAt?: number };
export type DueDeparture = { readonly departed: Departed; readonly dueAt: number };
export type TimedRecord = { readonly key: RecordKey; readonly value: string; readonly expiresAt: number };

/** What a look at a store tells that must neither change it nor disturb a service. */
export interface StorePeek {
  /** Rows of the shared connections. */
  readonly shared: readonly ConnectionRow[];
  /** The key of the audit log, sealed; absent where nothing was noted yet. */
  readonly auditKey?: Uint8Array;
}

/**
 * All that a store holds, to be carried elsewhere: in portions, so that it need not fit into memory, and without changing
 * anything. Leases and what has expired are left out. Failure to read is `store.unavailable` or `store.corrupt`.
 */
export interface StoreContents {
  readonly audit: Pick<AuditStore, 'state' | 'read'>;
  connections(): AsyncIterable<TimedConnection>;
  revocations(): AsyncIterable<Revocation>;
  departures(): AsyncIterable<DueDeparture>;
  jobs(): AsyncIterable<JobRow>;
  /** Jobs that somebody has to go on with. */
  deliveries(): AsyncIterable<{ readonly job: JobId; readonly turn: QueueTurn }>;
  records(): AsyncIterable<TimedRecord>;
  /** Sets the store aside, so that nobody goes on with it by mistake; gives the name under which it is found. */
  retire(): Promise<string>;
  close(): Promise<void>;
}
