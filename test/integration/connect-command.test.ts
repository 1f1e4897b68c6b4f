import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEmbeddedStores } from '../../adapters/embedded/index.js';
import { freePort } from '../../playground/http.js';
import { Browser } from '../../playground/tour/browser.js';
import { noMetrics } from '../../src/kernel/metrics.port.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { quietLogger } from '../contract/stores/stores.js';
import { type DemoAppsProcess, startDemoAppsProcess } from '../support/demo-apps.js';
import { ScriptedApp, SHARED_KEY } from '../support/scripted-app.js';
import { eventually } from '../support/service-kit.js';

const ROOT = path.resolve(__dirname, '../..');

const DAY = 86_400_000;
/** Each command of the program is a process that begins anew. */
const MANY_COMMANDS_MS = 150_000;

const SEARCH = `name: search
title: Search
settings: [{ name: url, title: Address }]
base_url: "{{ settings.url }}"
auth: { api_key: { in: header, name: X-Api-Key } }
identity: { request: { path: /api/me }, id: "{{ body.id }}", label: "{{ body.email }}" }
actions:
  see: { title: see things, request: { path: /api/things } }
`;

describe('behalf connect', () => {
  let directory: string;
  let environment: Record<string, string>;
  let apps: DemoAppsProcess;
  let search: ScriptedApp;

  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'behalf-connect-'));
    const port = await freePort();
    const publicUrl = `http://localhost:${port}`;
    const client = {
      id: 'behalf',
      secret: 'client-secret-canary',
      redirectUris: [`${publicUrl}/oauth/callback/crm`, `${publicUrl}/oauth/callback/late`],
    };
    [apps, search] = await Promise.all([
      startDemoAppsProcess({ clients: { crm: client, files: client }, controlToken: 'control' }),
      ScriptedApp.start(),
    ]);
    cpSync(path.join(ROOT, 'playground/config/connectors'), path.join(directory, 'connectors'), { recursive: true });
    writeFileSync(path.join(directory, 'connectors/search.yaml'), SEARCH);
    writeFileSync(
      path.join(directory, 'connections.yaml'),
      `connections:
  crm:
    connector: acme_crm
    settings: { url: "${apps.crm.url}" }
    auth:
      method: oauth2
      client_id: ${apps.crm.clientId}
      client_secret: "\${CLIENT_SECRET}"
      keep_alive: { idle_days: 90 }
  search: { connector: search, settings: { url: "${search.url}" }, auth: { method: api_key } }
`,
    );
    environment = {
      PATH: process.env['PATH'] ?? '',
      CONFIG_DIR: directory,
      DATA_DIR: path.join(directory, 'data'),
      PORT: String(port),
      PUBLIC_URL: publicUrl,
      EGRESS_ALLOW: 'localhost,127.0.0.1',
      ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      SLACK_SIGNING_SECRET: 'signing-secret',
      SLACK_BOT_TOKEN: 'xoxb-token',
      CLIENT_SECRET: apps.crm.clientSecret,
    };
  });

  afterAll(async () => {
    await Promise.all([apps.stop(), search.stop()]);
    rmSync(directory, { recursive: true, force: true });
  });

  function start(...args: readonly string[]): { readonly child: ChildProcess; readonly output: () => string } {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', ...args], { cwd: ROOT, env: environment });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
    }
    return { child, output: () => text };
  }

  async function run(args: readonly string[], input = ''): Promise<{ readonly code: unknown; readonly text: string }> {
    const { child, output } = start(...args);
    child.stdin?.end(input);
    const [code] = await once(child, 'close');
    return { code, text: output() };
  }

  it(
    'lists the redirect URIs before there is a store; what looks into one refuses, says where it looked, and makes none',
    async () => {
      const missing = `there is no ${path.join(directory, 'data', 'behalf.db')}. Set DATA_DIR`;
      const listed = await run(['connections']);
      expect(listed.code).toBe(0);
      expect(listed.text).toContain(missing);
      expect(listed.text).toContain('shared: unknown; personal: unknown');
      expect(listed.text).toMatch(/redirect URI: http:\/\/localhost:\d+\/oauth\/callback\/crm/);
      for (const args of [
        ['connections', 'test', 'crm'],
        ['connections', 'delete', 'crm', '--yes'],
        ['audit'],
        ['audit', 'verify'],
        ['privacy', 'export', '--user', 'slack:T1:U1'],
      ])
        expect(await run(args)).toEqual({ code: 2, text: expect.stringContaining(missing) });
      expect(existsSync(path.join(directory, 'data'))).toBe(false);
    },
    MANY_COMMANDS_MS,
  );

  it('keeps a secret only when the app takes it, and never shows it', async () => {
    const wrong = await run(['connect', 'search'], 'not-the-key\n');
    expect(wrong.code).toBe(2);
    expect(wrong.text).toContain('Nothing was kept');
    expect((await run(['connections'])).text).toContain('shared: disconnected');

    const right = await run(['connect', 'search'], `${SHARED_KEY}\n`);
    expect(right).toMatchObject({ code: 0, text: expect.stringContaining('search (Search) is connected as shared.') });
    expect(right.text).not.toContain(SHARED_KEY);
    expect((await run(['connections', 'test', 'search'])).text).toBe('search works as shared.\n');

    await run(['connections', 'disconnect', 'search']);
    const rows: unknown = JSON.parse((await run(['connections', '--json'])).text);
    expect(rows).toContainEqual(expect.objectContaining({ name: 'search', state: 'disconnected', children: 0 }));
  });

  /** What has to be kept alive within 90 days, by the names of the connections. */
  async function keptAlive(): Promise<readonly string[]> {
    const base = { clock: systemClock, logger: quietLogger, metrics: noMetrics };
    const stores = await createEmbeddedStores({ ...base, directory: path.join(directory, 'data') });
    const due = await stores.keepAlive.due(Date.now() + 90 * DAY, 10, 0);
    await stores.health.close();
    return due.map(({ name }) => name);
  }

  it('logs a shared account in through the browser, while no service runs', async () => {
    const { child, output } = start('connect', 'crm');
    await eventually(() => /http:\/\/localhost:\d+\/login\/\S+/.test(output()));
    const link = /http:\/\/localhost:\d+\/login\/\S+/.exec(output())?.[0] ?? '';
    const page = await new Browser().logIn(link, { username: 'rita' });
    expect(page.text).toContain('rita@acme.example');
    const [code] = await once(child, 'close');
    expect({ code, text: output() }).toMatchObject({
      code: 0,
      text: expect.stringContaining('is connected as rita@acme.example.'),
    });
    expect(await keptAlive()).toEqual(['crm']);
    const own = environment;
    environment = { ...own, ENCRYPTION_KEYS: `k2:${randomBytes(32).toString('base64')}` };
    const refused = await run(['connections', 'delete', 'crm', '--yes']);
    const kept = await run(['connections', 'disconnect', 'crm']);
    environment = own;
    expect(refused).toMatchObject({
      code: 2,
      text: expect.stringContaining('opens connections of crm: 1. Nothing was done.'),
    });
    expect(kept).toMatchObject({
      code: 2,
      text: expect.stringContaining('opens the connection crm. Nothing was done.'),
    });
    const removed = await run(['connections', 'delete', 'crm', '--yes']);
    expect(removed.text).toContain('Deleted the shared connection crm');
  });

  it(
    'makes a connection that is not in the file, with everything it needs, and forgets it when its key is wrong',
    async () => {
      const making = ['connect', 'notes', '--connector', 'search'];
      const wrong = await run(making, `${search.url}\nnot-the-key\n`);
      expect(wrong).toMatchObject({ code: 2, text: expect.stringContaining('Nothing was kept') });
      expect((await run(['connections'])).text).not.toContain('notes');

      const right = await run(making, `${search.url}\n${SHARED_KEY}\n`);
      expect(right).toMatchObject({ code: 0, text: expect.stringContaining('notes (Search) is connected as shared.') });
      expect((await run(['connections', 'test', 'notes'])).text).toBe('notes works as shared.\n');
      expect(await run(making)).toMatchObject({ code: 2, text: expect.stringContaining('already') });

      const file = path.join(directory, 'connections.yaml');
      const before = readFileSync(file, 'utf8');
      const entry = `  notes: { connector: search, settings: { url: "${search.url}" }, auth: { method: api_key } }\n`;
      writeFileSync(file, before + entry);
      expect(await run(['check', '--config-dir', directory])).toMatchObject({
        code: 2,
        text: expect.stringMatching(
          /^connections\.yaml:\d+:3 error "notes" was made at run time, too: this one is used {2}hint: /,
        ),
      });
      writeFileSync(file, before);
      expect((await run(['connections', 'delete', 'notes', '--yes'])).text).not.toContain('connections.yaml');
      expect((await run(['connections'])).text).not.toContain('notes');
    },
    MANY_COMMANDS_MS,
  );

  it(
    'makes one with a client that people log in to, whose secret never shows',
    async () => {
      const { child, output } = start('connect', 'late', '--connector', 'acme_crm', '--method', 'oauth2');
      child.stdin?.end(`${apps.crm.url}\n${apps.crm.clientId}\n${apps.crm.clientSecret}\n`);
      await eventually(() => /http:\/\/localhost:\d+\/login\/\S+/.test(output()));
      expect(output()).toMatch(/Redirect URI, where the app wants one: http:\/\/localhost:\d+\/oauth\/callback\/late/);
      const link = /http:\/\/localhost:\d+\/login\/\S+/.exec(output())?.[0] ?? '';
      await new Browser().logIn(link, { username: 'rita' });
      const [code] = await once(child, 'close');
      expect({ code, text: output() }).toMatchObject({
        code: 0,
        text: expect.stringContaining('late (Acme CRM) is connected as rita@acme.example.'),
      });
      expect(output()).not.toContain(apps.crm.clientSecret);
      const rows: unknown = JSON.parse((await run(['connections', '--json'])).text);
      expect(rows).toContainEqual(expect.objectContaining({ name: 'late', origin: 'store', state: 'connected' }));
      expect((await run(['keys', 'rotate'])).text).toContain('3 checked, 0 sealed anew');
      const { text } = await run(['audit', '--json']);
      const noted = text
        .split('\n')
        .filter(Boolean)
        .map((line): unknown => JSON.parse(line));
      const by = expect.stringMatching(/^administrator /);
      for (const expected of [
        { kind: 'connection', outcome: 'made', by, connection: 'late' },
        { kind: 'login', outcome: 'connected', by, connection: 'late', account: 'rita@acme.example' },
        { kind: 'keys', outcome: 'rotated', by },
      ])
        expect(noted).toContainEqual(expect.objectContaining(expected));
      expect(text).not.toContain(apps.crm.clientSecret);
    },
    MANY_COMMANDS_MS,
  );

  it.each([
    [['connect', 'Bad_Name', '--connector', 'search'], 'is no name'],
    [['connect', 'other', '--connector', 'nothing'], 'There is no connector "nothing"'],
    [['connect', 'other', '--connector', 'search', '--method', 'oauth2'], 'cannot be used with oauth2: use api_key'],
    [['connect', 'other', '--connector', 'search', '--set', 'url=ftp://x'], 'cannot be made'],
    [
      ['connect', 'other', '--connector', 'search', '--set', 'url=http://127.0.0.1:1', '--set', 'nope=1'],
      'has no setting "nope"',
    ],
  ])('makes nothing of %j', async (args, why) => {
    expect(await run(args)).toMatchObject({ code: 2, text: expect.stringContaining(why) });
    expect((await run(['connections'])).text).not.toContain('other');
  });

  it('says what is wrong with a name that is not there', async () => {
    expect(await run(['connect', 'nothing'])).toMatchObject({
      code: 2,
      text: expect.stringContaining('There is no usable connection "nothing"'),
    });
  });
});
