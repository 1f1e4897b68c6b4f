import type { ConnectionOwner } from '../../src/connections/connection.js';
import type { ConnectionRow, ConnectionStore } from '../../src/connections/connection-store.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { RedisLink } from './client.js';
import { encodeListed } from './keep-alive-list.js';
import { type Keys, nameDigest } from './keys.js';
import type { ReadAhead } from './read-ahead.js';

/** A row is: generation (4 bytes), last use (6 bytes, ms since the epoch, 0: never), then the sealed part. */
const HEAD_BYTES = 10;
/** Shards that one step of paging asks at a time. */
const SHARDS_AT_ONCE = 16;

/** Without `ahead` nothing is asked for before it is needed. */
export function createConnectionStore(link: RedisLink, keys: Keys, ahead?: ReadAhead): ConnectionStore {
  const read = (key: string) => link.call('get connection', (redis) => redis.getBuffer(key));
  return {
    expect(owner, name) {
      const key = keys.connections(owner).row(name);
      ahead?.keep(key, read(key));
    },
    async get(owner, name, options) {
      const key = keys.connections(owner).row(name);
      const row = await ((options?.asExpected ? ahead?.take(key) : undefined) ?? read(key));
      return row === null ? undefined : decodeRow(owner, name, row);
    },
    async list(owner) {
      const { names, rows } = keys.connections(owner);
      const found = await link.call('list connections', (redis) => redis.behalfListConnectionsBuffer(names, rows, -1));
      const listed = pairs(found).map(([name, row]) => decodeRow(owner, name.toString('utf8'), row));
      return listed.sort((left, right) => (left.name < right.name ? -1 : 1));
    },
    async write(row, keepAliveAt) {
      const { row: rowKey, owners, names, keptAlive } = keys.connections(row.owner);
      ahead?.forget(rowKey(row.name));
      const done = await link.call('write connection', (redis) =>
        redis.behalfWriteConnection(
          rowKey(row.name),
          owners(row.name),
          names,
          keptAlive,
          row.generation - 1,
          encodeRow(row),
          encodeOwner(row.owner),
          nameDigest(row.name) + row.name,
          encodeListed(row),
          keepAliveAt === undefined ? '' : Math.trunc(keepAliveAt),
        ),
      );
      return done === 1;
    },
    async remove(owner, name, generation) {
      const { row, owners, names, keptAlive } = keys.connections(owner);
      ahead?.forget(row(name));
      const done = await link.call('remove connection', (redis) =>
        redis.behalfRemoveConnection(
          row(name),
          owners(name),
          names,
          keptAlive,
          generation,
          encodeOwner(owner),
          nameDigest(name) + name,
          encodeListed({ owner, name }),
        ),
      );
      return done === 1;
    },
    async touch(owner, name, at) {
      const used = Buffer.alloc(6);
      used.writeUIntBE(Math.trunc(at), 0, 6);
      await link.call('touch connection', (redis) =>
        redis.behalfTouchConnection(keys.connections(owner).row(name), used),
      );
    },
    async lastUses(owner) {
      const { names, rows } = keys.connections(owner);
      const found = await link.call('last uses', (redis) =>
        redis.behalfListConnectionsBuffer(names, rows, HEAD_BYTES - 1),
      );
      const uses = pairs(found).map(([name, head]) => [name.toString('utf8'), head.readUIntBE(4, 6)] as const);
      return Object.fromEntries(uses.filter(([, at]) => at > 0));
    },
    owners: (name, page) => pageOfOwners(link, keys.ownersByShard(name), page),
  };
}

interface OwnerEntry {
  readonly shard: number;
  /** Digit of the portion, then the owner. */
  readonly text: string;
}

/** Goes through the shards, and in each through the portions, in their order; the cursor names the last entry. */
async function pageOfOwners(
  link: RedisLink,
  indexes: readonly string[],
  page: { readonly limit: number; readonly after?: string },
): ReturnType<ConnectionStore['owners']> {
  const wanted = page.limit + 1;
  const last = decodeCursor(page.after);
  const found: OwnerEntry[] = [];
  for (let start = last.shard; start < indexes.length && found.length < wanted; start += SHARDS_AT_ONCE) {
    const asked = indexes.slice(start, start + SHARDS_AT_ONCE).map((index, offset) => {
      const shard = start + offset;
      return ownersOfShard(link, index, { shard, after: shard === last.shard ? last.text : '', wanted });
    });
    found.push(...(await Promise.all(asked)).flat());
  }
  const shown = found.slice(0, page.limit);
  const end = found.length > page.limit ? shown.at(-1) : undefined;
  return {
    owners: shown.map(({ text }) => decodeOwner(text.slice(1))),
    ...(end ? { next: `${end.shard}:${end.text}` } : {}),
  };
}

function decodeCursor(cursor: string | undefined): OwnerEntry {
  if (cursor === undefined) return { shard: 0, text: '' };
  const colon = cursor.indexOf(':');
  return { shard: Number(cursor.slice(0, colon)), text: cursor.slice(colon + 1) };
}

/** At least `wanted` entries after `after`, as far as there are any. */
async function ownersOfShard(
  link: RedisLink,
  index: string,
  { shard, after, wanted }: { readonly shard: number; readonly after: string; readonly wanted: number },
): Promise<readonly OwnerEntry[]> {
  const found: OwnerEntry[] = [];
  let portion = Number.parseInt(after.slice(0, 1) || '0', 16);
  while (portion < 16 && found.length < wanted) {
    const [next, ...texts] = await link.call('owners', (redis) =>
      redis.behalfListOwners(index, portion, wanted - found.length),
    );
    found.push(
      ...texts
        .filter((text) => text > after)
        .sort()
        .map((text) => ({ shard, text })),
    );
    portion = next;
  }
  return found;
}

function encodeRow(row: ConnectionRow): Buffer {
  const encoded = Buffer.alloc(HEAD_BYTES + row.sealed.byteLength);
  encoded.writeUInt32BE(row.generation, 0);
  encoded.set(row.sealed, HEAD_BYTES);
  return encoded;
}

function decodeRow(owner: ConnectionOwner, name: string, row: Buffer): ConnectionRow {
  if (row.length < HEAD_BYTES) throw new BehalfError('store.corrupt', 'A connection in Redis is shorter than its head');
  return { owner, name, generation: row.readUInt32BE(0), sealed: row.subarray(HEAD_BYTES) };
}

function encodeOwner(owner: ConnectionOwner): string {
  return JSON.stringify(owner === 'shared' ? owner : [owner.platform, owner.tenantId, owner.userId]);
}

function decodeOwner(text: string): ConnectionOwner {
  const value: unknown = JSON.parse(text);
  if (value === 'shared') return value;
  if (Array.isArray(value)) {
    const [platform, tenantId, userId]: readonly unknown[] = value;
    if (typeof platform === 'string' && typeof tenantId === 'string' && typeof userId === 'string') {
      return { platform, tenantId, userId };
    }
  }
  throw new BehalfError('store.corrupt', 'An owner in Redis cannot be read');
}

/** A flat reply as pairs. */
export function pairs(flat: readonly Buffer[]): readonly (readonly [Buffer, Buffer])[] {
  const result: (readonly [Buffer, Buffer])[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const [left, right] = flat.slice(index, index + 2);
    if (left && right) result.push([left, right]);
  }
  return result;
}
