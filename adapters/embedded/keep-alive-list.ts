import type { KeepAliveList } from '../../src/connections/keep-alive-list.port.js';
import { decodeOwner, encodeOwner } from './connection-store.js';
import { type Database, textOf } from './database.js';

/** A column of the connections: it goes with the row. */
export function createKeepAliveList(database: Database): KeepAliveList {
  const due = database.prepare(
    'SELECT owner, name FROM connections WHERE keep_alive_at <= ? ORDER BY keep_alive_at LIMIT ?',
  );
  const hide = database.prepare('UPDATE connections SET keep_alive_at = ? WHERE owner = ? AND name = ?');
  const find = database.prepare('SELECT generation, keep_alive_at FROM connections WHERE owner = ? AND name = ?');
  return {
    due: (now, limit, hideMs) =>
      database.call('due keep-alives', () =>
        database.transaction(() => {
          const found = due.all(now, limit).map((row) => ({ owner: textOf(row, 'owner'), name: textOf(row, 'name') }));
          for (const { owner, name } of found) hide.run(now + hideMs, owner, name);
          return found.map(({ owner, name }) => ({ owner: decodeOwner(owner), name }));
        }),
      ),
    schedule: ({ owner, name, generation }, dueAt) =>
      database.call('schedule keep-alive', () => {
        const row = find.get(encodeOwner(owner), name);
        if ((row?.['generation'] ?? 0) !== generation) return false;
        if (row && row['keep_alive_at'] !== (dueAt ?? null)) hide.run(dueAt ?? null, encodeOwner(owner), name);
        return row !== undefined || dueAt === undefined;
      }),
  };
}
