import { openRedisStores } from '../contract/stores/redis-harness.js';
import { jobId, jobRow, type Stores, TURN } from '../contract/stores/stores.js';
import { startWatchedRedis, type WatchedRedis } from '../support/redis-with-sentinels.js';
import { eventually } from '../support/service-kit.js';

const LONG = 3_600_000;

/** Every wait in it ends by itself, with words, long before. */
jest.setTimeout(600_000);

describe('a master of Redis that dies', () => {
  let redis: WatchedRedis;
  let stores: Stores;

  beforeAll(async () => {
    redis = await startWatchedRedis();
    await redis.untilWhole();
    stores = await openRedisStores({ url: redis.url });
  });

  afterAll(async () => {
    await stores?.health.close();
    await redis?.stop();
  });

  const isWell = () =>
    stores.health.check(5_000).then(
      () => true,
      () => false,
    );

  test('is told as store.unavailable, and the stores go on with the replica that the Sentinels choose', async () => {
    const delivered: string[] = [];
    await stores.queue.start(async (id) => void delivered.push(id), { concurrency: 2 });
    await stores.expiring.put({ kind: 'login', id: 'kept' }, 'value', LONG);
    await stores.jobs.accept(jobRow(), 'event', LONG);
    await stores.queue.push('before', TURN);
    await eventually(() => delivered.includes('before'));
    // A master answers before its replicas have the write: what they lack is lost with it.
    await redis.untilReplicated();
    const former = await redis.killMaster();

    await expect(stores.jobs.accept(jobRow({ id: jobId(1) }), 'lost', LONG)).rejects.toMatchObject({
      code: 'store.unavailable',
    });
    await redis.untilFailedOver(former);
    await eventually(isWell);
    await stores.queue.push('after', TURN);
    await eventually(() => delivered.includes('after'));

    expect(await stores.expiring.get({ kind: 'login', id: 'kept' })).toBe('value');
    expect(await stores.jobs.accept(jobRow({ id: jobId(2) }), 'event', LONG)).toEqual({ kind: 'duplicate' });
    expect(await stores.jobs.load(jobId(1))).toBeUndefined();
    expect(delivered).toEqual(['before', 'after']);

    redis.restart(former);
    await redis.untilReplicated();
    await redis.untilFailedOver(former);
    expect(await stores.expiring.get({ kind: 'login', id: 'kept' })).toBe('value');
    await stores.queue.stop();
  });
});
