import type { Cluster, Redis, Result } from 'ioredis';
import type { RecordKey } from '../../src/kernel/expiring-store.port.js';
import type { Keys } from './keys.js';

/**
 * KEYS records of a person · ARGV ttl ms, keys · notes them until they end by the clock of Redis, and forgets those that have
 * ended. The set lives as long as its last record.
 */
const NOTE_OWNED_1 = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for index = 2, #ARGV do redis.call('ZADD', KEYS[1], 'GT', now + ARGV[1], ARGV[index]) end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return 1`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    behalfNoteOwned(owned: string, ttlMs: number, ...recordKeys: string[]): Result<number, Context>;
  }
}

/** Notes which records have an owner, by their keys. Called before they are written: one that is noted in vain does no harm. */
export async function noteOwned(
  redis: Redis | Cluster,
  keys: Keys,
  records: readonly RecordKey[],
  ttlMs: number,
): Promise<void> {
  const byOwner = new Map<string, string[]>();
  for (const key of records) {
    if (key.owner !== undefined) byOwner.set(key.owner, [...(byOwner.get(key.owner) ?? []), keys.record(key)]);
  }
  const notes = [...byOwner].map(([owner, found]) => redis.behalfNoteOwned(keys.ownedRecords(owner), ttlMs, ...found));
  if (notes.length > 0) await Promise.all(notes);
}

/** Teaches a client the script. */
export function defineOwnedScripts(client: Redis | Cluster): void {
  client.defineCommand('behalfNoteOwned', { numberOfKeys: 1, lua: NOTE_OWNED_1 });
}
