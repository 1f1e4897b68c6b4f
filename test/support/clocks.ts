import type { Clock } from '../../src/kernel/clock.port.js';
import { settled } from './at-rest.js';

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves the time, wakes the sleepers whose time has come, and lets what they start run. */
  advance(ms: number): Promise<void>;
  /** Moves the time at once: whoever sleeps meanwhile wakes up late, as after a suspended machine. */
  jump(ms: number): Promise<void>;
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

export function createManualClock(start = Date.UTC(2026, 10, 2, 9, 0, 0)): ManualClock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  return {
    now: () => now,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const sleeper: Sleeper = { until: now + ms, wake: () => settle(resolve) };
        const abort = (): void => settle(() => reject(signal?.reason));
        function settle(done: () => void): void {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', abort);
          done();
        }
        sleepers.add(sleeper);
        signal?.addEventListener('abort', abort, { once: true });
      });
    },
    async jump(ms) {
      now += ms;
      for (const { until, wake } of [...sleepers]) if (until <= now) wake();
      await settled(5);
    },
    async advance(ms) {
      const target = now + ms;
      for (;;) {
        const [next] = [...sleepers].filter(({ until }) => until <= target).sort((a, b) => a.until - b.until);
        if (!next) break;
        now = Math.max(now, next.until);
        next.wake();
        await settled(5);
      }
      now = target;
      await settled(5);
    },
  };
}
