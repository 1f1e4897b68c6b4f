import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Pool } from 'undici';
import { send, type Target } from './load.js';
import type { Platform } from './platform.js';

const COMMANDS = 20;

/** What Redis is asked for one command, beside what it is asked anyway: calls inside of scripts do not count. */
export async function countRoundTrips(platform: Platform, target: Target, redisUrl: string): Promise<number> {
  const redis = new Redis(redisUrl);
  const monitor = await redis.monitor();
  let calls = 0;
  monitor.on('monitor', (_time: string, _args: readonly string[], source: string) => {
    if (source !== 'lua') calls += 1;
  });
  const pool = new Pool(`http://127.0.0.1:${target.port}`, { connections: 1 });
  for (let number = 0; number < COMMANDS; number += 1) await send(platform, pool, target);
  const spanStart = performance.now();
  await wait(50);
  const counted = calls;
  // What the process asks of Redis while nothing happens is not the command's.
  calls = 0;
  await wait(2_000);
  const idlePerMs = calls / (performance.now() - spanStart);
  await pool.close();
  monitor.disconnect();
  redis.disconnect();
  return (counted - idlePerMs * 50) / COMMANDS;
}
