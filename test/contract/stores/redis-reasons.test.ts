import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { examineRedis } from '../../../adapters/redis/examine.js';
import { peekStore } from '../../../adapters/redis/index.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { freePort, type RedisServer, startRedis, startSentinel } from '../../support/redis-server.js';
import { selfSigned } from '../../support/self-signed.js';
import { openRedisStores } from './redis-harness.js';
import { jobRow, quietLogger, until } from './stores.js';

const PASSWORD = 'password-canary';
const basics = { clock: systemClock, logger: quietLogger, metrics: noMetrics };

/** A logger that keeps what was said of Redis. */
function listening() {
  const lines: string[] = [];
  const hear = (fields: Readonly<Record<string, unknown>>, words: string) =>
    void lines.push(`${words}: ${String(fields['reason'] ?? '')}`);
  return { lines, logger: { ...quietLogger, info: hear, warn: hear, error: hear } };
}

describe('a Redis that cannot be used', () => {
  const folder = mkdtempSync(join(tmpdir(), 'behalf-reasons-'));
  const caFile = join(folder, 'ca.pem');
  let server: RedisServer;
  let locked: RedisServer;
  let tlsPort: number;
  let closedPort: number;
  let silent: Server;
  let silentPort: number;
  const held: Socket[] = [];

  beforeAll(async () => {
    const { certificate, key } = selfSigned('localhost');
    writeFileSync(caFile, certificate);
    writeFileSync(join(folder, 'key.pem'), key);
    tlsPort = await freePort();
    const files = ['--tls-cert-file', caFile, '--tls-key-file', join(folder, 'key.pem'), '--tls-ca-cert-file', caFile];
    server = await startRedis({ settings: ['--tls-port', String(tlsPort), ...files, '--tls-auth-clients', 'no'] });
    locked = await startRedis();
    const admin = new Redis(locked.port);
    await admin.call('ACL', 'SETUSER', 'reader', 'on', '>password-canary', '~*', '+@read', '+@connection', '+info');
    await admin.config('SET', 'requirepass', PASSWORD);
    admin.disconnect();
    closedPort = await freePort();
    silentPort = await freePort();
    silent = createServer((socket) => void held.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(silentPort, '127.0.0.1', resolve));
  });

  afterAll(async () => {
    for (const socket of held) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
    await server?.stop();
    await locked?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each<[string, () => string, RegExp, RegExp]>([
    ['a wrong password', () => `redis://:canary-2@127.0.0.1:${locked.port}`, /refuses the user or the password/, /ACL/],
    ['no password', () => `redis://127.0.0.1:${locked.port}`, /wants a password/, /before the host/],
    [
      'a user who may not write',
      () => `redis://reader:${PASSWORD}@127.0.0.1:${locked.port}`,
      /does not let the user/,
      /docs\/operations\.md/,
    ],
    ['TLS at a plain port', () => `rediss://127.0.0.1:${server.port}`, /does not speak TLS/, /redis instead of rediss/],
    ['no TLS at a port for TLS', () => `redis://127.0.0.1:${tlsPort}`, /ends the connection/, /rediss instead/],
    ['a certificate of nobody', () => `rediss://localhost:${tlsPort}`, /is not trusted/, /REDIS_TLS_CA_FILE/],
    ['an unknown host', () => 'redis://redis.invalid:6379', /name of redis\.invalid:6379 is not known/, /DNS/],
    ['a closed port', () => `redis://127.0.0.1:${closedPort}`, /nothing listens at 127\.0\.0\.1:/, /Start Redis/],
    ['a host that says nothing', () => `redis://127.0.0.1:${silentPort}`, /does not answer/, /firewall/],
    ['a database that is not there', () => `redis://127.0.0.1:${server.port}/99`, /has no database/, /0 to 15/],
    ['a server that is no Cluster', () => `redis+cluster://127.0.0.1:${server.port}`, /not a node of a/, /redis or/],
    ['a Cluster that is away', () => `redis+cluster://127.0.0.1:${closedPort}`, /nothing listens at/, /REDIS_URL/],
    ['a server that is no Sentinel', () => `redis+sentinel://127.0.0.1:${server.port}/main`, /not a Sentinel/, /26379/],
    ['a Sentinel that is away', () => `redis+sentinel://127.0.0.1:${closedPort}/main`, /nothing listens at/, /bind/],
  ])('is told from others by doctor: %s', async (_, url, says, fix) => {
    const findings = await examineRedis({ ...basics, url: url() });

    expect(findings).toEqual([
      { subject: 'store', state: 'wrong', says: expect.stringMatching(says), fix: expect.stringMatching(fix) },
    ]);
    expect(JSON.stringify(findings)).not.toContain('canary');
  });

  it('is told by doctor where the Sentinels know no such master, and one of them is away', async () => {
    const sentinel = await startSentinel(server);
    const url = `redis+sentinel://127.0.0.1:${sentinel.port},127.0.0.1:${closedPort}/other`;
    const findings = await examineRedis({ ...basics, url });
    await sentinel.stop();

    expect(findings).toEqual([
      expect.objectContaining({ state: 'warning', says: `nothing listens at 127.0.0.1:${closedPort}` }),
      expect.objectContaining({ state: 'wrong', says: expect.stringContaining('names no master') }),
    ]);
  });

  it('is well to doctor where it takes a write', async () => {
    expect(await examineRedis({ ...basics, url: `redis://127.0.0.1:${server.port}/15` })).toContainEqual({
      subject: 'store',
      state: 'ok',
      says: 'Redis takes a write',
    });
  });

  it.each<[string, () => string, string]>([
    ['password', () => `redis://:canary-2@127.0.0.1:${locked.port}`, 'WRONGPASS'],
    ['port', () => `redis://127.0.0.1:${closedPort}`, 'ECONNREFUSED'],
    ['host', () => 'redis://redis.invalid', 'ENOTFOUND'],
  ])('keeps saying why after many tries, and logs it once: %s', async (_, url, reason) => {
    const { lines, logger } = listening();
    const stores = await openRedisStores({ url: url(), logger, startTimeoutMs: 1_000 });

    for (let tries = 0; tries < 3; tries += 1) {
      await expect(stores.health.check(1_000)).rejects.toMatchObject({ details: { reason } });
      await systemClock.sleep(100);
    }
    expect(lines).toEqual([
      `Redis cannot be reached; trying on: ${reason}`,
      `Redis does not answer; starting without it and trying on: ${reason}`,
    ]);
    expect(lines.join()).not.toContain('canary');
    await stores.health.close();
    await expect(peekStore({ ...basics, url: url(), startTimeoutMs: 500 })).rejects.toMatchObject({
      code: 'store.unavailable',
      message: expect.stringContaining(reason),
    });
  });

  it('logs another reason when it changes, and the end of the outage', async () => {
    const { lines, logger } = listening();
    const port = await freePort();
    const stores = await openRedisStores({ url: `redis://:${PASSWORD}@127.0.0.1:${port}`, logger, startTimeoutMs: 50 });
    await until(() => lines.some((line) => line.endsWith('trying on: ECONNREFUSED')));
    const later = await startRedis({ port });
    const admin = new Redis(port);
    await admin.call('ACL', 'SETUSER', 'default', 'on', 'resetpass', '>another', '~*', '+@all');
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await until(() => lines.at(-1) === 'Redis cannot be reached; trying on: WRONGPASS');
    await admin.call('ACL', 'SETUSER', 'default', `>${PASSWORD}`);
    await until(() => lines.at(-1) === 'Connected to Redis: ');
    admin.disconnect();
    await stores.health.close();
    await later.stop();
  });
});

describe('the number of a database that Redis does not have', () => {
  let server: RedisServer;

  beforeEach(async () => {
    server = await startRedis({ settings: ['--databases', '4'] });
  });

  afterEach(() => server.stop());

  it.each([3, 4, 99])('keeps the service from starting, unless it is there: %d', async (number) => {
    const url = `${server.url}/${number}`;
    const opened = openRedisStores({ url });
    if (number < 4) return await (await opened).health.close();

    await expect(opened).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('the number of a database'),
    });
    await expect(peekStore({ ...basics, url, startTimeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'config.invalid',
    });
    const raw = new Redis(server.port);
    expect(await raw.info('keyspace')).not.toContain('db');
    raw.disconnect();
  });

  it('lets nothing into another database where Redis comes back with fewer', async () => {
    const stores = await openRedisStores({ url: `${server.url}/3` });
    await stores.jobs.accept(jobRow(), 'event', 60_000);
    await server.stop();
    server = await startRedis({ port: server.port, settings: ['--databases', '2'] });
    const reasonNow = () =>
      stores.jobs.accept(jobRow(), 'event', 60_000).then(
        () => 'written',
        (error: { details: { reason: string } }) => error.details.reason,
      );
    let reason = await reasonNow();
    while (reason !== 'no such database' && reason !== 'written') {
      await systemClock.sleep(20);
      reason = await reasonNow();
    }
    expect(reason).toBe('no such database');
    const raw = new Redis(server.port);
    expect(await raw.info('keyspace')).not.toContain('db');
    raw.disconnect();
    await stores.health.close();
  });

  it('lets no job out of another database either, and those of its own when it is back', async () => {
    const stores = await openRedisStores({ url: `${server.url}/3` });
    const delivered: string[] = [];
    await stores.queue.start(async (id) => void delivered.push(id), { concurrency: 1 });
    const waitingIn = async (): Promise<readonly string[]> => {
      const raw = new Redis(server.port);
      const clients = String(await raw.client('LIST')).split('\n');
      raw.disconnect();
      return clients.flatMap((line) => (line.includes('cmd=bzpopmin') ? (/\bdb=\d+/.exec(line) ?? []) : []));
    };
    let found = await waitingIn();
    for (; found.length === 0; found = await waitingIn()) await systemClock.sleep(5);
    expect(found).toEqual(['db=3']);
    await server.stop();
    server = await startRedis({ port: server.port, settings: ['--databases', '2'] });
    // Twice as long as it takes to connect anew.
    for (let turn = 0; turn < 100; turn += 1) {
      expect(await waitingIn()).toEqual([]);
      await systemClock.sleep(20);
    }
    await server.stop();
    server = await startRedis({ port: server.port, settings: ['--databases', '4'] });
    const push = () => stores.queue.push('job', { owner: 'ann', rank: 1 });
    const isPushed = () =>
      push().then(
        () => true,
        () => false,
      );
    while (!(await isPushed())) await systemClock.sleep(20);
    await until(() => delivered.includes('job'));
    await stores.queue.stop();
    await stores.health.close();
  });
});
