import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseConfig } from '../../../src/config.js';
import { createVault } from '../../../src/kernel/vault.js';
import { generateKey, loadKeyring } from '../../../src/keyring.js';
import { RecordingLogger } from '../../support/recording-logger.js';

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

describe('the keyring', () => {
  test('is the one of the configuration, in its order', async () => {
    const logger = new RecordingLogger();
    const text = `${generateKey('new')},${generateKey('old')}`;
    const keys = await loadKeyring(configWith({ ENCRYPTION_KEYS: text }), logger);
    expect(keys.map(({ id }) => id)).toEqual(['new', 'old']);
    expect(logger.lines).toEqual([]);
  });

  test('is made once outside production, for its owner only, and said so', async () => {
    const logger = new RecordingLogger();
    const [first] = await loadKeyring(configWith(), logger);
    const file = path.join(directory, 'data', 'development.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
    const [again] = await loadKeyring(configWith(), logger);
    if (!first || !again) throw new Error('no key');
    const sealed = createVault([first]).seal('job', ['1'], 'text');
    expect(createVault([again]).open('job', ['1'], sealed).toString()).toBe('text');
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
    expect(logger.dump()).not.toContain(readFileSync(file, 'utf8').split(':')[1]);
  });

  test('says which file is broken when the key of an earlier start is', async () => {
    await loadKeyring(configWith(), new RecordingLogger());
    const file = path.join(directory, 'data', 'development.key');
    writeFileSync(file, '');
    await expect(loadKeyring(configWith(), new RecordingLogger())).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(`${file} is broken`),
    });
  });

  test('gets keys of 32 random bytes', () => {
    expect(Buffer.from(generateKey('k').split(':')[1] ?? '', 'base64')).toHaveLength(32);
    expect(generateKey('k')).not.toBe(generateKey('k'));
  });
});
