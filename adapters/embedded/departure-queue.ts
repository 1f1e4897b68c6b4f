import type { Departed, DepartureQueue } from '../../src/connections/departure-queue.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { type Database, textOf } from './database.js';

export function createDepartureQueue(database: Database): DepartureQueue {
  const add = database.prepare(
    'INSERT INTO departures (departed, due_at) VALUES (?, ?) ON CONFLICT (departed) DO NOTHING',
  );
  const due = database.prepare('SELECT departed FROM departures WHERE due_at <= ? ORDER BY due_at LIMIT ?');
  const hide = database.prepare('UPDATE departures SET due_at = ? WHERE departed = ?');
  const remove = database.prepare('DELETE FROM departures WHERE departed = ?');
  return {
    async add(departed, dueAt) {
      await database.call('add departure', () => add.run(encode(departed), dueAt));
    },
    due: (now, limit, hideMs) =>
      database.call('due departures', () =>
        database.transaction(() => {
          const found = due.all(now, limit).map((row) => textOf(row, 'departed'));
          for (const departed of found) hide.run(now + hideMs, departed);
          return found.map(decodeDeparted);
        }),
      ),
    remove: (departed) =>
      database.call('remove departure', () => {
        const isRemoved = remove.run(encode(departed)) === 1;
        // It is the last that names somebody who has been erased.
        if (isRemoved) database.emptyLog();
        return isRemoved;
      }),
  };
}

function encode({ asked, platform, tenantId, userId }: Departed): string {
  const person = userId === undefined ? [] : [userId];
  return JSON.stringify([platform, tenantId, ...person, ...(asked ? [true] : [])]);
}

export function decodeDeparted(text: string): Departed {
  const parts: unknown = JSON.parse(text);
  const [platform, tenantId, userId, asked]: readonly unknown[] = Array.isArray(parts) ? parts : [];
  if (typeof platform !== 'string' || typeof tenantId !== 'string')
    throw new BehalfError('store.corrupt', 'A departure in the embedded store cannot be read');
  if (typeof userId !== 'string') return { platform, tenantId };
  return { platform, tenantId, userId, ...(asked === true ? { asked } : {}) };
}
