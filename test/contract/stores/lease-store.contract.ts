import { HARD_IDS, type OpenStores, useStores, winnersOf } from './stores.js';

const LONG = 60_000;
const SHORT = 40;
const AFTER_SHORT = 80;

export function describeLeaseStore(open: OpenStores): void {
  describe('lease store', () => {
    const opened = useStores(open);
    const store = () => opened().stores.leases;

    it('gives a lease to exactly one of 50 parallel callers', async () => {
      expect(await winnersOf(50, (attempt) => store().acquire('key', `holder ${attempt}`, LONG))).toBe(1);
    });

    it('is free again after its release', async () => {
      await store().acquire('key', 'ann', LONG);
      await store().release('key', 'ann');
      expect(await store().acquire('key', 'bob', LONG)).toBe(true);
    });

    it('is free again after its time, and lost to the one who held it', async () => {
      await store().acquire('key', 'ann', SHORT);
      await opened().pass(AFTER_SHORT);
      expect(await store().renew('key', 'ann', LONG)).toBe(false);
      expect(await store().acquire('key', 'bob', LONG)).toBe(true);
      await store().release('key', 'ann');
      expect(await store().renew('key', 'bob', LONG)).toBe(true);
      expect(await store().acquire('key', 'ann', LONG)).toBe(false);
    });

    it('lives on when its holder renews it', async () => {
      await store().acquire('key', 'ann', SHORT);
      expect(await store().renew('key', 'bob', LONG)).toBe(false);
      expect(await store().renew('key', 'ann', LONG)).toBe(true);
      await opened().pass(AFTER_SHORT);
      expect(await store().acquire('key', 'bob', LONG)).toBe(false);
    });

    it('is not taken twice by the same holder', async () => {
      expect(await store().acquire('key', 'ann', LONG)).toBe(true);
      expect(await store().acquire('key', 'ann', LONG)).toBe(false);
    });

    it('keeps keys apart whatever characters they have', async () => {
      for (const key of HARD_IDS) expect(await store().acquire(key, 'ann', LONG)).toBe(true);
      for (const key of HARD_IDS) expect(await store().acquire(key, 'bob', LONG)).toBe(false);
    });
  });
}
