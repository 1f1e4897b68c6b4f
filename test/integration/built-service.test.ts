import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { POP_UP_SCRIPTS } from '../../adapters/teams/pop-up.js';
import { freePort } from '../../playground/http.js';
import { laterEntries } from '../../scripts/build-plugins.js';
import { SERVICE_FLAGS } from '../../scripts/service-flags.js';
import { apiKeyEntry, generateApiKey } from '../../src/kernel/api-key.js';
import { eventually } from '../support/service-kit.js';
import { TraceCollector } from '../support/trace-collector.js';

const ROOT = path.join(__dirname, '../..');
const BUILT = path.join(ROOT, 'dist/tested');
const PROGRAM = path.join(BUILT, 'main.js');

describe('the service as it is built', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'behalf-built-'));
    execFileSync(process.execPath, ['--import', 'tsx', path.join(ROOT, 'scripts/build.ts'), BUILT], { cwd: ROOT });
  }, 120_000);

  afterAll(() => {
    rmSync(BUILT, { recursive: true, force: true });
    rmSync(directory, { recursive: true, force: true });
  });

  it('has code compiled ahead that V8 takes under the flags of npm start', () => {
    const check = `const { Script } = require('node:vm'); const { readdirSync, readFileSync } = require('node:fs');
      require(${JSON.stringify(PROGRAM)});
      process.chdir(${JSON.stringify(BUILT)});
      const files = readdirSync('.').filter((file) => file.endsWith('.cache'));
      const rejected = files.filter((file) => {
        const source = readFileSync(file.replace('.cache', ''), 'latin1');
        return new Script(source, { cachedData: readFileSync(file) }).cachedDataRejected;
      });
      console.log(JSON.stringify({ files, rejected }));`;
    const answer = String(execFileSync(process.execPath, [...SERVICE_FLAGS, '-e', check]));
    const { files, rejected } = z
      .object({ files: z.string().array(), rejected: z.string().array() })
      .parse(JSON.parse(answer));

    for (const driver of ['service', 'slack-', 'teams-', 'embedded-', 'redis-', 'bullmq-'])
      expect(files.filter((file) => file.startsWith(driver))).toHaveLength(1);
    expect(rejected).toEqual([]);
  });

  it('starts without that code too, and runs the other commands', () => {
    for (const file of readdirSync(BUILT)) if (file.endsWith('.cache')) rmSync(path.join(BUILT, file));
    const env = { PATH: process.env['PATH'] ?? '', PUBLIC_URL: 'https://behalf.example.com' };
    const manifest = execFileSync(process.execPath, [PROGRAM, 'slack', 'manifest'], { cwd: ROOT, env });

    expect(String(manifest)).toBe(readFileSync(path.join(ROOT, 'manifest.json'), 'utf8'));
  });

  it('has each character of the source that is not ASCII', () => {
    const files = readdirSync(BUILT).filter((file) => file.endsWith('.js'));
    const code = files.map((file) => readFileSync(path.join(BUILT, file), 'latin1')).join('\n');

    // Of a tagged template, and of a regular expression.
    expect(/`[^`]*Working on [^`]*\\u2026`/.test(code)).toBe(true);
    expect(code.includes('replaceAll(/[\\u2019\\u00a0\\u202f]/gu')).toBe(true);
    expect(/[^\0-\x7f].{0,40}/.exec(code)?.[0]).toBeUndefined();
  });

  it('loads whole what waits for its first use', () => {
    const packages = readdirSync(BUILT).flatMap((file) => /^later-(.*)\.js$/.exec(file)?.[1] ?? []);
    const check = `const load = require(${JSON.stringify(PROGRAM)}).serviceLoader();
      const keysOf = (name) => Object.keys(load('./later-' + name + '.js').default);
      console.log(JSON.stringify(Object.fromEntries(${JSON.stringify(packages)}.map((name) => [name, keysOf(name)]))));`;
    const loaded: unknown = JSON.parse(String(execFileSync(process.execPath, ['-e', check])));

    expect(packages).toContain('undici');
    expect(loaded).toEqual(
      Object.fromEntries(
        Object.entries(laterEntries).map(([file, entry]) => {
          const real: object = require(entry);
          return [file.replace('later-', ''), Object.keys(real)];
        }),
      ),
    );
  });

  it('serves both platforms, and finds what lies beside it', async () => {
    writeFileSync(
      path.join(directory, 'connections.yaml'),
      'connections:\n  box: { connector: box, auth: { method: oauth2, client_id: a, client_secret: b } }\n',
    );
    const port = await freePort();
    const service = start({ PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` });
    try {
      const get = (address: string) => fetch(`http://127.0.0.1:${port}${address}`);
      await eventually(() =>
        get('/readyz').then(
          ({ ok }) => ok,
          () => false,
        ),
      );

      for (const script of POP_UP_SCRIPTS) expect((await get(script)).status).toBe(200);
      expect(await (await get('/')).text()).toContain('bot for Slack and Microsoft Teams');
      expect((await fetch(`http://127.0.0.1:${port}/slack/events`, { method: 'POST', body: '{}' })).status).toBe(401);
      expect((await fetch(`http://127.0.0.1:${port}/api/messages`, { method: 'POST', body: '{}' })).status).toBe(400);
    } finally {
      const ended = once(service, 'exit');
      service.kill('SIGTERM');
      await ended;
    }
    expect(service.exitCode).toBe(0);
  });

  it('sends traces where a collector is named', async () => {
    const collector = await TraceCollector.start();
    const [port, key] = [await freePort(), generateApiKey()];
    const service = start({
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      API_KEYS: apiKeyEntry('erp', key, 'run'),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    try {
      const list = () => fetch(`http://127.0.0.1:${port}/api/recipes`, { headers: { authorization: `Bearer ${key}` } });
      await eventually(() =>
        list().then(
          ({ status }) => status === 200,
          () => false,
        ),
      );
    } finally {
      const ended = once(service, 'exit');
      service.kill('SIGTERM');
      await ended;
      await collector.stop();
    }
    expect(collector.refused).toEqual([]);
    expect(collector.named('api recipes').length).toBeGreaterThan(0);
  });

  function start(more: Readonly<Record<string, string>>): ChildProcess {
    return spawn(process.execPath, [...SERVICE_FLAGS, PROGRAM, 'start'], {
      cwd: ROOT,
      env: environment(more),
      stdio: 'ignore',
    });
  }

  function environment(more: Readonly<Record<string, string>>): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'production',
      ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      CONFIG_DIR: directory,
      DATA_DIR: path.join(directory, 'data'),
      SLACK_SIGNING_SECRET: 'signing',
      SLACK_BOT_TOKEN: 'xoxb-1',
      // Nobody listens there.
      SLACK_API_URL: 'http://127.0.0.1:1/api/',
      BOT_OPENID_METADATA_URL: 'http://127.0.0.1:1/openid',
      BOT_TOKEN_URL: 'http://127.0.0.1:1/token',
      MicrosoftAppId: '00000000-0000-0000-0000-000000000001',
      MicrosoftAppPassword: 'password',
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppTenantId: '00000000-0000-0000-0000-000000000002',
      ...more,
    };
  }
});
