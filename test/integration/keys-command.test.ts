import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sealRow } from '../../src/connections/connection-records.js';
import { createLoginRecords } from '../../src/connections/login-records.js';
import { parseKeyring } from '../../src/kernel/key-entries.js';
import { Secret } from '../../src/kernel/secret.js';
import { createVault } from '../../src/kernel/vault.js';
import { generateKey } from '../../src/keyring.js';
import { openEmbeddedStores } from '../contract/stores/embedded-harness.js';

const ROOT = resolve(__dirname, '../..');
/** Each command of the program is a process that begins anew. */
const MANY_COMMANDS_MS = 200_000;

describe('behalf keys', () => {
  const [old, next] = [generateKey('old'), generateKey('next')];
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'behalf-keys-command-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function behalf(keys: string, ...args: readonly string[]) {
    const file = join(folder, 'keys');
    writeFileSync(file, keys, { mode: 0o600 });
    const env = { PATH: process.env['PATH'] ?? '', DATA_DIR: folder, ENCRYPTION_KEYS_FILE: file };
    const answer = await new Promise<{ readonly code: number; readonly text: string }>((done) => {
      const command = ['--import', 'tsx', 'src/main.ts', 'keys', ...args];
      const child = execFile(process.execPath, command, { cwd: ROOT, env }, (_error, out, err) => {
        done({ code: child.exitCode ?? -1, text: out + err });
      });
    });
    for (const entry of [old, next]) expect(answer.text).not.toContain(entry.split(':')[1]);
    return answer;
  }

  it(
    'makes no key with an id that it could not be given by',
    async () => {
      expect(await behalf(old, 'generate', 'bad id')).toEqual({
        code: 2,
        text: 'behalf: The id of a key is 1 to 32 letters, digits, "_", "." or "-"\n',
      });
    },
    MANY_COMMANDS_MS,
  );

  it(
    'rotates what is stored, says what an old key is needed for, and when it is not',
    async () => {
      const stores = await openEmbeddedStores({ directory: folder });
      const vault = createVault(parseKeyring(old));
      const tokens = { accessToken: new Secret('a'), issuedAt: 1, scopes: [] };
      const times = { connectedAt: 1, changedAt: 1 };
      await stores.connections.write(
        sealRow(vault, { owner: 'shared', name: 'crm', generation: 1, status: 'connected', tokens, ...times }),
      );
      const attempt = { linkId: '1', connection: 'crm', cookieHash: 'c' };
      await createLoginRecords(stores.expiring, vault).attempts.put('1', attempt, 3_600_000);
      await stores.health.close();
      const both = `${next}\n${old}\n`;

      expect(await behalf(both, 'list', '--count')).toEqual({
        code: 0,
        text: expect.stringContaining('old: decrypts, from the file, opens 1 records and 1 short-lived ones'),
      });
      const check = await behalf(both, 'rotate', '--check');
      expect(check).toEqual({
        code: 2,
        text: expect.stringMatching(/^old is still needed: 1 records .*; 1 short-lived/),
      });
      const rotated = await behalf(both, 'rotate');
      expect(rotated.code).toBe(0);
      expect(rotated.text).toMatch(
        /^1 checked, 1 sealed anew\nold is still needed: 1 short-lived records end by themselves/,
      );
      expect((await behalf(both, 'rotate', '--check')).code).toBe(2);
      const later = await openEmbeddedStores({ directory: folder });
      await later.expiring.delete({ kind: 'login-state', id: '1' });
      await later.health.close();
      expect(await behalf(both, 'rotate', '--check')).toEqual({
        code: 0,
        text: 'old is not needed any more: take it out of the keyring. Backups from before need it: keep it elsewhere for as long as those.\n',
      });
      expect((await behalf(next, 'rotate', '--check')).code).toBe(0);
      // Too early: what the old key had sealed would be lost, and that is said.
      const unclear = await behalf(`${old}\n${generateKey('older')}`, 'rotate', '--check');
      expect(unclear).toEqual({ code: 2, text: expect.stringMatching(/\d records open with no key of the keyring/) });
      expect(unclear.text).not.toContain('take it out');
      const gone = await behalf(old, 'rotate');
      expect(gone).toEqual({ code: 1, text: expect.stringMatching(/\d records open with no key of the keyring/) });
    },
    MANY_COMMANDS_MS,
  );

  it(
    'makes no store where there is none, and gives no advice about keys in an empty one',
    async () => {
      const both = `${next}\n${old}\n`;
      const missing = {
        code: 2,
        text: expect.stringContaining(`there is no ${join(folder, 'behalf.db')}. Set DATA_DIR`),
      };
      expect(await behalf(both, 'rotate', '--check')).toEqual(missing);
      expect(await behalf(both, 'rotate')).toEqual(missing);
      expect(await behalf(both, 'list', '--count')).toEqual(missing);
      expect(readdirSync(folder)).toEqual(['keys']);
      await (await openEmbeddedStores({ directory: folder })).health.close();
      const nothing = expect.stringMatching(/^(0 checked.*\n)?Nothing is sealed in this store/);
      expect(await behalf(both, 'rotate')).toEqual({ code: 1, text: nothing });
      expect(await behalf(both, 'rotate', '--check')).toEqual({ code: 2, text: nothing });
    },
    MANY_COMMANDS_MS,
  );

  it(
    'says what is wrong with --kms',
    async () => {
      expect(await behalf(old, 'generate', 'k2', '--kms', 'gcp:x')).toEqual({
        code: 2,
        text: expect.stringContaining('--kms must be aws:<key ARN>'),
      });
      expect((await behalf(old, 'generate', 'k2', '--kms', 'vault:x')).text).toContain('VAULT_ADDR is not set');
    },
    MANY_COMMANDS_MS,
  );
});
