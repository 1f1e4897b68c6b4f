import type { Clock } from '../../src/kernel/clock.port.js';
import type { ExpiringStore } from '../../src/kernel/expiring-store.port.js';
import { bytesOf, type Database, numberOf } from './database.js';

const PUT = `
  INSERT INTO records (kind, id, owner, value, expires_at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (kind, id) DO UPDATE
  SET owner = excluded.owner, value = excluded.value, expires_at = excluded.expires_at`;

export function createExpiringStore(database: Database, clock: Clock): ExpiringStore {
  const put = database.prepare(PUT);
  const add = database.prepare(`${PUT} WHERE records.expires_at <= ?`);
  const get = database.prepare('SELECT value FROM records WHERE kind = ? AND id = ? AND expires_at > ?');
  const take = database.prepare('DELETE FROM records WHERE kind = ? AND id = ? RETURNING value, expires_at');
  const swap = database.prepare(
    'UPDATE records SET value = ?, expires_at = ? WHERE kind = ? AND id = ? AND value = ? AND expires_at > ?',
  );
  const remove = database.prepare('DELETE FROM records WHERE kind = ? AND id = ?');
  const removeOf = database.prepare('DELETE FROM records WHERE owner = ?');
  return {
    async put({ kind, id, owner }, value, ttlMs) {
      await database.call('put', () => put.run(kind, id, owner ?? null, bytes(value), clock.now() + ttlMs));
    },
    async putAll(records, ttlMs) {
      await database.call('putAll', () =>
        database.transaction(() => {
          const expiresAt = clock.now() + ttlMs;
          for (const { key, value } of records) put.run(key.kind, key.id, key.owner ?? null, bytes(value), expiresAt);
        }),
      );
    },
    add: ({ kind, id, owner }, value, ttlMs) =>
      database.call('add', () => {
        const now = clock.now();
        return add.run(kind, id, owner ?? null, bytes(value), now + ttlMs, now) === 1;
      }),
    get: ({ kind, id }) =>
      database.call('get', () => {
        const row = get.get(kind, id, clock.now());
        return row && bytesOf(row, 'value').toString('utf8');
      }),
    take: ({ kind, id }) =>
      database.call('take', () => {
        const row = take.get(kind, id);
        if (!row || numberOf(row, 'expires_at') <= clock.now()) return undefined;
        return bytesOf(row, 'value').toString('utf8');
      }),
    swap: ({ kind, id }, expected, value, ttlMs) =>
      database.call('swap', () => {
        const now = clock.now();
        return swap.run(bytes(value), now + ttlMs, kind, id, bytes(expected), now) === 1;
      }),
    async delete({ kind, id }) {
      await database.call('delete', () => remove.run(kind, id));
    },
    async deleteOf(owner) {
      await database.call('deleteOf', () => {
        removeOf.run(owner);
        database.emptyLog();
      });
    },
  };
}

/** As bytes: SQLite ends a text that it reads back at the first NUL character. */
function bytes(value: string): Buffer {
  return Buffer.from(value, 'utf8');
}
