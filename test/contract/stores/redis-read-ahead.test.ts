import { Redis } from 'ioredis';
import type { ConnectionStore } from '../../../src/connections/connection-store.port.js';
import { createManualClock } from '../../support/clocks.js';
import { type RedisServer, startRedis } from '../../support/redis-server.js';
import { openRedisStores } from './redis-harness.js';
import { ANN, type Stores } from './stores.js';

const ROW = { owner: ANN, name: 'crm', generation: 1, sealed: Buffer.from('first') };
const NEXT = { ...ROW, generation: 2, sealed: Buffer.from('second') };

describe('A connection that the Redis store was told to expect', () => {
  const clock = createManualClock();
  let server: RedisServer;
  let raw: Redis;
  let monitor: Redis;
  let here: Stores;
  let elsewhere: Stores;
  let asked: string[] = [];

  beforeAll(async () => {
    server = await startRedis();
    raw = new Redis(server.port);
    here = await openRedisStores({ url: server.url, clock });
    elsewhere = await openRedisStores({ url: server.url });
    monitor = await raw.monitor();
    monitor.on('monitor', (_time: string, [command = ''], source: string) => {
      if (source !== 'lua') asked.push(command.toLowerCase());
    });
  });

  beforeEach(async () => {
    await raw.flushall();
    await elsewhere.connections.write(ROW);
    asked = [];
  });

  afterAll(async () => {
    monitor?.disconnect();
    await here?.health.close();
    await elsewhere?.health.close();
    raw?.disconnect();
    await server?.stop();
  });

  /** As a job that begins looks. */
  function expected(): ConnectionStore {
    const { connections } = here;
    connections.expect?.(ANN, 'crm');
    return { ...connections, get: (owner, name) => connections.get(owner, name, { asExpected: true }) };
  }

  /** Redis has told what it was asked before this when it answers. */
  const reads = async (): Promise<number> => {
    await raw.ping();
    while (!asked.includes('ping')) await new Promise((resolve) => setImmediate(resolve));
    return asked.filter((command) => command === 'get').length;
  };

  it('is asked for once', async () => {
    expect(await expected().get(ANN, 'crm')).toEqual(ROW);
    expect(await reads()).toBe(1);
  });

  it('serves one look', async () => {
    const connections = expected();
    await connections.get(ANN, 'crm');
    await elsewhere.connections.write(NEXT);
    expect(await connections.get(ANN, 'crm')).toEqual(NEXT);
  });

  it('is there as others have changed it since, for whoever did not expect it', async () => {
    expected();
    await reads();
    await elsewhere.connections.write(NEXT);
    expect(await here.connections.get(ANN, 'crm')).toEqual(NEXT);
  });

  it('is no other one', async () => {
    await elsewhere.connections.write({ ...ROW, name: 'files', sealed: Buffer.from('other') });
    expect((await expected().get(ANN, 'files'))?.sealed).toEqual(Buffer.from('other'));
  });

  it('is there as this process has changed it since', async () => {
    const connections = expected();
    await connections.write(NEXT);
    expect(await connections.get(ANN, 'crm')).toEqual(NEXT);
    connections.expect?.(ANN, 'crm');
    await connections.remove(ANN, 'crm', 2);
    expect(await connections.get(ANN, 'crm')).toBeUndefined();
  });

  it('is looked at anew where nobody came for it at once', async () => {
    const connections = expected();
    await reads();
    await elsewhere.connections.write(NEXT);
    await clock.advance(101);
    expect(await connections.get(ANN, 'crm')).toEqual(NEXT);
  });

  it('cannot be told while Redis is away: whoever looks hears of it', async () => {
    const away = await startRedis();
    const stores = await openRedisStores({ url: away.url, commandTimeoutMs: 200 });
    await away.stop();
    const unheard: unknown[] = [];
    const note = (error: unknown) => unheard.push(error);
    process.on('unhandledRejection', note);
    stores.connections.expect?.(ANN, 'crm');
    await expect(stores.connections.get(ANN, 'crm', { asExpected: true })).rejects.toMatchObject({
      code: 'store.unavailable',
    });
    stores.connections.expect?.(ANN, 'crm');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(unheard).toEqual([]);
    process.off('unhandledRejection', note);
    await stores.health.close();
  });
});
