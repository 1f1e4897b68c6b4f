import { setTimeout as wait } from 'node:timers/promises';
import type { Stand } from '../stand.js';
import { bytesByKind } from '../world/key-kinds.js';
import { answered, commandRequest, deliver, eachOf, nextWord, openLoop, openPool } from '../world/load.js';
import { askWithoutLogin, logIn, userIds } from '../world/people.js';
import type { PlatformRequest } from '../world/platform.js';
import { cpuMs } from '../world/process-figures.js';
import { type RedisServer, redisFigures } from '../world/redis.js';
import { openStore, personSeed, vaultOf, writeSeeds } from '../world/seed.js';
import { measureAuditAlone } from './audit-alone.js';

/** The audit log is written once a second. */
const SETTLE_MS = 2_000;
/** Commands a second at which the CPU of the service is measured; 0: idle. */
const RATES = [0, 10, 30, 100, 300] as const;

/**
 * What a command that is answered, one that waits for a login, a login, and a repeated delivery cost the service on Redis: CPU
 * of both, and bytes that stay.
 */
export async function measureActs(stand: Stand): Promise<void> {
  const count = stand.options.isQuick ? 300 : 2_000;
  const redis = await stand.redis();
  const connected = userIds(count);
  const strangers = userIds(count, count);
  const store = await openStore({ redisUrl: redis.url });
  const seeds = connected.map((user) => personSeed(user, 'jwt'));
  await writeSeeds(store.connections, vaultOf(stand.encryptionKeys), seeds);
  await store.close();
  const running = await stand.behalf({ redisUrl: redis.url, only: 'slack' });
  const pool = openPool(running.port);
  const requests: PlatformRequest[] = [];
  const command = async (user: string): Promise<void> => {
    const word = nextWord();
    const request = commandRequest(stand.platform, 'slack', user, `lookup name: ${word}`);
    requests.push(request);
    await answered(pool, request, stand.platform.replyWith(word));
  };
  const act = (name: string, items: number, work: () => Promise<void>): Promise<void> =>
    measureAct(stand, { name, count: items, redis, pid: running.pid }, work);

  // Whoever is met for the first time is looked up, and code is compiled.
  await eachOf(connected, command);
  for (const perSecond of RATES) await measureRate(stand, { perSecond, pid: running.pid, redis, connected }, command);
  await act('finished', count, () => eachOf(connected, command));
  await measureAuditAlone(stand, redis);
  await act('repeated', count, () => eachOf(requests.slice(-count), (request) => deliver(pool, request)));
  const waiting: { user: string; link: string; done: Promise<void> }[] = [];
  await act('suspended', count, () =>
    eachOf(strangers, async (user) => {
      waiting.push({ user, ...(await askWithoutLogin(stand.platform, pool, { chat: 'slack', user })) });
    }),
  );
  await act('login', count, () =>
    eachOf(waiting, async ({ done, link, user }) => {
      await logIn(stand.platform, pool, { chat: 'slack', user, link });
      await done;
    }),
  );
  await pool.close();
  await running.stop();
}

interface Rate {
  readonly perSecond: number;
  readonly pid: number;
  readonly redis: RedisServer;
  readonly connected: readonly string[];
}

/** CPU of service and Redis at a steady rate, in ms of each second: a command costs the less the more there are. */
async function measureRate(
  stand: Stand,
  { connected, perSecond, pid, redis }: Rate,
  command: (user: string) => Promise<void>,
): Promise<void> {
  const seconds = stand.options.isQuick ? 4 : 15;
  const redisBefore = await redisFigures(redis.client);
  const startedAt = performance.now();
  const before = cpuMs(pid);
  let sent = 0;
  const one = (): Promise<void> => {
    sent += 1;
    return command(connected[sent % connected.length] ?? '');
  };
  if (perSecond === 0) await wait(seconds * 1_000);
  else await openLoop(one, { until: startedAt + seconds * 1_000, everyMs: 1_000 / perSecond });
  const elapsed = (performance.now() - startedAt) / 1_000;
  const each = (cpuMs(pid) - before) / elapsed;
  const redisEach = ((await redisFigures(redis.client)).cpuMs - redisBefore.cpuMs) / elapsed;
  const at = { perSecond: Math.round(sent / elapsed) };
  stand.note('cpuOfSecond', each, { unit: 'ms', at });
  stand.note('redisCpuOfSecond', redisEach, { unit: 'ms', at });
  stand.say(`${perSecond} commands a second: ${each.toFixed(0)} ms CPU of each second`);
}

interface Act {
  readonly name: string;
  readonly count: number;
  readonly redis: RedisServer;
  readonly pid: number;
}

async function measureAct(stand: Stand, { count, name, pid, redis }: Act, work: () => Promise<void>): Promise<void> {
  const figures = async () => ({ ...(await redisFigures(redis.client)), serviceCpuMs: cpuMs(pid) });
  const kinds = await bytesByKind(redis.client);
  const before = await figures();
  await work();
  await wait(SETTLE_MS);
  const after = await figures();
  const at = { act: name };
  stand.note('cpu', (after.serviceCpuMs - before.serviceCpuMs) / count, { unit: 'ms', at });
  stand.note('redisOperations', (after.operations - before.operations) / count, { at });
  stand.note('redisCpu', (after.cpuMs - before.cpuMs) / count, { unit: 'ms', at });
  const bytes = (after.memoryBytes - before.memoryBytes) / count;
  stand.note('redisBytes', bytes, { unit: 'bytes', at });
  for (const [kind, total] of await bytesByKind(redis.client)) {
    const each = (total - (kinds.get(kind) ?? 0)) / count;
    if (Math.abs(each) >= 1) stand.note('keyBytes', each, { unit: 'bytes', at: { act: name, kind } });
  }
  stand.say(`${name}: ${bytes.toFixed(0)} bytes in Redis`);
}
