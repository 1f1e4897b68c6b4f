import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { parseConfig } from '../../../src/config.js';
import { BehalfError } from '../../../src/kernel/errors.js';
import type { KeyWrapping } from '../../../src/kernel/key-wrapping.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { createVault } from '../../../src/kernel/vault.js';
import { generateKey, generateWrappedKey, loadKeyring, type OpenKeyWrapping } from '../../../src/keyring.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'behalf-keys-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function configWith(change: Readonly<Record<string, string>> = {}) {
  return parseConfig({
    SLACK_SIGNING_SECRET: 's',
    SLACK_BOT_TOKEN: 'b',
    DATA_DIR: path.join(directory, 'data'),
    ...change,
  });
}

function fileOf(text: string, mode = 0o600): string {
  const file = path.join(directory, 'keys');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

const none: OpenKeyWrapping = () => Promise.reject(new Error('no KMS is asked for'));

/** A KMS that turns bytes around, and counts how often it is asked. */
function mirror(): { readonly open: OpenKeyWrapping; readonly asked: string[] } {
  const asked: string[] = [];
  const wrapping: KeyWrapping = {
    async wrap(_id, key, by) {
      return { by, wrapped: Buffer.from(key.reveal()).reverse().toString('base64') };
    },
    async unwrap(id, { wrapped }) {
      asked.push(id);
      return new Secret(Buffer.from(wrapped, 'base64').reverse());
    },
  };
  return { open: async () => wrapping, asked };
}

describe('the keyring', () => {
  test('is the one of the configuration, in its order', async () => {
    const logger = new RecordingLogger();
    const text = `${generateKey('new')},${generateKey('old')}`;
    const keys = await loadKeyring(configWith({ ENCRYPTION_KEYS: text }), logger, none);
    expect(keys.map(({ id }) => id)).toEqual(['new', 'old']);
    expect(logger.lines).toEqual([]);
  });

  test('is made once outside production, for its owner only, and said so', async () => {
    const logger = new RecordingLogger();
    const [first] = await loadKeyring(configWith(), logger, none);
    const file = path.join(directory, 'data', 'development.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
    const [again] = await loadKeyring(configWith(), logger, none);
    if (!first || !again) throw new Error('no key');
    const sealed = createVault([first]).seal('job', ['1'], 'text');
    expect(createVault([again]).open('job', ['1'], sealed).toString()).toBe('text');
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
    expect(logger.dump()).not.toContain(readFileSync(file, 'utf8').split(':')[1]);
  });

  test('says which file is broken when the key of an earlier start is', async () => {
    await loadKeyring(configWith(), new RecordingLogger(), none);
    const file = path.join(directory, 'data', 'development.key');
    writeFileSync(file, '');
    await expect(loadKeyring(configWith(), new RecordingLogger(), none)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(`${file} is broken`),
    });
  });

  test('gets keys of 32 random bytes', () => {
    expect(Buffer.from(generateKey('k').split(':')[1] ?? '', 'base64')).toHaveLength(32);
    expect(generateKey('k')).not.toBe(generateKey('k'));
  });
});

describe('keys from a file', () => {
  test('stand one a line, with comments', async () => {
    const logger = new RecordingLogger();
    const text = `# Keys of Behalf\r\n\r\n${generateKey('k2')}  # since November\r\n${generateKey('k1')}\r\n`;
    const keys = await loadKeyring(configWith({ ENCRYPTION_KEYS_FILE: fileOf(text) }), logger, none);
    expect(keys.map(({ id }) => id)).toEqual(['k2', 'k1']);
    expect(logger.lines).toEqual([]);
  });

  test('that everybody can read are used, with a warning', async () => {
    const logger = new RecordingLogger();
    const file = fileOf(generateKey('k1'), 0o644);
    await loadKeyring(configWith({ ENCRYPTION_KEYS_FILE: file }), logger, none);
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { file } }]);
  });
});

describe('wrapped keys', () => {
  test('are unwrapped once each, beside those that are not', async () => {
    const { asked, open } = mirror();
    const wrapped = await generateWrappedKey('k2', 'aws-kms', { by: ARN, wrapping: await open('aws-kms') });
    const config = configWith({ ENCRYPTION_KEYS: `${wrapped},${generateKey('k1')}` });
    const keys = await loadKeyring(config, new RecordingLogger(), open);
    expect(keys.map(({ id, key }) => [id, key.reveal().length])).toEqual([
      ['k2', 32],
      ['k1', 32],
    ]);
    const vault = createVault(keys);
    for (let n = 0; n < 100; n += 1) vault.open('job', [], vault.seal('job', [], 'x'));
    expect(asked).toEqual(['k2']);
  });

  test('that do not open keep the service from starting, each with its reason', async () => {
    const open: OpenKeyWrapping = async () => ({
      wrap: () => Promise.reject(new Error('not asked for')),
      unwrap: (id) => Promise.reject(new BehalfError('keys.unavailable', `Encryption key "${id}" is away`)),
    });
    const text = `k2:aws-kms:${ARN}:AAAA,k1:aws-kms:${ARN}:BBBB`;
    await expect(loadKeyring(configWith({ ENCRYPTION_KEYS: text }), new RecordingLogger(), open)).rejects.toMatchObject(
      {
        code: 'keys.unavailable',
        message: 'Encryption key "k2" is away\nEncryption key "k1" is away',
      },
    );
  });

  test('whose inside is no key are refused without showing it', async () => {
    const { open } = mirror();
    const text = `k2:aws-kms:${ARN}:${Buffer.from('canary').reverse().toString('base64')}`;
    const failing = loadKeyring(configWith({ ENCRYPTION_KEYS: text }), new RecordingLogger(), open);
    const error: unknown = await failing.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'config.invalid', message: expect.stringContaining('"k2" has 6 bytes') });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
  });
});
