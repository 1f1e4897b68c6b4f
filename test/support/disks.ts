import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { createEmbeddedStores, type EmbeddedStores } from '../../adapters/embedded/index.js';
import { createRedisStores } from '../../adapters/redis/index.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { randomToken } from '../../src/kernel/ids.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import { noMetrics } from '../../src/kernel/metrics.port.js';
import { readKeys } from './redis-contents.js';
import { startRedis } from './redis-server.js';

export const STORES = ['embedded', 'redis'] as const;
export type StoreName = (typeof STORES)[number];

/** Where processes keep what outlives them. */
export interface Disk {
  /** Opens it as a process does that has just started; on the embedded store, the one before must have closed it. */
  open(clock: Clock, logger: Logger): Promise<EmbeddedStores>;
  /** Lets time pass for what does not go by the clock: Redis counts the lives of its keys itself. */
  elapse(ms: number): Promise<void>;
  /** All that stands on it, as a thief of the disk would read it. */
  dump(): Promise<Buffer>;
  /** Throws it away. */
  remove(): Promise<void>;
}

/** Gives fresh disks of one kind: folders, or parts of one server. */
export interface Disks {
  make(): Disk;
  stop(): Promise<void>;
}

export async function startDisks(store: StoreName): Promise<Disks> {
  return store === 'embedded' ? { make: folder, stop: async () => {} } : startRedisDisks();
}

/** Disks of this kind for the tests of a suite. */
export function useDisks(store: StoreName): () => Disk {
  let disks: Disks | undefined;
  beforeAll(async () => {
    disks = await startDisks(store);
  });
  afterAll(() => disks?.stop());
  return () => {
    if (!disks) throw new Error('There are disks only within a test');
    return disks.make();
  };
}

const QUICK = { metrics: noMetrics, backoffMs: 20 };

function folder(): Disk {
  const directory = mkdtempSync(path.join(tmpdir(), 'behalf-disk-'));
  return {
    open: (clock, logger) => createEmbeddedStores({ ...QUICK, directory, clock, logger }),
    elapse: async () => {},
    dump: async () => Buffer.concat(readdirSync(directory).map((file) => readFileSync(path.join(directory, file)))),
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

async function startRedisDisks(): Promise<Disks> {
  const server = await startRedis();
  const redis = new Redis(server.url);
  return {
    make() {
      const prefix = `${randomToken(64)}:`;
      // The machine that runs the tests may be busy.
      const options = { ...QUICK, url: server.url, prefix, commandTimeoutMs: 10_000 };
      return {
        open: (clock, logger) => createRedisStores({ ...options, clock, logger }),
        elapse: async (ms) => void (await redis.eval(ELAPSE, 0, prefix, ms)),
        dump: () => readKeys(redis, prefix),
        remove: async () => {},
      };
    },
    async stop() {
      redis.disconnect();
      await server.stop();
    },
  };
}
