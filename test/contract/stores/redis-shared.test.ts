import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Redis } from 'ioredis';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { type RedisServer, startRedis, startSentinel } from '../../support/redis-server.js';
import { openRedisStores } from './redis-harness.js';
import { ANN, jobId, jobRow, type Stores, TURN, until, winnersOf } from './stores.js';

const LONG = 60_000;

describe('Redis store', () => {
  let server: RedisServer;
  let raw: Redis;
  let one: Stores;
  let two: Stores;

  beforeAll(async () => {
    server = await startRedis();
    raw = new Redis(server.port);
    one = await openRedisStores({ url: server.url });
    two = await openRedisStores({ url: server.url });
  });
  beforeEach(() => raw.flushall());
  afterAll(async () => {
    await one?.health.close();
    await two?.health.close();
    raw?.disconnect();
    await server?.stop();
  });

  describe('in two processes', () => {
    const either = (attempt: number): Stores => (attempt % 2 === 0 ? one : two);

    it('is one store', async () => {
      const connection = { owner: ANN, name: 'crm', generation: 1, sealed: Buffer.from('sealed') };
      await one.connections.write(connection);
      await one.expiring.put({ kind: 'login', id: 'id' }, 'value', LONG);
      await one.jobs.accept(jobRow(), 'event', LONG);
      expect(await two.connections.get(ANN, 'crm')).toEqual(connection);
      expect(await two.expiring.take({ kind: 'login', id: 'id' })).toBe('value');
      expect(await two.jobs.load(jobId(0))).toEqual(jobRow());
    });

    it('lets exactly one of 50 attempts win on every port', async () => {
      const sealed = Buffer.from('sealed');
      await one.expiring.put({ kind: 'login', id: 'id' }, 'value', LONG);
      const take = async (n: number) => (await either(n).expiring.take({ kind: 'login', id: 'id' })) !== undefined;
      expect(await winnersOf(50, take)).toBe(1);
      expect(await winnersOf(50, (n) => either(n).leases.acquire('key', `${n}`, LONG))).toBe(1);
      expect(
        await winnersOf(
          50,
          async (n) => (await either(n).jobs.accept(jobRow({ id: jobId(n) }), 'event', LONG)).kind === 'accepted',
        ),
      ).toBe(1);
      expect(
        await winnersOf(50, (n) => either(n).connections.write({ owner: ANN, name: 'crm', generation: 1, sealed })),
      ).toBe(1);
    });

    it('delivers each push once when all goes well', async () => {
      const delivered: string[] = [];
      const handle = async (id: string): Promise<void> => void delivered.push(id);
      await one.queue.start(handle, { concurrency: 3 });
      await two.queue.start(handle, { concurrency: 3 });
      const ids = Array.from({ length: 40 }, (_, n) => jobId(n));
      await Promise.all(ids.map((id, n) => either(n).queue.push(id, TURN)));
      await until(() => delivered.length >= ids.length);
      await one.queue.stop();
      await two.queue.stop();
      expect([...delivered].sort()).toEqual(ids);
    });
  });

  it('costs the round trips that are planned', async () => {
    const monitor = await raw.monitor();
    const seen: string[] = [];
    monitor.on('monitor', (_time: string, [command = '']: string[], source: string) => {
      if (source !== 'lua') seen.push(command.toLowerCase());
    });
    const { audit, expiring, connections, leases, revocations, jobs } = one;
    const page = { at: 1, count: 1, form: 'lines', hash: 'hash', sealed: Buffer.from('') } as const;
    const pages = [1, 2].map((number) => ({ ...page, number }));
    const key = { kind: 'login', id: 'id' } as const;
    const connection = { owner: ANN, name: 'crm', generation: 1, sealed: Buffer.from('sealed') };
    const revocation = { id: 'id', connection: 'crm', sealed: Buffer.from(''), dueAt: 0, attempts: 0 };
    const calls: readonly (readonly [string, () => Promise<unknown>, number])[] = [
      ['put', () => expiring.put(key, 'value', LONG), 1],
      ['add', () => expiring.add(key, 'value', LONG), 1],
      ['get', () => expiring.get(key), 1],
      ['swap', () => expiring.swap(key, 'value', 'next', LONG), 1],
      ['take', () => expiring.take(key), 1],
      ['delete', () => expiring.delete(key), 1],
      ['connections.write', () => connections.write(connection), 1],
      ['connections.get', () => connections.get(ANN, 'crm'), 1],
      ['connections.list', () => connections.list(ANN), 1],
      ['connections.touch', () => connections.touch(ANN, 'crm', 1), 1],
      ['connections.lastUses', () => connections.lastUses(ANN), 1],
      ['connections.remove', () => connections.remove(ANN, 'crm', 1), 1],
      ['acquire', () => leases.acquire('key', 'holder', LONG), 1],
      ['renew', () => leases.renew('key', 'holder', LONG), 1],
      ['release', () => leases.release('key', 'holder'), 1],
      ['revocations.add', () => revocations.add(revocation), 1],
      ['revocations.due', () => revocations.due(0, 10, 1), 1],
      ['revocations.remove', () => revocations.remove('id'), 1],
      ['jobs.accept', () => jobs.accept(jobRow(), 'event', LONG), 1],
      ['jobs.load', () => jobs.load(jobId(0)), 1],
      ['jobs.write', () => jobs.write(jobRow({ version: 2 })), 1],
      ['jobs.waitingFor', () => jobs.waitingFor(ANN, 'crm'), 1],
      ['audit.begin', () => audit.begin({ key: Buffer.from('key') }), 1],
      ['audit.state', () => audit.state(), 1],
      ['audit.append', () => audit.append(pages, { number: 0, hash: '' }), 1],
      ['audit.read', () => audit.read(0, 10), 1],
      ['audit.forget', () => audit.forget({ number: 1, hash: 'hash', proof: 'proof' }), 1],
      ["jobs.list of one person's", () => jobs.list({ user: ANN }, { limit: 10 }), 2],
    ];
    const counted: (readonly [string, number])[] = [];
    for (const [name, call] of calls) {
      await call();
      await raw.echo('mark');
      await until(() => seen.includes('echo'));
      counted.push([name, seen.splice(0).length - 1]);
    }
    monitor.disconnect();
    expect(counted).toEqual(calls.map(([name, , planned]) => [name, planned]));
  });

  it('leaves nothing behind but what disappears by its time', async () => {
    const connection = { owner: ANN, name: 'crm', generation: 1, sealed: Buffer.from('sealed') };
    await one.connections.write(connection);
    await one.connections.touch(ANN, 'crm', 1);
    await one.connections.remove(ANN, 'crm', 1);
    await one.revocations.add({ id: 'id', connection: 'crm', sealed: Buffer.from(''), dueAt: 0, attempts: 0 });
    await one.revocations.due(0, 10, 1);
    await one.revocations.remove('id');
    await one.expiring.put({ kind: 'login', id: 'id' }, 'value', LONG);
    await one.leases.acquire('key', 'holder', LONG);
    await one.jobs.accept(jobRow({ attentionAt: 5 }), 'event', LONG);
    await one.jobs.write(jobRow({ version: 2, status: 'suspended', waitingFor: ['crm'], attentionAt: 5 }));
    await one.jobs.write(jobRow({ version: 3, status: 'succeeded', keepUntil: 10 }));
    await one.jobs.forget(10);
    await one.health.check(1_000);
    const keys = await raw.keys('*');
    const forEver = await Promise.all(keys.map(async (key) => ((await raw.pttl(key)) < 0 ? [key] : [])));
    expect(forEver.flat()).toEqual([]);
    expect(keys).toHaveLength(4);
    expect(keys.filter((key) => !key.startsWith('behalf:'))).toEqual([]);
  });

  describe('advice for the operator', () => {
    const open = (settings: readonly string[], appendOnly = true) => startRedis({ settings, appendOnly });

    it('is none on a server that is set up well', async () => {
      const good = await open([]);
      const stores = await openRedisStores({ url: good.url });
      expect(await stores.health.warnings()).toEqual([]);
      await stores.health.close();
      await good.stop();
    });

    it('warns of eviction and of a server that writes nothing', async () => {
      const bad = await open(['--maxmemory-policy', 'allkeys-lru'], false);
      const stores = await openRedisStores({ url: bad.url });
      expect(await stores.health.warnings()).toEqual([
        'Redis may throw away connections and jobs when its memory is full (maxmemory-policy is allkeys-lru); set it to noeviction.',
        'Redis may lose the last minutes when it crashes (appendonly is off); switch appendonly on.',
      ]);
      await stores.health.close();
      await bad.stop();
    });

    it.each([
      [-60_000, '60 s behind'],
      [90_000, '90 s ahead of'],
    ])('warns of a clock that is %d ms off, unless it may not ask', async (offMs, words) => {
      const server = await open([]);
      const clock = { ...systemClock, now: () => systemClock.now() + offMs };
      const stores = await openRedisStores({ url: server.url, clock });
      expect(await stores.health.warnings()).toEqual([
        `The clock of this machine is ${words} that of Redis; processes whose clocks differ take jobs from each other. Set both by NTP.`,
      ]);
      await stores.health.close();
      const admin = new Redis(server.port);
      await admin.acl('SETUSER', 'bot', 'on', '>x', '~behalf:*', '+@all', '-time');
      const barred = await openRedisStores({ url: `redis://bot:x@127.0.0.1:${server.port}`, clock });
      expect(await barred.health.warnings()).toEqual([]);
      await barred.health.close();
      admin.disconnect();
      await server.stop();
    });

    it('says what it may not look at, and reads a password with special characters', async () => {
      const guarded = await open([]);
      const admin = new Redis(guarded.port);
      await admin.acl('SETUSER', 'bot', 'on', '>p@ss:w/rd', '~behalf:*', '+@all', '-config');
      const url = `redis://bot:p%40ss%3Aw%2Frd@127.0.0.1:${guarded.port}`;
      const stores = await openRedisStores({ url });
      expect(await stores.health.warnings()).toEqual([
        'Redis does not let its settings be read; make sure that maxmemory-policy is noeviction.',
      ]);
      await stores.health.close();
      admin.disconnect();
      await guarded.stop();
    });
  });

  it('finds the server through Sentinel', async () => {
    const sentinel = await startSentinel(server);
    const stores = await openRedisStores({ url: `redis+sentinel://127.0.0.1:${sentinel.port}/main` });
    await stores.expiring.put({ kind: 'login', id: 'id' }, 'by Sentinel', LONG);
    expect(await one.expiring.get({ kind: 'login', id: 'id' })).toBe('by Sentinel');
    await stores.health.close();
    await sentinel.stop();
  });

  it('asks the next Sentinel where one takes the connection and says nothing', async () => {
    const sentinel = await startSentinel(server);
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const port = (mute.address() as AddressInfo).port;
    const stores = await openRedisStores({
      url: `redis+sentinel://127.0.0.1:${port},127.0.0.1:${sentinel.port}/main`,
      startTimeoutMs: 25_000,
    });
    await stores.expiring.put({ kind: 'login', id: 'id' }, 'by the other one', LONG);
    expect(await one.expiring.get({ kind: 'login', id: 'id' })).toBe('by the other one');
    await stores.health.close();
    await sentinel.stop();
    mute.close();
  });

  it('refuses a prefix with braces and a URL that it cannot read', async () => {
    await expect(openRedisStores({ url: server.url, prefix: '{x}' })).rejects.toMatchObject({ code: 'config.invalid' });
    await expect(openRedisStores({ url: 'http://x' })).rejects.toMatchObject({ code: 'config.invalid' });
  });
});
