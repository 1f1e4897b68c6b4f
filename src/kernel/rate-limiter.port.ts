import type { Bucket, Turn } from './token-bucket.js';

/**
 * Turns at what is limited, and pauses, counted by all processes on this store together. Time is passed in, so that all go by the
 * clocks of the processes. A key is any string. Failure to reach the store is `store.unavailable`.
 */
export interface RateLimiter {
  /** Takes a turn that begins within `maxWaitMs`: nobody else gets it. Where there is none, nothing is taken. */
  take(key: string, bucket: Bucket, when: { readonly now: number; readonly maxWaitMs: number }): Promise<Turn>;
  /** Notes that what the key names wants to be left alone until then (ms since the epoch); a longer pause stays. */
  pause(key: string, until: number, now: number): Promise<void>;
  /** The pauses that are not over, with their ends; of very many, the longest. */
  pauses(now: number): Promise<ReadonlyMap<string, number>>;
}
