import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface YamlSource {
  /** Path below the folder without its ending, with `/`. */
  readonly id: string;
  /** The same with the folder's label before it and its ending: for problems. */
  readonly file: string;
  /** Sub-folder, if any. */
  readonly folder?: string;
  readonly text: string;
}

/** Reads every `*.yaml` and `*.yml` below a folder, by name. No folder: none. */
export async function readYamlFolder(directory: string, label: string): Promise<readonly YamlSource[]> {
  const sources: YamlSource[] = [];
  for (const entry of await listFolder(directory)) {
    const below = entry.parentPath.slice(directory.length).replaceAll('\\', '/').replace(/^\/+/u, '');
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
    const source = { id: path.replace(/\.ya?ml$/u, ''), file: `${label}/${path}`, text };
    sources.push(below === '' ? source : { ...source, folder: below });
  }
  return sources.toSorted((left, right) => (left.file < right.file ? -1 : 1));
}

async function listFolder(directory: string) {
  try {
    const entries = await readdir(directory, { withFileTypes: true, recursive: true });
    return entries.filter((entry) => entry.isFile() && /^[^.].*\.ya?ml$/u.test(entry.name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** The text of a file; undefined when there is none. */
export async function readTextFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
