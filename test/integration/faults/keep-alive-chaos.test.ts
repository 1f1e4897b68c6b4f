import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createOAuthClient } from '../../../adapters/oauth/index.js';
import { createRedisStores } from '../../../adapters/redis/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import type { PersonOwner } from '../../../src/connections/connection.js';
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
import type { KeepAliveOrder } from '../support/keep-alive-process.js';

const DAY = 86_400_000;
const PROCESSES = 3;
const PEOPLE = 60;
const KILLS = 2;
const POLICY = { idleMs: 100 * DAY, maxUnusedMs: 365 * DAY };

let redis: RedisServer;
let provider: TokenServer;

beforeAll(async () => {
  [redis, provider] = await Promise.all([startRedis(), startTokenServer()]);
});

afterAll(() => Promise.all([redis.stop(), provider.stop()]));

/** Families of tokens that rotate: the same successor comes once more for who has not heard of it; anything older is reuse. */
class Families {
  /** How often each was refreshed. */
  readonly refreshes = new Map<string, number>();
  readonly ended: string[] = [];
  readonly #generations = new Map<string, number>();

  answer(refreshToken: string) {
    const [person = '', number] = refreshToken.split('/');
    const given = Number(number);
    const current = this.#generations.get(person) ?? 0;
    if (given !== current && given !== current - 1) {
      this.ended.push(person);
      return { status: 400, body: { error: 'invalid_grant' } };
    }
    this.#generations.set(person, given + 1);
    this.refreshes.set(person, (this.refreshes.get(person) ?? 0) + 1);
    return { body: { access_token: `a${refreshToken}`, refresh_token: `${person}/${given + 1}`, expires_in: 3_600 } };
  }
}

test('one of several processes keeps logins alive, another one when it is killed; no login is lost', async () => {
  const families = new Families();
  let underWay = 0;
  let most = 0;
  provider.script(async ({ form }) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await sleep(randomInt(5, 30));
    underWay -= 1;
    return families.answer(form.get('refresh_token') ?? '');
  });
  const key = randomBytes(32);
  const base = { clock: systemClock, logger: new RecordingLogger(), metrics: noMetrics };
  const stores = await createRedisStores({ ...base, url: redis.url });
  const vault = createVault([{ id: 'k1', key: new Secret(key) }]);
  const httpClient = createHttpClient({ ...base, allowPrivateHosts: ['127.0.0.1'] });
  const parents = () => oauthParent(oauthApp(provider.url, { keepAlive: POLICY }));
  const connections = createConnections({
    ...base,
    store: stores.connections,
    leases: stores.leases,
    vault,
    parents,
    oauth: createOAuthClient({ httpClient, clock: systemClock }),
    revocations: createRevocationPlan({ ...base, queue: stores.revocations, vault, parents }),
  });
  const people: readonly PersonOwner[] = Array.from({ length: PEOPLE }, (_, n) => ({ ...ANN, userId: `U${n}` }));
  const issuedAt = Date.now() - 85 * DAY;
  for (const owner of people) {
    const tokens = { accessToken: new Secret('a'), refreshToken: new Secret(`${owner.userId}/0`), scopes: ['api'] };
    await connections.activate(owner, 'crm', { ...tokens, issuedAt, expiresAt: issuedAt + 3_600_000 }, ANNS_ACCOUNT);
  }

  const order: KeepAliveOrder = {
    redisUrl: redis.url,
    key: key.toString('base64'),
    providerUrl: provider.url,
    policy: POLICY,
    leaseMs: 3_000,
    speed: 120,
  };
  const running = new Set<TestProcess>();
  for (let n = 0; n < PROCESSES; n += 1)
    running.add(startProcess('../../integration/support/keep-alive-process.ts', JSON.stringify(order)));
  const done = () => families.refreshes.size;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const before = done();
    await until(() => done() >= before + 5);
    const leader = await leaderOf(running);
    running.delete(leader);
    await leader.kill();
  }
  const isKept = async (owner: PersonOwner) => ((await connections.get(owner, 'crm'))?.generation ?? 0) > 1;
  // What those that died had taken shows itself again, and the lease of the refresh under way is over in its time.
  for (const owner of people) await until(() => isKept(owner));

  expect(families.ended).toEqual([]);
  expect([...families.refreshes.values()].filter((count) => count > 1).length).toBeLessThanOrEqual(KILLS);
  expect(most).toBe(1);
  for (const process of running) await process.kill();
  await Promise.all([stores.health.close(), httpClient.close()]);
}, 150_000);

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(10);
}

/** The one that has kept a login alive since it was looked at. */
async function leaderOf(running: ReadonlySet<TestProcess>): Promise<TestProcess> {
  const before = await Promise.all([...running].map(async (process) => (await process.lines(1)).length));
  return Promise.any(
    [...running].map(async (process, index) => {
      await process.lines((before[index] ?? 0) + 1);
      return process;
    }),
  );
}
