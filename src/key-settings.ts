import { readFileSync, statSync } from 'node:fs';
import { foreignCode } from './kernel/errors.js';
import {
  entriesInFile,
  entriesInLine,
  type FoundEntry,
  KEY_SERVICES,
  type KeyEntry,
  readKeyEntries,
} from './kernel/key-entries.js';
import { Secret } from './kernel/secret.js';
import type { SettingName } from './settings.js';

/** The keys of the configuration; the first one encrypts, all decrypt. */
export interface EncryptionKeys {
  readonly source: 'environment' | 'file';
  readonly entries: readonly KeyEntry[];
  /** Of a file that every user of the machine can read: its name. */
  readonly openFile?: string;
}

/** How HashiCorp Vault is reached, for keys that its transit engine has wrapped. */
export interface VaultSettings {
  /** Without a slash at its end. */
  readonly address: string;
  /** Absent for an agent on this machine that adds its own. */
  readonly token?:
    | { readonly kind: 'value'; readonly value: Secret }
    | { readonly kind: 'file'; readonly file: string };
  readonly namespace?: string;
  /** PEM file with the certificate authorities that are trusted. */
  readonly caFile?: string;
}

/** What is used of the reader of all settings. */
interface Reader {
  fail(name: SettingName, what: string): void;
  optional(name: SettingName): string | undefined;
  url(name: SettingName, text: string): URL | undefined;
}

/** A file of keys is short; what is longer is another file. */
const MOST_BYTES = 64 * 1024;

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The keys as they stand there; whether they can be used is known here already, with all other mistakes. Undefined: there are
 * none, which is a mistake in production.
 */
export function readEncryptionKeys(reader: Reader, production: boolean): EncryptionKeys | undefined {
  const inEnvironment = reader.optional('ENCRYPTION_KEYS');
  const file = reader.optional('ENCRYPTION_KEYS_FILE');
  if (inEnvironment !== undefined && file !== undefined) {
    reader.fail('ENCRYPTION_KEYS_FILE', 'is set, and ENCRYPTION_KEYS, too: give all keys in one of them.');
    return undefined;
  }
  if (inEnvironment !== undefined) {
    return { source: 'environment', entries: readEntries(reader, 'ENCRYPTION_KEYS', entriesInLine(inEnvironment)) };
  }
  if (file !== undefined) return readKeyFile(reader, file);
  if (production)
    reader.fail(
      'ENCRYPTION_KEYS',
      'is required in production, or ENCRYPTION_KEYS_FILE. Make one with `behalf keys generate` and keep it safe: without it stored logins are lost.',
    );
  return undefined;
}

function readKeyFile(reader: Reader, file: string): EncryptionKeys | undefined {
  try {
    const { mode, size } = statSync(file);
    if (size > MOST_BYTES) {
      reader.fail('ENCRYPTION_KEYS_FILE', `names a file of ${size} bytes: that is no file of keys.`);
      return undefined;
    }
    const entries = readEntries(reader, 'ENCRYPTION_KEYS_FILE', entriesInFile(readFileSync(file, 'utf8')));
    const isOpen = process.platform !== 'win32' && (mode & 0o004) !== 0;
    return { source: 'file', entries, ...(isOpen ? { openFile: file } : {}) };
  } catch (error) {
    reader.fail(
      'ENCRYPTION_KEYS_FILE',
      `cannot be read (${foreignCode(error)}): it must be a file with one entry a line that this process may read.`,
    );
    return undefined;
  }
}

function readEntries(reader: Reader, name: SettingName, found: readonly FoundEntry[]): readonly KeyEntry[] {
  const { entries, problems } = readKeyEntries(found);
  for (const problem of problems) reader.fail(name, `is not right: ${problem}.`);
  return entries;
}

/** The settings of Vault; undefined where there are none. They are a mistake only where one of the keys needs them. */
export function readVault(reader: Reader, keys: EncryptionKeys | undefined): VaultSettings | undefined {
  const wrapped = keys?.entries.find((entry) => entry.kind === 'wrapped' && entry.service === 'vault-transit');
  const text = reader.optional('VAULT_ADDR');
  if (text === undefined) {
    if (wrapped)
      reader.fail(
        'VAULT_ADDR',
        `is not set, but key "${wrapped.id}" is wrapped by ${KEY_SERVICES['vault-transit'].title}: give its address, as https://vault.example.com:8200.`,
      );
    return undefined;
  }
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (!isSafe(address)) {
    // Vault may be used by something else on this machine.
    if (wrapped)
      reader.fail(
        'VAULT_ADDR',
        'must be an address that begins with https:// (http:// is accepted for an agent on localhost only).',
      );
    return undefined;
  }
  const token = reader.optional('VAULT_TOKEN');
  const tokenFile = reader.optional('VAULT_TOKEN_FILE');
  const namespace = reader.optional('VAULT_NAMESPACE');
  const caFile = reader.optional('VAULT_CACERT');
  return {
    address: address.href.replace(/\/+$/, ''),
    ...(token === undefined ? {} : { token: { kind: 'value' as const, value: new Secret(token) } }),
    ...(tokenFile === undefined || token !== undefined ? {} : { token: { kind: 'file' as const, file: tokenFile } }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(caFile === undefined ? {} : { caFile }),
  };
}

function isSafe(address: URL | undefined): address is URL {
  if (address?.username !== '' || address.password !== '') return false;
  return address.protocol === 'https:' || (address.protocol === 'http:' && LOOPBACK.includes(address.hostname));
}
