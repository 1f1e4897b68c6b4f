import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { parseStoreConfig } from '../../../src/config.js';
import { asBehalfError } from '../../../src/kernel/errors.js';
import { generateKey } from '../../../src/keyring.js';

const WRAPPED = 'k2:vault-transit:behalf:vault:v1:AAAA';

function mistakes(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    parseStoreConfig(environment);
    return [];
  } catch (error) {
    const [, ...lines] = asBehalfError(error).message.split('\n');
    return lines.map((line) => line.replace('  - ', ''));
  }
}

describe('where the keys come from', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'behalf-key-settings-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const fileOf = (text: string) => {
    const file = path.join(directory, 'keys');
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };

  test('is the environment or a file, not both', () => {
    const both = { ENCRYPTION_KEYS: generateKey('k1'), ENCRYPTION_KEYS_FILE: fileOf(generateKey('k1')) };
    expect(mistakes(both)).toEqual([
      'ENCRYPTION_KEYS_FILE is set, and ENCRYPTION_KEYS, too: give all keys in one of them.',
    ]);
    expect(mistakes({ ENCRYPTION_KEYS_FILE: both.ENCRYPTION_KEYS_FILE, NODE_ENV: 'production' })).toEqual([]);
  });

  test('must be a file that can be read, and is one of keys', () => {
    expect(mistakes({ ENCRYPTION_KEYS_FILE: path.join(directory, 'none') })).toEqual([
      'ENCRYPTION_KEYS_FILE cannot be read (ENOENT): it must be a file with one entry a line that this process may read.',
    ]);
    expect(mistakes({ ENCRYPTION_KEYS_FILE: directory })).toEqual([expect.stringContaining('EISDIR')]);
    expect(mistakes({ ENCRYPTION_KEYS_FILE: fileOf('x'.repeat(70_000)) })).toEqual([
      'ENCRYPTION_KEYS_FILE names a file of 70000 bytes: that is no file of keys.',
    ]);
  });

  test('is told with every mistake in it, by line, and without the keys', () => {
    const found = mistakes({ ENCRYPTION_KEYS_FILE: fileOf(`# mine\nk1:canary\n\ncanary\n${generateKey('k3')}\n`) });
    expect(found).toEqual([
      'ENCRYPTION_KEYS_FILE is not right: Encryption key "k1" has 4 bytes; it must have 32. Make one with `behalf keys generate`.',
      'ENCRYPTION_KEYS_FILE is not right: Encryption key in line 4 is not of the form id:base64.',
    ]);
    expect(found.join()).not.toContain('canary');
  });

  test('needs the address of Vault where Vault has wrapped a key, and only there', () => {
    expect(mistakes({ ENCRYPTION_KEYS: WRAPPED })).toEqual([
      'VAULT_ADDR is not set, but key "k2" is wrapped by Vault: give its address, as https://vault.example.com:8200.',
    ]);
    expect(mistakes({ ENCRYPTION_KEYS: WRAPPED, VAULT_ADDR: 'http://vault.example.com:8200' })).toEqual([
      'VAULT_ADDR must be an address that begins with https:// (http:// is accepted for an agent on localhost only).',
    ]);
    expect(mistakes({ ENCRYPTION_KEYS: WRAPPED, VAULT_ADDR: 'http://localhost:8100' })).toEqual([]);
    expect(mistakes({ ENCRYPTION_KEYS: generateKey('k1'), VAULT_ADDR: 'http://elsewhere' })).toEqual([]);
  });

  test('never shows the token of Vault', () => {
    const config = parseStoreConfig({
      ENCRYPTION_KEYS: WRAPPED,
      VAULT_ADDR: 'https://vault.example.com/',
      VAULT_TOKEN: 'hvs.canary',
    });
    expect(config.vault?.address).toBe('https://vault.example.com');
    expect(inspect(config, { depth: 9, showHidden: true })).not.toContain('canary');
  });
});
