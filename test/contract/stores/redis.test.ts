import { setTimeout as sleep } from 'node:timers/promises';
import { createRedisStores } from '../../../adapters/redis/index.js';
import { randomToken } from '../../../src/kernel/ids.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { type RedisServer, startRedis } from '../../support/redis-server.js';
import { describeStores } from './all.contract.js';
import { quietLogger } from './stores.js';

describe('Redis store', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());

  describeStores(async () => {
    const prefix = `${randomToken(64)}:`;
    const open = () =>
      createRedisStores({
        url: server.url,
        prefix,
        clock: systemClock,
        logger: quietLogger,
        metrics: noMetrics,
        backoffMs: 20,
        commandTimeoutMs: 10_000,
      });
    let stores = await open();
    return {
      stores,
      pass: (ms) => sleep(ms),
      async reopen() {
        await stores.health.close();
        stores = await open();
        return stores;
      },
      close: () => stores.health.close(),
    };
  });
});
