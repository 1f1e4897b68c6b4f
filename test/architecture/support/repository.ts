import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** The repository's folder; tests run from it. */
export const ROOT = path.resolve(__dirname, '../../..');

/** Folders that are made, not written. */
const MADE = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', '.cache', 'results']);

/** Every file below `folder` (relative to the root, `/` between parts), sorted. A folder that is not there has none. */
export function filesBelow(folder: string): readonly string[] {
  if (!exists(folder)) return [];
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const file = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) return MADE.has(entry.name) ? [] : filesBelow(file);
      return entry.isFile() ? [file] : [];
    })
    .sort();
}

/** The code below these folders. */
export function codeBelow(...folders: readonly string[]): readonly string[] {
  return folders.flatMap(filesBelow).filter((file) => /\.(?:[cm]?[jt]s|tsx)$/.test(file) && !file.endsWith('.d.ts'));
}

export function exists(file: string): boolean {
  return statSync(path.join(ROOT, file), { throwIfNoEntry: false }) !== undefined;
}

export function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}
