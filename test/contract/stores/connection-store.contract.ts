import type { ConnectionOwner } from '../../../src/connections/connection.js';
import type { ConnectionRow } from '../../../src/connections/connection-store.port.js';
import { ALL_BYTES, HARD_IDS, type OpenStores, useStores, winnersOf } from './stores.js';

const ann: ConnectionOwner = { platform: 'slack', tenantId: 'T1', userId: 'U1' };

function connection(changes: Partial<ConnectionRow> = {}): ConnectionRow {
  return { owner: ann, name: 'crm', generation: 1, sealed: ALL_BYTES, ...changes };
}

export function describeConnectionStore(open: OpenStores): void {
  describe('connection store', () => {
    const opened = useStores(open);
    const store = () => opened().stores.connections;

    it('gives back a row as it was written, byte by byte', async () => {
      expect(await store().write(connection())).toBe(true);
      expect(await store().get(ann, 'crm')).toEqual(connection());
    });

    it('has no row that was never written', async () => {
      expect(await store().get(ann, 'crm')).toBeUndefined();
      expect(await store().list(ann)).toEqual([]);
      expect(await store().lastUses(ann)).toEqual({});
      expect(await store().owners('crm', { limit: 10 })).toEqual({ owners: [] });
    });

    it('writes only the generation after the stored one', async () => {
      expect(await store().write(connection({ generation: 2 }))).toBe(false);
      expect(await store().write(connection({ generation: 1 }))).toBe(true);
      expect(await store().write(connection({ generation: 1 }))).toBe(false);
      expect(await store().write(connection({ generation: 3 }))).toBe(false);
      expect(await store().write(connection({ generation: 2, sealed: Buffer.from('b') }))).toBe(true);
      expect(await store().get(ann, 'crm')).toEqual(connection({ generation: 2, sealed: Buffer.from('b') }));
    });

    it('lets exactly one of 50 parallel writers create, and one replace', async () => {
      const sealed = (attempt: number): Buffer => Buffer.from(`by ${attempt}`);
      expect(await winnersOf(50, (n) => store().write(connection({ sealed: sealed(n) })))).toBe(1);
      expect(await winnersOf(50, (n) => store().write(connection({ generation: 2, sealed: sealed(n) })))).toBe(1);
    });

    it('removes only the generation that is meant, once', async () => {
      await store().write(connection());
      await store().write(connection({ generation: 2 }));
      expect(await store().remove(ann, 'crm', 1)).toBe(false);
      expect(await winnersOf(50, () => store().remove(ann, 'crm', 2))).toBe(1);
      expect(await store().get(ann, 'crm')).toBeUndefined();
      expect(await store().write(connection({ generation: 3 }))).toBe(false);
      expect(await store().write(connection())).toBe(true);
    });

    it('keeps an empty and a large sealed part', async () => {
      const large = Buffer.alloc(200_000, 7);
      await store().write(connection({ sealed: Buffer.alloc(0) }));
      await store().write(connection({ name: 'files', sealed: large }));
      expect((await store().get(ann, 'crm'))?.sealed).toEqual(Buffer.alloc(0));
      expect((await store().get(ann, 'files'))?.sealed).toEqual(large);
    });

    it('lists the rows of one owner by name', async () => {
      for (const name of ['zebra', 'crm', 'Files', 'a:b', '{x}', 'ünï']) await store().write(connection({ name }));
      await store().write(connection({ owner: 'shared', name: 'shared-one' }));
      expect((await store().list(ann)).map(({ name }) => name)).toEqual(['Files', 'a:b', 'crm', 'zebra', '{x}', 'ünï']);
      expect(await store().list('shared')).toEqual([connection({ owner: 'shared', name: 'shared-one' })]);
    });

    it('keeps owners and names apart whatever characters their parts have', async () => {
      const pairs = [
        ['a', 'b'],
        ['a:b', ''],
        ['', 'a:b'],
        ['1:a', '1:b'],
      ] as const;
      const owners: ConnectionOwner[] = [
        'shared',
        { platform: 'shared', tenantId: '', userId: '' },
        ...pairs.map(([tenantId, userId]) => ({ platform: 'teams', tenantId, userId })),
        ...HARD_IDS.map((id) => ({ platform: 'slack', tenantId: id, userId: id })),
      ];
      for (const [number, owner] of owners.entries()) {
        await store().write(connection({ owner, sealed: Buffer.from(`sealed ${number}`) }));
      }
      for (const [number, owner] of owners.entries()) {
        expect(await store().list(owner)).toEqual([connection({ owner, sealed: Buffer.from(`sealed ${number}`) })]);
      }
    });

    describe('last uses', () => {
      it('stand by name, outside of the generation, and stay over a write', async () => {
        await store().write(connection());
        await store().write(connection({ name: 'never-used' }));
        await store().touch(ann, 'crm', 1_795_000_000_000);
        expect(await store().get(ann, 'crm')).toEqual(connection());
        await store().write(connection({ generation: 2 }));
        expect(await store().lastUses(ann)).toEqual({ crm: 1_795_000_000_000 });
        await store().touch(ann, 'crm', 1_795_000_000_001);
        expect(await store().lastUses(ann)).toEqual({ crm: 1_795_000_000_001 });
      });

      it('go away with the row, and a touch makes no row', async () => {
        await store().write(connection());
        await store().touch(ann, 'crm', 1_795_000_000_000);
        await store().remove(ann, 'crm', 1);
        await store().touch(ann, 'crm', 1_795_000_000_001);
        expect(await store().lastUses(ann)).toEqual({});
        expect(await store().list(ann)).toEqual([]);
        await store().write(connection());
        expect(await store().lastUses(ann)).toEqual({});
      });
    });

    describe('owners of a name', () => {
      const people = Array.from({ length: 130 }, (_, n) => ({
        platform: 'slack',
        tenantId: `T:${n % 3}`,
        userId: `U{${n}}`,
      }));

      async function ownersInPages(name: string, limit: number): Promise<readonly (readonly ConnectionOwner[])[]> {
        const pages: (readonly ConnectionOwner[])[] = [];
        for (let after: string | undefined; ; ) {
          const page = await store().owners(name, { limit, ...(after === undefined ? {} : { after }) });
          pages.push(page.owners);
          if (page.next === undefined) return pages;
          after = page.next;
        }
      }

      beforeEach(async () => {
        await Promise.all(people.map((owner) => store().write(connection({ owner }))));
        await store().write(connection({ owner: 'shared' }));
        await store().write(connection({ owner: ann, name: 'files' }));
      });

      it.each([1, 7, 131, 500])('come once each in pages of %d', async (limit) => {
        const pages = await ownersInPages('crm', limit);
        const texts = pages.flat().map((owner) => JSON.stringify(owner));
        expect(texts.sort()).toEqual([...people, 'shared' as const].map((owner) => JSON.stringify(owner)).sort());
        expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
        expect(pages.at(-1)).not.toEqual([]);
      });

      it('are forgotten with their row and not doubled by a rewrite', async () => {
        for (const owner of people) await store().remove(owner, 'crm', 1);
        await store().write(connection({ owner: 'shared', generation: 2 }));
        expect(await ownersInPages('crm', 10)).toEqual([['shared']]);
        expect(await ownersInPages('files', 10)).toEqual([[ann]]);
      });
    });
  });
}
