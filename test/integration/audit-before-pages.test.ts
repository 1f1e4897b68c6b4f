import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import Libsql from 'libsql';
import { openEmbeddedContents } from '../../adapters/embedded/index.js';
import { APPLICATION_ID, MIGRATIONS } from '../../adapters/embedded/schema.js';
import { AuditLog } from '../../src/audit/audit-log.js';
import { createAuditKey, createChain, sealAuditKey } from '../../src/audit/chain.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { createVault } from '../../src/kernel/vault.js';
import { moveStore } from '../../src/move-store.js';
import { openEmbeddedStores } from '../contract/stores/embedded-harness.js';
import { openRedisStores } from '../contract/stores/redis-harness.js';
import type { Stores } from '../contract/stores/stores.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';

const vault = createVault([{ id: 'k1', key: new Secret(randomBytes(32)) }]);
const ENTRIES = 4;
const PAGES_SINCE = MIGRATIONS.findIndex((step) => step.includes('ALTER TABLE audit ADD COLUMN count'));

/** A row as it was written then: one entry by itself, with the hash of the one before as text. */
interface Row {
  readonly number: number;
  readonly at: number;
  readonly previous: string;
  readonly hash: string;
  readonly sealed: Uint8Array;
}

function rows(): { readonly key: Uint8Array; readonly list: readonly Row[] } {
  const key = createAuditKey();
  const chain = createChain(key);
  const list: Row[] = [];
  for (let number = 1; number <= ENTRIES; number += 1) {
    const sealed = chain.vault.sealJson('audit', [], { kind: 'job', outcome: 'started', job: `j${number}` });
    const previous = list.at(-1)?.hash ?? '';
    const facts = { number, at: number * 100, count: 1, form: 'json', sealed } as const;
    list.push({ number, at: number * 100, previous, sealed, hash: chain.hashOf(facts, previous) });
  }
  return { key: sealAuditKey(vault, key), list };
}

describe('an audit log from before there were pages', () => {
  let redis: RedisServer;
  let folder: string;
  let prefix: string;
  const opened: Stores[] = [];

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'behalf-audit-before-'));
    prefix = `${randomBytes(6).toString('hex')}:`;
  });
  afterEach(async () => {
    for (const stores of opened.splice(0)) await stores.health.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function onRedis(): Promise<Stores> {
    const raw = new Redis(redis.url);
    const { key, list } = rows();
    for (const { at, hash, number, previous, sealed } of list)
      await raw.xadd(
        ...([`${prefix}{audit}log`, `${number}-0`, 'at', at, 'previous', previous] as const),
        ...['hash', hash, 'sealed', Buffer.from(sealed)],
      );
    const head = list.at(-1)?.hash ?? '';
    await raw.hset(`${prefix}{audit}state`, { key: Buffer.from(key), number: ENTRIES, hash: head });
    raw.disconnect();
    return openRedisStores({ url: redis.url, prefix });
  }

  function inFile(): void {
    const raw = new Libsql(join(folder, 'behalf.db'));
    for (const step of MIGRATIONS.slice(0, PAGES_SINCE)) raw.exec(step);
    raw.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${PAGES_SINCE}`);
    const { key, list } = rows();
    const insert = raw.prepare('INSERT INTO audit (number, at, previous, hash, sealed) VALUES (?, ?, ?, ?, ?)');
    for (const { at, hash, number, previous, sealed } of list) insert.run([number, at, previous, hash, sealed]);
    const begin = raw.prepare('INSERT INTO audit_state (id, key, number, hash) VALUES (1, ?, ?, ?)');
    begin.run([key, ENTRIES, list.at(-1)?.hash ?? '']);
    raw.close();
  }

  function onFile(): Promise<Stores> {
    inFile();
    return openEmbeddedStores({ directory: folder });
  }

  async function jobs(log: AuditLog): Promise<readonly unknown[]> {
    const found: unknown[] = [];
    for await (const { event, number } of log.read()) found.push(`${number} ${event?.job}`);
    return found;
  }

  it.each([
    ['Redis', onRedis],
    ['the embedded store', onFile],
  ])('goes on in pages, and is whole and forgotten as one log, in %s', async (_store, open) => {
    const stores = await open();
    opened.push(stores);
    const log = new AuditLog({ store: stores.audit, vault });
    expect(await log.verify()).toMatchObject({ kind: 'whole', head: { number: ENTRIES } });
    const entries = ['a', 'b'].map((job) => ({ at: 900, event: { kind: 'job', outcome: 'started', job } as const }));
    await log.append(await log.seal(entries));
    expect(await jobs(log)).toEqual(['1 j1', '2 j2', '3 j3', '4 j4', '5 a', '6 b']);
    expect(await log.forget(300)).toBe(2);
    expect(await log.verify()).toMatchObject({ kind: 'whole', from: { number: 2 }, head: { number: 6 } });
    expect(await log.forget(901)).toBe(4);
    expect(await log.verify()).toMatchObject({ kind: 'whole', from: { number: 6 }, head: { number: 6 } });
  });

  it('is carried over from the embedded store to Redis as it is', async () => {
    inFile();
    const contents = await openEmbeddedContents({ directory: folder, clock: systemClock });
    const to = await openRedisStores({ url: redis.url, prefix });
    opened.push(to);
    const moved = await moveStore({ from: contents, to, vault, clock: systemClock });
    await contents.close();
    expect(moved.audit).toMatchObject({ moved: ENTRIES });
    const log = new AuditLog({ store: to.audit, vault });
    expect(await log.verify()).toMatchObject({ kind: 'whole', head: { number: ENTRIES } });
    expect(await jobs(log)).toEqual(['1 j1', '2 j2', '3 j3', '4 j4']);
  });
});
