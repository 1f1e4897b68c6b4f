import fc from 'fast-check';
import { type Bucket, neverMoreThan, perMinute, takeTurn } from '../../../src/kernel/token-bucket.js';

/** Asks at each of these times, in ms, and gives the times at which the turns that were given begin. */
function turnsOf(bucket: Bucket, askedAt: readonly number[], maxWaitMs: number): readonly number[] {
  let fullAt: number | undefined;
  return askedAt.flatMap((now) => {
    const turn = takeTurn(fullAt, bucket, { now, maxWaitMs });
    fullAt = turn.fullAt;
    return turn.isGiven ? [now + turn.waitMs] : [];
  });
}

const times = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 300 }).map((gaps) => {
  let now = 1_000_000;
  return gaps.map((gap) => {
    now += gap;
    return now;
  });
});

describe('a bucket', () => {
  test('gives as many turns at once as its burst, and then says when the next one is', () => {
    const bucket = perMinute(3);
    expect(turnsOf(bucket, [0, 0, 0, 0], 0)).toEqual([0, 0, 0]);
    const full = [0, 0, 0].reduce<number | undefined>(
      (fullAt, now) => takeTurn(fullAt, bucket, { now, maxWaitMs: 0 }).fullAt,
      undefined,
    );
    expect(takeTurn(full, bucket, { now: 5_000, maxWaitMs: 0 })).toEqual({
      isGiven: false,
      waitMs: 15_000,
      fullAt: 60_000,
    });
  });

  test('keeps a turn that begins later for whoever waits that long', () => {
    expect(turnsOf({ burst: 1, intervalMs: 100 }, [0, 0, 0, 0], 250)).toEqual([0, 100, 200]);
  });

  test('gives no more than the rate in any span of time, whenever it is asked', () => {
    fc.assert(
      fc.property(
        times,
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom(1_000, 60_000),
        fc.integer({ min: 0, max: 5_000 }),
        (askedAt, requests, perMs, maxWaitMs) => {
          const turns = turnsOf(neverMoreThan({ requests, perMs }), askedAt, maxWaitMs);
          turns.forEach((from, index) => {
            // Half a microsecond: what is lost in adding up fractions of milliseconds.
            const within = turns.slice(index).filter((at) => at < from + perMs - 0.0005);
            expect(within.length).toBeLessThanOrEqual(requests);
          });
        },
      ),
    );
  });

  test('gives turns in the order in which they were asked for', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 200 }), (askedAt, requests) => {
        const turns = turnsOf(neverMoreThan({ requests, perMs: 60_000 }), askedAt, 60_000);
        expect(turns).toEqual([...turns].sort((left, right) => left - right));
      }),
    );
  });

  test('that is asked no faster than its interval refuses nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 100 }), (turns, asked) => {
        const bucket = perMinute(turns);
        const askedAt = Array.from({ length: asked }, (_, index) => Math.ceil(index * bucket.intervalMs));
        expect(turnsOf(bucket, askedAt, 1)).toHaveLength(asked);
      }),
    );
  });
});
