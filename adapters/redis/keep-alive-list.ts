import type { KeepAliveList, ListedConnection } from '../../src/connections/keep-alive-list.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { RedisLink } from './client.js';
import type { Keys } from './keys.js';

/** A sorted set in each shard of the connections, which changes with the row. */
export function createKeepAliveList(link: RedisLink, keys: Keys): KeepAliveList {
  // Each look begins where the last one stopped, so that no shard waits for those before it.
  let next = 0;
  return {
    async due(now, limit, hideMs) {
      const found: string[] = [];
      const shards = [...keys.keptAlive.slice(next), ...keys.keptAlive.slice(0, next)];
      for (const shard of shards) {
        next = (next + 1) % shards.length;
        const wanted = limit - found.length;
        found.push(
          ...(await link.call('due keep-alives', (redis) => redis.behalfTakeDue(shard, now, wanted, now + hideMs))),
        );
        if (found.length >= limit) break;
      }
      return found.map(decodeListed);
    },
    async schedule(connection, dueAt) {
      const { owner, name, generation } = connection;
      const { row, keptAlive } = keys.connections(owner);
      const at = dueAt === undefined ? '' : Math.trunc(dueAt);
      const done = await link.call('schedule keep-alive', (redis) =>
        redis.behalfScheduleKeepAlive(row(name), keptAlive, generation, encodeListed(connection), at),
      );
      return done === 1;
    },
  };
}

/** A connection as a member of the list: its name, then the parts of its owner if it is a person's. */
export function encodeListed({ name, owner }: ListedConnection): string {
  return JSON.stringify(owner === 'shared' ? [name] : [name, owner.platform, owner.tenantId, owner.userId]);
}

function decodeListed(text: string): ListedConnection {
  const value: unknown = JSON.parse(text);
  const [name, platform, tenantId, userId]: readonly unknown[] = Array.isArray(value) ? value : [];
  if (typeof name === 'string' && platform === undefined) return { name, owner: 'shared' };
  if (typeof name === 'string' && typeof platform === 'string') {
    if (typeof tenantId === 'string' && typeof userId === 'string')
      return { name, owner: { platform, tenantId, userId } };
  }
  throw new BehalfError('store.corrupt', 'A connection on a list in Redis cannot be read');
}
