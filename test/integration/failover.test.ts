import { openRedisStores } from '../contract/stores/redis-harness.js';
import { jobId, jobRow, type Stores, until } from '../contract/stores/stores.js';
import { startWatchedRedis, type WatchedRedis } from '../support/redis-with-sentinels.js';

const LONG = 600_000;
/** Each look at the Sentinels starts processes. */
const LOOK_MS = 250;

jest.setTimeout(90_000);

describe('a master of Redis that dies', () => {
  let redis: WatchedRedis;
  let stores: Stores;

  beforeAll(async () => {
    redis = await startWatchedRedis();
    stores = await openRedisStores({ url: redis.url });
    await untilReplicated();
    await until(isWell, LOOK_MS);
  });

  afterAll(async () => {
    await stores.health.close();
    await redis.stop();
  });

  /** Both replicas have all that was written before. */
  async function untilReplicated(): Promise<void> {
    const written = await redis.written();
    await until(async () => (await redis.replicatedSince(written)) === 2, LOOK_MS);
  }

  // A write: a master without enough replicas takes none.
  const isWell = () =>
    stores.health.check(1_000).then(
      () => true,
      () => false,
    );

  test('goes on with the replica that a Sentinel has made the master', async () => {
    const delivered: string[] = [];
    await stores.queue.start(async (id) => void delivered.push(id), { concurrency: 2 });
    await stores.expiring.put({ kind: 'login', id: 'kept' }, 'value', LONG);
    await stores.jobs.accept(jobRow(), 'event', LONG);
    await stores.queue.push('before');
    await until(() => delivered.includes('before'));
    // A master answers before its replicas have the write: what they lack is lost with it.
    await untilReplicated();
    const former = await redis.master();
    await redis.kill(former ?? 0);

    await until(async () => ![undefined, former].includes(await redis.master()), LOOK_MS);
    await until(isWell, LOOK_MS);
    await stores.queue.push('after');
    await until(() => delivered.includes('after'));

    expect(await stores.expiring.get({ kind: 'login', id: 'kept' })).toBe('value');
    expect(await stores.jobs.accept(jobRow({ id: jobId(2) }), 'event', LONG)).toBe(false);
    expect(delivered.filter((id) => id === 'before')).toHaveLength(1);

    redis.restart(former ?? 0);
    await untilReplicated();
    expect(await redis.master()).not.toBe(former);
    expect(await stores.expiring.get({ kind: 'login', id: 'kept' })).toBe('value');
    await stores.queue.stop();
  });
});
