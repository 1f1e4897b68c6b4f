import type { ConnectionRow } from './connections/connection-store.port.js';
import type { Revocation } from './connections/revocation-queue.port.js';
import type { JobRow } from './jobs/job.js';

/** A row that lasts, with what is sealed in it. */
export type SealedRow =
  | ({ readonly kind: 'connection' } & ConnectionRow)
  | ({ readonly kind: 'job' } & JobRow)
  | ({ readonly kind: 'revocation' } & Pick<Revocation, 'id' | 'sealed'>);

/** A short-lived record: what it is, and when it ends, in ms since the epoch. */
export interface ShortLived {
  readonly value: string;
  readonly expiresAt: number;
}

/**
 * All that a store holds under the keys of the service, beside those who work on it: in portions, so that it need not fit into
 * memory. What is written meanwhile may be left out or come twice. Failure to reach the store is `store.unavailable`. The key
 * of the audit log is the audit store's own.
 */
export interface SealedRows {
  rows(): AsyncIterable<readonly SealedRow[]>;
  shortLived(): AsyncIterable<readonly ShortLived[]>;
  /**
   * Puts `sealed` in the place of `row.sealed` and leaves all else of the row as it is, its generation or version, too. Only
   * where that still is what is stored: tells whether it was. Durable when it resolves.
   */
  replace(row: SealedRow, sealed: Uint8Array): Promise<boolean>;
}
