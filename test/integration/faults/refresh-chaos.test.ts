import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createOAuthClient } from '../../../adapters/oauth/index.js';
import { createRedisStores } from '../../../adapters/redis/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import { createConnections } from '../../../src/connections/connections.js';
import { createRevocationPlan } from '../../../src/connections/revocation-plan.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { createVault } from '../../../src/kernel/vault.js';
import { startProcess, type TestProcess } from '../../contract/stores/processes.js';
import { ANN, ANNS_ACCOUNT } from '../../support/connection-kit.js';
import { oauthApp, oauthParent } from '../../support/oauth-app.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { type RedisServer, startRedis } from '../../support/redis-server.js';
import { startTokenServer, type TokenServer } from '../../support/token-server.js';
import type { RefreshForever } from './support/refresh-forever.js';

const PROCESSES = 3;
const KILLS = 5;
const TOKEN_SECONDS = 1;

/**
 * A provider that rotates. As the better ones do, it gives the same successor once more to who has not heard of it (RFC 9700
 * section 4.14.2); any older token is reuse, and ends the family.
 */
class Family {
  generation = 0;
  refreshes = 0;
  isRevoked = false;

  answer(refreshToken: string | null) {
    this.refreshes += 1;
    const given = Number(/^refresh-(\d+)$/u.exec(refreshToken ?? '')?.[1] ?? -1);
    const isRepeated = given === this.generation - 1;
    if (given !== this.generation && !isRepeated) this.isRevoked = true;
    if (this.isRevoked) return { status: 400, body: { error: 'invalid_grant' } };
    this.generation = given + 1;
    const pair = { access_token: `access-${this.generation}`, refresh_token: `refresh-${this.generation}` };
    return { body: { ...pair, token_type: 'Bearer', expires_in: TOKEN_SECONDS } };
  }
}

let redis: RedisServer;
let provider: TokenServer;

beforeAll(async () => {
  [redis, provider] = await Promise.all([startRedis({ appendOnly: true }), startTokenServer()]);
});

afterAll(() => Promise.all([redis.stop(), provider.stop()]));

test('processes that are killed while they refresh, over a Redis that dies, never lose a rotating login', async () => {
  const family = new Family();
  provider.script(({ form }) => ({ ...family.answer(form.get('refresh_token')), delayMs: randomInt(150) }));
  const key = randomBytes(32);
  const base = { clock: systemClock, logger: new RecordingLogger(), metrics: noMetrics };
  const stores = await createRedisStores({ ...base, url: redis.url, commandTimeoutMs: 10_000 });
  const vault = createVault([{ id: 'k1', key: new Secret(key) }]);
  const httpClient = createHttpClient({ ...base, allowPrivateHosts: ['127.0.0.1'] });
  const parent = oauthParent(oauthApp(provider.url));
  const connections = createConnections({
    ...base,
    store: stores.connections,
    leases: stores.leases,
    vault,
    oauth: createOAuthClient({ httpClient, clock: systemClock }),
    revocations: createRevocationPlan({ ...base, queue: stores.revocations, vault, parents: () => parent }),
  });
  const now = Date.now();
  const first = { accessToken: new Secret('access-0'), refreshToken: new Secret('refresh-0'), scopes: ['api'] };
  await connections.activate(ANN, 'crm', { ...first, issuedAt: now, expiresAt: now + 1_000 }, ANNS_ACCOUNT);

  const order: RefreshForever = { redisUrl: redis.url, key: key.toString('base64'), providerUrl: provider.url };
  const start = () => startProcess('../../integration/faults/support/refresh-forever.ts', JSON.stringify(order));
  const startedAt = Date.now();
  const running: TestProcess[] = Array.from({ length: PROCESSES }, start);
  const said: string[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const [victim] = running.splice(randomInt(PROCESSES), 1);
    await victim?.lines(1);
    // Anywhere in the life of a token, so also in the midst of a refresh.
    await sleep(randomInt(TOKEN_SECONDS * 1_000));
    said.push(...((await victim?.kill()) ?? []));
    if (kill === 2) await redis.restart();
    running.push(start());
  }
  // A dead process may have left a lease, which lasts for 20 seconds.
  const left = await Promise.all(running.map(readyAgain));
  for (const process of running) said.push(...(await process.kill()));

  expect(left).toHaveLength(PROCESSES);
  expect(family.isRevoked).toBe(false);
  expect(said).toContain('ready');
  expect(said).not.toContain('login_required');
  expect(said.filter((answer) => !PASSING.has(answer))).toEqual([]);
  const lives = Math.ceil((Date.now() - startedAt) / (TOKEN_SECONDS * 500)) + KILLS;
  expect(family.refreshes).toBeLessThanOrEqual(lives);
  expect(family.generation).toBeGreaterThan(2);
  await expect(connections.get(ANN, 'crm')).resolves.toMatchObject({ status: 'connected' });
  await Promise.all([stores.health.close(), httpClient.close()]);
}, 60_000);

const PASSING = new Set(['ready', 'store.unavailable', 'oauth.transient']);

/** Resolves when the process has got a credential from now on. */
async function readyAgain(process: TestProcess): Promise<void> {
  for (let count = (await process.lines(1)).length; ; count += 1) {
    const lines = await process.lines(count + 1);
    if (lines.slice(count).includes('ready')) return;
  }
}
