import { neverMoreThan, perMinute } from '../../../src/kernel/token-bucket.js';
import { HARD_IDS, type OpenStores, useStores, winnersOf } from './stores.js';

const NOW = 1_700_000_000_000;

export function describeRateLimiter(open: OpenStores): void {
  describe('rate limiter', () => {
    const opened = useStores(open);
    const limiter = () => opened().stores.limiter;
    const take = (key: string, now = NOW, maxWaitMs = 0) => limiter().take(key, perMinute(3), { now, maxWaitMs });

    it('gives no more turns than there are to 50 parallel callers', async () => {
      expect(await winnersOf(50, async () => (await take('app')).isGiven)).toBe(3);
      expect(await take('app')).toEqual({ isGiven: false, waitMs: 20_000 });
    });

    it('gives turns as time passes, and all of them after a while', async () => {
      for (let turn = 0; turn < 3; turn += 1) await take('app');
      expect(await take('app', NOW + 19_999)).toEqual({ isGiven: false, waitMs: 1 });
      expect(await take('app', NOW + 20_000)).toEqual({ isGiven: true, waitMs: 0 });
      expect(await take('app', NOW + 20_000)).toEqual({ isGiven: false, waitMs: 20_000 });
      for (let turn = 0; turn < 3; turn += 1) expect((await take('app', NOW + 100_000)).isGiven).toBe(true);
      expect((await take('app', NOW + 100_000)).isGiven).toBe(false);
    });

    it('keeps a turn that begins later for whoever waits for it', async () => {
      const turns: number[] = [];
      for (let turn = 0; turn < 5; turn += 1) turns.push((await take('app', NOW, 60_000)).waitMs);
      expect(turns).toEqual([0, 0, 0, 20_000, 40_000]);
      expect(await take('app', NOW, 10_000)).toEqual({ isGiven: false, waitMs: 60_000 });
    });

    it('counts in fractions of a millisecond', async () => {
      const bucket = neverMoreThan({ requests: 3_000, perMs: 1_000 });
      const at = async (ms: number) => (await limiter().take('fast', bucket, { now: NOW + ms, maxWaitMs: 0 })).isGiven;
      expect(await winnersOf(310, () => at(0))).toBe(300);
      expect(await winnersOf(10, () => at(1))).toBe(2);
    });

    it('keeps keys apart whatever characters they have', async () => {
      for (const key of HARD_IDS) for (let turn = 0; turn < 3; turn += 1) expect((await take(key)).isGiven).toBe(true);
      for (const key of HARD_IDS) expect((await take(key)).isGiven).toBe(false);
    });

    it('knows the pauses that are not over', async () => {
      for (const [index, key] of HARD_IDS.entries()) await limiter().pause(key, NOW + 1_000 + index, NOW);
      const pauses = await limiter().pauses(NOW);
      expect([...pauses].sort()).toEqual(HARD_IDS.map((key, index) => [key, NOW + 1_000 + index]).sort());
      const later = await limiter().pauses(NOW + 1_000 + HARD_IDS.length - 2);
      expect([...later.keys()]).toEqual([HARD_IDS.at(-1)]);
    });

    it('does not make a pause shorter', async () => {
      await limiter().pause('app', NOW + 5_000, NOW);
      await limiter().pause('app', NOW + 2_000, NOW + 1_000);
      expect((await limiter().pauses(NOW + 1_000)).get('app')).toBe(NOW + 5_000);
      await limiter().pause('app', NOW + 9_000, NOW + 1_000);
      expect((await limiter().pauses(NOW + 1_000)).get('app')).toBe(NOW + 9_000);
    });
  });
}
