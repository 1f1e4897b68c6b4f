import type { RecordKey } from '../../../src/kernel/expiring-store.port.js';
import { HARD_IDS, type OpenStores, useStores, winnersOf } from './stores.js';

const LONG = 60_000;
const SHORT = 40;
const AFTER_SHORT = 80;
const key: RecordKey = { kind: 'action', id: 'one' };

export function describeExpiringStore(open: OpenStores): void {
  describe('expiring store', () => {
    const opened = useStores(open);
    const store = () => opened().stores.expiring;

    it('gives back what was put, and the newer value after a second put', async () => {
      await store().put(key, 'first', LONG);
      await store().put(key, 'second', LONG);
      expect(await store().get(key)).toBe('second');
    });

    it('has nothing under a key that was never written', async () => {
      expect(await store().get(key)).toBeUndefined();
      expect(await store().take(key)).toBeUndefined();
      expect(await store().swap(key, '', 'value', LONG)).toBe(false);
    });

    it('keeps kinds apart', async () => {
      await store().put({ kind: 'login', id: 'same' }, 'login', LONG);
      await store().put({ kind: 'login-state', id: 'same' }, 'state', LONG);
      expect(await store().get({ kind: 'login', id: 'same' })).toBe('login');
      expect(await store().get({ kind: 'login-state', id: 'same' })).toBe('state');
    });

    it('keeps ids apart whatever characters they have', async () => {
      await store().putAll(
        HARD_IDS.map((id) => ({ key: { kind: 'event', id }, value: `value of ${id}` })),
        LONG,
      );
      for (const id of HARD_IDS) expect(await store().get({ kind: 'event', id })).toBe(`value of ${id}`);
    });

    it.each([
      ['empty', ''],
      ['with NUL', 'a\u0000b'],
      ['Unicode', 'Grüße 🦊 名前'],
      ['100 KB long', 'x'.repeat(100_000)],
    ])('gives back a value that is %s unchanged', async (_, value) => {
      await store().put(key, value, LONG);
      expect(await store().get(key)).toBe(value);
      expect(await store().swap(key, value, 'next', LONG)).toBe(true);
    });

    it('never returns a record past its time', async () => {
      const ids = ['get', 'take', 'swap', 'all'];
      for (const id of ids) await store().put({ kind: 'dialog', id }, 'value', SHORT);
      await store().putAll([{ key: { kind: 'dialog', id: 'all' }, value: 'value' }], SHORT);
      await opened().pass(AFTER_SHORT);
      expect(await store().get({ kind: 'dialog', id: 'get' })).toBeUndefined();
      expect(await store().take({ kind: 'dialog', id: 'take' })).toBeUndefined();
      expect(await store().swap({ kind: 'dialog', id: 'swap' }, 'value', 'next', LONG)).toBe(false);
      expect(await store().get({ kind: 'dialog', id: 'all' })).toBeUndefined();
    });

    it('adds only where there is nothing, and again after the time of what was there', async () => {
      expect(await store().add(key, 'first', SHORT)).toBe(true);
      await opened().pass(AFTER_SHORT);
      expect(await store().add(key, 'second', LONG)).toBe(true);
      expect(await store().add(key, 'third', LONG)).toBe(false);
      expect(await store().get(key)).toBe('second');
    });

    it('lets exactly one of 50 parallel adds win', async () => {
      expect(await winnersOf(50, (attempt) => store().add(key, String(attempt), LONG))).toBe(1);
    });

    it('gives the value to exactly one of 50 parallel takes', async () => {
      await store().put(key, 'value', LONG);
      expect(await winnersOf(50, async () => (await store().take(key)) === 'value')).toBe(1);
      expect(await store().get(key)).toBeUndefined();
    });

    it('swaps only the expected value, with the new time', async () => {
      await store().put(key, 'old', SHORT);
      expect(await store().swap(key, 'other', 'new', LONG)).toBe(false);
      expect(await store().swap(key, 'old', 'new', LONG)).toBe(true);
      await opened().pass(AFTER_SHORT);
      expect(await store().get(key)).toBe('new');
    });

    it('lets exactly one of 50 parallel swaps win', async () => {
      await store().put(key, 'old', LONG);
      expect(await winnersOf(50, (attempt) => store().swap(key, 'old', `new ${attempt}`, LONG))).toBe(1);
    });

    it('deletes, and does not mind when there is nothing', async () => {
      await store().put(key, 'value', LONG);
      await store().delete(key);
      await store().delete(key);
      expect(await store().get(key)).toBeUndefined();
    });

    it('replaces values by putAll and accepts an empty list', async () => {
      await store().put(key, 'old', LONG);
      await store().putAll([], LONG);
      await store().putAll([{ key, value: 'new' }], LONG);
      expect(await store().get(key)).toBe('new');
    });

    it('deletes all of an owner, however it was written, and nothing of anybody else', async () => {
      const ann = { owner: 'ann' };
      await store().put({ kind: 'home', id: 'put', ...ann }, 'value', LONG);
      await store().add({ kind: 'dialog', id: 'add', ...ann }, 'value', LONG);
      await store().putAll(
        [
          { key: { kind: 'action', id: 'all 1', ...ann }, value: 'value' },
          { key: { kind: 'action', id: 'all 2', owner: 'bob' }, value: 'value' },
          { key: { kind: 'action', id: 'all 3' }, value: 'value' },
        ],
        LONG,
      );
      await store().swap({ kind: 'home', id: 'put', ...ann }, 'value', 'next', LONG);
      await store().deleteOf('ann');
      const left = async (kind: RecordKey['kind'], ids: readonly string[]) =>
        Promise.all(ids.map((id) => store().get({ kind, id })));
      expect(await left('home', ['put'])).toEqual([undefined]);
      expect(await left('dialog', ['add'])).toEqual([undefined]);
      expect(await left('action', ['all 1', 'all 2', 'all 3'])).toEqual([undefined, 'value', 'value']);
    });

    it('still knows the owner of a record that was written long after others of the same owner, and after a restart', async () => {
      await store().put({ kind: 'action', id: 'short', owner: 'ann' }, 'value', SHORT);
      await opened().pass(AFTER_SHORT);
      await store().put({ kind: 'action', id: 'long', owner: 'ann' }, 'value', LONG);
      await store().put({ kind: 'action', id: 'brief', owner: 'ann' }, 'value', SHORT);
      await opened().pass(AFTER_SHORT);
      const { expiring } = await opened().reopen();
      expect(await expiring.get({ kind: 'action', id: 'long' })).toBe('value');
      await expiring.deleteOf('ann');
      expect(await expiring.get({ kind: 'action', id: 'long' })).toBeUndefined();
    });

    it('deletes nothing where an owner has nothing, and takes whatever characters owners have', async () => {
      for (const owner of HARD_IDS) await store().put({ kind: 'home', id: owner, owner }, 'value', LONG);
      await store().deleteOf('nobody');
      for (const owner of HARD_IDS) {
        expect(await store().get({ kind: 'home', id: owner })).toBe('value');
        await store().deleteOf(owner);
        await store().deleteOf(owner);
        expect(await store().get({ kind: 'home', id: owner })).toBeUndefined();
      }
    });

    it('accepts times that are no whole milliseconds', async () => {
      await store().put(key, 'value', 1_000.5);
      expect(await store().get(key)).toBe('value');
    });
  });
}
