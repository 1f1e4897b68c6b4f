import { randomBytes } from 'node:crypto';
import type { ExpiringStore } from '../../../src/kernel/expiring-store.port.js';
import { type SealedStore, sealedStore } from '../../../src/kernel/sealed-store.js';
import { Secret } from '../../../src/kernel/secret.js';
import { createVault } from '../../../src/kernel/vault.js';
import { startConnectionKit } from '../../support/connection-kit.js';

const HOUR = 3_600_000;
const KEY = { kind: 'dialog', id: 'ann' } as const;
const OTHER = { kind: 'dialog', id: 'bob' } as const;

describe('a store that seals', () => {
  let kit: Awaited<ReturnType<typeof startConnectionKit>>;
  let raw: ExpiringStore;
  let store: SealedStore;

  beforeEach(async () => {
    kit = await startConnectionKit();
    raw = kit.stores.expiring;
    store = sealedStore(raw, kit.deps.vault);
  });
  afterEach(() => kit.stop());

  const ways = [
    ['put', () => store.put(KEY, 'Acme', HOUR)],
    ['putAll', () => store.putAll([{ key: KEY, value: 'Acme' }], HOUR)],
    ['add', () => store.add(KEY, 'Acme', HOUR)],
  ] as const;

  test.each(ways)('gives back what %s has stored, and keeps nothing of it in the clear', async (_, write) => {
    await write();
    expect(await store.get(KEY)).toBe('Acme');
    const kept = (await raw.get(KEY)) ?? '';
    expect(kept).not.toContain('Acme');
    expect(Buffer.from(kept, 'base64url').toString()).not.toContain('Acme');
    expect(await store.take(KEY)).toBe('Acme');
    expect(await store.get(KEY)).toBeUndefined();
  });

  test('adds only where there is nothing', async () => {
    expect(await store.add(KEY, 'first', HOUR)).toBe(true);
    expect(await store.add(KEY, 'second', HOUR)).toBe(false);
    expect(await store.get(KEY)).toBe('first');
  });

  test('goes from a value to the next, not from one that is not there any more', async () => {
    expect(await store.swap(KEY, 'first', 'second', HOUR)).toBe(false);
    await store.put(KEY, 'first', HOUR);
    expect(await store.swap(KEY, 'first', 'second', HOUR)).toBe(true);
    expect(await store.swap(KEY, 'first', 'third', HOUR)).toBe(false);
    expect(await store.get(KEY)).toBe('second');
  });

  test('lets one of several that go on from the same value win', async () => {
    await store.put(KEY, 'first', HOUR);
    const moves = await Promise.all(['a', 'b', 'c'].map((next) => store.swap(KEY, 'first', next, HOUR)));
    expect(moves.filter(Boolean)).toHaveLength(1);
  });

  test.each([
    ['was moved from another', async () => raw.put(KEY, (await raw.get(OTHER)) ?? '', HOUR)],
    ['stands in the clear', () => raw.put(KEY, 'Acme', HOUR)],
    ['is empty', () => raw.put(KEY, '', HOUR)],
    ['was sealed with a key that is gone', () => sealedStore(raw, otherVault()).put(KEY, 'Acme', HOUR)],
  ])('takes what %s for nothing, and what is written next counts', async (_, spoil) => {
    await store.put(OTHER, 'of Bob', HOUR);
    await spoil();
    expect(await store.get(KEY)).toBeUndefined();
    expect(await store.swap(KEY, 'Acme', 'next', HOUR)).toBe(false);
    expect(await store.add(KEY, 'new', HOUR)).toBe(true);
    expect(await store.get(KEY)).toBe('new');
  });

  test('deletes', async () => {
    await store.put(KEY, 'Acme', HOUR);
    await store.delete(KEY);
    expect(await raw.get(KEY)).toBeUndefined();
  });
});

function otherVault() {
  return createVault([{ id: 'gone', key: new Secret(randomBytes(32)) }]);
}
