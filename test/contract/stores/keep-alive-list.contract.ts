import type { ConnectionOwner } from '../../../src/connections/connection.js';
import type { ListedConnection } from '../../../src/connections/keep-alive-list.port.js';
import { HARD_IDS, type OpenStores, useStores } from './stores.js';

const NOW = 1_795_000_000_000;
const ANN: ConnectionOwner = { platform: 'slack', tenantId: 'T1', userId: 'U1' };
const CRM: ListedConnection = { owner: ANN, name: 'crm' };
const SHARED: ListedConnection = { owner: 'shared', name: 'crm' };

const people = (count: number): readonly ListedConnection[] =>
  Array.from({ length: count }, (_, n) => ({
    owner: { platform: 'slack', tenantId: 'T1', userId: `U${n}` },
    name: 'crm',
  }));

function textsOf(listed: readonly ListedConnection[]): readonly string[] {
  return listed.map(({ owner, name }) => JSON.stringify([owner, name])).sort();
}

export function describeKeepAliveList(open: OpenStores): void {
  describe('keep-alive list', () => {
    const opened = useStores(open);
    const list = () => opened().stores.keepAlive;
    const due = (now = NOW) => list().due(now, 1_000, 60_000);

    async function write(connection: ListedConnection, generation: number, dueAt?: number): Promise<void> {
      const row = { ...connection, generation, sealed: Buffer.from('sealed') };
      expect(await opened().stores.connections.write(row, dueAt)).toBe(true);
    }

    it('has connections that were written with a time, from then on', async () => {
      await write(CRM, 1, NOW);
      await write(SHARED, 1, NOW + 1);
      await write({ owner: ANN, name: 'files' }, 1);
      expect(await due(NOW - 1)).toEqual([]);
      expect(await due()).toEqual([CRM]);
      expect(await due(NOW + 1)).toEqual([SHARED]);
    });

    it('moves with each write, and forgets what is written without a time', async () => {
      await write(CRM, 1, NOW);
      await write(SHARED, 1, NOW);
      await write(CRM, 2, NOW + 5_000);
      await write(SHARED, 2);
      expect(await due(NOW + 4_999)).toEqual([]);
      expect(await due(NOW + 5_000)).toEqual([CRM]);
    });

    it('stays as it is when a write is refused', async () => {
      await write(CRM, 1, NOW);
      const late = { ...CRM, generation: 1, sealed: Buffer.from('late') };
      expect(await opened().stores.connections.write(late, NOW + 9_999)).toBe(false);
      expect(await opened().stores.connections.write({ ...late, generation: 3 })).toBe(false);
      expect(await due()).toEqual([CRM]);
    });

    it('forgets a connection that is removed', async () => {
      await write(CRM, 1, NOW);
      await write(SHARED, 1, NOW);
      await opened().stores.connections.remove(ANN, 'crm', 1);
      expect(await due()).toEqual([SHARED]);
    });

    it('gives no more than the limit, and all in the end', async () => {
      const all = people(30);
      for (const connection of all) await write(connection, 1, NOW);
      const given: ListedConnection[] = [];
      for (;;) {
        const portion = await list().due(NOW, 7, 60_000);
        expect(portion.length).toBeLessThanOrEqual(7);
        if (portion.length === 0) break;
        given.push(...portion);
      }
      expect(textsOf(given)).toEqual(textsOf(all));
    });

    it('hides what it gave until the time is over', async () => {
      await write(CRM, 1, NOW);
      expect(await list().due(NOW, 10, 5_000)).toEqual([CRM]);
      expect(await list().due(NOW + 4_999, 10, 5_000)).toEqual([]);
      expect(await list().due(NOW + 5_000, 10, 5_000)).toEqual([CRM]);
    });

    it('gives each to one of 20 parallel callers', async () => {
      const all = people(30);
      for (const connection of all) await write(connection, 1, NOW);
      const given = await Promise.all(Array.from({ length: 20 }, () => list().due(NOW, 5, 60_000)));
      expect(textsOf(given.flat())).toEqual(textsOf(all));
    });

    describe('a time that is set afterwards', () => {
      it('lists, moves and strikes off a row of the generation that is meant', async () => {
        await write(CRM, 1);
        expect(await list().schedule({ ...CRM, generation: 1 }, NOW + 10)).toBe(true);
        expect(await due(NOW + 9)).toEqual([]);
        expect(await list().schedule({ ...CRM, generation: 1 }, NOW)).toBe(true);
        expect(await due()).toEqual([CRM]);
        expect(await list().schedule({ ...CRM, generation: 1 }, undefined)).toBe(true);
        expect(await due(NOW + 999_999)).toEqual([]);
      });

      it('leaves alone what somebody has written since', async () => {
        await write(CRM, 1, NOW);
        await write(CRM, 2, NOW + 10);
        expect(await list().schedule({ ...CRM, generation: 1 }, NOW)).toBe(false);
        expect(await list().schedule({ ...CRM, generation: 1 }, undefined)).toBe(false);
        expect(await due()).toEqual([]);
        expect(await due(NOW + 10)).toEqual([CRM]);
      });

      it('lists nothing that is gone', async () => {
        expect(await list().schedule({ ...CRM, generation: 1 }, NOW)).toBe(false);
        expect(await list().schedule({ ...CRM, generation: 0 }, NOW)).toBe(false);
        expect(await list().schedule({ ...CRM, generation: 0 }, undefined)).toBe(true);
        expect(await due()).toEqual([]);
      });

      it('changes nothing else of the row', async () => {
        await write(CRM, 1);
        const { connections } = opened().stores;
        await connections.touch(ANN, 'crm', NOW - 5);
        const before = await connections.get(ANN, 'crm');
        await list().schedule({ ...CRM, generation: 1 }, NOW);
        expect(await connections.get(ANN, 'crm')).toEqual(before);
        expect(await connections.lastUses(ANN)).toEqual({ crm: NOW - 5 });
      });
    });

    it('is moved by neither uses nor a change of the keys', async () => {
      await write(CRM, 1, NOW);
      const { connections, sealedRows } = opened().stores;
      await connections.touch(ANN, 'crm', NOW - 5);
      const row = { kind: 'connection', ...CRM, generation: 1, sealed: Buffer.from('sealed') } as const;
      expect(await sealedRows.replace(row, Buffer.from('anew'))).toBe(true);
      expect(await due()).toEqual([CRM]);
    });

    it('keeps owners and names apart whatever characters they have, and survives a restart', async () => {
      const owners: ConnectionOwner[] = [
        'shared',
        { platform: 'shared', tenantId: '', userId: '' },
        ...HARD_IDS.map((id) => ({ platform: 'teams', tenantId: id, userId: id })),
      ];
      const all = owners.flatMap((owner) => ['crm', 'a:b', '{x}'].map((name) => ({ owner, name })));
      for (const connection of all) await write(connection, 1, NOW);
      const { keepAlive } = await opened().reopen();
      expect(textsOf(await keepAlive.due(NOW, 1_000, 60_000))).toEqual(textsOf(all));
    });
  });
}
