import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.js';
import { BehalfError, isBehalfError } from './kernel/errors.js';
import { randomToken } from './kernel/ids.js';
import type { Logger } from './kernel/logger.port.js';
import { parseKeyring, type VaultKey } from './kernel/vault.js';

/** An entry for ENCRYPTION_KEYS with a fresh random key. */
export function generateKey(id: string): string {
  return `${id}:${Buffer.from(randomToken(256), 'base64url').toString('base64')}`;
}

/** File in the data folder. */
export const DEVELOPMENT_KEY = 'development.key';

/**
 * The keys of the configuration. Outside production, where there are none, one is made once and kept in the data folder, so
 * that logins survive a restart while somebody tries the service out.
 */
export async function loadKeyring(
  config: Pick<Config, 'encryptionKeys' | 'dataDir'>,
  logger: Logger,
): Promise<readonly VaultKey[]> {
  if (config.encryptionKeys) return parseKeyring(config.encryptionKeys.reveal());
  const file = join(config.dataDir, DEVELOPMENT_KEY);
  logger.warn({ file }, 'ENCRYPTION_KEYS is not set: using a development key kept beside the data');
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  await writeFile(file, generateKey('development'), { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if (!(typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  try {
    return parseKeyring(await readFile(file, 'utf8'));
  } catch (error) {
    if (!isBehalfError(error)) throw error;
    throw new BehalfError(
      error.code,
      `${file} is broken: ${error.message}. Remove it to begin with a new key; what was stored with it is lost.`,
    );
  }
}
