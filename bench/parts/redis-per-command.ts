import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Stand } from '../stand.js';
import { openPool, send, type Target } from '../world/load.js';
import type { Platform } from '../world/platform.js';
import { type RedisFigures, type RedisServer, redisFigures } from '../world/redis.js';

const MONITORED = 20;
const COUNTED = 500;

/** What one command asks of Redis and sends over the network, beside what goes on anyway. */
export async function measureOneCommand(stand: Stand, target: Target, redis: RedisServer): Promise<void> {
  const { platform } = stand;
  stand.note('redisRoundTrips', await countRoundTrips(platform, target, redis.client));
  const before = await figures(platform, redis.client);
  const pool = openPool(target.port);
  for (let sent = 0; sent < COUNTED; sent += 1) await send(platform, pool, target);
  await pool.close();
  // The audit log is written once a second.
  await wait(1_500);
  const after = await figures(platform, redis.client);
  await wait(after.at - before.at);
  const idle = await figures(platform, redis.client);
  const each = (figure: (at: typeof before) => number): number =>
    Math.max(0, figure(after) - figure(before) - (figure(idle) - figure(after))) / COUNTED;
  stand.note(
    'redisOperations',
    each(({ operations }) => operations),
  );
  stand.note(
    'redisCpu',
    each(({ cpuMs }) => cpuMs),
    { unit: 'ms' },
  );
  stand.note(
    'redisNetwork',
    each(({ networkBytes }) => networkBytes),
    { unit: 'bytes' },
  );
  const request = platform.slackRequest('U1', 'lookup name: W1W');
  const incoming = request.body.length + JSON.stringify(request.headers).length;
  stand.note('chatAndAppNetwork', each(({ bytes }) => bytes) + incoming, { unit: 'bytes' });
  stand.say('counted what one command asks of Redis');
}

async function figures(platform: Platform, redis: Redis): Promise<RedisFigures & { bytes: number; at: number }> {
  return { ...(await redisFigures(redis)), bytes: platform.bytes, at: performance.now() };
}

/** Calls inside of scripts do not count. */
async function countRoundTrips(platform: Platform, target: Target, redis: Redis): Promise<number> {
  const monitor = await redis.monitor();
  let calls = 0;
  monitor.on('monitor', (_time: string, _args: readonly string[], source: string) => {
    if (source !== 'lua') calls += 1;
  });
  const pool = openPool(target.port);
  for (let number = 0; number < MONITORED; number += 1) await send(platform, pool, target);
  const spanStart = performance.now();
  await wait(50);
  const counted = calls;
  // What the process asks of Redis while nothing happens is not the command's.
  calls = 0;
  await wait(2_000);
  const idlePerMs = calls / (performance.now() - spanStart);
  await pool.close();
  monitor.disconnect();
  return (counted - idlePerMs * 50) / MONITORED;
}
