import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { createEmbeddedStores } from '../../../../adapters/embedded/index.js';
import { createRedisStores } from '../../../../adapters/redis/index.js';
import type { Stores } from '../../../../src/assemble.js';
import type { Clock } from '../../../../src/kernel/clock.port.js';
import type { Logger } from '../../../../src/kernel/logger.port.js';
import { noMetrics } from '../../../../src/kernel/metrics.port.js';
import { startRedis } from '../../../support/redis-server.js';

/** Where processes keep what outlives them. */
export interface Disk {
  /** Opens it as a process does that has just started; the one before must have been closed. */
  open(clock: Clock, logger: Logger): Promise<Stores>;
  /** Lets time pass for what measures it by itself. */
  elapse(ms: number): Promise<void>;
  /** Throws it away. */
  remove(): Promise<void>;
}

/** By name: gives a fresh disk. */
export const DISKS = { embedded: embeddedDisk, redis: redisDisk } as const;
export type DiskName = keyof typeof DISKS;

async function embeddedDisk(): Promise<Disk> {
  const directory = mkdtempSync(path.join(tmpdir(), 'behalf-faults-'));
  return {
    open: (clock, logger) => createEmbeddedStores({ directory, clock, logger, metrics: noMetrics, backoffMs: 20 }),
    // Its time is the clock's.
    elapse: async () => {},
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Takes `ms` off the life of every key. */
const ELAPSE = `
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  local left = redis.call('PTTL', key)
  if left > tonumber(ARGV[2]) then redis.call('PEXPIRE', key, left - tonumber(ARGV[2]))
  elseif left >= 0 then redis.call('DEL', key) end
end`;

async function redisDisk(): Promise<Disk> {
  const server = await startRedis();
  const redis = new Redis(server.url);
  const prefix = `${randomBytes(6).toString('hex')}:`;
  return {
    open: (clock, logger) =>
      createRedisStores({
        url: server.url,
        prefix,
        clock,
        logger,
        metrics: noMetrics,
        backoffMs: 20,
        commandTimeoutMs: 10_000,
      }),
    elapse: async (ms) => void (await redis.eval(ELAPSE, 0, prefix, ms)),
    async remove() {
      redis.disconnect();
      await server.stop();
    },
  };
}
