import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedContents } from '../../adapters/embedded/index.js';
import { AuditLog } from '../../src/audit/audit-log.js';
import { migrateToRedis } from '../../src/compose/migrate.js';
import { parseConfig } from '../../src/config.js';
import type { TokenSet } from '../../src/connections/connection.js';
import { createConnectionRecords } from '../../src/connections/connection-records.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { createVault } from '../../src/kernel/vault.js';
import { generateKey } from '../../src/keyring.js';
import { moveStore } from '../../src/move-store.js';
import { openEmbeddedStores } from '../contract/stores/embedded-harness.js';
import { openRedisStores } from '../contract/stores/redis-harness.js';
import { ANN, HARD_IDS, jobId, jobRow, type Stores, TURN } from '../contract/stores/stores.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';

const clock = systemClock;
const vault = createVault([{ id: 'k1', key: new Secret(randomBytes(32)) }]);
const LONG = 600_000;
/** More than one portion of what is read at once. */
const MANY = 1_203;

function tokensOf(access: string): TokenSet {
  return { accessToken: new Secret(access), issuedAt: 1, scopes: [] };
}

function connection(userId: string, generation: number) {
  const owner = { platform: 'teams', tenantId: 'a:b', userId } as const;
  const tokens = tokensOf(`token of ${userId}`);
  return { owner, name: 'crm', generation, status: 'connected', tokens, connectedAt: 1, changedAt: 2 } as const;
}

describe('a store that is carried over', () => {
  let redis: RedisServer;
  let folder: string;
  let from: Stores;
  let to: Stores;

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis.stop());

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'behalf-moved-'));
    from = await openEmbeddedStores({ directory: folder });
    to = await openRedisStores({ url: redis.url, prefix: `${randomBytes(6).toString('hex')}:` });
  });

  afterEach(async () => {
    await Promise.all([from.health.close(), to.health.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  async function move() {
    await from.health.close();
    const contents = await openEmbeddedContents({ directory: folder, clock });
    const moved = await moveStore({ from: contents, to, vault, clock });
    return { moved, contents };
  }

  test('has every connection, of whatever generation and id, with its tokens, its last use and the time to keep it alive', async () => {
    const records = createConnectionRecords(from.connections, vault);
    for (const id of HARD_IDS) await records.write(connection(id, 1));
    await records.write({ ...connection('a', 2), tokens: tokensOf('newer') });
    await from.connections.touch(connection('a', 1).owner, 'crm', 77);
    await from.keepAlive.schedule({ ...connection('a', 2) }, 88);
    await from.connections.write({ owner: ANN, name: 'crm', generation: 1, sealed: Buffer.from('of another key') });

    const { moved, contents } = await move();
    await contents.close();

    expect(moved.connections).toEqual({ moved: HARD_IDS.length, there: 0, unreadable: 1 });
    const arrived = createConnectionRecords(to.connections, vault);
    for (const id of HARD_IDS) {
      const row = await arrived.read(connection(id, 1).owner, 'crm');
      expect(row?.tokens?.accessToken.reveal()).toBe(id === 'a' ? 'newer' : `token of ${id}`);
    }
    expect(await to.connections.lastUses(connection('a', 1).owner)).toEqual({ crm: 77 });
    expect(await to.keepAlive.due(87, 10, 1)).toEqual([]);
    expect(await to.keepAlive.due(88, 10, 1)).toEqual([{ owner: connection('a', 1).owner, name: 'crm' }]);
    expect(await to.connections.get(ANN, 'crm')).toBeUndefined();
  });

  test('has every job where it is looked for, and forgets the finished ones in their time', async () => {
    for (let number = 0; number < MANY; number += 1)
      await from.jobs.accept(jobRow({ id: jobId(number) }), `e${number}`, LONG);
    const waiting = { id: jobId(1), version: 2, status: 'suspended', waitingFor: ['crm'], attentionAt: 50 } as const;
    await from.jobs.write(jobRow(waiting));
    await from.jobs.write(jobRow({ id: jobId(2), version: 2, status: 'succeeded', keepUntil: 90 }));
    await from.queue.push(jobId(0), TURN);

    const { moved, contents } = await move();
    await contents.close();

    expect(moved.jobs).toEqual({ moved: MANY, there: 0, unreadable: 0 });
    expect(await to.jobs.load(jobId(1))).toEqual(jobRow(waiting));
    expect(await to.jobs.waitingFor(ANN, 'crm')).toEqual([jobId(1)]);
    expect(await to.jobs.needingAttention(60, 10)).toEqual([jobId(1)]);
    expect(await to.jobs.list({ status: 'pending' }, { limit: MANY })).toHaveLength(MANY - 2);
    expect(await to.jobs.forget(100)).toBe(1);
    expect(await to.jobs.load(jobId(2))).toBeUndefined();
    const delivered = new Promise<string>((resolve) => {
      void to.queue.start(async (id) => resolve(id), { concurrency: 1 });
    });
    expect(await delivered).toBe(jobId(0));
    await to.queue.stop();
  });

  test('has what is short-lived for as long as it lives, and what is still owed', async () => {
    await from.expiring.put({ kind: 'login', id: 'kept' }, 'link', LONG);
    await from.expiring.put({ kind: 'action', id: 'owned', owner: 'ann' }, 'button', LONG);
    await from.expiring.put({ kind: 'action', id: 'gone' }, 'button', 1);
    await from.revocations.add({ id: 'r', connection: 'crm', sealed: Buffer.from('s'), dueAt: 5, attempts: 3 });
    await from.departures.add({ platform: 'slack', tenantId: 'T' }, 5);
    await new Promise((resolve) => setTimeout(resolve, 5));

    const { moved, contents } = await move();
    await contents.close();

    expect(moved.records).toEqual({ moved: 2, there: 0, unreadable: 0 });
    expect(await to.expiring.get({ kind: 'login', id: 'kept' })).toBe('link');
    expect(await to.expiring.get({ kind: 'action', id: 'owned' })).toBe('button');
    await to.expiring.deleteOf('ann');
    expect(await to.expiring.get({ kind: 'action', id: 'owned' })).toBeUndefined();
    expect(await to.revocations.due(10, 10, 1)).toMatchObject([{ id: 'r', attempts: 3 }]);
    expect(await to.departures.due(10, 10, 1)).toEqual([{ platform: 'slack', tenantId: 'T' }]);
  });

  test('stays where it is while Redis cannot be reached, even if there is nothing in it', async () => {
    await from.health.close();
    const config = parseConfig({
      PUBLIC_URL: 'http://localhost:3000',
      SLACK_SIGNING_SECRET: 'secret',
      SLACK_BOT_TOKEN: 'xoxb-token',
      DATA_DIR: folder,
      ENCRYPTION_KEYS: generateKey('k1'),
      REDIS_URL: 'redis://127.0.0.1:1',
    });
    await expect(migrateToRedis(config)).rejects.toMatchObject({ code: 'store.unavailable' });
    expect(readdirSync(folder)).toEqual(['behalf.db']);
  });

  test('has its audit log as a chain that is still whole, and that goes on', async () => {
    const before = new AuditLog({ store: from.audit, vault });
    for (let number = 0; number < 3; number += 1) {
      const entries = Array.from({ length: 401 }, () => ({
        at: number,
        event: { kind: 'job', outcome: 'started' } as const,
      }));
      await before.append(await before.seal(entries));
    }
    await before.forget(1);

    const { moved, contents } = await move();
    const again = await moveStore({ from: contents, to, vault, clock });
    await contents.close();

    expect(moved.audit).toEqual({ moved: 802, there: 0, unreadable: 0 });
    expect(again.audit).toEqual({ moved: 0, there: 802, unreadable: 0 });
    const after = new AuditLog({ store: to.audit, vault });
    await after.append(await after.seal([{ at: 9, event: { kind: 'keys', outcome: 'rotated' } }]));
    expect(await after.verify()).toMatchObject({ kind: 'whole', from: { number: 401 }, head: { number: 1_204 } });
  });

  test('leaves its audit log behind where another one has begun, and says so', async () => {
    for (const { audit } of [from, to]) {
      const log = new AuditLog({ store: audit, vault });
      await log.append(await log.seal([{ at: 1, event: { kind: 'keys', outcome: 'rotated' } }]));
    }

    const { moved, contents } = await move();
    await contents.close();

    expect(moved.audit).toEqual({ moved: 0, there: 0, unreadable: 1 });
    expect(await new AuditLog({ store: to.audit, vault }).verify()).toMatchObject({
      kind: 'whole',
      head: { number: 1 },
    });
  });

  test('may be carried over again though the service has gone on with the old one meanwhile: what changed last counts', async () => {
    const records = createConnectionRecords(from.connections, vault);
    await records.write(connection('a', 1));
    await records.write(connection('b', 1));
    const waiting = { status: 'suspended', waitingFor: ['crm'], attentionAt: 50 } as const;
    await from.jobs.accept(jobRow({ id: jobId(1), ...waiting }), 'e1', LONG);
    await (await move()).contents.close();
    from = await openEmbeddedStores({ directory: folder });
    const tokens = { ...tokensOf('rotated'), issuedAt: 5 };
    await createConnectionRecords(from.connections, vault).write({ ...connection('a', 2), tokens });
    await createConnectionRecords(from.connections, vault).write({
      ...connection('b', 2),
      status: 'disconnected',
      tokens: undefined,
      changedAt: 6,
    });
    await from.keepAlive.schedule({ ...connection('a', 2) }, 88);
    const over = {
      id: jobId(1),
      version: 2,
      status: 'succeeded',
      updatedAt: jobRow().updatedAt + 1,
      keepUntil: 90,
    } as const;
    await from.jobs.write(jobRow(over));

    const { moved, contents } = await move();
    await contents.close();

    expect(moved).toMatchObject({ connections: { moved: 2, there: 0 }, jobs: { moved: 1, there: 0 } });
    const arrived = createConnectionRecords(to.connections, vault);
    expect((await arrived.read(connection('a', 1).owner, 'crm'))?.tokens?.accessToken.reveal()).toBe('rotated');
    expect(await arrived.read(connection('b', 1).owner, 'crm')).toMatchObject({
      status: 'disconnected',
      tokens: undefined,
    });
    expect(await to.keepAlive.due(88, 10, 1)).toEqual([{ owner: connection('a', 1).owner, name: 'crm' }]);
    expect(await to.jobs.waitingFor(ANN, 'crm')).toEqual([]);
    expect(await to.jobs.load(jobId(1))).toMatchObject({ status: 'succeeded' });
    expect(await to.jobs.forget(100)).toBe(1);
  });

  test('forgets finished jobs in their time also where it was interrupted just after one of them', async () => {
    await from.jobs.accept(jobRow({ id: jobId(1) }), 'e1', LONG);
    const over = jobRow({ id: jobId(1), version: 2, status: 'succeeded', keepUntil: 90 });
    await from.jobs.write(over);
    await to.jobs.accept(over, `moved:${over.id}`, LONG);

    const { moved, contents } = await move();
    await contents.close();

    expect(moved.jobs).toEqual({ moved: 0, there: 1, unreadable: 0 });
    expect(await to.jobs.forget(100)).toBe(1);
    expect(await to.jobs.load(jobId(1))).toBeUndefined();
  });

  test('may be carried over again after an interruption: what has arrived stays as it is', async () => {
    await createConnectionRecords(from.connections, vault).write(connection('a', 1));
    await from.jobs.accept(jobRow(), 'event', LONG);
    await (await move()).contents.close();
    const arrived = createConnectionRecords(to.connections, vault);
    await arrived.write({ ...connection('a', 2), tokens: tokensOf('newer') });

    const contents = await openEmbeddedContents({ directory: folder, clock });
    const moved = await moveStore({ from: contents, to, vault, clock });
    const aside = await contents.retire();

    expect(moved).toMatchObject({ connections: { moved: 0, there: 1 }, jobs: { moved: 0, there: 1 } });
    expect((await arrived.read(connection('a', 1).owner, 'crm'))?.tokens?.accessToken.reveal()).toBe('newer');
    expect(existsSync(aside)).toBe(true);
    await expect(openEmbeddedContents({ directory: folder, clock })).rejects.toMatchObject({ code: 'config.invalid' });
  });
});
