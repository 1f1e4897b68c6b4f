import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Libsql from 'libsql';
import { AuditLog } from '../../src/audit/audit-log.js';
import type { AuditEvent } from '../../src/kernel/audit.port.js';
import { Secret } from '../../src/kernel/secret.js';
import { createVault, type Vault } from '../../src/kernel/vault.js';
import { openEmbeddedStores } from '../contract/stores/embedded-harness.js';

const ROOT = resolve(__dirname, '../..');
/** Each command of the program is a process that begins anew. */
const MANY_COMMANDS_MS = 150_000;
const DAY = 86_400_000;
const FIRST_DAY = Date.UTC(2026, 10, 25, 12);

const ann = { platform: 'slack', tenant: 'T1', user: 'ann' };
const bob = { platform: 'teams', tenant: 'T2', user: 'bob' };
const EVENTS: readonly AuditEvent[] = [
  { kind: 'login', outcome: 'connected', person: ann, app: 'crm', account: { id: '1', label: 'Ann, of Acme' } },
  { kind: 'action', outcome: 'ok', person: ann, app: 'crm', action: 'create' },
  { kind: 'action', outcome: 'ok', person: bob, app: 'box', action: 'upload' },
];

describe('behalf audit', () => {
  let folder: string;
  let environment: Record<string, string>;
  let vault: Vault;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'behalf-audit-command-'));
    const key = randomBytes(32);
    environment = {
      PATH: process.env['PATH'] ?? '',
      DATA_DIR: folder,
      ENCRYPTION_KEYS: `k1:${key.toString('base64')}`,
    };
    const stores = await openEmbeddedStores({ directory: folder });
    vault = createVault([{ id: 'k1', key: new Secret(key) }]);
    const log = new AuditLog({ store: stores.audit, vault });
    const [first, ...others] = EVENTS.map((event, day) => ({ at: FIRST_DAY + day * DAY, event }));
    for (const entries of [first ? [first] : [], others]) await log.append(await log.seal(entries));
    await stores.health.close();
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const behalf = (...args: readonly string[]) => behalfOf({}, ...args);

  function behalfOf(
    settings: Readonly<Record<string, string>>,
    ...args: readonly string[]
  ): Promise<{ readonly code: number; readonly text: string }> {
    const env = { ...environment, ...settings };
    return new Promise((done) => {
      const command = ['--import', 'tsx', 'src/main.ts', 'audit', ...args];
      const child = execFile(process.execPath, command, { cwd: ROOT, env }, (_error, out, err) => {
        done({ code: child.exitCode ?? -1, text: out + err });
      });
    });
  }

  const numbers = ({ text }: { readonly text: string }) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line): unknown => JSON.parse(line).number);

  it(
    'exports what is asked for, as JSON, as CSV and for people',
    async () => {
      expect(numbers(await behalf('--json'))).toEqual([1, 2, 3]);
      expect(numbers(await behalf('--json', '--person', 'ann', '--kind', 'action'))).toEqual([2]);
      expect(numbers(await behalf('--json', '--from', '2026-11-26', '--to', '2026-11-26'))).toEqual([2]);
      const csv = await behalf('--csv', '--app', 'crm', '--to', '2026-11-26T00:00:00Z');
      expect(csv.text.split('\r\n')).toEqual([
        expect.stringMatching(/^number,time,kind,outcome,/),
        expect.stringContaining('slack,T1,ann,,crm,,1,"Ann, of Acme"'),
        '',
      ]);
      expect(numbers(await behalf('--json', '--person', 'slack:T1:ann'))).toEqual([1, 2]);
      expect((await behalf('--person', 'teams/T2/bob')).text).toMatch(
        /^3 {2}2026-11-27T12:00.* teams\/T2\/bob {2}box\.upload\n$/,
      );
      expect(await behalf('--from', 'yesterday')).toMatchObject({
        code: 1,
        text: expect.stringContaining('Write a day'),
      });
      expect(await behalf('--json', '--from', '2026-11-27', '--to', '2026-11-26')).toEqual({
        code: 2,
        text: 'behalf: --to is before --from: there is nothing in between. Turn them round.\n',
      });
    },
    MANY_COMMANDS_MS,
  );

  it(
    'says that there is nothing to verify where nothing was noted, and what is left where the time of all is over',
    async () => {
      const empty = mkdtempSync(join(tmpdir(), 'behalf-audit-command-'));
      const of = { DATA_DIR: empty };
      const open = () => openEmbeddedStores({ directory: empty });
      await (await open()).health.close();
      expect(await behalfOf(of, 'verify')).toEqual({
        code: 2,
        text: expect.stringMatching(/^There is nothing to verify: no audit log is in this store\. /),
      });
      expect(JSON.parse((await behalfOf(of, 'verify', '--json')).text)).toEqual({ kind: 'empty' });
      const stores = await open();
      const log = new AuditLog({ store: stores.audit, vault });
      for (const event of EVENTS.slice(0, 1)) await log.append(await log.seal([{ at: FIRST_DAY, event }]));
      await log.forget(FIRST_DAY + 1);
      await stores.health.close();
      expect(await behalfOf(of, 'verify')).toEqual({
        code: 0,
        text: expect.stringMatching(/^The audit log is whole: the time of all entries is over\.\nIt ends with 1:/),
      });
      rmSync(empty, { recursive: true, force: true });
    },
    MANY_COMMANDS_MS,
  );

  it(
    'says whether the log is as it was written, and names the first number that does not fit',
    async () => {
      const whole = await behalf('verify');
      expect(whole).toMatchObject({ code: 0, text: expect.stringContaining('whole: 3 entries, 1 to 3') });
      const [, head = ''] = /ends with (\S+)\./.exec(whole.text) ?? [];
      expect((await behalf('verify', '--head', head)).code).toBe(0);
      const raw = new Libsql(join(folder, 'behalf.db'));
      raw.exec('UPDATE audit SET at = at + 1 WHERE number = 3');
      raw.close();
      expect(await behalf('verify')).toEqual({ code: 2, text: 'Number 2 is not as it was written.\n' });
      expect(JSON.parse((await behalf('verify', '--json')).text)).toEqual({
        kind: 'broken',
        number: 2,
        why: 'changed',
      });
    },
    MANY_COMMANDS_MS,
  );
});
