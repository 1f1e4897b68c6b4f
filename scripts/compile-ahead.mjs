// Runs the built service once, with both platforms and no network, and keeps the code that V8 has compiled for it. Loads
// the further files that are named, too, for what they do then.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const TIMEOUT_MS = 60_000;
const [, , launcher, ...further] = process.argv;
const folder = mkdtempSync(join(tmpdir(), 'behalf-build-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const port = await freePort();
const nowhere = 'http://127.0.0.1:9';
Object.assign(process.env, {
  NODE_ENV: 'production',
  PORT: String(port),
  PUBLIC_URL: `http://127.0.0.1:${port}`,
  CONFIG_DIR: folder,
  DATA_DIR: folder,
  ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  LOG_LEVEL: 'silent',
  SLACK_SIGNING_SECRET: '0'.repeat(32),
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_API_URL: `${nowhere}/api/`,
  MicrosoftAppId: '00000000-0000-0000-0000-000000000001',
  MicrosoftAppPassword: 'none',
  MicrosoftAppType: 'SingleTenant',
  MicrosoftAppTenantId: '00000000-0000-0000-0000-000000000002',
  BOT_OPENID_METADATA_URL: `${nowhere}/openid`,
  BOT_TOKEN_URL: `${nowhere}/token`,
});
writeFileSync(join(folder, 'connections.yaml'), '{}\n');
process.argv.splice(1, process.argv.length, launcher, 'start');
const scripts = new Map();
const load = createRequire(import.meta.url)(launcher).serviceLoader((file, script) => scripts.set(file, script));
load('./service.js');
await untilReady(Date.now() + TIMEOUT_MS);
for (const name of further) load(name);
for (const [file, script] of scripts) writeFileSync(`${file}.cache`, script.createCachedData());
process.exit(0);

async function untilReady(until) {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > until) throw new Error('The service does not become ready');
    await wait(50);
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return free;
}
