import { type RedisCluster, startRedisCluster } from '../../support/redis-cluster.js';
import { describeStores } from './all.contract.js';
import { openForContract } from './redis-harness.js';

describe('Redis store on a Cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  }, 60_000);
  afterAll(() => cluster?.stop());

  describeStores(() => openForContract(cluster.url));
});
