import { join } from 'node:path';
import { types } from 'node:util';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError, describeForeignError, isBehalfError } from '../../src/kernel/errors.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import { createEarlySync, type EarlySync, fileSync } from './early-sync.js';
import { isDamage, LOG_NAME, openFile, type RawDatabase, release, sqliteCode } from './file.js';
import { createSharedCommits, type SharedWork } from './shared-commits.js';

export type SqlValue = string | number | Uint8Array | null;
export type SqlRow = Readonly<Record<string, unknown>>;

/** A prepared statement. */
export interface Statement {
  /** Runs it and tells how many rows changed. */
  run(...values: readonly SqlValue[]): number;
  get(...values: readonly SqlValue[]): SqlRow | undefined;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
}

/** The open file: prepared statements, transactions, and the one place where SQLite's errors become ours. */
export interface Database {
  prepare(sql: string): Statement;
  /** Runs one method of a store; what fails is `store.unavailable`, or `store.corrupt` where the file is damaged. */
  call<T>(operation: string, work: () => T): Promise<T>;
  /**
   * As {@link call}, for a busy write: all changes of `work` or none, durable when it resolves. Writes of the same turn of the
   * event loop share one commit. `work` may be run again, after its changes were taken back.
   */
  commit<T>(operation: string, work: () => T, options?: SharedWork): Promise<T>;
  /** All changes of `work` or none. */
  transaction<T>(work: () => T): T;
  /** Folds the log back and empties it: what was deleted before is then in no file any more. */
  emptyLog(): void;
  close(): void;
}

export async function openDatabase(options: {
  readonly directory: string;
  readonly clock: Clock;
  readonly metrics: Metrics;
}): Promise<Database> {
  const { clock, metrics } = options;
  const raw = await openFile(options.directory);
  const log = fileSync(join(options.directory, LOG_NAME));
  const early = createEarlySync({ clock, sync: log.sync });
  let isOpen = true;
  const begin = raw.prepare('BEGIN IMMEDIATE');
  const commit = raw.prepare('COMMIT');
  const transaction = <T>(work: () => T): T => {
    begin.run([]);
    try {
      const result = work();
      commit.run([]);
      return result;
    } catch (error) {
      // SQLite has rolled back by itself after some failures, a full disk among them.
      if (raw.inTransaction) raw.exec('ROLLBACK');
      throw error;
    }
  };
  const shared = createSharedCommits(transaction);
  const observed = async <T>(operation: string, work: () => T | Promise<T>): Promise<T> => {
    const start = clock.now();
    try {
      if (!isOpen) throw new BehalfError('store.unavailable', `The embedded store is closed (${operation})`);
      return await work();
    } catch (error) {
      metrics.count('store_errors', { store: 'embedded' });
      throw toStoreError(operation, error);
    } finally {
      metrics.time('store_call_ms', clock.now() - start, { store: 'embedded' });
    }
  };
  return {
    prepare: (sql) => prepare(raw, sql, early),
    call: observed,
    commit: (operation, work, options) => observed(operation, () => shared.add(work, options)),
    transaction,
    emptyLog() {
      shared.flush();
      raw.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    },
    close() {
      if (!isOpen) return;
      shared.flush();
      isOpen = false;
      early.stop();
      release(raw);
      log.close();
    },
  };
}

function prepare(raw: RawDatabase, sql: string, early: EarlySync): Statement {
  const statement = raw.prepare(sql);
  // Values go in as one array: the library takes a single object for named parameters and aborts the process over it.
  return {
    run(...values) {
      const { changes } = statement.run(values);
      if (changes > 0) early.noteChange();
      return changes;
    },
    get: (...values) => {
      const row: unknown = statement.get(values);
      return isRow(row) ? row : undefined;
    },
    all: (...values) => statement.all(values).filter(isRow),
  };
}

export function isRow(value: unknown): value is SqlRow {
  return typeof value === 'object' && value !== null;
}

function toStoreError(operation: string, error: unknown): BehalfError {
  if (isBehalfError(error)) return error;
  const reason = sqliteCode(error) ?? describeForeignError(error);
  const details = { store: 'embedded', operation, reason };
  if (isDamage(reason)) {
    return new BehalfError('store.corrupt', `The embedded store is damaged; ${operation} failed: ${reason}`, {
      details,
    });
  }
  return new BehalfError('store.unavailable', `The embedded store did not do ${operation}: ${reason}`, { details });
}

export function textOf(row: SqlRow, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : wrongColumn(column);
}

export function numberOf(row: SqlRow, column: string): number {
  const value = row[column];
  return typeof value === 'number' ? value : wrongColumn(column);
}

export function optionalNumberOf(row: SqlRow, column: string): number | undefined {
  return row[column] === null ? undefined : numberOf(row, column);
}

export function bytesOf(row: SqlRow, column: string): Buffer {
  const value = row[column];
  // The library gives one row's BLOB as a Buffer and those of several rows as ArrayBuffers.
  if (types.isArrayBuffer(value)) return Buffer.from(value);
  return Buffer.isBuffer(value) ? value : wrongColumn(column);
}

function wrongColumn(column: string): never {
  throw new BehalfError('store.corrupt', `A row of the embedded store has no usable ${column}`);
}
