import { renameSync } from 'node:fs';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError, describeForeignError } from '../../src/kernel/errors.js';
import { RECORD_KINDS, type RecordKind } from '../../src/kernel/expiring-store.port.js';
import { noMetrics } from '../../src/kernel/metrics.port.js';
import type { StoreContents } from '../../src/store-contents.port.js';
import { createAuditStore } from './audit-store.js';
import { decodeOwner } from './connection-store.js';
import { bytesOf, type Database, numberOf, openDatabase, type SqlRow, type SqlValue, textOf } from './database.js';
import { decodeDeparted } from './departure-queue.js';
import { existingFile } from './file.js';
import { decodeJob } from './job-row.js';

const PORTION = 500;

/**
 * The contents of the file in `directory`, for this process alone. Throws `config.invalid` where there is no file, or as
 * opening the store does.
 */
export async function openEmbeddedContents(options: {
  readonly directory: string;
  readonly clock: Clock;
}): Promise<StoreContents> {
  const { clock, directory } = options;
  const path = existingFile(directory);
  const database = await openDatabase({ directory, clock, metrics: noMetrics });
  const rows = (table: string, where = '', ...values: readonly SqlValue[]) => read(database, table, where, values);
  return {
    audit: createAuditStore(database),
    async *connections() {
      for await (const row of rows('connections')) {
        const usedAt = row['used_at'];
        const keepAliveAt = row['keep_alive_at'];
        yield {
          owner: decodeOwner(textOf(row, 'owner')),
          name: textOf(row, 'name'),
          generation: numberOf(row, 'generation'),
          sealed: bytesOf(row, 'sealed'),
          ...(typeof usedAt === 'number' ? { usedAt } : {}),
          ...(typeof keepAliveAt === 'number' ? { keepAliveAt } : {}),
        };
      }
    },
    async *revocations() {
      for await (const row of rows('revocations')) {
        yield {
          id: textOf(row, 'id'),
          connection: textOf(row, 'connection'),
          sealed: bytesOf(row, 'sealed'),
          dueAt: numberOf(row, 'due_at'),
          attempts: numberOf(row, 'attempts'),
        };
      }
    },
    async *departures() {
      for await (const row of rows('departures')) {
        yield { departed: decodeDeparted(textOf(row, 'departed')), dueAt: numberOf(row, 'due_at') };
      }
    },
    async *jobs() {
      for await (const row of rows('jobs')) yield decodeJob(row);
    },
    async *deliveries() {
      for await (const row of rows('deliveries'))
        yield { job: textOf(row, 'job'), turn: { owner: textOf(row, 'owner'), rank: numberOf(row, 'rank') } };
    },
    async *records() {
      for await (const row of rows('records', 'WHERE expires_at > ?', clock.now())) {
        const kind = textOf(row, 'kind');
        if (!isRecordKind(kind)) continue;
        const value = bytesOf(row, 'value').toString('utf8');
        const owner = row['owner'];
        const key = { kind, id: textOf(row, 'id'), ...(typeof owner === 'string' ? { owner } : {}) };
        yield { key, value, expiresAt: numberOf(row, 'expires_at') };
      }
    },
    async retire() {
      database.close();
      const aside = `${path}.moved-${new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '')}`;
      try {
        renameSync(path, aside);
      } catch (error) {
        throw new BehalfError('store.unavailable', `${path} cannot be renamed: ${describeForeignError(error)}`);
      }
      return aside;
    },
    async close() {
      database.close();
    },
  };
}

/** Rows of a table, portion by portion; the file is ours alone, so nothing moves in between. */
async function* read(
  database: Database,
  table: string,
  where: string,
  values: readonly SqlValue[],
): AsyncIterable<SqlRow> {
  const statement = database.prepare(`SELECT * FROM ${table} ${where} LIMIT ${PORTION} OFFSET ?`);
  for (let from = 0; ; from += PORTION) {
    const portion = await database.call(`read ${table}`, () => statement.all(...values, from));
    yield* portion;
    if (portion.length < PORTION) return;
  }
}

function isRecordKind(kind: string): kind is RecordKind {
  return RECORD_KINDS.some((known) => known === kind);
}
