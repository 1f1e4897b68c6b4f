import { AuditLog } from '../../../src/audit/audit-log.js';
import type { AuditRecord } from '../../../src/audit/audit-store.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { createVault } from '../../../src/kernel/vault.js';
import { ALL_BYTES, type OpenStores, useStores, winnersOf } from './stores.js';

const KEY = Buffer.from('the sealed key');
const BEGINNING = { number: 0, hash: '' };
const vault = createVault([{ id: 'k1', key: new Secret(Buffer.alloc(32, 7)) }]);

function record(number: number, changes: Partial<AuditRecord> = {}): AuditRecord {
  const hashOf = (of: number) => (of === 0 ? '' : `hash ${of}`);
  return {
    number,
    at: 1_000 + number,
    previous: hashOf(number - 1),
    hash: hashOf(number),
    sealed: ALL_BYTES,
    ...changes,
  };
}

function records(from: number, to: number): readonly AuditRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => record(from + index));
}

function position({ hash, number }: AuditRecord) {
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
      const anchor = { ...position(record(9)), proof: 'proof' };
      const state = { key: KEY, anchor, head: position(record(9)) };
      expect(await store().begin({ key: KEY, anchor })).toEqual(state);
      expect(await store().append([record(10)], record(9))).toBeUndefined();
      expect(await store().state()).toEqual({ ...state, head: position(record(10)) });
    });

    it('gives what was added, in order and in portions', async () => {
      await store().begin({ key: KEY });
      expect(await store().append(records(1, 3), BEGINNING)).toBeUndefined();
      expect(await store().append(records(4, 12), record(3))).toBeUndefined();
      expect(await store().read(0, 100)).toEqual(records(1, 12));
      expect(await store().read(8, 3)).toEqual(records(9, 11));
      expect(await store().read(12, 3)).toEqual([]);
    });

    it('adds nothing behind another end, and tells the real one', async () => {
      await store().begin({ key: KEY });
      await store().append(records(1, 2), BEGINNING);
      expect(await store().append(records(1, 5), BEGINNING)).toEqual(position(record(2)));
      expect(await store().append([record(3)], { number: 2, hash: 'another' })).toEqual(position(record(2)));
      expect(await store().read(0, 100)).toEqual(records(1, 2));
    });

    it('lets one of 20 parallel writers add behind the same end', async () => {
      await store().begin({ key: KEY });
      const won = await winnersOf(20, async (attempt) => {
        const next = record(1, { hash: `of ${attempt}` });
        return (await store().append([next], BEGINNING)) === undefined;
      });
      expect(won).toBe(1);
      expect(await store().read(0, 100)).toHaveLength(1);
    });

    it('forgets up to the anchor, and never goes back', async () => {
      await store().begin({ key: KEY });
      await store().append(records(1, 9), BEGINNING);
      const anchor = { ...position(record(4)), proof: 'proof' };
      await store().forget(anchor);
      await store().forget({ ...position(record(2)), proof: 'older' });
      expect(await store().read(0, 100)).toEqual(records(5, 9));
      expect(await store().state()).toEqual({ key: KEY, anchor, head: position(record(9)) });
      await store().forget({ ...position(record(9)), proof: 'all' });
      expect(await store().read(0, 100)).toEqual([]);
      expect(await store().append([record(10)], record(9))).toBeUndefined();
      expect(await store().read(0, 100)).toEqual([record(10)]);
    });

    it('replaces the key that it is told, and no other', async () => {
      await store().begin({ key: KEY });
      expect(await store().replaceKey(ALL_BYTES, Buffer.from('x'))).toBe(false);
      expect(await store().replaceKey(KEY, ALL_BYTES)).toBe(true);
      expect((await store().state())?.key).toEqual(ALL_BYTES);
    });

    it('is all there when the store is opened again', async () => {
      await store().begin({ key: KEY });
      await store().append(records(1, 2), BEGINNING);
      const { audit } = await opened().reopen();
      expect(await audit.read(0, 100)).toEqual(records(1, 2));
      expect(await audit.state()).toEqual({ key: KEY, head: position(record(2)) });
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
