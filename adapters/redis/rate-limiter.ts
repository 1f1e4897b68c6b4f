import type { RateLimiter } from '../../src/kernel/rate-limiter.port.js';
import type { RedisLink } from './client.js';
import type { Keys } from './keys.js';

/** Pauses that are read at once: many more are no pauses of single accounts any more. */
const MOST_PAUSES = 1_000;
/** Pauses that are kept; the shortest go first. */
const MOST_KEPT = 10_000;
/** The whole list goes a day after its last change: no pause is longer. */
const LIST_TTL_MS = 86_400_000;

/** A bucket is one key with a time to live, the pauses are one sorted set by their ends. */
export function createRateLimiter(link: RedisLink, keys: Keys): RateLimiter {
  return {
    async take(key, { burst, intervalMs }, { maxWaitMs, now }) {
      const [isGiven, waitMs] = await link.call('take a turn', (redis) =>
        redis.behalfTakeTurn(keys.bucket(key), now, burst, intervalMs, maxWaitMs),
      );
      return { isGiven: isGiven === 1, waitMs: Number(waitMs) };
    },
    async pause(key, until, now) {
      await link.call('pause', (redis) =>
        redis
          .pipeline()
          .zadd(keys.pauses, 'GT', until, key)
          .zremrangebyscore(keys.pauses, '-inf', now)
          .zremrangebyrank(keys.pauses, 0, -MOST_KEPT - 1)
          .pexpire(keys.pauses, LIST_TTL_MS)
          .exec()
          .then((answers) => {
            for (const [error] of answers ?? []) if (error) throw error;
          }),
      );
    },
    async pauses(now) {
      const flat = await link.call('pauses', (redis) =>
        redis.zrevrangebyscore(keys.pauses, '+inf', `(${now}`, 'WITHSCORES', 'LIMIT', 0, MOST_PAUSES),
      );
      const pauses = new Map<string, number>();
      for (let index = 0; index + 1 < flat.length; index += 2) pauses.set(flat[index] ?? '', Number(flat[index + 1]));
      return pauses;
    },
  };
}
