import type { Redis } from 'ioredis';
import type { Clock } from '../../src/kernel/clock.port.js';
import type { SealedRow, SealedRows, ShortLived } from '../../src/sealed-rows.port.js';
import type { RedisLink } from './client.js';
import { createConnectionStore, pairs } from './connection-store.js';
import { createJobStore } from './job-store.js';
import { type Keys, NAME_DIGEST_LENGTH } from './keys.js';
import { sealedInRevocation } from './revocation-queue.js';

const PORTION = 100;
/** Keys that one step looks at: bounds how long Redis is held up. */
const KEYS_AT_ONCE = 500;

/**
 * KEYS row · ARGV sealed part that is expected at its end, sealed part · returns 1 when it was replaced. A sealed part never
 * occurs twice, so that what ends with it is the row that was read; what stands before it and the time to live are kept.
 */
const REPLACE_SEALED = `
local row = redis.call('GET', KEYS[1])
if not row or string.sub(row, -#ARGV[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], string.sub(row, 1, -#ARGV[1] - 1) .. ARGV[2], 'KEEPTTL')
return 1`;

/** As {@link REPLACE_SEALED}, for a row in a hash: ARGV field, expected, sealed part. */
const REPLACE_SEALED_IN_HASH = `
local row = redis.call('HGET', KEYS[1], ARGV[1])
if not row or string.sub(row, -#ARGV[2]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], string.sub(row, 1, -#ARGV[2] - 1) .. ARGV[3])
return 1`;

export function createSealedRows(link: RedisLink, keys: Keys, clock: Clock): SealedRows {
  return {
    async *rows() {
      yield* connections(link, keys);
      yield* jobs(link, keys);
      yield* revocations(link, keys);
    },
    shortLived: () => shortLived(link, keys, clock),
    async replace(row, sealed) {
      const [former, next] = [Buffer.from(row.sealed), Buffer.from(sealed)];
      const done = await link.call('replace sealed', (redis) => {
        if (row.kind === 'revocation')
          return redis.eval(REPLACE_SEALED_IN_HASH, 1, keys.revocations.rows, row.id, former, next);
        const key = row.kind === 'job' ? keys.jobs(row.user).row(row.id) : keys.connections(row.owner).row(row.name);
        return redis.eval(REPLACE_SEALED, 1, key, former, next);
      });
      return done === 1;
    },
  };
}

/** Under each name that occurs, its owners, page by page. */
async function* connections(link: RedisLink, keys: Keys): AsyncIterable<readonly SealedRow[]> {
  const store = createConnectionStore(link, keys);
  const names = new Set<string>();
  for (const index of keys.connectionNames) {
    // Each name stands behind its digest.
    for (const entry of await link.call('connection names', (redis) => redis.zrange(index, 0, '-1')))
      names.add(entry.slice(NAME_DIGEST_LENGTH));
  }
  for (const name of names) {
    let after: string | undefined;
    do {
      const page = await store.owners(name, { limit: PORTION, ...(after === undefined ? {} : { after }) });
      const rows = await Promise.all(page.owners.map((owner) => store.get(owner, name)));
      yield rows.flatMap((row) => (row ? [{ kind: 'connection' as const, ...row }] : []));
      after = page.next;
    } while (after !== undefined);
  }
}

async function* jobs(link: RedisLink, keys: Keys): AsyncIterable<readonly SealedRow[]> {
  const store = createJobStore(link, keys);
  for (let before: string | undefined; ; ) {
    const page = await store.list({}, { limit: PORTION, ...(before === undefined ? {} : { before }) });
    yield page.map((row) => ({ kind: 'job', ...row }));
    before = page.at(-1)?.id;
    if (before === undefined) return;
  }
}

async function* revocations(link: RedisLink, keys: Keys): AsyncIterable<readonly SealedRow[]> {
  let cursor = '0';
  do {
    const [next, found] = await link.call('read revocations', (redis) =>
      redis.hscanBuffer(keys.revocations.rows, cursor, 'COUNT', PORTION),
    );
    yield pairs(found).map(([id, row]) => ({
      kind: 'revocation',
      id: id.toString('utf8'),
      sealed: sealedInRevocation(row),
    }));
    cursor = next.toString();
  } while (cursor !== '0');
}

/** Records lie anywhere: every master is gone through. */
async function* shortLived(link: RedisLink, keys: Keys, clock: Clock): AsyncIterable<readonly ShortLived[]> {
  for (const node of mastersOf(link)) {
    let cursor = '0';
    do {
      const [next, found] = await link.call('find records', () =>
        node.scan(cursor, 'MATCH', keys.recordPattern, 'COUNT', KEYS_AT_ONCE),
      );
      const read = await Promise.all(found.map((key) => readRecord(link, key)));
      const now = clock.now();
      yield read.flatMap(({ ttl, value }) => (value === null ? [] : [{ value, expiresAt: now + Math.max(0, ttl) }]));
      cursor = next;
    } while (cursor !== '0');
  }
}

async function readRecord(
  link: RedisLink,
  key: string,
): Promise<{ readonly value: string | null; readonly ttl: number }> {
  return link.call('read record', async (redis) => {
    const [value, ttl] = await Promise.all([redis.get(key), redis.pttl(key)]);
    return { value, ttl };
  });
}

function mastersOf({ client }: RedisLink): readonly Redis[] {
  return 'nodes' in client ? client.nodes('master') : [client];
}
