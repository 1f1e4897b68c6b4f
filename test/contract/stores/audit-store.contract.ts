import { AuditLog } from '../../../src/audit/audit-log.js';
import type { AuditPage } from '../../../src/audit/audit-store.port.js';
import { sha256 } from '../../../src/kernel/ids.js';
import { Secret } from '../../../src/kernel/secret.js';
import { createVault } from '../../../src/kernel/vault.js';
import { ALL_BYTES, type OpenStores, useStores, winnersOf } from './stores.js';

const KEY = Buffer.from('the sealed key');
const BEGINNING = { number: 0, hash: '' };
const vault = createVault([{ id: 'k1', key: new Secret(Buffer.alloc(32, 7)) }]);

function page(number: number, changes: Partial<AuditPage> = {}): AuditPage {
  return {
    number,
    at: 1_000 + number,
    count: 1,
    form: 'lines',
    hash: sha256(`${number}`),
    sealed: ALL_BYTES,
    ...changes,
  };
}

function pages(from: number, to: number): readonly AuditPage[] {
  return Array.from({ length: to - from + 1 }, (_, index) => page(from + index));
}

function position({ hash, number }: AuditPage) {
  return { hash, number };
}

export function describeAuditStore(open: OpenStores): void {
  describe('audit store', () => {
    const opened = useStores(open);
    const store = () => opened().stores.audit;

    it('has no state before it begins, and begins once', async () => {
      expect(await store().state()).toBeUndefined();
      expect(await store().begin({ key: KEY })).toEqual({ key: KEY, head: BEGINNING });
      expect(await store().begin({ key: ALL_BYTES })).toEqual({ key: KEY, head: BEGINNING });
      expect(await store().state()).toEqual({ key: KEY, head: BEGINNING });
    });

    it('begins behind an anchor', async () => {
      const anchor = { ...position(page(9)), proof: 'proof' };
      const state = { key: KEY, anchor, head: position(page(9)) };
      expect(await store().begin({ key: KEY, anchor })).toEqual(state);
      expect(await store().append([page(10)], page(9))).toBeUndefined();
      expect(await store().state()).toEqual({ ...state, head: position(page(10)) });
    });

    it('gives what was added, in order and in portions', async () => {
      await store().begin({ key: KEY });
      expect(await store().append(pages(1, 3), BEGINNING)).toBeUndefined();
      expect(await store().append(pages(4, 12), page(3))).toBeUndefined();
      expect(await store().read(0, 100)).toEqual(pages(1, 12));
      expect(await store().read(8, 3)).toEqual(pages(9, 11));
      expect(await store().read(12, 3)).toEqual([]);
    });

    it('gives pages of several entries by the number of their last', async () => {
      const several = [page(4, { count: 4 }), page(5), page(205, { count: 200 })];
      await store().begin({ key: KEY });
      expect(await store().append(several, BEGINNING)).toBeUndefined();
      expect(await store().read(0, 100)).toEqual(several);
      expect(await store().read(2, 1)).toEqual(several.slice(0, 1));
      expect(await store().read(4, 100)).toEqual(several.slice(1));
      await store().forget({ ...position(page(4)), proof: 'proof' });
      expect(await store().read(0, 100)).toEqual(several.slice(1));
    });

    it('keeps an entry by itself, in the form of before there were pages, apart', async () => {
      const mixed = [page(1, { form: 'json' }), page(2), page(3, { form: 'json' })];
      await store().begin({ key: KEY });
      expect(await store().append(mixed, BEGINNING)).toBeUndefined();
      expect(await store().read(0, 100)).toEqual(mixed);
    });

    it('adds nothing behind another end, and tells the real one', async () => {
      await store().begin({ key: KEY });
      await store().append(pages(1, 2), BEGINNING);
      expect(await store().append(pages(1, 5), BEGINNING)).toEqual(position(page(2)));
      expect(await store().append([page(3)], { number: 2, hash: 'another' })).toEqual(position(page(2)));
      expect(await store().read(0, 100)).toEqual(pages(1, 2));
    });

    it('lets one of 20 parallel writers add behind the same end', async () => {
      await store().begin({ key: KEY });
      const won = await winnersOf(20, async (attempt) => {
        const next = page(1, { hash: sha256(`of ${attempt}`) });
        return (await store().append([next], BEGINNING)) === undefined;
      });
      expect(won).toBe(1);
      expect(await store().read(0, 100)).toHaveLength(1);
    });

    it('forgets up to the anchor, and never goes back', async () => {
      await store().begin({ key: KEY });
      await store().append(pages(1, 9), BEGINNING);
      const anchor = { ...position(page(4)), proof: 'proof' };
      await store().forget(anchor);
      await store().forget({ ...position(page(2)), proof: 'older' });
      expect(await store().read(0, 100)).toEqual(pages(5, 9));
      expect(await store().state()).toEqual({ key: KEY, anchor, head: position(page(9)) });
      await store().forget({ ...position(page(9)), proof: 'all' });
      expect(await store().read(0, 100)).toEqual([]);
      expect(await store().append([page(10)], page(9))).toBeUndefined();
      expect(await store().read(0, 100)).toEqual([page(10)]);
    });

    it('replaces the key that it is told, and no other', async () => {
      await store().begin({ key: KEY });
      expect(await store().replaceKey(ALL_BYTES, Buffer.from('x'))).toBe(false);
      expect(await store().replaceKey(KEY, ALL_BYTES)).toBe(true);
      expect((await store().state())?.key).toEqual(ALL_BYTES);
    });

    it('is all there when the store is opened again', async () => {
      await store().begin({ key: KEY });
      await store().append(pages(1, 2), BEGINNING);
      const { audit } = await opened().reopen();
      expect(await audit.read(0, 100)).toEqual(pages(1, 2));
      expect(await audit.state()).toEqual({ key: KEY, head: position(page(2)) });
    });

    it('carries the log of several writers at once as one whole chain', async () => {
      const writers = Array.from({ length: 4 }, () => new AuditLog({ store: store(), vault }));
      const write = async (log: AuditLog, job: string) => {
        await log.append(await log.seal([{ at: 1, event: { kind: 'job', outcome: 'started', job } }]));
      };
      for (let round = 0; round < 5; round += 1)
        await Promise.all(writers.map((log, number) => write(log, `${round}-${number}`)));
      const [reader = new AuditLog({ store: store(), vault })] = writers;
      expect(await reader.verify()).toMatchObject({ kind: 'whole', head: { number: 20 } });
      const jobs: unknown[] = [];
      for await (const { event } of reader.read()) jobs.push(event?.job);
      expect(new Set(jobs).size).toBe(20);
    });
  });
}
