import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisServer, startRedis } from '../../support/redis-server.js';
import { startTokenServer, type TokenServer } from '../../support/token-server.js';
import { HASTE, logInAll, openRefreshParts, personOf, readyAgain, startRefreshing } from './support/refresh-parts.js';
import { RotatingFamilies } from './support/rotating-families.js';

const PROCESSES = 3;
const PEOPLE = ['ann', 'bob'];
/** A lease lasts for 20 seconds, here for 4. */
const LONGER_THAN_THE_LEASE_MS = 5_000;
const ANSWERS = new Set(['ready', 'store.unavailable', 'oauth.transient']);

let redis: RedisServer;
let provider: TokenServer;

beforeAll(async () => {
  [redis, provider] = await Promise.all([startRedis({ appendOnly: true }), startTokenServer()]);
});

afterAll(() => Promise.all([redis.stop(), provider.stop()]));

test('a Redis that is away for longer than the lease, as the answers of refreshes come, costs no login, however strict the provider is', async () => {
  const families = new RotatingFamilies(PEOPLE, { isStrict: true, tokenSeconds: HASTE });
  const order = {
    redisUrl: redis.url,
    key: randomBytes(32).toString('base64'),
    providerUrl: provider.url,
    people: PEOPLE,
  };
  let isDoomed = false;
  const asked: string[] = [];
  provider.script(async (call) => {
    const answer = families.answer(call);
    if (isDoomed) {
      asked.push(call.path);
      await redis.kill();
    }
    return answer;
  });
  const { close, connections, revoker } = await openRefreshParts(order, 10_000);
  await logInAll(connections, families, PEOPLE);
  const processes = Array.from({ length: PROCESSES }, () => startRefreshing(order));
  await Promise.all(processes.map((process) => readyAgain(process, PEOPLE)));

  isDoomed = true;
  while (asked.length === 0) await sleep(5);
  await sleep(LONGER_THAN_THE_LEASE_MS);
  isDoomed = false;
  await redis.restart();
  await Promise.all(processes.map((process) => readyAgain(process, PEOPLE)));

  const said = (await Promise.all(processes.map((process) => process.kill()))).flat();
  expect(said.filter((line) => !ANSWERS.has(line.split(' ')[1] ?? ''))).toEqual([]);
  for (const name of PEOPLE) {
    await expect(connections.get(personOf(name), 'crm')).resolves.toMatchObject({ status: 'connected' });
  }
  await revoker.work();
  expect(families).toMatchObject({ repeats: 0, revoked: [] });
  await close();
});
