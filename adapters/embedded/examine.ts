import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Finding } from '../../src/doctor/examination.port.js';
import { foreignCode } from '../../src/kernel/errors.js';
import { randomToken } from '../../src/kernel/ids.js';
import { FILE_NAME } from './file.js';

const SUBJECT = 'store';
const PROBE_BYTES = 64 * 1024;
/** The log alone may grow to 64 MB. */
const WANTED_MB = 256;
const MEGABYTE = 1024 * 1024;

/**
 * What keeps a service from writing in this folder, or soon will; nothing where all is well. Writes a file of its own and takes
 * it away again. `isOpen`: a service has the store open. Run it in a process of its own, as that has no store open.
 */
export function examineFolder(
  directory: string,
  { isOpen, wantedMegabytes = WANTED_MB }: { readonly isOpen: boolean; readonly wantedMegabytes?: number },
): readonly Finding[] {
  const folder = nearest(resolve(directory));
  const file = join(resolve(directory), FILE_NAME);
  const code = failureOf(() => writeProbe(folder)) ?? (isOpen || !existsSync(file) ? undefined : openForWriting(file));
  // A look at the store has told of what is no folder or no file.
  if (code === 'ENOTDIR' || code === 'EISDIR') return [];
  if (code !== undefined) return [{ subject: SUBJECT, state: 'wrong', ...explained(code, folder) }];
  const { bavail, bsize } = statfsSync(folder);
  const free = Math.floor((bavail * bsize) / MEGABYTE);
  if (free >= wantedMegabytes) return [];
  return [
    {
      subject: SUBJECT,
      state: 'warning',
      says: `the disk of ${folder} (DATA_DIR) has ${free} MB left`,
      fix: 'Make room: nothing is taken in any more once it is full.',
    },
  ];
}

/** The service makes what is missing. */
function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}

/** As root, permissions say nothing of a file system that is mounted read-only or full: only a write tells. */
function writeProbe(folder: string): void {
  const path = join(folder, `.behalf-doctor-${randomToken(128)}`);
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, Buffer.alloc(PROBE_BYTES));
    fsyncSync(file);
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}

function openForWriting(file: string): string | undefined {
  return failureOf(() => closeSync(openSync(file, 'r+')));
}

function failureOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return foreignCode(error);
  }
}

function explained(code: string, folder: string): Pick<Finding, 'says' | 'fix'> {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return {
        says: `the disk of ${folder} (DATA_DIR) is full`,
        fix: 'Make room: nothing is taken in until there is.',
      };
    case 'EROFS':
      return {
        says: `${folder} (DATA_DIR) is mounted for reading alone`,
        fix: 'Mount it for writing, or set DATA_DIR to a folder that the service may write.',
      };
    default:
      return {
        says: `${folder} (DATA_DIR) cannot be written by this user (${code})`,
        fix: 'Give the folder and all in it to the user that runs the service, or set DATA_DIR to a folder that is theirs.',
      };
  }
}
