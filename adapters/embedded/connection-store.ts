import type { ConnectionOwner } from '../../src/connections/connection.js';
import type { ConnectionRow, ConnectionStore } from '../../src/connections/connection-store.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { bytesOf, type Database, numberOf, type SqlRow, textOf } from './database.js';

export function createConnectionStore(database: Database): ConnectionStore {
  const get = database.prepare('SELECT generation, sealed FROM connections WHERE owner = ? AND name = ?');
  const list = database.prepare('SELECT name, generation, sealed FROM connections WHERE owner = ? ORDER BY name');
  const insert = database.prepare(
    'INSERT INTO connections (owner, name, generation, sealed, keep_alive_at) VALUES (?, ?, 1, ?, ?) ON CONFLICT (owner, name) DO NOTHING',
  );
  const update = database.prepare(
    'UPDATE connections SET generation = ?, sealed = ?, keep_alive_at = ? WHERE owner = ? AND name = ? AND generation = ?',
  );
  const remove = database.prepare('DELETE FROM connections WHERE owner = ? AND name = ? AND generation = ?');
  const touch = database.prepare('UPDATE connections SET used_at = ? WHERE owner = ? AND name = ?');
  const uses = database.prepare('SELECT name, used_at FROM connections WHERE owner = ? AND used_at IS NOT NULL');
  const owners = database.prepare('SELECT owner FROM connections WHERE name = ? AND owner > ? ORDER BY owner LIMIT ?');
  return {
    get: (owner, name) =>
      database.call('get connection', () => {
        const row = get.get(encodeOwner(owner), name);
        return row && toRow(owner, name, row);
      }),
    list: (owner) =>
      database.call('list connections', () =>
        list.all(encodeOwner(owner)).map((row) => toRow(owner, textOf(row, 'name'), row)),
      ),
    write: ({ owner, name, generation, sealed }, keepAliveAt) =>
      database.call('write connection', () => {
        const dueAt = keepAliveAt ?? null;
        if (generation === 1) return insert.run(encodeOwner(owner), name, sealed, dueAt) === 1;
        return update.run(generation, sealed, dueAt, encodeOwner(owner), name, generation - 1) === 1;
      }),
    remove: (owner, name, generation) =>
      database.call('remove connection', () => remove.run(encodeOwner(owner), name, generation) === 1),
    async touch(owner, name, at) {
      await database.call('touch connection', () => touch.run(Math.trunc(at), encodeOwner(owner), name));
    },
    lastUses: (owner) =>
      database.call('last uses', () =>
        Object.fromEntries(uses.all(encodeOwner(owner)).map((row) => [textOf(row, 'name'), numberOf(row, 'used_at')])),
      ),
    owners: (name, page) =>
      database.call('owners', () => {
        const found = owners.all(name, page.after ?? '', page.limit + 1).map((row) => textOf(row, 'owner'));
        const shown = found.slice(0, page.limit);
        const next = found.length > page.limit ? shown.at(-1) : undefined;
        return { owners: shown.map(decodeOwner), ...(next === undefined ? {} : { next }) };
      }),
  };
}

function toRow(owner: ConnectionOwner, name: string, row: SqlRow): ConnectionRow {
  return { owner, name, generation: numberOf(row, 'generation'), sealed: bytesOf(row, 'sealed') };
}

export function encodeOwner(owner: ConnectionOwner): string {
  return JSON.stringify(owner === 'shared' ? owner : [owner.platform, owner.tenantId, owner.userId]);
}

export function decodeOwner(text: string): ConnectionOwner {
  const value: unknown = JSON.parse(text);
  if (value === 'shared') return value;
  if (Array.isArray(value)) {
    const [platform, tenantId, userId]: readonly unknown[] = value;
    if (typeof platform === 'string' && typeof tenantId === 'string' && typeof userId === 'string') {
      return { platform, tenantId, userId };
    }
  }
  throw new BehalfError('store.corrupt', 'An owner in the embedded store cannot be read');
}
