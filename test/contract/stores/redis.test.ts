import { type RedisServer, startRedis } from '../../support/redis-server.js';
import { describeStores } from './all.contract.js';
import { openForContract } from './redis-harness.js';

describe('Redis store', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());

  describeStores(() => openForContract(server.url));
});
