import { Cluster, Redis } from 'ioredis';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import { defineJobScripts } from './job-scripts.js';
import { type OutageWatch, watchOutages } from './outage-watch.js';
import { defineOwnedScripts } from './owned-records.js';
import { isSelectError, NO_DATABASE, reasonOf } from './reason.js';
import { defineScripts } from './scripts.js';
import { readTls, type TlsOptions } from './tls.js';
import type { RedisTarget } from './url.js';

export type RedisClient = Redis | Cluster;

interface LinkOptions {
  readonly target: RedisTarget;
  /** PEM file of the authorities that certificates are trusted from; default: those of Node. */
  readonly caFile?: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly commandTimeoutMs: number;
}

/** The way of every store to Redis: one client, and the one place where its errors become ours. */
export interface RedisLink extends Omit<OutageWatch, 'stop'> {
  readonly client: RedisClient;
  readonly isCluster: boolean;
  /** Runs one command; whatever goes wrong is `store.unavailable`, without anything of the foreign error but its kind. */
  call<T>(operation: string, command: (client: RedisClient) => Promise<T>): Promise<T>;
  /** Resolves with true once Redis is ready, with false after `timeoutMs`. `config.invalid`: it has no such database. */
  waitUntilReady(timeoutMs: number): Promise<boolean>;
  /** A client of its own for BullMQ: it waits for Redis for ever instead of failing fast. */
  openPatient(): RedisClient;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5_000;
const LONGEST_RETRY_MS = 1_000;
/** Then the next Sentinel is asked: one that hangs must not keep a new master from being found. */
const SENTINEL_TIMEOUT_MS = 2_000;

export function createLink(options: LinkOptions): RedisLink {
  const { target, clock, logger, metrics, commandTimeoutMs } = options;
  const access: Access = { target, tls: readTls(target, options.caFile) };
  const client = openClient(access, {
    commandTimeout: commandTimeoutMs,
    // A connection on which nothing comes back any more is given up, so that a new one can work.
    socketTimeout: commandTimeoutMs * 2,
    // A command whose connection broke may have been done: sending it again could take or claim a second time.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
  });
  defineScripts(client);
  defineOwnedScripts(client);
  defineJobScripts(client);
  const health = watchOutages(client, clock, logger);
  const sendTogether = createSendTogether(client);
  return {
    client,
    isCluster: target.kind === 'cluster',
    async call(operation, command) {
      const start = clock.now();
      try {
        sendTogether();
        return await command(client);
      } catch (error) {
        metrics.count('store_errors', { store: 'redis' });
        if (isBehalfError(error)) throw error;
        throw unavailable(operation, reasonOf(error) ?? health.lastReason());
      } finally {
        metrics.time('store_call_ms', clock.now() - start, { store: 'redis' });
      }
    },
    sinceOutageMs: health.sinceOutageMs,
    lastReason: health.lastReason,
    waitUntilReady: (timeoutMs) => waitUntilReady(client, { clock, health, timeoutMs }),
    openPatient() {
      const patient = openClient(access, {
        enableOfflineQueue: true,
        maxRetriesPerRequest: null,
        autoResendUnfulfilledCommands: true,
      });
      patient.on('error', (error) => logger.debug({ reason: reasonOf(error) }, 'The queue cannot reach Redis'));
      return patient;
    },
    async close() {
      health.stop();
      await closeClient(client);
    },
  };
}

/**
 * Lets the commands of one turn of the event loop leave in one write. A write for each is a quarter of the CPU time of a busy
 * service. ioredis' own way, auto-pipelining, holds commands back while others are under way, and trips over holes in the slot
 * map of a Cluster, where each command goes its own way here.
 */
function createSendTogether(client: RedisClient): () => void {
  if (client instanceof Cluster) return () => {};
  let isHeld = false;
  return () => {
    const { stream } = client;
    if (isHeld || !stream) return;
    isHeld = true;
    stream.cork();
    setImmediate(() => {
      isHeld = false;
      stream.uncork();
    });
  };
}

export function unavailable(operation: string, reason: string): BehalfError {
  return new BehalfError('store.unavailable', `Redis did not do ${operation}: ${reason}`, {
    details: { store: 'redis', operation, reason },
  });
}

interface Access {
  readonly target: RedisTarget;
  readonly tls: TlsOptions | undefined;
}

/** How a client takes an outage: fail fast, or keep commands until Redis is back. */
interface Patience {
  readonly enableOfflineQueue: boolean;
  readonly maxRetriesPerRequest: number | null;
  readonly autoResendUnfulfilledCommands: boolean;
  readonly commandTimeout?: number;
  readonly socketTimeout?: number;
}

function openClient({ target, tls }: Access, { enableOfflineQueue, ...patience }: Patience): RedisClient {
  const common = {
    ...patience,
    connectTimeout: CONNECT_TIMEOUT_MS,
    connectionName: 'behalf',
    // After a failover behind one name, the old master answers READONLY until the name is resolved anew.
    reconnectOnError: (error: Error): boolean => reasonOf(error) === 'READONLY',
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(tls ? { tls } : {}),
  };
  if (target.kind === 'cluster') {
    return new Cluster([...target.nodes], {
      enableOfflineQueue,
      redisOptions: common,
      clusterRetryStrategy: retryDelay,
      maxRedirections: 8,
      // TLS names stand in certificates; ioredis would connect to the resolved address otherwise.
      ...(tls ? { dnsLookup: (address, done) => done(null, address) } : {}),
    });
  }
  const single = { ...common, enableOfflineQueue, retryStrategy: retryDelay, db: target.db };
  if (target.kind === 'single') return inItsDatabase(new Redis({ ...single, ...target.address }));
  const found = new Redis({
    ...single,
    sentinels: [...target.sentinels],
    name: target.name,
    sentinelRetryStrategy: retryDelay,
    sentinelCommandTimeout: SENTINEL_TIMEOUT_MS,
    ...(tls ? { enableTLSForSentinelMode: true, sentinelTLS: tls } : {}),
  });
  return inItsDatabase(found);
}

/**
 * Never ready in another database than its own: ioredis selects it with each connection, and goes on where that fails. So are
 * its duplicates: BullMQ waits for jobs on one.
 */
function inItsDatabase(client: Redis): Redis {
  client.on('error', (error) => {
    if (isSelectError(error)) client.disconnect(true);
  });
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (changes) => inItsDatabase(duplicate(changes));
  return client;
}

function retryDelay(attempt: number): number {
  return Math.min(25 * 2 ** Math.min(attempt, 10), LONGEST_RETRY_MS);
}

interface Wait {
  readonly clock: Clock;
  readonly health: OutageWatch;
  readonly timeoutMs: number;
}

async function waitUntilReady(client: RedisClient, { clock, health, timeoutMs }: Wait): Promise<boolean> {
  if (client.status === 'ready') return true;
  const stop = new AbortController();
  const heard = new Promise<boolean>((resolve) => {
    const ready = (): void => resolve(true);
    // No time mends that one.
    const failed = (): void => {
      if (health.lastReason() === NO_DATABASE) resolve(false);
    };
    client.on('ready', ready).on('error', failed);
    stop.signal.addEventListener('abort', () => client.off('ready', ready).off('error', failed));
  });
  const late = clock.sleep(timeoutMs, stop.signal).then(
    () => false,
    () => false,
  );
  const isReady = await Promise.race([heard, late]);
  stop.abort();
  if (!isReady && health.lastReason() === NO_DATABASE) throw noDatabase();
  return isReady;
}

function noDatabase(): BehalfError {
  return new BehalfError(
    'config.invalid',
    'REDIS_URL ends in the number of a database that Redis does not have, or that its user may not select; see "databases" in redis.conf (16 by default: 0 to 15)',
    { details: { reason: NO_DATABASE } },
  );
}

async function closeClient(client: RedisClient): Promise<void> {
  if (client.status === 'end') return;
  if (client.status === 'ready') await client.quit().catch(() => undefined);
  client.disconnect();
}
