import { LRUCache } from 'lru-cache';
import type { RateLimiter } from '../../src/kernel/rate-limiter.port.js';
import { takeTurn } from '../../src/kernel/token-bucket.js';

/** Buckets and pauses that are remembered at once; what was used the longest ago is forgotten. */
const MOST = 10_000;

/** In memory: the file belongs to one process, and a restart takes longer than most of it would last. */
export function createRateLimiter(): RateLimiter {
  const buckets = new LRUCache<string, number>({ max: MOST });
  const pauses = new LRUCache<string, number>({ max: MOST });
  return {
    async take(key, bucket, when) {
      const { fullAt, ...turn } = takeTurn(buckets.get(key), bucket, when);
      if (turn.isGiven) buckets.set(key, fullAt);
      return turn;
    },
    async pause(key, until) {
      if (until > (pauses.get(key) ?? 0)) pauses.set(key, until);
    },
    async pauses(now) {
      return new Map([...pauses.entries()].filter(([, until]) => until > now));
    },
  };
}
