import type { Revocation } from '../../../src/connections/revocation-queue.port.js';
import { ALL_BYTES, HARD_IDS, type OpenStores, useStores, winnersOf } from './stores.js';

const NOW = 1_795_000_000_000;

function revocation(changes: Partial<Revocation> = {}): Revocation {
  return { id: 'one', connection: 'crm', sealed: ALL_BYTES, dueAt: NOW, attempts: 0, ...changes };
}

export function describeRevocationQueue(open: OpenStores): void {
  describe('revocation queue', () => {
    const opened = useStores(open);
    const queue = () => opened().stores.revocations;
    const dueIds = async (now: number, limit = 100): Promise<readonly string[]> =>
      (await queue().due(now, limit, 0)).map(({ id }) => id);

    it('gives what is due as it was added, and tells until when it is hidden', async () => {
      await queue().add(revocation({ connection: 'crm 🦊', attempts: 3 }));
      expect(await queue().due(NOW, 10, 5_000)).toEqual([
        revocation({ connection: 'crm 🦊', attempts: 3, dueAt: NOW + 5_000 }),
      ]);
    });

    it('gives nothing before its time', async () => {
      await queue().add(revocation());
      expect(await queue().due(NOW - 1, 10, 5_000)).toEqual([]);
    });

    it('hides what it gave until the time is over', async () => {
      await queue().add(revocation());
      await queue().due(NOW, 10, 5_000);
      expect(await queue().due(NOW + 4_999, 10, 5_000)).toEqual([]);
      expect(await queue().due(NOW + 5_000, 10, 5_000)).toHaveLength(1);
    });

    it('gives each to one of 20 parallel callers', async () => {
      const ids = Array.from({ length: 30 }, (_, n) => `id ${n}`);
      for (const id of ids) await queue().add(revocation({ id }));
      const given = await Promise.all(Array.from({ length: 20 }, () => queue().due(NOW, 5, 60_000)));
      const all = given.flat().map(({ id }) => id);
      expect([...all].sort()).toEqual([...ids].sort());
    });

    it('gives the longest overdue first, up to the limit', async () => {
      await queue().add(revocation({ id: 'late', dueAt: NOW - 1 }));
      await queue().add(revocation({ id: 'latest', dueAt: NOW - 2 }));
      await queue().add(revocation({ id: 'just', dueAt: NOW }));
      expect((await queue().due(NOW, 2, 60_000)).map(({ id }) => id)).toEqual(['latest', 'late']);
    });

    it('replaces what is added again', async () => {
      await queue().add(revocation({ dueAt: NOW }));
      await queue().add(revocation({ dueAt: NOW + 10, attempts: 1 }));
      expect(await dueIds(NOW + 9)).toEqual([]);
      expect(await queue().due(NOW + 10, 10, 1)).toEqual([revocation({ dueAt: NOW + 11, attempts: 1 })]);
    });

    it('postpones what is there, to any time, and adds nothing', async () => {
      await queue().add(revocation());
      expect(await queue().postpone('one', NOW + 10)).toBe(true);
      expect(await queue().postpone('one', NOW + 10)).toBe(true);
      expect(await dueIds(NOW + 9)).toEqual([]);
      expect(await queue().postpone('two', NOW)).toBe(false);
      expect(await dueIds(NOW + 10)).toEqual(['one']);
    });

    it('strikes off once', async () => {
      await queue().add(revocation());
      expect(await winnersOf(20, () => queue().remove('one'))).toBe(1);
      expect(await dueIds(NOW)).toEqual([]);
    });

    it('keeps ids apart whatever characters they have', async () => {
      for (const id of HARD_IDS) await queue().add(revocation({ id }));
      expect([...(await dueIds(NOW))].sort()).toEqual([...HARD_IDS].sort());
      for (const id of HARD_IDS) expect(await queue().remove(id)).toBe(true);
      expect(await dueIds(NOW)).toEqual([]);
    });
  });
}
