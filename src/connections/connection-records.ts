import { z } from 'zod';
import { BehalfError, isBehalfError } from '../kernel/errors.js';
import { joinKey } from '../kernel/ids.js';
import { Secret } from '../kernel/secret.js';
import type { Vault } from '../kernel/vault.js';
import type { Connection, ConnectionOwner, PersonOwner } from './connection.js';
import type { ConnectionRow, ConnectionStore } from './connection-store.port.js';
import { decodeTokens, encodeTokens, storedAccount, storedTokens } from './token-codec.js';

/** The inside of a row. Names are short because every command reads it. */
export const storedConnection = z.object({
  /** {@link STORED_FORM}; rows of before have none. */
  v: z.string().exactOptional(),
  s: z.enum(['connected', 'needs_login', 'disconnected']),
  r: z.string().exactOptional(),
  a: storedAccount.exactOptional(),
  t: storedTokens.exactOptional(),
  k: z.record(z.string(), z.string()).exactOptional(),
  f: z.string().exactOptional(),
  q: z.array(z.string()).exactOptional(),
  d: z.string().exactOptional(),
  c: z.number(),
  m: z.number(),
});

type StoredConnection = z.infer<typeof storedConnection>;

/** Names the schema. A test tells what to put here when the schema is another one: working it out would hold up every start. */
export const STORED_FORM = 'tW0buJ6x';

/** Only we can have sealed it, and out of this type: what has to be looked at is the inside of rows of other versions. */
function isOfThisForm(inside: unknown): inside is StoredConnection {
  return typeof inside === 'object' && inside !== null && 'v' in inside && inside.v === STORED_FORM;
}

/** An owner's parts, so that no two owners share them. */
export function ownerParts(owner: ConnectionOwner): readonly string[] {
  return owner === 'shared' ? ['shared'] : ['person', owner.platform, owner.tenantId, owner.userId];
}

/** The person as one string: the same that the chat has for them. */
export function personKey({ platform, tenantId, userId }: PersonOwner): string {
  return joinKey(platform, tenantId, userId);
}

/** One connection as one string, for maps and leases. */
export function connectionKey(owner: ConnectionOwner, name: string): string {
  return joinKey(...ownerParts(owner), name);
}

/** A row that was read: opened, or `unreadable` when its ciphertext was changed, moved, or its key is gone. */
export type ReadRow =
  | { readonly kind: 'readable'; readonly connection: Connection }
  | { readonly kind: 'unreadable'; readonly row: ConnectionRow; readonly error: BehalfError };

/** Rows of the store, opened and sealed. */
export interface ConnectionRecords {
  /** Throws `store.corrupt` for an unreadable row. `options` as those of {@link ConnectionStore.get}. */
  read(
    owner: ConnectionOwner,
    name: string,
    options?: { readonly asExpected: boolean },
  ): Promise<Connection | undefined>;
  /** As {@link read}, for those who can go on without the inside. */
  look(owner: ConnectionOwner, name: string): Promise<ReadRow | undefined>;
  list(owner: ConnectionOwner): Promise<readonly ReadRow[]>;
  /** Writes it as the successor of generation `connection.generation - 1`; tells whether nobody else was first. */
  write(connection: Connection): Promise<boolean>;
}

/** `keepAliveAt`: when the refresh token of a connection has to be used, lest it end; by default none has to. */
export function createConnectionRecords(
  store: ConnectionStore,
  vault: Vault,
  keepAliveAt: (connection: Connection) => number | undefined = () => undefined,
): ConnectionRecords {
  const open = (row: ConnectionRow) => openOrNot(vault, row);

  return {
    async read(owner, name, options) {
      const row = await store.get(owner, name, options);
      return row && openRow(vault, row);
    },
    async look(owner, name) {
      const row = await store.get(owner, name);
      return row && open(row);
    },
    async list(owner) {
      return (await store.list(owner)).map(open);
    },
    write: (connection) => store.write(sealRow(vault, connection), keepAliveAt(connection)),
  };
}

/** Opens rows that were read elsewhere. */
export function openRows(vault: Vault, rows: readonly ConnectionRow[]): readonly ReadRow[] {
  return rows.map((row) => openOrNot(vault, row));
}

function openOrNot(vault: Vault, row: ConnectionRow): ReadRow {
  try {
    return { kind: 'readable', connection: openRow(vault, row) };
  } catch (error) {
    if (isBehalfError(error, 'store.corrupt')) return { kind: 'unreadable', row, error };
    throw error;
  }
}

/** Seals a connection into the row that is kept. */
export function sealRow(vault: Vault, connection: Connection): ConnectionRow {
  const { owner, name, generation, account, asked, client, made, reason, secrets, tokens } = connection;
  const inside: StoredConnection = {
    v: STORED_FORM,
    s: connection.status,
    ...(reason === undefined ? {} : { r: reason }),
    ...(account === undefined ? {} : { a: account }),
    ...(tokens === undefined ? {} : { t: encodeTokens(tokens) }),
    ...(secrets === undefined ? {} : { k: mapValues(secrets, (secret) => secret.reveal()) }),
    ...(client === undefined ? {} : { f: client }),
    ...(asked === undefined ? {} : { q: [...asked] }),
    ...(made === undefined ? {} : { d: made.reveal() }),
    c: connection.connectedAt,
    m: connection.changedAt,
  };
  return { owner, name, generation, sealed: vault.sealJson('connection', binding(connection), inside) };
}

/** Opens a row. Throws `store.corrupt` where its ciphertext was changed, moved, or its key is gone. */
export function openRow(vault: Vault, row: ConnectionRow): Connection {
  const { s, r, a, t, k, f, q, d, c, m } = insideOf(row, vault.openJson('connection', binding(row), row.sealed));
  return {
    owner: row.owner,
    name: row.name,
    generation: row.generation,
    status: s,
    reason: r,
    account: a,
    tokens: t && decodeTokens(t),
    secrets: k && mapValues(k, (value) => new Secret(value)),
    client: f,
    asked: q,
    made: d === undefined ? undefined : new Secret(d),
    connectedAt: c,
    changedAt: m,
  };
}

function insideOf(row: ConnectionRow, opened: unknown): StoredConnection {
  if (isOfThisForm(opened)) return opened;
  const { data } = storedConnection.safeParse(opened);
  if (data) return data;
  throw new BehalfError('store.corrupt', 'A stored connection is not of this version', {
    details: { connection: row.name },
  });
}

/** The inside of a row, sealed with the first key; the row stays of its generation. Throws `store.corrupt`. */
export function resealRow(vault: Vault, row: ConnectionRow): Uint8Array {
  return vault.reseal('connection', binding(row), row.sealed);
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Readonly<Record<string, U>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function binding(row: Pick<ConnectionRow, 'owner' | 'name' | 'generation'>): readonly string[] {
  return [...ownerParts(row.owner), row.name, String(row.generation)];
}
