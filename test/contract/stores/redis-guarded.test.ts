import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { type RedisCluster, startRedisCluster } from '../../support/redis-cluster.js';
import { freePort, type RedisServer, startRedis } from '../../support/redis-server.js';
import { selfSigned } from '../../support/self-signed.js';
import { describeStores } from './all.contract.js';
import { openForContract, openRedisStores } from './redis-harness.js';
import { ANN, jobId, jobRow, TURN, until } from './stores.js';

const PASSWORD = 'choose-a-password';

/** The user as the documentation makes it. */
function documentedUser(): readonly string[] {
  const text = readFileSync(resolve(__dirname, '../../../docs/operations.md'), 'utf8');
  const line = /^ACL SETUSER (behalf-service .+)$/m.exec(text)?.[1];
  if (line === undefined) throw new Error('docs/operations.md has no line ACL SETUSER');
  return line.split(' ');
}

async function makeUser(port: number): Promise<Redis> {
  const admin = new Redis(port);
  await admin.call('ACL', 'SETUSER', ...documentedUser());
  return admin;
}

describe('Redis store over TLS, as a user who may touch nothing but our keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'behalf-tls-'));
  const caFile = join(folder, 'ca.pem');
  let server: RedisServer;
  let admin: Redis;
  let port: number;
  let url: string;

  beforeAll(async () => {
    const { certificate, key } = selfSigned('localhost');
    writeFileSync(caFile, certificate);
    writeFileSync(join(folder, 'key.pem'), key);
    port = await freePort();
    const files = ['--tls-cert-file', caFile, '--tls-key-file', join(folder, 'key.pem'), '--tls-ca-cert-file', caFile];
    const settings = ['--tls-port', String(port), ...files, '--tls-auth-clients', 'no'];
    server = await startRedis({ settings });
    admin = await makeUser(server.port);
    url = `rediss://behalf-service:${PASSWORD}@localhost:${port}`;
  });

  afterAll(async () => {
    admin?.disconnect();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  describeStores(() => openForContract(url, { caFile }));

  it('was never denied anything in all of that, and gives advice as to an administrator', async () => {
    expect(await admin.call('ACL', 'LOG')).toEqual([]);
    const stores = await openRedisStores({ url, caFile });
    expect(await stores.health.warnings()).toEqual([expect.stringContaining('appendonly is off')]);
    await stores.health.close();
  });

  it.each([
    ['SET', 'other', 'value'],
    ['EVAL', "return redis.call('SET', 'other', 'value')", '0'],
    ['KEYS', '*'],
    ['FLUSHALL'],
    ['CONFIG', 'SET', 'maxmemory', '1'],
    ['ACL', 'LIST'],
    ['PUBLISH', 'news', 'text'],
  ])('is a user who may not %s %s', async (command, ...values) => {
    const user = new Redis(server.port, { username: 'behalf-service', password: PASSWORD });
    await expect(user.call(command, ...values)).rejects.toThrow(/NOPERM|can't access at least one of the keys/);
    user.disconnect();
  });

  it('does not speak to a server whose certificate comes from elsewhere', async () => {
    const other = join(folder, 'other.pem');
    writeFileSync(other, selfSigned('localhost').certificate);
    for (const trust of [{}, { caFile: other }]) {
      const stores = await openRedisStores({ url, ...trust, startTimeoutMs: 1_000 });
      await expect(stores.health.check(1_000)).rejects.toMatchObject({ code: 'store.unavailable' });
      await stores.health.close();
    }
  });

  it('says what is wrong with REDIS_TLS_CA_FILE', async () => {
    const invalid = (words: string) => ({ code: 'config.invalid', message: expect.stringContaining(words) });
    const missing = join(folder, 'nowhere.pem');
    await expect(openRedisStores({ url, caFile: missing })).rejects.toMatchObject(invalid(`${missing} cannot be read`));
    await expect(openRedisStores({ url, caFile: join(folder, 'key.pem') })).rejects.toMatchObject(
      invalid('no certificate'),
    );
    await expect(openRedisStores({ url: server.url, caFile })).rejects.toMatchObject(invalid('does not begin with'));
  });
});

describe('Redis store on a Cluster, as that user', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
    for (const { port } of cluster.nodes) (await makeUser(port)).disconnect();
  }, 120_000);
  afterAll(() => cluster?.stop());

  it('takes jobs in, delivers them and finds them', async () => {
    const stores = await openRedisStores({ url: cluster.url.replace('://', `://behalf-service:${PASSWORD}@`) });
    const delivered: string[] = [];
    await stores.queue.start(async (id) => void delivered.push(id), { concurrency: 1 });
    await stores.jobs.accept(jobRow(), 'event', 60_000);
    await stores.queue.push(jobId(0), TURN);
    await until(() => delivered.length === 1);
    expect(await stores.jobs.list({ user: ANN }, { limit: 10 })).toHaveLength(1);
    await stores.health.check(10_000);
    await stores.queue.stop();
    await stores.health.close();
  }, 120_000);
});
