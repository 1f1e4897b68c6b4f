import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AuditLog } from '../../src/audit/audit-log.js';
import type { ChatUser } from '../../src/chat/chat-user.js';
import { createConnectionRecords } from '../../src/connections/connection-records.js';
import { sealJob } from '../../src/jobs/job-record.js';
import { Secret } from '../../src/kernel/secret.js';
import { createVault } from '../../src/kernel/vault.js';
import { openEmbeddedStores } from '../contract/stores/embedded-harness.js';
import { recipe, serviceEnvironment, writeServiceFiles } from '../support/service-files.js';

const ROOT = path.resolve(__dirname, '../..');
/** Each command of the program is a process that begins anew. */
const MANY_COMMANDS_MS = 150_000;
const NOW = Date.UTC(2026, 10, 25, 12);
const ANN: ChatUser = { platform: 'slack', tenantId: 'T1', userId: 'UANN' };
const BOB: ChatUser = { ...ANN, userId: 'UBOB' };
const WHOM = ['--user', 'slack:T1:UANN'];

describe('behalf privacy', () => {
  let folder: string;
  let environment: Record<string, string>;
  const key = randomBytes(32);
  const vault = createVault([{ id: 'k1', key: new Secret(key) }]);
  const stores = () => openEmbeddedStores({ directory: path.join(folder, 'data') });

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'behalf-privacy-command-'));
    writeServiceFiles(folder, { create: recipe({ command: 'create', steps: '  - reply: { text: Hello }' }) });
    environment = {
      ...serviceEnvironment({ crm: 'http://127.0.0.1:1', files: 'http://127.0.0.1:1' }),
      PATH: process.env['PATH'] ?? '',
      CONFIG_DIR: folder,
      DATA_DIR: path.join(folder, 'data'),
      PUBLIC_URL: 'https://behalf.example.com',
      EGRESS_ALLOW: '127.0.0.1',
      ENCRYPTION_KEYS: `k1:${key.toString('base64')}`,
      SLACK_SIGNING_SECRET: 'signing-secret',
      SLACK_BOT_TOKEN: 'xoxb-token',
    };
    const { connections, health, jobs } = await stores();
    for (const user of [ANN, BOB]) {
      const account = { id: user.userId, label: `${user.userId}@acme.example` };
      const tokens = { accessToken: new Secret('access-canary'), issuedAt: NOW, scopes: ['api'] };
      const common = { owner: user, name: 'crm', generation: 1, connectedAt: NOW, changedAt: NOW };
      await createConnectionRecords(connections, vault).write({ ...common, status: 'connected', account, tokens });
      const state = { recipeVersion: '1', parameters: { title: `of ${user.userId}` }, done: {}, loginsAsked: {} };
      const times = { createdAt: NOW, updatedAt: NOW, keepUntil: Date.now() + 86_400_000 };
      const row = { id: `job${user.userId}`, user, recipe: 'create', status: 'succeeded', version: 1 } as const;
      await jobs.accept(sealJob(vault, { ...row, ...times, waitingFor: [], state }), row.id, 1_000);
    }
    await health.close();
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function behalf(...args: readonly string[]) {
    return behalfWith(environment, ...args);
  }

  function behalfWith(
    env: Record<string, string>,
    ...args: readonly string[]
  ): Promise<{ readonly code: number; readonly text: string }> {
    return new Promise((done) => {
      const command = ['--import', 'tsx', 'src/main.ts', 'privacy', ...args];
      const child = execFile(process.execPath, command, { cwd: ROOT, env }, (_error, out, err) => {
        done({ code: child.exitCode ?? -1, text: out + err });
      });
    });
  }

  it(
    'gives what is kept about one person, erases it only when told so, and notes who did',
    async () => {
      const file = await behalf('export', ...WHOM);
      expect(file.code).toBe(0);
      expect(JSON.parse(file.text)).toMatchObject({
        person: { platform: 'slack', tenant: 'T1', user: 'UANN' },
        connections: [{ connection: 'crm', account: { label: 'UANN@acme.example' }, scopes: ['api'] }],
        requests: [{ recipe: 'create', status: 'succeeded', parameters: { title: 'of UANN' } }],
      });
      expect(file.text).not.toMatch(/UBOB|canary/);

      const otherKeys = { ...environment, ENCRYPTION_KEYS: `k2:${randomBytes(32).toString('base64')}` };
      const closed = await behalfWith(otherKeys, 'export', ...WHOM);
      const [json = '', said] = closed.text.split(/^(?=Not all of it)/m);
      expect({ ...closed, text: said }).toEqual({ code: 1, text: expect.stringContaining('Give all keys') });
      const { audit_log, connections: marked, requests }: Record<string, unknown> = JSON.parse(json);
      expect(marked).toEqual([{ connection: 'crm', status: 'needs_login', reason: 'unreadable' }]);
      expect(requests).toEqual([expect.objectContaining({ id: 'jobUANN', left_out: 'unreadable' })]);
      expect(audit_log).toEqual([{ left_out: 'unreadable' }]);

      expect(await behalfWith(otherKeys, 'erase', ...WHOM, '--yes')).toEqual({
        code: 2,
        text: expect.stringContaining(
          'No key of ENCRYPTION_KEYS opens the login of this person: crm. Nothing was done.',
        ),
      });

      expect((await behalf('erase', ...WHOM)).text).toMatch(/^Connections: 1, requests: 1\. Nothing was done/);
      expect(await behalf('erase', ...WHOM, '--yes', '--json')).toEqual({
        code: 0,
        text: `${JSON.stringify({
          erased: true,
          connections: [{ name: 'crm', account: 'UANN@acme.example', revocation: 'queued' }],
          requests: 1,
        })}\n`,
      });
      expect((await behalf('erase', ...WHOM, '--yes')).text).toBe(
        'Requests removed, with their results: 0.\nEverything that was kept about this person is erased, but the audit log.\n',
      );

      const { audit, connections, health, jobs, revocations } = await stores();
      expect(await connections.list(ANN)).toEqual([]);
      expect(await connections.list(BOB)).toHaveLength(1);
      expect((await jobs.list({}, { limit: 9 })).map(({ user }) => user)).toEqual([BOB]);
      expect(await revocations.due(Date.now(), 9, 0)).toHaveLength(1);
      const noted: unknown[] = [];
      for await (const { event } of new AuditLog({ store: audit, vault }).read()) noted.push(event);
      await health.close();
      const by = expect.stringMatching(/^administrator/);
      expect(noted).toEqual([
        expect.objectContaining({ kind: 'privacy', outcome: 'exported', by }),
        expect.objectContaining({ kind: 'connection', outcome: 'deleted', by }),
        expect.objectContaining({ kind: 'privacy', outcome: 'erased', count: 1, by }),
        expect.objectContaining({ kind: 'privacy', outcome: 'erased', count: 0, by }),
      ]);
    },
    MANY_COMMANDS_MS,
  );

  it(
    'says which login has to be ended in the app, where its key is lost',
    async () => {
      const lost = { ...environment, ENCRYPTION_KEYS: `k2:${randomBytes(32).toString('base64')}` };
      const erased = await behalfWith(lost, 'erase', '--user', 'slack:T1:UBOB', '--yes', '--unrevoked');
      expect(erased.text).toMatch(/^crm: the entry is removed; its login could not be opened: end it in the app\n/);
      const { connections, health } = await stores();
      expect(await connections.list(BOB)).toEqual([]);
      await health.close();
    },
    MANY_COMMANDS_MS,
  );

  it(
    'ends without a word where nobody reads any more, and is noted all the same',
    async () => {
      const command = ['--import', 'tsx', 'src/main.ts', 'privacy', 'export', '--user', 'slack:T1:UCARL'];
      const child = spawn(process.execPath, command, { cwd: ROOT, env: environment });
      child.stdout.destroy();
      let said = '';
      child.stderr.on('data', (chunk) => {
        said += chunk;
      });
      const [code] = await once(child, 'close');
      expect({ code, said }).toEqual({ code: 0, said: '' });
      const { audit, health } = await stores();
      const noted: unknown[] = [];
      for await (const { event } of new AuditLog({ store: audit, vault }).read()) noted.push(event);
      await health.close();
      const person = { platform: 'slack', tenant: 'T1', user: 'UCARL' };
      expect(noted).toContainEqual(expect.objectContaining({ kind: 'privacy', outcome: 'exported', person }));
    },
    MANY_COMMANDS_MS,
  );

  it(
    'says how a person is named',
    async () => {
      const { code, text } = await behalf('export', '--user', 'UANN');
      expect(code).not.toBe(0);
      expect(text).toContain('Write platform, tenant and user, as in slack:T0123:U0456, or');
    },
    MANY_COMMANDS_MS,
  );
});
