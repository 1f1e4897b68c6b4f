import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from '../../support/redis-server.js';
import { startProcess } from './processes.js';
import { openRedisStores } from './redis-harness.js';
import { ANN, jobId, jobRow, type Stores, TURN, until } from './stores.js';

const LONG = 60_000;
const key = { kind: 'login', id: 'one' } as const;

/** One call of each port. */
function callsOf(stores: Stores): readonly (() => Promise<unknown>)[] {
  return [
    () => stores.expiring.add(key, 'value', LONG),
    () => stores.connections.get(ANN, 'crm'),
    () => stores.leases.acquire('key', 'holder', LONG),
    () => stores.revocations.remove('id'),
    () => stores.jobs.accept(jobRow(), 'event', LONG),
    () => stores.jobs.load('id'),
    () => stores.queue.push('id', TURN),
    () => stores.health.check(1_000),
  ];
}

async function expectUnavailable(stores: Stores): Promise<void> {
  for (const call of callsOf(stores)) await expect(call()).rejects.toMatchObject({ code: 'store.unavailable' });
}

async function untilWell(stores: Stores): Promise<void> {
  for (;;) {
    const isWell = await stores.health.check(1_000).then(
      () => true,
      () => false,
    );
    if (isWell) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('Redis store when Redis fails', () => {
  let server: RedisServer;
  let stores: Stores;
  const printed: unknown[][] = [];

  beforeEach(async () => {
    for (const method of ['log', 'info', 'warn', 'error'] as const) {
      jest.spyOn(console, method).mockImplementation((...values: unknown[]) => void printed.push(values));
    }
    server = await startRedis({ appendOnly: true });
    stores = await openRedisStores({ url: server.url, commandTimeoutMs: 500 });
  });

  afterEach(async () => {
    await stores.health.close();
    await server.stop();
    jest.restoreAllMocks();
    expect(printed.splice(0)).toEqual([]);
  });

  it('says store.unavailable at once while Redis is gone, and works again by itself when it is back', async () => {
    await stores.expiring.put(key, 'kept', LONG);
    await stores.jobs.accept(jobRow(), 'event', LONG);
    await server.kill();
    await expectUnavailable(stores);
    await server.restart();
    await untilWell(stores);
    expect(await stores.expiring.get(key)).toBe('kept');
    expect(await stores.jobs.accept(jobRow({ id: jobId(2) }), 'event', LONG)).toMatchObject({ kind: 'duplicate' });
    expect(await stores.jobs.write(jobRow({ version: 2, status: 'running' }))).toBe(true);
  });

  it('gives nobody a lease for a moment after an outage, so that who held one can finish, where that is asked for', async () => {
    const calm = { calmMs: LONG };
    expect(await stores.leases.acquire('before', 'ann', LONG, calm)).toBe(true);
    await server.kill();
    await expect(stores.leases.acquire('during', 'ann', LONG, calm)).rejects.toMatchObject({
      code: 'store.unavailable',
    });
    await server.restart();
    await untilWell(stores);
    expect(await stores.leases.acquire('after', 'ann', LONG, calm)).toBe(false);
    expect(await stores.leases.acquire('after', 'ann', LONG)).toBe(true);
    expect(await stores.leases.renew('before', 'ann', LONG)).toBe(true);
    const later = () => stores.leases.acquire('later', 'ann', LONG, { calmMs: 100 });
    while (!(await later())) await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it('says store.unavailable while Redis hangs, and works again when it goes on', async () => {
    server.pause();
    await expectUnavailable(stores);
    server.resume();
    await untilWell(stores);
    await stores.expiring.put(key, 'value', LONG);
    expect(await stores.expiring.take(key)).toBe('value');
  });

  it('waits for a Redis that is slow, and does each thing once', async () => {
    const patient = await openRedisStores({ url: server.url, commandTimeoutMs: 20_000 });
    const admin = new Redis(server.url);
    const slowly = async <T>(act: () => Promise<T>): Promise<T> => {
      await admin.call('CLIENT', 'PAUSE', '200', 'ALL');
      return act();
    };
    for (const call of callsOf(patient)) await slowly(call);
    expect(await slowly(() => patient.jobs.accept(jobRow({ id: jobId(2) }), 'event', LONG))).toEqual({
      kind: 'duplicate',
    });
    expect(await slowly(() => patient.leases.acquire('key', 'another', LONG))).toBe(false);
    admin.disconnect();
    await patient.health.close();
  });

  it('begins anew elsewhere with a copy that redis-cli has made while it ran', async () => {
    await stores.connections.write({ owner: ANN, name: 'crm', generation: 1, sealed: Buffer.from('sealed') });
    await stores.jobs.accept(jobRow(), 'event', LONG);
    const folder = mkdtempSync(join(tmpdir(), 'behalf-copy-'));
    await promisify(execFile)('redis-cli', ['-p', String(server.port), '--rdb', join(folder, 'dump.rdb')]);
    await server.stop();
    // A server that starts with appendonly reads the log alone, and would come up empty.
    server = await startRedis({ settings: ['--dir', folder, '--appendonly', 'no'] });
    const raw = new Redis(server.port);
    await raw.config('SET', 'appendonly', 'yes');
    raw.disconnect();
    await stores.health.close();
    stores = await openRedisStores({ url: server.url });
    expect((await stores.connections.get(ANN, 'crm'))?.sealed).toEqual(Buffer.from('sealed'));
    expect(await stores.jobs.accept(jobRow({ id: jobId(2) }), 'event', LONG)).toEqual({ kind: 'duplicate' });
    expect(await stores.jobs.write(jobRow({ version: 2, status: 'running' }))).toBe(true);
    rmSync(folder, { recursive: true, force: true });
  });

  it('tells nothing of the address, the key or the foreign error', async () => {
    await server.kill();
    const error: unknown = await stores.expiring
      .put({ kind: 'login', id: 'secret-id' }, 'secret-value', LONG)
      .catch((e) => e);
    const told = JSON.stringify([error, String(error), Object.entries(error ?? {})]);
    expect(told).toContain('store.unavailable');
    expect(told).not.toMatch(new RegExp(`secret|127\\.0\\.0\\.1|${server.port}|offline`, 'i'));
    expect(error).not.toHaveProperty('cause');
  });

  it('says store.unavailable when the memory of Redis is full, and can still read', async () => {
    await stores.expiring.put(key, 'kept', LONG);
    await stores.health.close();
    await server.stop();
    server = await startRedis({ settings: ['--maxmemory', '1'] });
    stores = await openRedisStores({ url: server.url });
    await expect(stores.jobs.accept(jobRow(), 'event', LONG)).rejects.toMatchObject({
      code: 'store.unavailable',
      details: { reason: 'OOM' },
    });
    await expect(stores.health.check(1_000)).rejects.toMatchObject({ code: 'store.unavailable' });
    expect(await stores.jobs.load('id')).toBeUndefined();
  });

  it('starts without Redis, says no to readiness, and works once Redis is there', async () => {
    await server.kill();
    const early = await openRedisStores({ url: server.url, startTimeoutMs: 50 });
    await expectUnavailable(early);
    expect(await early.health.warnings()).toEqual([
      'Redis does not answer, so its version and settings could not be checked.',
    ]);
    await server.restart();
    await untilWell(early);
    expect(await early.expiring.add(key, 'value', LONG)).toBe(true);
    await early.health.close();
  });

  describe('queue', () => {
    it('goes on delivering after Redis was away', async () => {
      const delivered: string[] = [];
      await stores.queue.start(async (id) => void delivered.push(id), { concurrency: 2 });
      await stores.queue.push('before', TURN);
      await until(() => delivered.length === 1);
      await server.kill();
      await expect(stores.queue.push('lost', TURN)).rejects.toMatchObject({ code: 'store.unavailable' });
      await server.restart();
      await untilWell(stores);
      await stores.queue.push('after', TURN);
      await until(() => delivered.includes('after'));
      await stores.queue.stop();
      expect(delivered).not.toContain('lost');
    });

    it('finishes what was under way when Redis went away, and does not lose it', async () => {
      let release = (): void => undefined;
      const delivered: string[] = [];
      await stores.queue.start(
        async (id) => {
          delivered.push(id);
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        },
        { concurrency: 1 },
      );
      await stores.queue.push('under way', TURN);
      await until(() => delivered.length === 1);
      await server.kill();
      release();
      await server.restart();
      await untilWell(stores);
      await stores.queue.push('next', TURN);
      await until(() => delivered.includes('next'));
      release();
      await stores.queue.stop();
      expect(delivered.filter((id) => id === 'next')).toHaveLength(1);
    });

    it.each(['gone', 'hanging'])('stops while Redis is %s', async (trouble) => {
      const delivered: string[] = [];
      await stores.queue.start(async (id) => void delivered.push(id), { concurrency: 2 });
      await stores.queue.push('one', TURN);
      await until(() => delivered.length === 1);
      if (trouble === 'gone') await server.kill();
      else server.pause();
      await stores.queue.stop();
      expect(delivered).toEqual(['one']);
    });

    it('gives the jobs of a killed process to another', async () => {
      const prefix = 'killed:';
      const other = await openRedisStores({ url: server.url, prefix, stalledAfterMs: 1_000 });
      const victim = startProcess('queue-process.ts', server.url, prefix);
      await other.queue.push('one', TURN);
      await other.queue.push('two', TURN);
      const taken = await victim.lines(2);
      await victim.kill();
      const delivered: string[] = [];
      await other.queue.start(async (id) => void delivered.push(id), { concurrency: 2 });
      await until(() => delivered.length >= 2);
      await other.queue.stop();
      await other.health.close();
      expect([...delivered].sort()).toEqual([...taken].sort());
    }, 90_000);
  });
});
