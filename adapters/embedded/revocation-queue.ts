import type { RevocationQueue } from '../../src/connections/revocation-queue.port.js';
import { bytesOf, type Database, numberOf, textOf } from './database.js';

export function createRevocationQueue(database: Database): RevocationQueue {
  const add = database.prepare(
    'INSERT OR REPLACE INTO revocations (id, connection, due_at, attempts, sealed) VALUES (?, ?, ?, ?, ?)',
  );
  const due = database.prepare('SELECT * FROM revocations WHERE due_at <= ? ORDER BY due_at LIMIT ?');
  const move = database.prepare('UPDATE revocations SET due_at = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM revocations WHERE id = ?');
  return {
    async add({ id, connection, dueAt, attempts, sealed }) {
      await database.call('add revocation', () => add.run(id, connection, dueAt, attempts, sealed));
    },
    due: (now, limit, hideMs) =>
      database.call('due revocations', () =>
        database.transaction(() => {
          const dueAt = now + hideMs;
          const rows = due.all(now, limit).map((row) => ({
            id: textOf(row, 'id'),
            connection: textOf(row, 'connection'),
            sealed: bytesOf(row, 'sealed'),
            dueAt,
            attempts: numberOf(row, 'attempts'),
          }));
          for (const { id } of rows) move.run(dueAt, id);
          return rows;
        }),
      ),
    postpone: (id, dueAt) => database.call('postpone revocation', () => move.run(dueAt, id) === 1),
    remove: (id) => database.call('remove revocation', () => remove.run(id) === 1),
  };
}
