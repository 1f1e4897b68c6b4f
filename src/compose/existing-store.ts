import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { StoreConfig } from '../config.js';
import { asBehalfError, BehalfError } from '../kernel/errors.js';
import { DEVELOPMENT_KEY } from '../keyring.js';

/**
 * For commands that look at what a service keeps: in the wrong place they must neither make a store and a key of their own, nor
 * say something about an empty one. Throws `config.invalid` with where was looked, and what to set.
 */
export async function demandStore(config: StoreConfig): Promise<void> {
  const { store } = config;
  if (store.kind === 'embedded') (await import('../../adapters/embedded/index.js')).existingFile(store.directory);
  if (!hasKeys(config))
    throw new BehalfError(
      'config.invalid',
      `ENCRYPTION_KEYS is not set, and there is no ${resolve(config.dataDir, DEVELOPMENT_KEY)} (DATA_DIR). Give the keys that the service has.`,
    );
}

/** What {@link demandStore} says, where there is no store or no key; undefined where both are there. */
export async function missingStore(config: StoreConfig): Promise<string | undefined> {
  try {
    await demandStore(config);
    return undefined;
  } catch (error) {
    return asBehalfError(error).message;
  }
}

/** False: a key would have to be made. */
export function hasKeys({ dataDir, encryptionKeys }: Pick<StoreConfig, 'dataDir' | 'encryptionKeys'>): boolean {
  return encryptionKeys !== undefined || existsSync(join(dataDir, DEVELOPMENT_KEY));
}
