import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.js';
import { asBehalfError, BehalfError, foreignCode, isBehalfError } from './kernel/errors.js';
import { randomToken } from './kernel/ids.js';
import { type KeyEntry, type KeyService, parseKeyring, renderWrapped } from './kernel/key-entries.js';
import type { KeyWrapping } from './kernel/key-wrapping.port.js';
import type { Logger } from './kernel/logger.port.js';
import { Secret } from './kernel/secret.js';
import { misfitOfKey, type VaultKey } from './kernel/vault.js';

/** An entry for ENCRYPTION_KEYS with a fresh random key. */
export function generateKey(id: string): string {
  return `${id}:${randomKey().toString('base64')}`;
}

function randomKey(): Buffer {
  return Buffer.from(randomToken(256), 'base64url');
}

/** File in the data folder. */
export const DEVELOPMENT_KEY = 'development.key';

/** A new entry whose key only the KMS can unwrap, with its own key `by`. */
export async function generateWrappedKey(
  id: string,
  service: KeyService,
  { by, wrapping }: { readonly by: string; readonly wrapping: KeyWrapping },
): Promise<string> {
  return renderWrapped(id, service, await wrapping.wrap(id, new Secret(randomKey()), by));
}

/** The KMS of an entry; its driver is loaded when it is asked for. */
export type OpenKeyWrapping = (service: KeyService) => Promise<KeyWrapping>;

/**
 * The keys of the configuration; those that are wrapped are unwrapped here, once. Outside production, where there are none,
 * one is made once and kept in the data folder, so that logins survive a restart while somebody tries the service out.
 * Throws `config.invalid` and `keys.unavailable`, as {@link KeyWrapping} does, for all keys at once.
 */
export async function loadKeyring(
  config: Pick<Config, 'encryptionKeys' | 'dataDir'>,
  logger: Logger,
  open: OpenKeyWrapping,
): Promise<readonly VaultKey[]> {
  if (!config.encryptionKeys) return loadDevelopmentKey(config, logger);
  const { entries, openFile } = config.encryptionKeys;
  if (openFile !== undefined)
    logger.warn(
      { file: openFile },
      'Every user of this machine can read the encryption keys (ENCRYPTION_KEYS_FILE): chmod 600, or defaultMode 0400 of a Kubernetes secret',
    );
  const results = await Promise.allSettled(entries.map((entry) => keyOf(entry, open)));
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [asBehalfError(result.reason)] : []));
  const [first] = errors;
  if (first) throw new BehalfError(first.code, errors.map(({ message }) => message).join('\n'));
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

async function keyOf(entry: KeyEntry, open: OpenKeyWrapping): Promise<VaultKey> {
  const { id } = entry;
  if (entry.kind === 'plain') return { id, key: entry.key };
  const key = await (await open(entry.service)).unwrap(id, entry);
  const misfit = misfitOfKey(id, key.reveal());
  if (misfit === undefined) return { id, key };
  throw new BehalfError('config.invalid', `${misfit} and the option --kms`);
}

async function loadDevelopmentKey(config: Pick<Config, 'dataDir'>, logger: Logger): Promise<readonly VaultKey[]> {
  const file = join(config.dataDir, DEVELOPMENT_KEY);
  logger.warn({ file }, 'ENCRYPTION_KEYS is not set: using a development key kept beside the data');
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unusable(`the folder ${config.dataDir} cannot be made`, error);
  });
  await writeFile(file, generateKey('development'), { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if (foreignCode(error) !== 'EEXIST') throw unusable(`${file} cannot be written`, error);
  });
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unusable(`${file} cannot be read`, error);
  });
  try {
    return parseKeyring(text);
  } catch (error) {
    if (!isBehalfError(error)) throw error;
    throw new BehalfError(
      error.code,
      `${file} is broken: ${error.message}. Remove it to begin with a new key; what was stored with it is lost.`,
    );
  }
}

function unusable(what: string, error: unknown): BehalfError {
  return new BehalfError('config.invalid', `DATA_DIR: ${what} (${foreignCode(error)})`);
}
