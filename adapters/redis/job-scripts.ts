import type { Cluster, Redis, Result } from 'ioredis';
import { type GuardedScript, guarded } from './script-guard.js';
import { TAKE_TURN, type Value } from './scripts.js';

/* The scripts about jobs; what holds for all scripts stands in `scripts.ts`. */

/** The front of a job row, see `job-row.ts`: version, status letter, digests of user and recipe, digests waited for. */
const READ_FRONT = `
local function front(row)
  local version, status, user, recipe, count = struct.unpack('>I4c1c22c22B', row)
  local waiting = {}
  for i = 1, count do waiting[i] = string.sub(row, 29 + i * 22, 50 + i * 22) end
  return version, status, user, recipe, waiting
end
local function keysOf(base, id, row)
  local _, status, user, recipe, waiting = front(row)
  local keys = { base .. 'r' .. id, base .. 'u' .. user, base .. 'p' .. recipe, base .. 's' .. status, base .. 'a', base .. 'k' }
  keys[#keys + 1] = base .. 'o' .. user
  for _, digest in ipairs(waiting) do keys[#keys + 1] = base .. 'w' .. digest end
  return keys
end
local function isOpen(status) return status == 'p' or status == 'r' end
local function readFront(key)
  local row = redis.call('GETRANGE', key, 0, 49)
  if #row < 50 then return nil end
  local count = string.byte(row, 50)
  if count > 0 then row = redis.call('GETRANGE', key, 0, 49 + count * 22) end
  return row
end`;

/**
 * KEYS row, claim · ARGV shard base, id, row, attention ms or '', claim ttl ms, now ms, burst or 0, interval ms, most open or 0, 1 where a
 * refusal is kept
 * returns 1 and the owner's jobs that run or wait for their turn; 0: the event was taken in before; -1: refused, and after which
 * time (ms, as text) it would not be; -2: refused, for too many are open. A refusal that is kept is a claim that begins with !
 */
const ACCEPT_JOB_2: GuardedScript = (together) => `${READ_FRONT}${TAKE_TURN}
local base, id, now, burst, interval, most = ARGV[1], ARGV[2], tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local isKept = ARGV[10] == '1'
local _, status, user, recipe, waiting = front(ARGV[3])
${together('KEYS', 'keysOf(base, id, ARGV[3])', "{ base .. 'm' .. user }")}
if redis.call('EXISTS', KEYS[1]) == 1 then return { 0 } end
local claim = redis.call('GET', KEYS[2])
if claim == '!open' then return { -2 } end
if claim and string.sub(claim, 1, 1) == '!' then return { -1, string.sub(claim, 2) } end
if claim then return { 0 } end
local open = base .. 'o' .. user
if most > 0 and redis.call('SCARD', open) >= most then
  if isKept then redis.call('SET', KEYS[2], '!open', 'PX', ARGV[5]) end
  return { -2 }
end
if burst > 0 then
  local given, wait = takeTurn(base .. 'm' .. user, now, burst, interval, 0)
  if not given then
    if isKept then redis.call('SET', KEYS[2], '!' .. math.ceil(wait), 'PX', ARGV[5]) end
    return { -1, tostring(math.ceil(wait)) }
  end
end
redis.call('SET', KEYS[2], id, 'PX', ARGV[5])
redis.call('SET', KEYS[1], ARGV[3])
redis.call('ZADD', base .. 'u' .. user, 0, id)
redis.call('ZADD', base .. 'p' .. recipe, 0, id)
redis.call('ZADD', base .. 's' .. status, 0, id)
for _, digest in ipairs(waiting) do redis.call('ZADD', base .. 'w' .. digest, 0, id) end
if ARGV[4] ~= '' then redis.call('ZADD', base .. 'a', ARGV[4], id) end
if isOpen(status) then redis.call('SADD', open, id) end
return { 1, redis.call('SCARD', open) }`;

/** KEYS row · ARGV shard base, id, row, expected version, attention ms or '', keep until ms or '' · returns 1 when written. */
const WRITE_JOB_1: GuardedScript = (together) => `${READ_FRONT}
local head = readFront(KEYS[1])
if not head then return 0 end
local version, oldStatus, user, _, oldWaiting = front(head)
if version ~= tonumber(ARGV[4]) then return 0 end
${together('keysOf(ARGV[1], ARGV[2], head)', 'keysOf(ARGV[1], ARGV[2], ARGV[3])')}
redis.call('SET', KEYS[1], ARGV[3])
local base, id = ARGV[1], ARGV[2]
local _, status, _, _, waiting = front(ARGV[3])
if status ~= oldStatus then
  redis.call('ZREM', base .. 's' .. oldStatus, id)
  redis.call('ZADD', base .. 's' .. status, 0, id)
  redis.call(isOpen(status) and 'SADD' or 'SREM', base .. 'o' .. user, id)
end
for _, digest in ipairs(oldWaiting) do redis.call('ZREM', base .. 'w' .. digest, id) end
for _, digest in ipairs(waiting) do redis.call('ZADD', base .. 'w' .. digest, 0, id) end
if ARGV[5] ~= '' then redis.call('ZADD', base .. 'a', ARGV[5], id) else redis.call('ZREM', base .. 'a', id) end
if ARGV[6] ~= '' then redis.call('ZADD', base .. 'k', ARGV[6], id) else redis.call('ZREM', base .. 'k', id) end
return 1`;

/** KEYS keep index · ARGV shard base, now ms, limit · returns how many entries of the index were dealt with. */
const FORGET_JOBS_1: GuardedScript = (together) => `${READ_FRONT}
local base = ARGV[1]
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])
for _, id in ipairs(ids) do
  ${together('KEYS', "{ base .. 'r' .. id }")}
  local head = readFront(base .. 'r' .. id)
  if head then
    ${together('keysOf(base, id, head)')}
    local _, status, user, recipe, waiting = front(head)
    redis.call('ZREM', base .. 'u' .. user, id)
    redis.call('ZREM', base .. 'p' .. recipe, id)
    redis.call('ZREM', base .. 's' .. status, id)
    for _, digest in ipairs(waiting) do redis.call('ZREM', base .. 'w' .. digest, id) end
    redis.call('ZREM', base .. 'a', id)
    redis.call('UNLINK', base .. 'r' .. id)
  end
  redis.call('ZREM', KEYS[1], id)
end
return #ids`;

/**
 * KEYS one to three indexes · ARGV bound of the range, limit, entries to look at, ZREVRANGEBYLEX or ZRANGEBYLEX, the other bound
 * returns where to go on ('' at the end), then the ids that stand in all indexes, newest or oldest first.
 */
const LIST_JOBS = `
local smallest, size = 1, redis.call('ZCARD', KEYS[1])
for i = 2, #KEYS do
  local other = redis.call('ZCARD', KEYS[i])
  if other < size then smallest, size = i, other end
end
local found = { '' }
local ids = redis.call(ARGV[4], KEYS[smallest], ARGV[1], ARGV[5], 'LIMIT', 0, ARGV[3])
for _, id in ipairs(ids) do
  local inAll = true
  for i = 1, #KEYS do
    if i ~= smallest and not redis.call('ZSCORE', KEYS[i], id) then inAll = false end
  end
  if inAll then found[#found + 1] = id end
  if #found > tonumber(ARGV[2]) then return found end
end
if #ids == tonumber(ARGV[3]) then found[1] = ids[#ids] end
return found`;

/** Teaches a client the scripts about jobs. */
export function defineJobScripts(client: Redis | Cluster): void {
  client.defineCommand('behalfAcceptJob', { numberOfKeys: 2, lua: guarded(client, ACCEPT_JOB_2) });
  client.defineCommand('behalfWriteJob', { numberOfKeys: 1, lua: guarded(client, WRITE_JOB_1) });
  client.defineCommand('behalfForgetJobs', { numberOfKeys: 1, lua: guarded(client, FORGET_JOBS_1) });
  client.defineCommand('behalfListJobs', { lua: LIST_JOBS });
}

// How ioredis wants commands of `defineCommand` to be declared.
declare module 'ioredis' {
  interface RedisCommander<Context> {
    behalfAcceptJob(row: string, claim: string, ...values: Value[]): Result<[number, (number | string)?], Context>;
    behalfWriteJob(row: string, ...values: Value[]): Result<number, Context>;
    behalfForgetJobs(keep: string, ...values: Value[]): Result<number, Context>;
    behalfListJobs(keys: number, ...keysAndValues: Value[]): Result<string[], Context>;
  }
}
