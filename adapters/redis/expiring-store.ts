import type { ExpiringStore } from '../../src/kernel/expiring-store.port.js';
import type { RedisLink } from './client.js';
import type { Keys } from './keys.js';

/**
 * Short-lived records as plain keys with a time to live. `putAll` is one transaction on a single server; in a Cluster the
 * records lie in several slots, so it may store some of them and fail: what is left of that disappears by its time.
 */
export function createExpiringStore(link: RedisLink, keys: Keys): ExpiringStore {
  return {
    async put(key, value, ttlMs) {
      await link.call('put', (redis) => redis.set(keys.record(key), value, 'PX', wholeMs(ttlMs)));
    },
    async putAll(records, ttlMs) {
      if (records.length === 0) return;
      const sets = records.map(({ key, value }) => [keys.record(key), value] as const);
      if (link.isCluster) {
        await link.call('putAll', (redis) =>
          Promise.all(sets.map(([key, value]) => redis.set(key, value, 'PX', wholeMs(ttlMs)))),
        );
        return;
      }
      await link.call('putAll', async (redis) => {
        const transaction = redis.multi();
        for (const [key, value] of sets) transaction.set(key, value, 'PX', wholeMs(ttlMs));
        for (const [error] of (await transaction.exec()) ?? []) if (error) throw error;
      });
    },
    async add(key, value, ttlMs) {
      const done = await link.call('add', (redis) => redis.set(keys.record(key), value, 'PX', wholeMs(ttlMs), 'NX'));
      return done === 'OK';
    },
    async get(key) {
      return text(await link.call('get', (redis) => redis.getBuffer(keys.record(key))));
    },
    async take(key) {
      return text(await link.call('take', (redis) => redis.getdelBuffer(keys.record(key))));
    },
    async swap(key, expected, value, ttlMs) {
      const done = await link.call('swap', (redis) =>
        redis.behalfSwap(keys.record(key), expected, value, wholeMs(ttlMs)),
      );
      return done === 1;
    },
    async delete(key) {
      await link.call('delete', (redis) => redis.del(keys.record(key)));
    },
  };
}

/** PX takes whole milliseconds from 1. */
export function wholeMs(ms: number): number {
  return Math.max(1, Math.ceil(ms));
}

function text(value: Buffer | null): string | undefined {
  return value === null ? undefined : value.toString('utf8');
}
