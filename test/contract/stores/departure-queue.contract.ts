import type { Departed } from '../../../src/connections/departure-queue.port.js';
import { HARD_IDS, type OpenStores, useStores, winnersOf } from './stores.js';

const NOW = 1_795_000_000_000;
const ACME: Departed = { platform: 'slack', tenantId: 'T1' };
const ANN: Departed = { ...ACME, userId: 'U1' };

export function describeDepartureQueue(open: OpenStores): void {
  describe('departure queue', () => {
    const opened = useStores(open);
    const queue = () => opened().stores.departures;

    it('gives those whose time has come, the longest overdue first, up to the limit', async () => {
      await queue().add(ANN, NOW);
      await queue().add(ACME, NOW - 1);
      await queue().add({ ...ACME, platform: 'teams' }, NOW + 1);
      expect(await queue().due(NOW, 1, 60_000)).toEqual([ACME]);
      expect(await queue().due(NOW, 10, 60_000)).toEqual([ANN]);
    });

    it('hides what it gave until the time is over', async () => {
      await queue().add(ANN, NOW);
      expect(await queue().due(NOW, 10, 5_000)).toEqual([ANN]);
      expect(await queue().due(NOW + 4_999, 10, 5_000)).toEqual([]);
      expect(await queue().due(NOW + 5_000, 10, 5_000)).toEqual([ANN]);
    });

    it('gives each to one of 20 parallel callers', async () => {
      const all = Array.from({ length: 30 }, (_, n) => ({ ...ACME, userId: `U${n}` }));
      for (const departed of all) await queue().add(departed, NOW);
      const given = await Promise.all(Array.from({ length: 20 }, () => queue().due(NOW, 5, 60_000)));
      expect(
        given
          .flat()
          .map(({ userId }) => userId)
          .sort(),
      ).toEqual(all.map(({ userId }) => userId).sort());
    });

    it('keeps the time of before for those who are listed again', async () => {
      await queue().add(ANN, NOW);
      await queue().add(ANN, NOW + 60_000);
      expect(await queue().due(NOW, 10, 0)).toEqual([ANN]);
    });

    it('keeps what a person has asked for apart from their leaving', async () => {
      const asked: Departed = { ...ANN, asked: true };
      await queue().add(ANN, NOW);
      await queue().add(asked, NOW + 1);
      expect(await queue().remove(ANN)).toBe(true);
      expect(await queue().due(NOW + 1, 10, 0)).toEqual([asked]);
      expect(await queue().remove(asked)).toBe(true);
      expect(await queue().due(NOW + 1, 10, 0)).toEqual([]);
    });

    it('strikes off once', async () => {
      await queue().add(ANN, NOW);
      await queue().add(ACME, NOW);
      expect(await winnersOf(20, () => queue().remove(ANN))).toBe(1);
      expect(await queue().due(NOW, 10, 0)).toEqual([ACME]);
    });

    it('keeps people and places apart whatever characters their ids have, and survives a restart', async () => {
      const all = HARD_IDS.flatMap((id) => [
        { platform: 'teams', tenantId: id },
        { platform: 'teams', tenantId: id, userId: id },
      ]);
      for (const departed of all) await queue().add(departed, NOW);
      const { departures } = await opened().reopen();
      const found = await departures.due(NOW, 100, 0);
      const texts = (list: readonly Departed[]) => list.map((one) => JSON.stringify(one)).sort();
      expect(texts(found)).toEqual(texts(all));
      for (const departed of all) expect(await departures.remove(departed)).toBe(true);
      expect(await departures.due(NOW, 100, 0)).toEqual([]);
    });
  });
}
