import { setTimeout as sleep } from 'node:timers/promises';
import { createRedisStores, type RedisStoresOptions } from '../../../adapters/redis/index.js';
import { randomToken } from '../../../src/kernel/ids.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { quietLogger, type Stores, type StoresUnderTest } from './stores.js';

/** The Redis stores with what the tests do not care about filled in. */
export function openRedisStores(
  options: Pick<RedisStoresOptions, 'url'> & Partial<RedisStoresOptions>,
): Promise<Stores> {
  return createRedisStores({
    clock: systemClock,
    logger: quietLogger,
    metrics: noMetrics,
    backoffMs: 20,
    // The machine that runs the tests may be busy.
    commandTimeoutMs: 10_000,
    ...options,
  });
}

/** Fresh stores for the contract suites: a prefix of their own on a server that many tests share. */
export async function openForContract(
  url: string,
  options: Pick<RedisStoresOptions, 'caFile'> = {},
): Promise<StoresUnderTest> {
  const prefix = `behalf:${randomToken(64)}:`;
  let stores = await openRedisStores({ url, prefix, ...options });
  return {
    stores,
    pass: (ms) => sleep(ms),
    async reopen() {
      await stores.health.close();
      stores = await openRedisStores({ url, prefix, ...options });
      return stores;
    },
    close: () => stores.health.close(),
  };
}
