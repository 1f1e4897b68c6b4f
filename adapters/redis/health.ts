import type { Clock } from '../../src/kernel/clock.port.js';
import { isBehalfError } from '../../src/kernel/errors.js';
import type { StoreHealth } from '../../src/kernel/store-health.port.js';
import { type RedisClient, type RedisLink, unavailable } from './client.js';
import type { Keys } from './keys.js';
import { reasonOf } from './reason.js';

const HEALTH_TTL_MS = 60_000;
/** Clocks that differ by more end leases too early: `JOB_LEASE_SECONDS` is 30 by default. */
const CLOCK_SKEW_MS = 5_000;
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
        return await link.call('warnings', (redis) => adviseOn(serverOf(redis), clock));
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

type Server = Pick<RedisClient, 'info' | 'config' | 'time'>;

async function adviseOn(server: Server, clock: Clock): Promise<readonly string[]> {
  const [version, policy, appendOnly, aheadMs] = await Promise.all([
    server.info('server').then(readVersion),
    readSetting(server, 'maxmemory-policy'),
    readSetting(server, 'appendonly'),
    readClock(server, clock),
  ]);
  return [...adviseVersion(version), ...advisePolicy(policy), ...adviseDurability(appendOnly), ...adviseClock(aheadMs)];
}

/** All replicas are held against the one clock that they share. */
function adviseClock(aheadMs: number): readonly string[] {
  if (Math.abs(aheadMs) <= CLOCK_SKEW_MS) return [];
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  const where = aheadMs > 0 ? 'ahead of' : 'behind';
  return [
    `The clock of this machine is ${seconds} s ${where} that of Redis; processes whose clocks differ take jobs from each other. Set both by NTP.`,
  ];
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

/** How far our clock is ahead, in ms; 0 where the access rules do not tell. */
async function readClock(server: Server, clock: Clock): Promise<number> {
  const askedAt = clock.now();
  try {
    const [seconds, micros] = await server.time();
    return (askedAt + clock.now()) / 2 - (Number(seconds) * 1_000 + Number(micros) / 1_000);
  } catch (error) {
    if (isNotTold(error)) return 0;
    throw error;
  }
}

/** Error replies (NOPERM, unknown command of a hosted Redis) mean "not told"; a broken connection is an error. */
function isNotTold(error: unknown): boolean {
  return reasonOf(error) === 'NOPERM' || reasonOf(error) === 'ERR';
}

/** `undefined` where the server or its access rules do not tell. */
async function readSetting(server: Server, name: string): Promise<string | undefined> {
  try {
    const answer: unknown = await server.config('GET', name);
    return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : undefined;
  } catch (error) {
    if (isNotTold(error)) return undefined;
    throw error;
  }
}
