import type { ConnectionOwner } from './connection.js';

/** A connection as it is kept: everything about the person and the tokens is inside `sealed`. */
export interface ConnectionRow {
  readonly owner: ConnectionOwner;
  readonly name: string;
  readonly generation: number;
  /** Ciphertext; opened only with the same owner, name and generation. */
  readonly sealed: Uint8Array;
}

/**
 * Keeps the connections of people and the shared ones. Holds meaning, not commands: it exposes no client and no
 * transaction. A missing row is `undefined`, never an error; failure to reach the store is `store.unavailable`.
 * Owners are compared part by part; ids may hold any character.
 */
export interface ConnectionStore {
  /** Says that a `get` with `asExpected` follows within moments: a store that is far away may begin with it. Changes nothing. */
  expect?(owner: ConnectionOwner, name: string): void;
  /** `asExpected`: what {@link expect} has begun with will do, though others may have written since. Never to refresh from. */
  get(
    owner: ConnectionOwner,
    name: string,
    options?: { readonly asExpected: boolean },
  ): Promise<ConnectionRow | undefined>;
  /** All rows of one owner, by name. */
  list(owner: ConnectionOwner): Promise<readonly ConnectionRow[]>;
  /**
   * Writes the row only where the stored generation is `row.generation - 1` (no row counts as generation 0).
   * Tells whether it did. Durable when it resolves. `keepAliveAt`: from when on it stands in the `KeepAliveList`, in ms since the
   * epoch; without it, it does not (any more).
   */
  write(row: ConnectionRow, keepAliveAt?: number): Promise<boolean>;
  /** Removes the row only where its generation is still this one; tells whether it did. */
  remove(owner: ConnectionOwner, name: string, generation: number): Promise<boolean>;
  /** Notes the last use, in ms since the epoch, outside of the generation. Removed with the row. */
  touch(owner: ConnectionOwner, name: string, at: number): Promise<void>;
  /** Last uses of the owner's connections, by name. */
  lastUses(owner: ConnectionOwner): Promise<Readonly<Record<string, number>>>;
  /** Owners that have a row under this name, in pages; `after` is the last one's opaque cursor. */
  owners(
    name: string,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<{ readonly owners: readonly ConnectionOwner[]; readonly next?: string }>;
}
