import type { Clock } from '../../src/kernel/clock.port.js';
import type { SealedRow, SealedRows } from '../../src/sealed-rows.port.js';
import { decodeOwner, encodeOwner } from './connection-store.js';
import { bytesOf, type Database, numberOf, type SqlRow, type SqlValue, textOf } from './database.js';
import { decodeJob } from './job-row.js';

/** Rows that are read at once: in between, requests have their turn. */
const PORTION = 200;

export function createSealedRows(database: Database, clock: Clock): SealedRows {
  const connection = database.prepare('UPDATE connections SET sealed = ? WHERE owner = ? AND name = ? AND sealed = ?');
  const job = database.prepare('UPDATE jobs SET sealed = ? WHERE id = ? AND sealed = ?');
  const revocation = database.prepare('UPDATE revocations SET sealed = ? WHERE id = ? AND sealed = ?');
  const change = (row: SealedRow, sealed: Uint8Array): number => {
    if (row.kind === 'connection') return connection.run(sealed, encodeOwner(row.owner), row.name, row.sealed);
    return (row.kind === 'job' ? job : revocation).run(sealed, row.id, row.sealed);
  };
  return {
    async *rows() {
      for await (const rows of portions(database, 'connections', ['owner', 'name'])) yield rows.map(toConnection);
      for await (const rows of portions(database, 'jobs', ['id']))
        yield rows.map((row) => ({ kind: 'job', ...decodeJob(row) }));
      for await (const rows of portions(database, 'revocations', ['id']))
        yield rows.map((row) => ({ kind: 'revocation', id: textOf(row, 'id'), sealed: bytesOf(row, 'sealed') }));
    },
    async *shortLived() {
      const now = clock.now();
      for await (const rows of portions(database, 'records', ['kind', 'id'])) {
        yield rows
          .map((row) => ({ value: bytesOf(row, 'value').toString('utf8'), expiresAt: numberOf(row, 'expires_at') }))
          .filter(({ expiresAt }) => expiresAt > now);
      }
    },
    replace: (row, sealed) => database.commit('replace sealed', () => change(row, sealed) === 1),
  };
}

function toConnection(row: SqlRow): SealedRow {
  return {
    kind: 'connection',
    owner: decodeOwner(textOf(row, 'owner')),
    name: textOf(row, 'name'),
    generation: numberOf(row, 'generation'),
    sealed: bytesOf(row, 'sealed'),
  };
}

/** A table in the order of its key, each portion behind the last row of the one before. */
async function* portions(
  database: Database,
  table: string,
  key: readonly [string, ...string[]],
): AsyncIterable<readonly SqlRow[]> {
  const columns = key.join(', ');
  const marks = key.map(() => '?').join(', ');
  const statement = database.prepare(
    `SELECT * FROM ${table} WHERE (${columns}) > (${marks}) ORDER BY ${columns} LIMIT ${PORTION}`,
  );
  for (let after: readonly SqlValue[] = key.map(() => ''); ; ) {
    const portion = await database.call(`read ${table}`, () => statement.all(...after));
    yield portion;
    const last = portion.at(-1);
    if (!last || portion.length < PORTION) return;
    after = key.map((column) => textOf(last, column));
    await new Promise(setImmediate);
  }
}
