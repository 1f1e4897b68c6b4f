import type { AuditPage, AuditState, AuditStore } from '../../src/audit/audit-store.port.js';
import { bytesOf, type Database, numberOf, optionalNumberOf, type SqlRow, textOf } from './database.js';

export function createAuditStore(database: Database): AuditStore {
  const insert = database.prepare('INSERT INTO audit (number, at, count, hash, sealed) VALUES (?, ?, ?, ?, ?)');
  const read = database.prepare('SELECT * FROM audit WHERE number > ? ORDER BY number LIMIT ?');
  const drop = database.prepare('DELETE FROM audit WHERE number <= ?');
  const state = database.prepare('SELECT * FROM audit_state');
  const begin = database.prepare(
    `INSERT INTO audit_state (id, key, number, hash, anchor_number, anchor_hash, anchor_proof)
     VALUES (1, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  const moveHead = database.prepare('UPDATE audit_state SET number = ?, hash = ? WHERE number = ? AND hash = ?');
  const moveAnchor = database.prepare(
    `UPDATE audit_state SET anchor_number = ?, anchor_hash = ?, anchor_proof = ?
     WHERE coalesce(anchor_number, 0) < ?`,
  );
  const replaceKey = database.prepare('UPDATE audit_state SET key = ? WHERE key = ?');
  const now = () => {
    const row = state.get();
    return row && toState(row);
  };
  return {
    begin: ({ anchor, key }) =>
      database.call('begin audit log', () => {
        const start = [anchor?.number ?? 0, anchor?.hash ?? ''] as const;
        begin.run(key, ...start, anchor?.number ?? null, anchor?.hash ?? null, anchor?.proof ?? null);
        return now() ?? { key, head: { number: 0, hash: '' } };
      }),
    state: () => database.call('audit state', now),
    append: (pages, after) =>
      database.commit('append audit', () => {
        const last = pages.at(-1);
        if (!last) return undefined;
        if (moveHead.run(last.number, last.hash, after.number, after.hash) !== 1)
          return now()?.head ?? { number: 0, hash: '' };
        for (const { at, count, form, hash, number, sealed } of pages)
          insert.run(number, at, form === 'lines' ? count : BY_ITSELF, Buffer.from(hash, 'base64url'), sealed);
        return undefined;
      }),
    read: (after, limit) => database.call('read audit', () => read.all(after, limit).map(toPage)),
    async forget({ hash, number, proof }) {
      await database.call('forget audit', () =>
        database.transaction(() => {
          if (moveAnchor.run(number, hash, proof, number) === 1) drop.run(number);
        }),
      );
    },
    replaceKey: (former, next) => database.call('replace audit key', () => replaceKey.run(next, former) === 1),
  };
}

function toState(row: SqlRow): AuditState {
  const anchor = optionalNumberOf(row, 'anchor_number');
  return {
    key: bytesOf(row, 'key'),
    head: { number: numberOf(row, 'number'), hash: textOf(row, 'hash') },
    ...(anchor === undefined
      ? {}
      : { anchor: { number: anchor, hash: textOf(row, 'anchor_hash'), proof: textOf(row, 'anchor_proof') } }),
  };
}

/** As `count`: one entry by itself, in the form of before there were pages. The hash was text then. */
const BY_ITSELF = 0;

function toPage(row: SqlRow): AuditPage {
  const count = numberOf(row, 'count');
  return {
    number: numberOf(row, 'number'),
    hash: typeof row['hash'] === 'string' ? row['hash'] : bytesOf(row, 'hash').toString('base64url'),
    at: numberOf(row, 'at'),
    ...(count === BY_ITSELF ? { count: 1, form: 'json' } : { count, form: 'lines' }),
    sealed: bytesOf(row, 'sealed'),
  };
}
