import { apiCaller } from '../../../src/chat/job-owner.js';
import type { JobRow } from '../../../src/jobs/job.js';
import type { AcceptOutcome, OwnerLimits } from '../../../src/jobs/job-store.port.js';
import { perMinute } from '../../../src/kernel/token-bucket.js';
import { ANN, BOB, jobId, jobRow, type OpenStores, useStores, winnersOf } from './stores.js';

const LONG = 60_000;
const NOW = 1_700_000_000_000;

export function describeOwnerLimits(open: OpenStores): void {
  describe('job store, limits of one person', () => {
    const opened = useStores(open);
    const store = () => opened().stores.jobs;
    let number = 0;

    function accept(
      limits: OwnerLimits,
      changes: Partial<JobRow> = {},
      event = `event ${number}`,
    ): Promise<AcceptOutcome> {
      number += 1;
      return store().accept(jobRow({ id: jobId(number), createdAt: NOW, ...changes }), event, LONG, limits);
    }

    it('tells how many of their jobs run or wait for their turn', async () => {
      expect(await accept({})).toEqual({ kind: 'accepted', open: 1 });
      expect(await accept({}, { status: 'running' })).toEqual({ kind: 'accepted', open: 2 });
      expect(await accept({}, { status: 'suspended' })).toEqual({ kind: 'accepted', open: 2 });
      expect(await accept({}, { user: BOB })).toEqual({ kind: 'accepted', open: 1 });
      expect(await accept({}, { user: apiCaller('erp') })).toEqual({ kind: 'accepted', open: 1 });
      expect([await store().countOpen(ANN), await store().countOpen(BOB)]).toEqual([2, 1]);
      expect(await store().countOpen(apiCaller('other'))).toBe(0);
    });

    it('counts a job until it ends or sleeps, and again from when it goes on', async () => {
      const row = jobRow({ id: jobId(900), status: 'running', attentionAt: NOW });
      await store().accept(row, 'event', LONG);
      const counts: number[] = [];
      for (const [version, status] of (
        ['running', 'suspended', 'pending', 'running', 'succeeded'] as const
      ).entries()) {
        const { attentionAt: _, ...rest } = row;
        const isOver = status === 'succeeded';
        const next = { ...(isOver ? { ...rest, keepUntil: NOW } : row), status, version: version + 2 };
        expect(await store().write(next)).toBe(true);
        counts.push(await store().countOpen(ANN));
      }
      expect(counts).toEqual([1, 0, 1, 1, 0]);
      expect(await store().write({ ...row, status: 'running', version: 2 })).toBe(false);
      expect(await store().countOpen(ANN)).toBe(0);
    });

    it('counts on over a restart', async () => {
      await accept({}, { attentionAt: NOW });
      await accept({}, { status: 'running', attentionAt: NOW });
      await accept({}, { status: 'suspended', attentionAt: NOW });
      const next = await opened().reopen();
      expect(await next.jobs.countOpen(ANN)).toBe(2);
    });

    it('lets no more run or wait for their turn than they may have, also of those that come at the same time', async () => {
      const limits = { mostOpen: 3 };
      const some = await winnersOf(20, async () => (await accept(limits)).kind === 'accepted');
      expect(some).toBe(3);
      expect(await accept(limits)).toEqual({ kind: 'refused', limit: 'open' });
      expect(await accept(limits, { user: BOB })).toMatchObject({ kind: 'accepted' });
      expect(await store().list({ user: ANN }, { limit: 10 })).toHaveLength(3);
    });

    it('takes jobs in as fast as they may come, and says when the next may', async () => {
      const limits = { pace: perMinute(3) };
      const some = await winnersOf(20, async () => (await accept(limits)).kind === 'accepted');
      expect(some).toBe(3);
      expect(await accept(limits)).toEqual({ kind: 'refused', limit: 'pace', retryAfterMs: 20_000 });
      expect(await accept(limits, { createdAt: NOW + 7_500 })).toMatchObject({ retryAfterMs: 12_500 });
      expect(await accept(limits, { user: BOB })).toMatchObject({ kind: 'accepted' });
      expect(await accept(limits, { createdAt: NOW + 20_000 })).toMatchObject({ kind: 'accepted' });
      expect(await accept(limits, { createdAt: NOW + 20_001 })).toMatchObject({ kind: 'refused' });
      expect(await accept(limits, { createdAt: NOW + 80_001 })).toMatchObject({ kind: 'accepted' });
    });

    it('does not divide a minute into whole milliseconds only', async () => {
      const limits = { pace: { burst: 1, intervalMs: 0.25 } };
      expect(await accept(limits)).toMatchObject({ kind: 'accepted' });
      expect(await accept(limits, { createdAt: NOW + 1 })).toMatchObject({ kind: 'accepted' });
      expect(await accept(limits, { createdAt: NOW + 1 })).toEqual({ kind: 'refused', limit: 'pace', retryAfterMs: 1 });
    });

    it('refuses an event again that was refused, whatever came in between', async () => {
      await accept({ mostOpen: 1 });
      expect(await accept({ mostOpen: 1 }, {}, 'refused')).toEqual({ kind: 'refused', limit: 'open' });
      await accept({ pace: perMinute(1) }, { user: BOB });
      const slow = await accept({ pace: perMinute(1) }, { user: BOB }, 'too fast');
      expect(slow).toEqual({ kind: 'refused', limit: 'pace', retryAfterMs: 60_000 });
      expect(await accept({}, {}, 'refused')).toEqual({ kind: 'refused', limit: 'open' });
      expect(await accept({}, { user: BOB, createdAt: NOW + LONG }, 'too fast')).toEqual(slow);
      const next = await opened().reopen();
      const again = jobRow({ id: jobId(990) });
      expect(await next.jobs.accept(again, 'refused', LONG)).toEqual({ kind: 'refused', limit: 'open' });
    });

    it('takes an event in that was refused when they may ask again, once', async () => {
      const limits = { pace: perMinute(2), mostOpen: 1, mayAskAgain: true };
      await accept(limits, { id: jobId(901), status: 'running' });
      expect(await accept(limits, {}, 'again')).toEqual({ kind: 'refused', limit: 'open' });
      await store().write(jobRow({ id: jobId(901), status: 'succeeded', version: 2, keepUntil: NOW + LONG }));
      expect(await accept(limits, {}, 'again')).toMatchObject({ kind: 'accepted' });
      expect(await accept(limits, {}, 'again')).toEqual({ kind: 'duplicate' });
      const slow = { ...limits, mostOpen: 9 };
      expect(await accept(slow, {}, 'slow')).toEqual({ kind: 'refused', limit: 'pace', retryAfterMs: 30_000 });
      expect(await accept(slow, { createdAt: NOW + 30_000 }, 'slow')).toMatchObject({ kind: 'accepted' });
    });

    it('takes no turn for an event that was taken in before', async () => {
      const limits = { pace: perMinute(2), mostOpen: 2 };
      await accept(limits, {}, 'same');
      for (let again = 0; again < 5; again += 1)
        expect(await accept(limits, {}, 'same')).toEqual({ kind: 'duplicate' });
      expect(await accept(limits)).toMatchObject({ kind: 'accepted' });
    });
  });
}
