import { createKeys } from '../../../adapters/redis/keys.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { type RedisCluster, startRedisCluster } from '../../support/redis-cluster.js';
import { eventually } from '../../support/service-kit.js';
import { openRedisStores } from './redis-harness.js';
import { ANN, jobId, jobRow, type Stores, TURN } from './stores.js';

const LONG = 3_600_000;
const PREFIX = 'behalf:';
const keys = createKeys(PREFIX);

jest.setTimeout(300_000);

describe('Redis store on a Cluster whose slots are on the move', () => {
  let cluster: RedisCluster;
  let stores: Stores;

  beforeAll(async () => {
    cluster = await startRedisCluster();
    stores = await openRedisStores({ url: cluster.url, prefix: PREFIX });
  });

  afterAll(async () => {
    await stores?.health.close();
    await cluster?.stop();
  });

  /** Tells whether it was done; a slot on the move may refuse, and nothing else. */
  async function tried<T>(work: () => Promise<T>): Promise<T | 'refused'> {
    try {
      return await work();
    } catch (error) {
      if (isBehalfError(error, 'store.unavailable')) return 'refused';
      throw error;
    }
  }

  test('does a job whole or not at all, wherever its keys are just now', async () => {
    const { jobs } = stores;
    let serial = 0;
    const waiting = (changes: object) =>
      jobRow({ status: 'suspended', waitingFor: ['crm'], attentionAt: 5, ...changes });
    await jobs.accept(waiting({ id: jobId(0) }), 'event 0', LONG);
    await jobs.accept(jobRow({ id: jobId(1), keepUntil: 10, status: 'succeeded', version: 1 }), 'event 1', LONG);
    const move = await cluster.beginMove(keys.jobs(ANN).row(jobId(0)));
    let version = 1;
    const accepted: string[] = [jobId(0)];
    // After each key that goes over, everything is tried; what was refused must have left nothing.
    for (;;) {
      serial += 1;
      const id = jobId(100 + serial);
      const outcome = await tried(() => jobs.accept(waiting({ id }), `event ${id}`, LONG));
      if (outcome !== 'refused') accepted.push(id);
      expect((await jobs.load(id)) !== undefined).toBe(outcome !== 'refused');
      const written = await tried(() => jobs.write(waiting({ id: jobId(0), version: version + 1, attentionAt: 5 })));
      if (written === true) version += 1;
      expect((await jobs.load(jobId(0)))?.version).toBe(version);
      const [next] = await move.left();
      if (next === undefined) break;
      await move.moveKey(next);
    }
    await move.finish();

    expect([...(await jobs.waitingFor(ANN, 'crm'))].sort()).toEqual(accepted.sort());
    const listed = (await jobs.list({ user: ANN, status: 'suspended' }, { limit: 100 })).map(({ id }) => id);
    expect(listed.sort()).toEqual(accepted);
    expect([...(await jobs.needingAttention(10, 100))].sort()).toEqual(accepted);
    const other = jobId(900);
    expect(await jobs.accept(waiting({ id: other }), `event ${jobId(101)} again`, LONG)).toMatchObject({
      kind: 'accepted',
    });
    expect(await jobs.write(waiting({ id: other, version: 2, status: 'cancelled', keepUntil: 1 }))).toBe(true);
    await jobs.forget(20);
    expect(await jobs.load(other)).toBeUndefined();
  });

  test('never lists a part of the connections of a person as if it were all, and removes one whole or not at all', async () => {
    const { connections } = stores;
    const sealed = Buffer.from('sealed');
    const names = ['crm', 'files', 'mail', 'tickets'];
    for (const name of names) await connections.write({ owner: ANN, name, generation: 1, sealed });
    const move = await cluster.beginMove(keys.connections(ANN).names);
    const kept = new Set(names);
    for (;;) {
      const listed = await tried(() => connections.list(ANN));
      if (listed !== 'refused') expect(listed.map(({ name }) => name)).toEqual([...kept]);
      const owners = await tried(() => connections.owners('crm', { limit: 10 }));
      if (owners !== 'refused') expect(owners.owners).toEqual([ANN]);
      const removed = await tried(() => connections.remove(ANN, 'tickets', 1));
      if (removed === true) kept.delete('tickets');
      expect((await connections.get(ANN, 'tickets')) !== undefined).toBe(kept.has('tickets'));
      const [next] = await move.left();
      if (next === undefined) break;
      await move.moveKey(next);
    }
    await move.finish();
    expect((await connections.list(ANN)).map(({ name }) => name)).toEqual([...kept]);
    expect(await connections.owners('crm', { limit: 10 })).toEqual({ owners: [ANN] });
  });

  test('loses nothing while thousands of slots go to another master', async () => {
    const delivered: string[] = [];
    await stores.queue.start(async (id) => void delivered.push(id), { concurrency: 2 });
    const from = await cluster.ownerOf(keys.queue);
    const to = cluster.nodes.find((node) => node !== from);
    if (!to) throw new Error('There is one node only');
    let isOver = false;
    const moving = cluster.reshard(from, to, 6_000).finally(() => {
      isOver = true;
    });
    const done = { records: [] as string[], jobs: [] as string[], pushes: [] as string[] };
    for (let n = 0; !isOver || n < 50; n += 1) {
      const user = { ...ANN, userId: `R${n}` };
      const id = jobId(10_000 + n);
      const put = await tried(() => stores.expiring.put({ kind: 'login', id }, id, LONG));
      if (put !== 'refused') done.records.push(id);
      if ((await tried(() => stores.jobs.accept(jobRow({ id, user }), id, LONG))) !== 'refused') done.jobs.push(id);
      if ((await tried(() => stores.queue.push(id, TURN))) !== 'refused') done.pushes.push(id);
    }
    await moving;
    for (const id of done.records) expect(await stores.expiring.get({ kind: 'login', id })).toBe(id);
    for (const id of done.jobs) {
      const row = await stores.jobs.load(id);
      expect(row?.id).toBe(id);
      expect(await stores.jobs.list({ user: row?.user ?? ANN }, { limit: 10 })).toHaveLength(1);
    }
    await eventually(() => done.pushes.every((id) => delivered.includes(id)));
    await stores.queue.stop();
    expect(done.jobs.length).toBeGreaterThan(0);
    expect(await cluster.ownerOf(keys.queue)).toBe(to);
  });
});

describe('Redis store on a Cluster whose master dies', () => {
  let cluster: RedisCluster;
  let stores: Stores;

  beforeAll(async () => {
    cluster = await startRedisCluster({ replicas: true });
    stores = await openRedisStores({ url: cluster.url, prefix: PREFIX });
  });

  afterAll(async () => {
    await stores?.health.close();
    await cluster?.stop();
  });

  test('goes on with its replica, and has what was acknowledged', async () => {
    const delivered: string[] = [];
    await stores.queue.start(async (id) => void delivered.push(id), { concurrency: 2 });
    await stores.queue.push('before', TURN);
    await eventually(() => delivered.includes('before'));
    await stores.jobs.accept(jobRow(), 'event', LONG);
    await stores.connections.write({ owner: ANN, name: 'crm', generation: 1, sealed: Buffer.from('sealed') });
    const row = keys.jobs(ANN).row(jobId(0));
    const former = await cluster.ownerOf(row);
    await cluster.untilReplicated(former);
    await former.kill();

    await cluster.untilTakenOver(row, former);
    await eventually(async () => (await stores.jobs.load(jobId(0)).catch(() => undefined)) !== undefined);
    await eventually(() => stores.jobs.write(jobRow({ version: 2, status: 'running' })).catch(() => false));
    expect(await stores.jobs.accept(jobRow({ id: jobId(1) }), 'event', LONG)).toEqual({ kind: 'duplicate' });
    expect((await stores.connections.get(ANN, 'crm'))?.generation).toBe(1);
    await eventually(() =>
      stores.queue.push('after', TURN).then(
        () => true,
        () => false,
      ),
    );
    await eventually(() => delivered.includes('after'));
    await stores.queue.stop();
    expect(delivered.filter((id) => id === 'before')).toHaveLength(1);
  });
});
