import type { Departed, DepartureQueue } from '../../src/connections/departure-queue.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { RedisLink } from './client.js';
import type { Keys } from './keys.js';

/** One sorted set: those who left are its members, and when they are due their scores. */
export function createDepartureQueue(link: RedisLink, { departures: key }: Keys): DepartureQueue {
  return {
    async add(departed, dueAt) {
      await link.call('add departure', (redis) => redis.zadd(key, 'NX', dueAt, encode(departed)));
    },
    async due(now, limit, hideMs) {
      const found = await link.call('due departures', (redis) => redis.behalfTakeDue(key, now, limit, now + hideMs));
      return found.map(decode);
    },
    async remove(departed) {
      return (await link.call('remove departure', (redis) => redis.zrem(key, encode(departed)))) === 1;
    },
  };
}

function encode({ asked, platform, tenantId, userId }: Departed): string {
  const person = userId === undefined ? [] : [userId];
  return JSON.stringify([platform, tenantId, ...person, ...(asked ? [true] : [])]);
}

function decode(text: string): Departed {
  const parts: unknown = JSON.parse(text);
  const [platform, tenantId, userId, asked]: readonly unknown[] = Array.isArray(parts) ? parts : [];
  if (typeof platform !== 'string' || typeof tenantId !== 'string')
    throw new BehalfError('store.corrupt', 'A departure in Redis cannot be read');
  if (typeof userId !== 'string') return { platform, tenantId };
  return { platform, tenantId, userId, ...(asked === true ? { asked } : {}) };
}
