import type { Clock } from '../../src/kernel/clock.port.js';
import { isBehalfError } from '../../src/kernel/errors.js';
import type { StoreHealth } from '../../src/kernel/store-health.port.js';
import { type RedisClient, type RedisLink, reasonOf, unavailable } from './client.js';
import type { Keys } from './keys.js';

const HEALTH_TTL_MS = 60_000;
const OLDEST_VERSION = [6, 2] as const;

export function createHealth(options: {
  readonly link: RedisLink;
  readonly keys: Keys;
  readonly clock: Clock;
  close(): Promise<void>;
}): StoreHealth {
  const { link, keys, clock, close } = options;
  // A write, because a full or read-only server still answers PING; in a Cluster one in each job shard.
  const probes = link.isCluster ? keys.jobShards.map(({ base }) => `${base}health`) : [keys.health];
  return {
    async check(timeoutMs) {
      const answered = new AbortController();
      const written = link.call('check', (redis) =>
        Promise.all(probes.map((key) => redis.set(key, '1', 'PX', HEALTH_TTL_MS))),
      );
      const late = clock.sleep(timeoutMs, answered.signal).then(() => {
        throw unavailable('check', 'timed out');
      });
      try {
        await Promise.race([written, late]);
      } finally {
        answered.abort();
        await Promise.allSettled([late]);
      }
    },
    async warnings() {
      try {
        return await link.call('warnings', (redis) => adviseOn(serverOf(redis)));
      } catch (error) {
        if (!isBehalfError(error)) throw error;
        return ['Redis does not answer, so its version and settings could not be checked.'];
      }
    },
    close,
  };
}

/** In a Cluster any master stands for all: they are set up alike. */
function serverOf(client: RedisClient): Server {
  return 'nodes' in client ? (client.nodes('master')[0] ?? client) : client;
}

type Server = Pick<RedisClient, 'info' | 'config'>;

async function adviseOn(server: Server): Promise<readonly string[]> {
  const [version, policy, appendOnly] = await Promise.all([
    server.info('server').then(readVersion),
    readSetting(server, 'maxmemory-policy'),
    readSetting(server, 'appendonly'),
  ]);
  return [...adviseVersion(version), ...advisePolicy(policy), ...adviseDurability(appendOnly)];
}

function adviseVersion(version: string | undefined): readonly string[] {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  const isOld = major < OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor < OLDEST_VERSION[1]);
  return isOld ? [`Redis ${version ?? 'of unknown version'} is too old: 6.2 or newer is needed.`] : [];
}

function advisePolicy(policy: string | undefined): readonly string[] {
  if (policy === 'noeviction') return [];
  if (policy === undefined) {
    return ['Redis does not let its settings be read; make sure that maxmemory-policy is noeviction.'];
  }
  return [
    `Redis may throw away connections and jobs when its memory is full (maxmemory-policy is ${policy}); set it to noeviction.`,
  ];
}

function adviseDurability(appendOnly: string | undefined): readonly string[] {
  if (appendOnly !== 'no') return [];
  return ['Redis may lose the last minutes when it crashes (appendonly is off); switch appendonly on.'];
}

function readVersion(info: string): string | undefined {
  return /^redis_version:(\S+)/m.exec(info)?.[1];
}

/** `undefined` where the server or its access rules do not tell. */
async function readSetting(server: Server, name: string): Promise<string | undefined> {
  try {
    const answer: unknown = await server.config('GET', name);
    return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : undefined;
  } catch (error) {
    // Error replies (NOPERM, unknown command of a hosted Redis) mean "not told"; a broken connection is an error.
    if (reasonOf(error) === 'NOPERM' || reasonOf(error) === 'ERR') return undefined;
    throw error;
  }
}
