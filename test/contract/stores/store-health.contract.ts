import { jobRow, type OpenStores, TURN, useStores } from './stores.js';

export function describeStoreHealth(open: OpenStores): void {
  describe('store health', () => {
    const opened = useStores(open);

    it('is well while the store answers', async () => {
      await expect(opened().stores.health.check(5_000)).resolves.toBeUndefined();
    });

    it('is store.unavailable on every port once it is closed', async () => {
      const { expiring, connections, leases, revocations, jobs, queue, health } = opened().stores;
      await health.close();
      const calls = [
        () => health.check(1_000),
        () => expiring.get({ kind: 'event', id: 'id' }),
        () => expiring.putAll([{ key: { kind: 'event', id: 'id' }, value: '' }], 1_000),
        () => connections.list('shared'),
        () => connections.owners('crm', { limit: 1 }),
        () => leases.acquire('key', 'holder', 1_000),
        () => revocations.due(0, 1, 1),
        () => jobs.accept(jobRow(), 'event', 1_000),
        () => jobs.load('id'),
        () => jobs.list({}, { limit: 1 }),
        () => jobs.needingAttention(0, 1),
        () => jobs.forget(0),
        () => queue.push('id', TURN),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'store.unavailable' });
    });

    it('may be closed twice', async () => {
      await opened().stores.health.close();
      await expect(opened().stores.health.close()).resolves.toBeUndefined();
    });

    it('keeps everything over closing and opening', async () => {
      const { expiring, connections, jobs, revocations } = opened().stores;
      const row = jobRow({ attentionAt: 1 });
      const connection = { owner: 'shared', name: 'crm', generation: 1, sealed: Buffer.from('x') } as const;
      await expiring.put({ kind: 'login', id: 'id' }, 'value', 60_000);
      await connections.write(connection);
      await jobs.accept(row, 'event', 60_000);
      await revocations.add({ id: 'id', connection: 'crm', sealed: Buffer.from('x'), dueAt: 0, attempts: 0 });
      const next = await opened().reopen();
      expect(await next.expiring.get({ kind: 'login', id: 'id' })).toBe('value');
      expect(await next.connections.get('shared', 'crm')).toEqual(connection);
      expect(await next.jobs.load(row.id)).toEqual(row);
      expect(await next.jobs.accept({ ...row, id: 'other' }, 'event', 60_000)).toMatchObject({ kind: 'duplicate' });
      expect(await next.revocations.due(0, 10, 1)).toHaveLength(1);
    });
  });
}
