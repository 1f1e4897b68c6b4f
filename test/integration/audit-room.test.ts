import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { AuditLog } from '../../src/audit/audit-log.js';
import { Secret } from '../../src/kernel/secret.js';
import { createVault } from '../../src/kernel/vault.js';
import { openRedisStores } from '../contract/stores/redis-harness.js';
import type { Stores } from '../contract/stores/stores.js';
import { requestOf } from '../support/audit-entries.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';

const vault = createVault([{ id: 'k1', key: new Secret(randomBytes(32)) }]);

describe('the audit log in Redis', () => {
  let redis: RedisServer;
  let raw: Redis;
  let stores: Stores;
  let log: AuditLog;

  beforeEach(async () => {
    redis = await startRedis();
    raw = new Redis(redis.url);
    stores = await openRedisStores({ url: redis.url });
    log = new AuditLog({ store: stores.audit, vault });
  });
  afterEach(async () => {
    await stores.health.close();
    raw.disconnect();
    await redis.stop();
  });

  /** Bytes that a request takes, where so many pages have so many of them each. */
  async function room(pages: number, requests: number): Promise<number> {
    for (let page = 0; page < pages; page += 1) {
      const numbers = Array.from({ length: requests }, (_, index) => page * requests + index);
      await log.append(await log.seal(numbers.flatMap(requestOf)));
    }
    const [key = ''] = await raw.keys('*{audit}log');
    return Number(await raw.memory('USAGE', key, 'SAMPLES', 0)) / (pages * requests);
  }

  it('takes less than 100 bytes a request where a page has many', async () => {
    expect(await room(20, 100)).toBeLessThan(100);
  });

  it('takes less than 500 bytes a request where each is in a page of its own', async () => {
    expect(await room(200, 1)).toBeLessThan(500);
  });
});
