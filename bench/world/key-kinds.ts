import type { Redis } from 'ioredis';

/** What the letters behind a shard of jobs stand for. */
const JOB_KEYS: Readonly<Record<string, string>> = {
  r: 'job',
  e: 'event claim',
  u: 'job index',
  p: 'job index',
  s: 'job index',
  w: 'job index',
  a: 'job index',
  k: 'job index',
};

/** A connection's row ends with the digests of its owner and its name. */
const ROW_DIGESTS = 32;
const AT_ONCE = 1_000;

/** What a key of the service holds, in words. */
export function kindOfKey(key: string, prefix = 'behalf:'): string {
  const rest = key.slice(prefix.length);
  const [, shard, inside = ''] = /^\{(j[0-9a-f]|c[0-9a-f]{2})\}(.*)$/.exec(rest) ?? [];
  if (shard?.startsWith('j')) return JOB_KEYS[inside.charAt(0)] ?? 'other';
  if (shard?.startsWith('c')) return inside.length === ROW_DIGESTS ? 'connection' : 'connection index';
  if (rest.startsWith('{audit}')) return 'audit';
  if (rest.startsWith('{queue}')) return 'queue';
  if (rest.startsWith('l:')) return 'lease';
  const record = /^x:([^:]+):/.exec(rest)?.[1];
  return record === undefined ? 'other' : `record ${record}`;
}

/** Bytes in Redis by what they hold. */
export async function bytesByKind(redis: Redis): Promise<ReadonlyMap<string, number>> {
  const bytes = new Map<string, number>();
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'COUNT', AT_ONCE);
    cursor = next;
    const pipeline = redis.pipeline();
    for (const key of keys) pipeline.memory('USAGE', key, 'SAMPLES', 0);
    const sizes = (await pipeline.exec()) ?? [];
    for (const [index, key] of keys.entries()) {
      const kind = kindOfKey(key);
      bytes.set(kind, (bytes.get(kind) ?? 0) + Number(sizes[index]?.[1] ?? 0));
    }
  } while (cursor !== '0');
  return bytes;
}
