import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import Libsql from 'libsql';
import { AuditLog } from '../../src/audit/audit-log.js';
import type { AuditPage } from '../../src/audit/audit-store.port.js';
import { createAuditKey, createChain, sealAuditKey } from '../../src/audit/chain.js';
import { sealPage } from '../../src/audit/sealed-page.js';
import { Secret } from '../../src/kernel/secret.js';
import { createVault } from '../../src/kernel/vault.js';
import { openEmbeddedStores } from '../contract/stores/embedded-harness.js';
import { openRedisStores } from '../contract/stores/redis-harness.js';
import type { Stores } from '../contract/stores/stores.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';

const vault = createVault([{ id: 'k1', key: new Secret(randomBytes(32)) }]);
const ENTRIES = 9;

/** Somebody who can write to the store, but has no key. */
interface Attacker {
  /** Puts another list of pages in place of all that are there. */
  replaceAll(pages: readonly AuditPage[]): Promise<void>;
  /** Changes what is kept beside the entries, by the driver's own names. */
  setState(
    change: Readonly<Record<'number' | 'hash' | 'anchorNumber' | 'anchorHash' | 'anchorProof', string>>,
  ): Promise<void>;
}

describe.each(['embedded', 'redis'] as const)('an attacker who writes to the %s store', (kind) => {
  let redis: RedisServer;
  let folder: string;
  let prefix: string;
  let stores: Stores;
  let attacker: Attacker;
  /** One for each entry. */
  let pages: readonly AuditPage[];

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'behalf-audit-'));
    prefix = `${randomBytes(6).toString('hex')}:`;
    stores = await open();
    attacker = kind === 'redis' ? onRedis() : onFile();
    const log = new AuditLog({ store: stores.audit, vault });
    for (let number = 1; number <= ENTRIES; number += 1)
      await log.append(await log.seal([{ at: number, event: { kind: 'job', outcome: 'started', job: `j${number}` } }]));
    pages = await stores.audit.read(0, 100);
  });

  afterEach(async () => {
    await stores.health.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function open(): Promise<Stores> {
    return kind === 'redis' ? openRedisStores({ url: redis.url, prefix }) : openEmbeddedStores({ directory: folder });
  }

  function onRedis(): Attacker {
    const act = async (work: (raw: Redis) => Promise<unknown>) => {
      const raw = new Redis(redis.url);
      await work(raw).finally(() => raw.disconnect());
    };
    return {
      replaceAll: (list) =>
        act(async (raw) => {
          await raw.del(`${prefix}{audit}log`);
          for (const { at, count, hash, number, sealed } of list)
            await raw.xadd(
              ...([`${prefix}{audit}log`, `${number}-0`, 'at', at, 'count', count] as const),
              ...['hash', Buffer.from(hash, 'base64url'), 'sealed', Buffer.from(sealed)],
            );
        }),
      setState: (change) =>
        act(async (raw) => {
          const key = `${prefix}{audit}state`;
          for (const [field, value] of Object.entries(change))
            await (value === '' ? raw.hdel(key, field) : raw.hset(key, field, value));
        }),
    };
  }

  function onFile(): Attacker {
    const act = async (work: (raw: Libsql.Database) => void) => {
      await stores.health.close();
      const raw = new Libsql(join(folder, 'behalf.db'));
      work(raw);
      raw.close();
      stores = await open();
    };
    return {
      replaceAll: (list) =>
        act((raw) => {
          raw.exec('DELETE FROM audit');
          const insert = raw.prepare('INSERT INTO audit (number, at, count, hash, sealed) VALUES (?, ?, ?, ?, ?)');
          for (const { at, count, hash, number, sealed } of list)
            insert.run([number, at, count, Buffer.from(hash, 'base64url'), sealed]);
        }),
      setState: ({ anchorHash, anchorNumber, anchorProof, hash, number }) =>
        act((raw) => {
          const values = [Number(number), hash, Number(anchorNumber) || null, anchorHash || null, anchorProof || null];
          raw
            .prepare('UPDATE audit_state SET number=?, hash=?, anchor_number=?, anchor_hash=?, anchor_proof=?')
            .run(values);
        }),
    };
  }

  const verdict = () => new AuditLog({ store: stores.audit, vault }).verify();
  const at = (number: number): AuditPage => {
    const found = pages[number - 1];
    if (!found) throw new Error(`There is no entry ${number}`);
    return found;
  };
  const without = (...numbers: readonly number[]) => pages.filter(({ number }) => !numbers.includes(number));
  const NO_ANCHOR = { anchorNumber: '', anchorHash: '', anchorProof: '' };

  it('is not seen where nothing was done', async () => {
    await attacker.replaceAll(pages);
    expect(await verdict()).toMatchObject({ kind: 'whole', head: { number: ENTRIES } });
  });

  it.each([
    ['content', { sealed: randomBytes(60) }],
    ['time', { at: 77 }],
    ['hash', { hash: randomBytes(32).toString('base64url') }],
    ['count, as if there was more in it,', { count: 2 }],
    ['form', { count: 0 }],
  ])('is found out at the entry whose %s was changed', async (_what, change) => {
    await attacker.replaceAll(pages.map((page) => (page.number === 4 ? { ...page, ...change } : page)));
    expect(await verdict()).toEqual({ kind: 'broken', number: 4, why: 'changed' });
  });

  it('is found out at the entry that is missing', async () => {
    await attacker.replaceAll(without(5));
    expect(await verdict()).toEqual({ kind: 'broken', number: 5, why: 'missing' });
  });

  it('is found out where the gap was closed by new numbers', async () => {
    const closed = without(5).map((page, index) => ({ ...page, number: index + 1 }));
    await attacker.replaceAll(closed);
    expect(await verdict()).toEqual({ kind: 'broken', number: 5, why: 'changed' });
  });

  it('is found out where two entries changed places', async () => {
    const swapped = [...without(3, 4), { ...at(4), number: 3 }, { ...at(3), number: 4 }];
    await attacker.replaceAll(swapped.sort((left, right) => left.number - right.number));
    expect(await verdict()).toEqual({ kind: 'broken', number: 3, why: 'changed' });
  });

  it('is found out where an entry was repeated at the end', async () => {
    await attacker.replaceAll([...pages, { ...at(2), number: ENTRIES + 1 }]);
    expect(await verdict()).toEqual({ kind: 'broken', number: ENTRIES + 1, why: 'changed' });
  });

  it('is found out where the newest entries were taken away', async () => {
    await attacker.replaceAll(without(ENTRIES - 1, ENTRIES));
    expect(await verdict()).toEqual({ kind: 'broken', number: ENTRIES - 1, why: 'end' });
  });

  it('is found out by who has noted the end, also where what is kept beside the entries was set back', async () => {
    const known = at(ENTRIES);
    await attacker.replaceAll(without(ENTRIES));
    await attacker.setState({ ...NO_ANCHOR, number: String(ENTRIES - 1), hash: at(ENTRIES - 1).hash });
    expect(await verdict()).toMatchObject({ kind: 'whole' });
    const log = new AuditLog({ store: stores.audit, vault });
    expect(await log.verify(known)).toEqual({ kind: 'broken', number: ENTRIES, why: 'end' });
    await log.append(await log.seal([{ at: 99, event: { kind: 'keys', outcome: 'rotated' } }]));
    expect(await log.verify(known)).toEqual({ kind: 'broken', number: ENTRIES, why: 'changed' });
  });

  it('is found out where the oldest entries were taken away as if they had been forgotten', async () => {
    await attacker.replaceAll(without(1, 2));
    expect(await verdict()).toEqual({ kind: 'broken', number: 1, why: 'missing' });
    const anchor = { anchorNumber: '2', anchorHash: at(2).hash, anchorProof: at(2).hash };
    await attacker.setState({ ...anchor, number: String(ENTRIES), hash: at(ENTRIES).hash });
    expect(await verdict()).toEqual({ kind: 'broken', number: 3, why: 'beginning' });
  });

  it('cannot write a log of their own: its key opens with the keyring alone', async () => {
    const forger = createChain(createAuditKey());
    const forged = forger.link(at(ENTRIES), sealPage(forger, [{ at: 99, event: { kind: 'job', outcome: 'started' } }]));
    await attacker.replaceAll([...pages, forged]);
    await attacker.setState({ ...NO_ANCHOR, number: String(forged.number), hash: forged.hash });
    expect(await verdict()).toEqual({ kind: 'broken', number: ENTRIES + 1, why: 'changed' });
    const theirs = createVault([{ id: 'k1', key: new Secret(randomBytes(32)) }]);
    const former = (await stores.audit.state())?.key ?? Buffer.alloc(0);
    await stores.audit.replaceKey(former, sealAuditKey(theirs, createAuditKey()));
    await expect(verdict()).rejects.toMatchObject({ code: 'store.corrupt' });
  });

  it('does not get their traces forgotten when what is old is forgotten', async () => {
    await attacker.replaceAll(without(3));
    const log = new AuditLog({ store: stores.audit, vault });
    await expect(log.forget(100)).rejects.toMatchObject({ code: 'store.corrupt' });
    expect(await stores.audit.read(0, 100)).toHaveLength(ENTRIES - 1);
  });

  it('finds nothing wrong where entries were forgotten in their time, up to all of them', async () => {
    const log = new AuditLog({ store: stores.audit, vault });
    expect(await log.forget(4)).toBe(3);
    expect(await verdict()).toMatchObject({ kind: 'whole', from: { number: 3 }, head: { number: ENTRIES } });
    expect(await log.forget(100)).toBe(ENTRIES - 3);
    expect(await verdict()).toMatchObject({ kind: 'whole', from: { number: ENTRIES }, head: { number: ENTRIES } });
    await log.append(await log.seal([{ at: 99, event: { kind: 'keys', outcome: 'rotated' } }]));
    expect(await verdict()).toMatchObject({ kind: 'whole', head: { number: ENTRIES + 1 } });
  });

  describe('that has entries which were written together', () => {
    const SEVERAL = 5;
    let first: AuditPage;
    let second: AuditPage;

    beforeEach(async () => {
      const log = new AuditLog({ store: stores.audit, vault });
      for (const at of [100, 200])
        await log.append(
          await log.seal(
            Array.from({ length: SEVERAL }, (_, index) => ({
              at: at + index,
              event: { kind: 'job', outcome: 'started', job: `${at}-${index}` },
            })),
          ),
        );
      pages = await stores.audit.read(0, 100);
      [first, second] = [at(ENTRIES + 1), at(ENTRIES + 2)];
    });

    const instead = (page: AuditPage, change: Partial<AuditPage>) =>
      attacker.replaceAll(pages.map((each) => (each === page ? { ...each, ...change } : each)));

    it('is found out at the first entry of the page that was changed', async () => {
      await instead(first, { sealed: second.sealed });
      expect(await verdict()).toEqual({ kind: 'broken', number: ENTRIES + 1, why: 'changed' });
    });

    it('is found out where the page says that it has fewer entries, or more', async () => {
      await instead(first, { count: SEVERAL - 1 });
      expect(await verdict()).toEqual({ kind: 'broken', number: ENTRIES + 1, why: 'missing' });
      await instead(first, { count: SEVERAL + 1 });
      expect(await verdict()).toEqual({ kind: 'broken', number: ENTRIES + 1, why: 'changed' });
    });

    it('is found out where the page is missing', async () => {
      await attacker.replaceAll(pages.filter((page) => page !== first));
      expect(await verdict()).toEqual({ kind: 'broken', number: ENTRIES + 1, why: 'missing' });
    });

    it('cannot make entries out of a page that does not open, and none that were not there', async () => {
      await instead(first, { sealed: second.sealed.slice(0, -1), count: 1_000_000 });
      const read: unknown[] = [];
      for await (const { event, number } of new AuditLog({ store: stores.audit, vault }).read({ from: 100 }))
        read.push(event?.job ?? number);
      expect(read.filter((line) => typeof line === 'string')).toEqual(['200-0', '200-1', '200-2', '200-3', '200-4']);
      expect(read.length).toBeLessThan(1_000);
    });

    it('finds nothing wrong where a page was forgotten when its newest entry was old enough', async () => {
      const log = new AuditLog({ store: stores.audit, vault });
      expect(await log.forget(100 + SEVERAL - 1)).toBe(ENTRIES);
      expect(await log.forget(100 + SEVERAL)).toBe(SEVERAL);
      expect(await verdict()).toEqual({
        kind: 'whole',
        from: { number: first.number, hash: first.hash },
        head: { number: second.number, hash: second.hash },
      });
      expect(await log.verify({ number: second.number - 1, hash: second.hash })).toMatchObject({ kind: 'whole' });
      expect(await log.verify({ number: second.number - 1, hash: first.hash })).toMatchObject({ kind: 'broken' });
    });
  });
});
