import type { Dirent, Stats } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BehalfError, foreignCode } from '../kernel/errors.js';

export interface YamlSource {
  /** Path below the folder without its ending, with `/`. */
  readonly id: string;
  /** The same with the folder's label before it and its ending: for problems. */
  readonly file: string;
  /** Sub-folder, if any. */
  readonly folder?: string;
  readonly text: string;
}

/** Deepest sub-folder: links may lead in a circle. */
const MAX_DEPTH = 8;

/**
 * Reads every `*.yaml` and `*.yml` below a folder, by name. Links are followed; names that begin with a dot are left out, also
 * of folders: mounted ConfigMaps keep their versions in such. No folder: none. Rejects with `config.invalid` where something
 * cannot be read.
 */
export async function readYamlFolder(directory: string, label: string): Promise<readonly YamlSource[]> {
  const sources: YamlSource[] = [];
  for (const path of await listFolder(directory)) {
    const text = await readTextFile(join(directory, path));
    // Gone since it was listed.
    if (text === undefined) continue;
    const source = { id: path.replace(/\.ya?ml$/u, ''), file: `${label}/${path}`, text };
    const folder = dirname(path);
    sources.push(folder === '.' ? source : { ...source, folder });
  }
  return sources.toSorted((left, right) => (left.file < right.file ? -1 : 1));
}

async function listFolder(directory: string, below = '', depth = 0): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await entriesOf(join(directory, below))) {
    if (entry.name.startsWith('.')) continue;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const kind = entry.isSymbolicLink() ? await targetOf(join(directory, path)) : entry;
    if (kind?.isDirectory() && depth < MAX_DEPTH) found.push(...(await listFolder(directory, path, depth + 1)));
    else if (kind?.isFile() && /\.ya?ml$/u.test(entry.name)) found.push(path);
  }
  return found;
}

async function entriesOf(directory: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw unreadable(directory, error);
  }
}

async function targetOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The text of a file; undefined when there is none. Rejects with `config.invalid` where it cannot be read. */
export async function readTextFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(path, error);
  }
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** What the system says names no file. */
function unreadable(path: string, error: unknown): BehalfError {
  const code = foreignCode(error);
  const what: Readonly<Record<string, string>> = {
    EISDIR:
      'is a folder: it must be a file. Docker makes such a folder where it does not find a file that it is to mount',
    ENOTDIR: 'is a file: it must be a folder',
  };
  return new BehalfError('config.invalid', `${path} ${what[code] ?? `cannot be read (${code})`}`);
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
