import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type Libsql from 'libsql';
import { BehalfError, describeForeignError, foreignCode, isBehalfError } from '../../src/kernel/errors.js';
import { APPLICATION_ID, MIGRATIONS } from './schema.js';

export type RawDatabase = Libsql.Database;

export const FILE_NAME = 'behalf.db';
/** What was committed and is not folded back yet. */
export const LOG_NAME = `${FILE_NAME}-wal`;

/**
 * Opens `behalf.db` in the directory, or makes it, for this process alone. WAL with `synchronous = NORMAL`: what is
 * committed survives a killed process; the machine losing power may cost about the last second (https://www.sqlite.org/wal.html).
 * Errors are `config.invalid` with what to do; a file that is not ours or damaged is left as it is.
 */
export async function openFile(directory: string): Promise<RawDatabase> {
  const Constructor = await loadLibrary();
  const path = join(directory, FILE_NAME);
  createPrivately(directory, path);
  let raw: RawDatabase | undefined;
  try {
    raw = new Constructor(path, { timeout: 0 });
    raw.exec('PRAGMA locking_mode = EXCLUSIVE');
    checkIsOurs(raw, path);
    raw.exec('PRAGMA journal_mode = WAL');
    raw.exec('PRAGMA synchronous = NORMAL');
    raw.exec('PRAGMA temp_store = MEMORY');
    // What is deleted is overwritten: it must not stay in pages that have become free.
    raw.exec('PRAGMA secure_delete = ON');
    raw.exec('PRAGMA journal_size_limit = 67108864');
    // Folding the log back waits for the disk and holds everything up: at 64 MB in place of 4, pages written again and again go once.
    raw.exec('PRAGMA wal_autocheckpoint = 16384');
    migrate(raw);
    return raw;
  } catch (error) {
    if (raw) release(raw);
    throw toOpenError(path, error);
  }
}

export async function loadLibrary(): Promise<typeof Libsql> {
  try {
    return (await import('libsql')).default;
  } catch (error) {
    throw new BehalfError(
      'config.invalid',
      `The embedded store has no build for this machine (${process.platform}-${process.arch}). Set REDIS_URL to use Redis instead.`,
      { details: { reason: describeForeignError(error) } },
    );
  }
}

/** The path of the store that is there, for who must not make one. Throws `config.invalid` where there is none. */
export function existingFile(directory: string): string {
  const path = resolve(directory, FILE_NAME);
  if (isThere(path)) return path;
  throw new BehalfError(
    'config.invalid',
    `DATA_DIR: there is no ${path}. Set DATA_DIR to the folder in which the service keeps its data, or REDIS_URL where it uses Redis.`,
  );
}

/** Whether there is such a file. Throws `config.invalid` where that cannot be told. */
export function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    const code = foreignCode(error);
    if (code === 'ENOENT') return false;
    if (code === 'ENOTDIR') throw new BehalfError('config.invalid', `DATA_DIR: ${dirname(path)} is not a folder`);
    throw new BehalfError('config.invalid', `DATA_DIR: ${path} cannot be read (${code})`);
  }
}

function createPrivately(directory: string, path: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new BehalfError('config.invalid', `DATA_DIR: the folder ${directory} cannot be made (${foreignCode(error)})`);
  }
  try {
    // `wx` never opens a file that is there: closing it again would drop the lock of a store open in this process.
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    const code = foreignCode(error);
    if (code !== 'EEXIST') throw new BehalfError('config.invalid', `DATA_DIR: ${path} cannot be written (${code})`);
  }
}

/** Looks before anything is changed: another program's database may lie there. */
function checkIsOurs(raw: RawDatabase, path: string): void {
  raw.exec('BEGIN EXCLUSIVE');
  const marks = marksOf(raw);
  raw.exec('COMMIT');
  checkMarks(marks, path);
}

/** What tells whose database it is. */
export function marksOf(raw: RawDatabase) {
  return {
    application: readNumber(raw, 'PRAGMA application_id'),
    version: readNumber(raw, 'PRAGMA user_version'),
    tables: readNumber(raw, 'SELECT count(*) FROM sqlite_master'),
  };
}

/** Throws `config.invalid` for the database of another program, or of a newer version. */
export function checkMarks({ application, tables, version }: ReturnType<typeof marksOf>, path: string): void {
  if (application === APPLICATION_ID ? version < 1 : application !== 0 || tables > 0) {
    throw new BehalfError('config.invalid', `${path} is the database of another program. Choose another DATA_DIR.`);
  }
  if (version > MIGRATIONS.length) {
    throw new BehalfError(
      'config.invalid',
      `${path} was written by a newer version of Behalf. Use that version or a newer one.`,
      { details: { reason: 'newer' } },
    );
  }
}

function migrate(raw: RawDatabase): void {
  const version = readNumber(raw, 'PRAGMA user_version');
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index < version) continue;
    raw.exec(`BEGIN; ${step}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}

export function readNumber(raw: RawDatabase, sql: string): number {
  const row: unknown = raw.prepare(sql).get([]);
  if (typeof row !== 'object' || row === null) return 0;
  const [value]: readonly unknown[] = Object.values(row);
  return typeof value === 'number' ? value : 0;
}

export function toOpenError(path: string, error: unknown): BehalfError {
  if (isBehalfError(error)) return error;
  const reason = sqliteCode(error) ?? describeForeignError(error);
  if (reason === 'SQLITE_BUSY') {
    return new BehalfError(
      'config.invalid',
      `${path} is in use by another process of Behalf. Stop that one first; for several processes set REDIS_URL.`,
      { details: { reason } },
    );
  }
  if (isDamage(reason)) {
    return new BehalfError(
      'store.corrupt',
      `${path} is damaged or no database of Behalf. Nothing was changed: restore it from a backup, or move it away to begin anew.`,
      { details: { reason } },
    );
  }
  return new BehalfError('store.unavailable', `${path} cannot be opened: ${reason}`, { details: { reason } });
}

/**
 * Gives the file back as one file without a log beside it. Leaving WAL first is what lets go of the exclusive lock: prepared
 * statements keep the connection alive beyond `close` (https://www.sqlite.org/pragma.html#pragma_locking_mode).
 */
export function release(raw: RawDatabase): void {
  try {
    raw.exec('PRAGMA journal_mode = DELETE');
    raw.exec('PRAGMA locking_mode = NORMAL');
    raw.prepare('SELECT count(*) FROM sqlite_master').get([]);
  } catch {
    // A file that cannot be tidied up is recovered at the next start; the lock ends with the process.
  }
  raw.close();
}

/** SQLite's name of the result, e.g. `SQLITE_FULL` (https://www.sqlite.org/rescode.html). */
export function sqliteCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && error.code.startsWith('SQLITE_') ? error.code : undefined;
}

export function isDamage(code: string): boolean {
  return code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT');
}
