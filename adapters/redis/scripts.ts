import type { Cluster, Redis, Result } from 'ioredis';
import { type GuardedScript, guarded } from './script-guard.js';

/*
 * The scripts, each one atomic step on keys of one slot. A name ends in its number of KEYS; the header says what goes in
 * and out. Keys that are not declared are built from a declared shard base, so they share its slot; such a script is guarded.
 */

/** KEYS record · ARGV expected, value, ttl ms · returns 1 when it was replaced. */
const SWAP_1 = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;

/** KEYS lease · ARGV holder, ttl ms · returns 1 while the lease is the holder's. */
const RENEW_LEASE_1 = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** KEYS lease · ARGV holder · returns the number of leases freed. */
const RELEASE_LEASE_1 = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/** KEYS row, portion of the name's owners, names, kept alive · ARGV expected generation, row, owner, digest and name, name and owner, due ms or '' · returns 1 when written. */
const WRITE_CONNECTION_4 = `
local head = redis.call('GETRANGE', KEYS[1], 0, 9)
local isNew = #head == 0
local stored = isNew and 0 or struct.unpack('>I4', head)
if stored ~= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
if isNew then
  redis.call('SADD', KEYS[2], ARGV[3])
  redis.call('ZADD', KEYS[3], 0, ARGV[4])
else
  redis.call('SETRANGE', KEYS[1], 4, string.sub(head, 5))
end
if ARGV[6] == '' then redis.call('ZREM', KEYS[4], ARGV[5]) else redis.call('ZADD', KEYS[4], ARGV[6], ARGV[5]) end
return 1`;

/** KEYS row, portion of the name's owners, names, kept alive · ARGV generation, owner, digest and name, name and owner · returns 1 when removed. */
const REMOVE_CONNECTION_4: GuardedScript = (together) => `
local owners = string.sub(KEYS[2], 1, -2)
${together('KEYS', 'portionsOf(owners)')}
local head = redis.call('GETRANGE', KEYS[1], 0, 3)
if #head == 0 or struct.unpack('>I4', head) ~= tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('SREM', KEYS[2], ARGV[2])
redis.call('ZREM', KEYS[4], ARGV[4])
for portion = 0, 15 do
  if redis.call('EXISTS', owners .. string.format('%x', portion)) == 1 then return 1 end
end
redis.call('ZREM', KEYS[3], ARGV[3])
return 1`;

/**
 * KEYS begin of the portions of a name's owners · ARGV first portion, owners wanted
 * returns the portion to go on with (16 at the end), then owners, each behind its portion's digit.
 */
const LIST_OWNERS_1: GuardedScript = (together) => `
${together('portionsOf(KEYS[1])')}
local found = { 16 }
for portion = tonumber(ARGV[1]), 15 do
  if #found > tonumber(ARGV[2]) then
    found[1] = portion
    return found
  end
  local digit = string.format('%x', portion)
  for _, owner in ipairs(redis.call('SMEMBERS', KEYS[1] .. digit)) do found[#found + 1] = digit .. owner end
end
return found`;

/** KEYS row · ARGV last use (6 bytes) · returns 1 when there is a row. */
const TOUCH_CONNECTION_1 = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('SETRANGE', KEYS[1], 4, ARGV[1])
return 1`;

/** KEYS names · ARGV begin of the owner's row keys, index of the last byte wanted (-1: all) · returns name, row, name, row… */
const LIST_CONNECTIONS_1: GuardedScript = (together) => `
local found = {}
local members = redis.call('ZRANGE', KEYS[1], 0, -1)
${together('KEYS', 'prefixed(ARGV[1], members, 10)')}
for _, member in ipairs(members) do
  local row = redis.call('GETRANGE', ARGV[1] .. string.sub(member, 1, 10), 0, ARGV[2])
  if #row > 0 then
    found[#found + 1] = string.sub(member, 11)
    found[#found + 1] = row
  end
end
return found`;

/** KEYS row, kept alive · ARGV generation, name and owner, due ms or '' · returns 1 when the row is of that generation. */
const SCHEDULE_KEEP_ALIVE_2 = `
local head = redis.call('GETRANGE', KEYS[1], 0, 3)
local stored = #head == 0 and 0 or struct.unpack('>I4', head)
if stored ~= tonumber(ARGV[1]) then return 0 end
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[2], ARGV[2])
  return 1
end
if stored == 0 then return 0 end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
return 1`;

/** KEYS due, rows · ARGV id, due ms, row · returns nothing. */
const ADD_REVOCATION_2 = `
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])`;

/** KEYS due, rows · ARGV now ms, limit, hidden until ms · returns id, row, id, row… */
const DUE_REVOCATIONS_2 = `
local found = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  local row = redis.call('HGET', KEYS[2], id)
  if row then
    redis.call('ZADD', KEYS[1], ARGV[3], id)
    found[#found + 1] = id
    found[#found + 1] = row
  else
    redis.call('ZREM', KEYS[1], id)
  end
end
return found`;

/** KEYS due, rows · ARGV id · returns the number struck off. */
const REMOVE_REVOCATION_2 = `
redis.call('ZREM', KEYS[1], ARGV[1])
return redis.call('HDEL', KEYS[2], ARGV[1])`;

/** KEYS due · ARGV now ms, limit, hidden until ms · returns the members that are due. */
const TAKE_DUE_1 = `
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, member in ipairs(found) do redis.call('ZADD', KEYS[1], ARGV[3], member) end
return found`;

/**
 * Takes a turn of a bucket, as `takeTurn` in `src/kernel/token-bucket.ts` does. It is kept a second longer than it is of use, for
 * clocks that differ. Numbers are written out whole: `tostring` would round them.
 */
export const TAKE_TURN = `
local function takeTurn(key, now, burst, interval, most)
  local from = math.max(tonumber(redis.call('GET', key) or '0'), now)
  local wait = math.max(0, from - (burst - 1) * interval - now)
  if wait > most then return nil, wait end
  redis.call('SET', key, string.format('%.17g', from + interval), 'PX', math.ceil(from + interval - now) + 1000)
  return true, wait
end`;

/** KEYS bucket · ARGV now ms, burst, interval ms, longest wait ms · returns 1 when a turn was given, and the wait for it in ms. */
const TAKE_TURN_1 = `${TAKE_TURN}
local given, wait = takeTurn(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]))
return { given and 1 or 0, string.format('%.17g', wait) }`;

const AUDIT_FIELDS = `'key', 'number', 'hash', 'anchorNumber', 'anchorHash', 'anchorProof'`;

/** KEYS state · ARGV key, number and hash to begin behind, proof of the anchor or '' · returns the state. */
const BEGIN_AUDIT_1 = `
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'key', ARGV[1], 'number', ARGV[2], 'hash', ARGV[3])
  if ARGV[4] ~= '' then
    redis.call('HSET', KEYS[1], 'anchorNumber', ARGV[2], 'anchorHash', ARGV[3], 'anchorProof', ARGV[4])
  end
end
return redis.call('HMGET', KEYS[1], ${AUDIT_FIELDS})`;

/** KEYS log, state · ARGV number and hash behind which, number and hash of the last, then id, at, count, hash, sealed of each · returns number and hash of another end. */
const APPEND_AUDIT_2 = `
local head = redis.call('HMGET', KEYS[2], 'number', 'hash')
local number, hash = head[1] or '0', head[2] or ''
if number ~= ARGV[1] or hash ~= ARGV[2] then return { number, hash } end
for i = 5, #ARGV, 5 do
  redis.call('XADD', KEYS[1], ARGV[i], 'at', ARGV[i + 1], 'count', ARGV[i + 2], 'hash', ARGV[i + 3], 'sealed', ARGV[i + 4])
end
redis.call('HSET', KEYS[2], 'number', ARGV[3], 'hash', ARGV[4])
return {}`;

/** KEYS log, state · ARGV number, hash and proof of the anchor, first id to keep · returns 1 when it was moved. */
const FORGET_AUDIT_2 = `
local present = redis.call('HGET', KEYS[2], 'anchorNumber') or '0'
if tonumber(present) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[2], 'anchorNumber', ARGV[1], 'anchorHash', ARGV[2], 'anchorProof', ARGV[3])
redis.call('XTRIM', KEYS[1], 'MINID', ARGV[4])
return 1`;

/** KEYS state · ARGV expected key, key · returns 1 when it was replaced. */
const REPLACE_AUDIT_KEY_1 = `
if redis.call('HGET', KEYS[1], 'key') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'key', ARGV[2])
return 1`;

/** Teaches a client the scripts; ioredis sends each in full once per connection and by its digest from then on. */
export function defineScripts(client: Redis | Cluster): void {
  client.defineCommand('behalfSwap', { numberOfKeys: 1, lua: SWAP_1 });
  client.defineCommand('behalfRenewLease', { numberOfKeys: 1, lua: RENEW_LEASE_1 });
  client.defineCommand('behalfReleaseLease', { numberOfKeys: 1, lua: RELEASE_LEASE_1 });
  client.defineCommand('behalfWriteConnection', { numberOfKeys: 4, lua: WRITE_CONNECTION_4 });
  client.defineCommand('behalfRemoveConnection', { numberOfKeys: 4, lua: guarded(client, REMOVE_CONNECTION_4) });
  client.defineCommand('behalfScheduleKeepAlive', { numberOfKeys: 2, lua: SCHEDULE_KEEP_ALIVE_2 });
  client.defineCommand('behalfListOwners', { numberOfKeys: 1, lua: guarded(client, LIST_OWNERS_1) });
  client.defineCommand('behalfTouchConnection', { numberOfKeys: 1, lua: TOUCH_CONNECTION_1 });
  client.defineCommand('behalfListConnections', { numberOfKeys: 1, lua: guarded(client, LIST_CONNECTIONS_1) });
  client.defineCommand('behalfAddRevocation', { numberOfKeys: 2, lua: ADD_REVOCATION_2 });
  client.defineCommand('behalfDueRevocations', { numberOfKeys: 2, lua: DUE_REVOCATIONS_2 });
  client.defineCommand('behalfRemoveRevocation', { numberOfKeys: 2, lua: REMOVE_REVOCATION_2 });
  client.defineCommand('behalfTakeTurn', { numberOfKeys: 1, lua: TAKE_TURN_1 });
  client.defineCommand('behalfTakeDue', { numberOfKeys: 1, lua: TAKE_DUE_1 });
  client.defineCommand('behalfBeginAudit', { numberOfKeys: 1, lua: BEGIN_AUDIT_1 });
  client.defineCommand('behalfAppendAudit', { numberOfKeys: 2, lua: APPEND_AUDIT_2 });
  client.defineCommand('behalfForgetAudit', { numberOfKeys: 2, lua: FORGET_AUDIT_2 });
  client.defineCommand('behalfReplaceAuditKey', { numberOfKeys: 1, lua: REPLACE_AUDIT_KEY_1 });
}

export type Value = string | number | Buffer;
/** Row, portion of the name's owners, names, kept alive. */
type ConnectionRowKeys = [row: string, owners: string, names: string, keptAlive: string];

// How ioredis wants commands of `defineCommand` to be declared.
declare module 'ioredis' {
  interface RedisCommander<Context> {
    behalfSwap(record: string, expected: string, value: string, ttlMs: number): Result<number, Context>;
    behalfRenewLease(lease: string, holder: string, ttlMs: number): Result<number, Context>;
    behalfReleaseLease(lease: string, holder: string): Result<number, Context>;
    behalfWriteConnection(...keysAndValues: [...keys: ConnectionRowKeys, ...values: Value[]]): Result<number, Context>;
    behalfRemoveConnection(...keysAndValues: [...keys: ConnectionRowKeys, ...values: Value[]]): Result<number, Context>;
    behalfScheduleKeepAlive(row: string, keptAlive: string, ...values: Value[]): Result<number, Context>;
    behalfListOwners(owners: string, portion: number, wanted: number): Result<[number, ...string[]], Context>;
    behalfTouchConnection(row: string, at: Buffer): Result<number, Context>;
    behalfListConnectionsBuffer(names: string, rows: string, lastByte: number): Result<Buffer[], Context>;
    behalfAddRevocation(due: string, rows: string, ...values: Value[]): Result<unknown, Context>;
    behalfDueRevocationsBuffer(due: string, rows: string, ...values: Value[]): Result<Buffer[], Context>;
    behalfRemoveRevocation(due: string, rows: string, id: string): Result<number, Context>;
    behalfTakeTurn(bucket: string, ...values: Value[]): Result<[number, string], Context>;
    behalfTakeDue(due: string, now: number, limit: number, hiddenUntil: number): Result<string[], Context>;
    behalfBeginAuditBuffer(state: string, ...values: Value[]): Result<(Buffer | null)[], Context>;
    behalfAppendAudit(log: string, state: string, ...values: Value[]): Result<string[], Context>;
    behalfForgetAudit(log: string, state: string, ...values: Value[]): Result<number, Context>;
    behalfReplaceAuditKey(state: string, former: Buffer, next: Buffer): Result<number, Context>;
  }
}
