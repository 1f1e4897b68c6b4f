import type { ConnectionOwner } from './connection.js';

/** Which connection it is. */
export interface ListedConnection {
  readonly owner: ConnectionOwner;
  readonly name: string;
}

/**
 * Durable list of the connections whose refresh token would end unused, each with the time from which it has to be used.
 * `ConnectionStore.write` lists them or strikes them off together with the row, `remove` strikes them off. Owners are compared
 * part by part; ids may hold any character. Failure to reach the store is `store.unavailable`.
 */
export interface KeepAliveList {
  /** Takes up to `limit` that are due and hides them until `now + hideMs`, so that one process works on each. */
  due(now: number, limit: number, hideMs: number): Promise<readonly ListedConnection[]>;
  /**
   * Lists it from `dueAt` on (ms since the epoch), in place of any other time; undefined strikes it off. Only where the stored
   * generation is this one (no row counts as generation 0, and is never listed): tells whether it was.
   */
  schedule(connection: ListedConnection & { readonly generation: number }, dueAt: number | undefined): Promise<boolean>;
}
