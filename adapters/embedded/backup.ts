import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError, foreignCode, isBehalfError } from '../../src/kernel/errors.js';
import {
  existingFile,
  FILE_NAME,
  LOG_NAME,
  loadLibrary,
  openFile,
  type RawDatabase,
  readNumber,
  release,
  toOpenError,
} from './file.js';
import { APPLICATION_ID, MIGRATIONS } from './schema.js';

/** The log is begun anew once in 64 MB of writing: more than a few copies that meet that mean that the disk is too slow. */
const MOST_ATTEMPTS = 20;
const LOG_HEADER_BYTES = 32;

/**
 * Writes a copy of the store in `directory` into the new file `target`, also while a service has it open: all that was
 * committed before is in it. Run it in a process of its own: closing the file would free the lock of a store that is open in
 * the same one. Throws `config.invalid` where there is no store or the file is there, `store.corrupt` where it is damaged.
 */
export async function backUpFile(directory: string, target: string): Promise<void> {
  const path = existingFile(directory);
  if (existsSync(target)) throw new BehalfError('config.invalid', `${target} is there already; choose another name`);
  await withFolderBeside(target, async (folder) => {
    for (let attempt = 1; !copyAsOne(directory, folder); attempt += 1) {
      if (attempt >= MOST_ATTEMPTS) throw new BehalfError('store.unavailable', `${path} changes too fast; try again`);
    }
    await fold(join(folder, FILE_NAME), path);
    renameSync(join(folder, FILE_NAME), target);
  });
}

/**
 * Puts a backup in the place of the store in `directory`; what was there is set aside and its new name returned. Throws
 * `config.invalid` while a service has it open, or where the file is not ours; `store.corrupt` where it is damaged.
 */
export async function restoreFile(directory: string, source: string, clock: Clock): Promise<string | undefined> {
  checkIsFile(source);
  const path = join(directory, FILE_NAME);
  return withFolderBeside(path, async (folder) => {
    const fresh = join(folder, FILE_NAME);
    copyFileSync(source, fresh);
    await fold(fresh, source);
    const aside = existsSync(path) ? await setAside(directory, clock) : undefined;
    renameSync(fresh, path);
    return aside;
  });
}

function checkIsFile(source: string): void {
  const found = statSync(source, { throwIfNoEntry: false });
  if (!found) throw new BehalfError('config.invalid', `There is no ${source}`);
  if (!found.isFile()) throw new BehalfError('config.invalid', `${source} is not a file`);
}

/** Gives the new name of the store that was there; what a backup is needed for is no reason to refuse one. */
async function setAside(directory: string, clock: Clock): Promise<string> {
  const path = join(directory, FILE_NAME);
  try {
    // Opening it folds its log back, and is refused while somebody else has it.
    release(await openFile(directory));
  } catch (error) {
    const isNewer = isBehalfError(error, 'config.invalid') && error.details['reason'] === 'newer';
    if (!isNewer && !isBehalfError(error, 'store.corrupt')) throw error;
  }
  const aside = `${path}.before-restore-${new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '')}`;
  // A log that was not folded back is none of the file that comes.
  for (const end of ['', '-wal', '-shm']) if (existsSync(path + end)) renameSync(path + end, aside + end);
  return aside;
}

/**
 * Copies the file, then its log; tells whether they belong together. As long as the log was not begun anew, every page that
 * was folded back meanwhile, and perhaps copied by half, still stands in it (https://www.sqlite.org/fileformat2.html#walformat).
 */
function copyAsOne(directory: string, folder: string): boolean {
  const [path, log] = [join(directory, FILE_NAME), join(directory, LOG_NAME)];
  const before = marksOf(path, log);
  rmSync(join(folder, LOG_NAME), { force: true });
  copyFileSync(path, join(folder, FILE_NAME));
  if (before.log !== undefined && existsSync(log)) copyFileSync(log, join(folder, LOG_NAME));
  const after = marksOf(path, log);
  if (before.log !== after.log) return false;
  return before.log !== undefined || before.file === after.file;
}

/** What tells whether the log is still the same one, or without a log the file. */
function marksOf(path: string, log: string): { readonly log: string | undefined; readonly file: string } {
  const { mtimeMs, size } = statSync(path);
  return { log: headerOf(log), file: `${mtimeMs} ${size}` };
}

function headerOf(log: string): string | undefined {
  if (!existsSync(log)) return undefined;
  const handle = openSync(log, 'r');
  try {
    const header = Buffer.alloc(LOG_HEADER_BYTES);
    return readSync(handle, header, 0, LOG_HEADER_BYTES, 0) === 0 ? undefined : header.toString('hex');
  } finally {
    closeSync(handle);
  }
}

/** Makes one file of a copy and its log, and looks whether it is whole and ours. `name`: what messages call it. */
async function fold(copy: string, name: string): Promise<void> {
  const Constructor = await loadLibrary();
  let raw: RawDatabase | undefined;
  try {
    raw = new Constructor(copy, { timeout: 0 });
    raw.exec('PRAGMA journal_mode = DELETE');
    if (readNumber(raw, 'PRAGMA application_id') !== APPLICATION_ID) {
      throw new BehalfError('config.invalid', `${name} is not a store of Behalf`);
    }
    if (readNumber(raw, 'PRAGMA user_version') > MIGRATIONS.length) {
      throw new BehalfError('config.invalid', `${name} was written by a newer version of Behalf`);
    }
    const said: unknown = raw.prepare('PRAGMA quick_check').get([]);
    if (!JSON.stringify(said).includes('"ok"')) throw new BehalfError('store.corrupt', `${name} is damaged`);
  } catch (error) {
    throw isBehalfError(error) ? error : toOpenError(name, error);
  } finally {
    if (raw) release(raw);
  }
  const handle = openSync(copy, 'r+');
  fsyncSync(handle);
  closeSync(handle);
}

/** A folder that only its owner reads, on the same disk, so that what is made in it can be renamed into place. */
async function withFolderBeside<T>(file: string, work: (folder: string) => Promise<T>): Promise<T> {
  const parent = dirname(resolve(file));
  let folder: string | undefined;
  try {
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    folder = mkdtempSync(join(parent, '.behalf-backup-'));
    return await work(folder);
  } catch (error) {
    if (isBehalfError(error)) throw error;
    const code = foreignCode(error);
    const why = code === 'ENOSPC' ? 'the disk is full' : code;
    throw new BehalfError('store.unavailable', `${file} cannot be written (${why})`, { details: { reason: code } });
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}
