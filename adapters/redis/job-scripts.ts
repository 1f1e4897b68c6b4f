import type { GuardedScript } from './script-guard.js';

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
  for _, digest in ipairs(waiting) do keys[#keys + 1] = base .. 'w' .. digest end
  return keys
end
local function readFront(key)
  local row = redis.call('GETRANGE', key, 0, 49)
  if #row < 50 then return nil end
  local count = string.byte(row, 50)
  if count > 0 then row = redis.call('GETRANGE', key, 0, 49 + count * 22) end
  return row
end`;

/** KEYS row, claim · ARGV shard base, id, row, attention ms or '', claim ttl ms · returns 1 when accepted. */
export const ACCEPT_JOB_2: GuardedScript = (together) => `${READ_FRONT}
${together('KEYS', 'keysOf(ARGV[1], ARGV[2], ARGV[3])')}
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if not redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[5]) then return 0 end
redis.call('SET', KEYS[1], ARGV[3])
local base, id = ARGV[1], ARGV[2]
local _, status, user, recipe, waiting = front(ARGV[3])
redis.call('ZADD', base .. 'u' .. user, 0, id)
redis.call('ZADD', base .. 'p' .. recipe, 0, id)
redis.call('ZADD', base .. 's' .. status, 0, id)
for _, digest in ipairs(waiting) do redis.call('ZADD', base .. 'w' .. digest, 0, id) end
if ARGV[4] ~= '' then redis.call('ZADD', base .. 'a', ARGV[4], id) end
return 1`;

/** KEYS row · ARGV shard base, id, row, expected version, attention ms or '', keep until ms or '' · returns 1 when written. */
export const WRITE_JOB_1: GuardedScript = (together) => `${READ_FRONT}
local head = readFront(KEYS[1])
if not head then return 0 end
local version, oldStatus, _, _, oldWaiting = front(head)
if version ~= tonumber(ARGV[4]) then return 0 end
${together('keysOf(ARGV[1], ARGV[2], head)', 'keysOf(ARGV[1], ARGV[2], ARGV[3])')}
redis.call('SET', KEYS[1], ARGV[3])
local base, id = ARGV[1], ARGV[2]
local _, status, _, _, waiting = front(ARGV[3])
if status ~= oldStatus then
  redis.call('ZREM', base .. 's' .. oldStatus, id)
  redis.call('ZADD', base .. 's' .. status, 0, id)
end
for _, digest in ipairs(oldWaiting) do redis.call('ZREM', base .. 'w' .. digest, id) end
for _, digest in ipairs(waiting) do redis.call('ZADD', base .. 'w' .. digest, 0, id) end
if ARGV[5] ~= '' then redis.call('ZADD', base .. 'a', ARGV[5], id) else redis.call('ZREM', base .. 'a', id) end
if ARGV[6] ~= '' then redis.call('ZADD', base .. 'k', ARGV[6], id) else redis.call('ZREM', base .. 'k', id) end
return 1`;

/** KEYS keep index · ARGV shard base, now ms, limit · returns how many entries of the index were dealt with. */
export const FORGET_JOBS_1: GuardedScript = (together) => `${READ_FRONT}
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
 * KEYS one to three indexes · ARGV upper bound of the range, limit, entries to look at
 * returns where to go on ('' at the end), then the ids that stand in all indexes, newest first.
 */
export const LIST_JOBS = `
local smallest, size = 1, redis.call('ZCARD', KEYS[1])
for i = 2, #KEYS do
  local other = redis.call('ZCARD', KEYS[i])
  if other < size then smallest, size = i, other end
end
local found = { '' }
local ids = redis.call('ZREVRANGEBYLEX', KEYS[smallest], ARGV[1], '-', 'LIMIT', 0, ARGV[3])
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
