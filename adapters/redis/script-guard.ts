import type { Cluster, Redis } from 'ioredis';

/** A script with the places at which it makes sure that these tables of keys are together: before its first write. */
export type GuardedScript = (together: (...tables: readonly string[]) => string) => string;

/*
 * While a slot moves from one node to another, some of its keys are here and some there. Redis sees to keys that a script
 * declares; one that is not declared ends the script in its midst on the node that gives, and is as if it had never been on the
 * node that takes. EXISTS over several keys is refused on both (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/).
 */
const TOGETHER = `
local function portionsOf(owners)
  local keys = {}
  for portion = 0, 15 do keys[#keys + 1] = owners .. string.format('%x', portion) end
  return keys
end
local function prefixed(prefix, members, length)
  local keys = {}
  for _, member in ipairs(members) do keys[#keys + 1] = prefix .. string.sub(member, 1, length) end
  return keys
end
local function together(...)
  local keys = {}
  for _, part in ipairs({ ... }) do
    for _, key in ipairs(part) do keys[#keys + 1] = key end
  end
  return type(redis.pcall('EXISTS', unpack(keys))) == 'number'
end`;

/** The text of a script for this client: only in a Cluster it checks, and a client tries again for a moment, as with Redis' own TRYAGAIN. */
export function guarded(client: Redis | Cluster, script: GuardedScript): string {
  if (!client.isCluster) return script(() => '');
  const check = script(
    (...tables) =>
      `if not together(${tables.join(', ')}) then return redis.error_reply('TRYAGAIN The slot is on the move') end`,
  );
  return TOGETHER + check;
}
