import type { Revocation, RevocationQueue } from '../../src/connections/revocation-queue.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { RedisLink } from './client.js';
import { pairs } from './connection-store.js';
import type { Keys } from './keys.js';

/** All revocations share one slot: there are few at any time, and each goes when it is done. */
export function createRevocationQueue(link: RedisLink, keys: Keys): RevocationQueue {
  const { due, rows } = keys.revocations;
  return {
    async add(revocation) {
      await link.call('add revocation', (redis) =>
        redis.behalfAddRevocation(due, rows, revocation.id, revocation.dueAt, encode(revocation)),
      );
    },
    async due(now, limit, hideMs) {
      const dueAt = now + hideMs;
      const found = await link.call('due revocations', (redis) =>
        redis.behalfDueRevocationsBuffer(due, rows, now, limit, dueAt),
      );
      return pairs(found).map(([id, row]) => decode(id.toString('utf8'), dueAt, row));
    },
    async postpone(id, dueAt) {
      const score = await link.call('postpone revocation', async (redis) => {
        // In this order on one connection; `XX` adds nothing.
        const [, found] = await Promise.all([redis.zadd(due, 'XX', dueAt, id), redis.zscore(due, id)]);
        return found;
      });
      return score !== null;
    },
    async remove(id) {
      const done = await link.call('remove revocation', (redis) => redis.behalfRemoveRevocation(due, rows, id));
      return done === 1;
    },
  };
}

/** Attempts (4 bytes), length of the connection's name (2 bytes), the name, then the sealed part. */
function encode({ attempts, connection, sealed }: Revocation): Buffer {
  const name = Buffer.from(connection, 'utf8');
  const head = Buffer.alloc(6);
  head.writeUInt32BE(attempts, 0);
  head.writeUInt16BE(name.length, 4);
  return Buffer.concat([head, name, sealed]);
}

/** The sealed part of a row. Throws `store.corrupt`. */
export function sealedInRevocation(row: Buffer): Buffer {
  return row.subarray(nameEndOf(row));
}

function nameEndOf(row: Buffer): number {
  const nameEnd = row.length < 6 ? 6 : 6 + row.readUInt16BE(4);
  if (row.length < nameEnd) throw new BehalfError('store.corrupt', 'A revocation in Redis cannot be read');
  return nameEnd;
}

function decode(id: string, dueAt: number, row: Buffer): Revocation {
  return {
    id,
    connection: row.toString('utf8', 6, nameEndOf(row)),
    sealed: sealedInRevocation(row),
    dueAt,
    attempts: row.readUInt32BE(0),
  };
}
