import type { StoreConfig } from '../config.js';
import { BehalfError } from '../kernel/errors.js';
import { systemClock } from '../kernel/system-clock.js';

/** Copies the embedded store into a new file, also beside a running service. Throws `config.invalid`, `store.corrupt`. */
export async function backUpStore({ store }: StoreConfig, target: string): Promise<void> {
  const { backUpFile } = await import('../../adapters/embedded/index.js');
  await backUpFile(folderOf(store), target);
}

/** Puts such a file in the place of the embedded store; gives the name of what was there. Throws as {@link backUpStore}. */
export async function restoreStore({ store }: StoreConfig, source: string): Promise<string | undefined> {
  const { restoreFile } = await import('../../adapters/embedded/index.js');
  return restoreFile(folderOf(store), source, systemClock);
}

function folderOf(store: StoreConfig['store']): string {
  if (store.kind === 'embedded') return store.directory;
  throw new BehalfError(
    'config.invalid',
    'REDIS_URL is set: Redis is backed up with its own tools, see docs/operations.md',
  );
}
