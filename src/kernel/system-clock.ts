import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './clock.port.js';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await sleep(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      // Node rejects with an error of its own in place of the signal's reason.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
