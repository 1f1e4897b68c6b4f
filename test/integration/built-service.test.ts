import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { POP_UP_SCRIPTS } from '../../adapters/teams/pop-up.js';
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
    const check = `const { Script } = require('node:vm'); const { readFileSync } = require('node:fs');
      const file = ${JSON.stringify(path.join(BUILT, 'service.js'))};
      const script = new Script(readFileSync(file, 'latin1'), { filename: file, cachedData: readFileSync(file + '.cache') });
      console.log(script.cachedDataRejected);`;

    expect(String(execFileSync(process.execPath, [...SERVICE_FLAGS, '-e', check])).trim()).toBe('false');
  });

  it('starts without that code too, and runs the other commands', () => {
    rmSync(path.join(BUILT, 'service.js.cache'));
    const env = { PATH: process.env['PATH'] ?? '', PUBLIC_URL: 'https://behalf.example.com' };
    const manifest = execFileSync(process.execPath, [PROGRAM, 'slack', 'manifest'], { cwd: ROOT, env });

    expect(String(manifest)).toBe(readFileSync(path.join(ROOT, 'manifest.json'), 'utf8'));
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}
