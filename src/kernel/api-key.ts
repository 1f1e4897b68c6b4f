import { createHash, timingSafeEqual } from 'node:crypto';
import { BehalfError } from './errors.js';
import { randomToken } from './ids.js';

/** What a key may do: start recipes, or also read what is wrong with the configuration. */
export type ApiRole = 'run' | 'admin';

/** A key of a program, as it is configured. Two may have one name, so that a key can be replaced without a pause. */
export interface ApiKey {
  readonly name: string;
  readonly role: ApiRole;
  /** SHA-256 of the key: the key itself is nowhere kept. */
  readonly hash: Buffer;
}

/** 1 to 40 lower-case letters, digits, `_` and `-`. */
export const API_KEY_NAME = /^[a-z0-9][a-z0-9_-]{0,39}$/;

/** Keys that were made here, and no others: what somebody has thought up could be guessed from its hash. */
const API_KEY = /^bhf_[A-Za-z0-9_-]{43}$/;
const ENTRY = /^([^:]*):([0-9a-f]{64})(?::(admin))?$/;

/** A new key with 256 random bits. Shown once; only {@link apiKeyEntry} of it is configured. */
export function generateApiKey(): string {
  return `bhf_${randomToken(256)}`;
}

/** What stands in API_KEYS for a key. */
export function apiKeyEntry(name: string, key: string, role: ApiRole): string {
  return `${name}:${hashOf(key).toString('hex')}${role === 'admin' ? ':admin' : ''}`;
}

/**
 * Reads `name:sha256hex,name:sha256hex:admin`. Throws `config.invalid` that says which entry is wrong and why, by its position,
 * never with a part of it.
 */
export function parseApiKeys(text: string): readonly ApiKey[] {
  const keys = text.split(',').map((entry, index) => parseEntry(entry.trim(), index + 1));
  const hashes = keys.map(({ hash }) => hash.toString('hex'));
  const twice = hashes.findIndex((hash, index) => hashes.indexOf(hash) !== index);
  if (twice >= 0) throw new BehalfError('config.invalid', `entry ${twice + 1} has the same hash as another one`);
  return keys;
}

function parseEntry(entry: string, position: number): ApiKey {
  const [, name = '', hash = '', role = 'run'] = ENTRY.exec(entry) ?? [];
  if (hash === '')
    throw new BehalfError(
      'config.invalid',
      `entry ${position} is not name:hash or name:hash:admin, where the hash is 64 hexadecimal digits`,
    );
  if (!API_KEY_NAME.test(name))
    throw new BehalfError(
      'config.invalid',
      `the name of entry ${position} must be 1 to 40 lower-case letters, digits, _ and -`,
    );
  return { name, role: role === 'admin' ? 'admin' : 'run', hash: Buffer.from(hash, 'hex') };
}

/** The configured key that this one is; looks at all of them, so that the time tells nothing. */
export function findApiKey(keys: readonly ApiKey[], presented: string): ApiKey | undefined {
  const isOurs = API_KEY.test(presented);
  const hash = hashOf(presented);
  const [found] = keys.filter((key) => timingSafeEqual(key.hash, hash));
  return isOurs ? found : undefined;
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
