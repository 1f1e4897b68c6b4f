import type { LeaseStore } from '../../src/connections/lease-store.port.js';
import type { RedisLink } from './client.js';
import { wholeMs } from './expiring-store.js';
import type { Keys } from './keys.js';

export function createLeaseStore(link: RedisLink, keys: Keys): LeaseStore {
  return {
    async acquire(key, holder, ttlMs, { calmMs = 0 } = {}) {
      if (link.sinceOutageMs() < calmMs) return false;
      const done = await link.call('acquire', (redis) =>
        redis.set(keys.lease(key), holder, 'PX', wholeMs(ttlMs), 'NX'),
      );
      return done === 'OK';
    },
    async renew(key, holder, ttlMs) {
      const done = await link.call('renew', (redis) => redis.behalfRenewLease(keys.lease(key), holder, wholeMs(ttlMs)));
      return done === 1;
    },
    async release(key, holder) {
      await link.call('release', (redis) => redis.behalfReleaseLease(keys.lease(key), holder));
    },
  };
}
