import type { ExpiringStore, RecordKey } from '../../src/kernel/expiring-store.port.js';
import type { RedisClient, RedisLink } from './client.js';
import type { Keys } from './keys.js';
import { noteOwned } from './owned-records.js';

/**
 * Short-lived records as plain keys with a time to live; those of a person are listed in a set of theirs as well. `putAll` is one transaction on a single server; in a Cluster the
 * records lie in several slots, so it may store some of them and fail: what is left of that disappears by its time.
 */
export function createExpiringStore(link: RedisLink, keys: Keys): ExpiringStore {
  const note = (redis: RedisClient, records: readonly RecordKey[], ttlMs: number) =>
    noteOwned(redis, keys, records, wholeMs(ttlMs));
  return {
    async put(key, value, ttlMs) {
      await link.call('put', (redis) =>
        Promise.all([note(redis, [key], ttlMs), redis.set(keys.record(key), value, 'PX', wholeMs(ttlMs))]),
      );
    },
    async putAll(records, ttlMs) {
      if (records.length === 0) return;
      const written = records.map(({ key }) => key);
      const sets = records.map(({ key, value }) => [keys.record(key), value] as const);
      if (link.isCluster) {
        await link.call('putAll', (redis) =>
          Promise.all([
            note(redis, written, ttlMs),
            ...sets.map(([key, value]) => redis.set(key, value, 'PX', wholeMs(ttlMs))),
          ]),
        );
        return;
      }
      await link.call('putAll', async (redis) => {
        const noted = note(redis, written, ttlMs);
        const transaction = redis.multi();
        for (const [key, value] of sets) transaction.set(key, value, 'PX', wholeMs(ttlMs));
        const [, results] = await Promise.all([noted, transaction.exec()]);
        for (const [error] of results ?? []) if (error) throw error;
      });
    },
    async add(key, value, ttlMs) {
      const [, done] = await link.call('add', (redis) =>
        Promise.all([note(redis, [key], ttlMs), redis.set(keys.record(key), value, 'PX', wholeMs(ttlMs), 'NX')]),
      );
      return done === 'OK';
    },
    async get(key) {
      return text(await link.call('get', (redis) => redis.getBuffer(keys.record(key))));
    },
    async take(key) {
      return text(await link.call('take', (redis) => redis.getdelBuffer(keys.record(key))));
    },
    async swap(key, expected, value, ttlMs) {
      const [, done] = await link.call('swap', (redis) =>
        Promise.all([note(redis, [key], ttlMs), redis.behalfSwap(keys.record(key), expected, value, wholeMs(ttlMs))]),
      );
      return done === 1;
    },
    async delete(key) {
      await link.call('delete', (redis) => redis.del(keys.record(key)));
    },
    async deleteOf(owner) {
      const owned = keys.ownedRecords(owner);
      const found = await link.call('records of an owner', (redis) => redis.zrange(owned, 0, '-1'));
      if (found.length === 0) return;
      // Each by itself: in a Cluster they lie in several slots.
      await link.call('delete records of an owner', (redis) => Promise.all(found.map((key) => redis.del(key))));
      // Not the whole set: something may have been written meanwhile.
      await link.call('forget records of an owner', (redis) => redis.zrem(owned, ...found));
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
