import type { AuditStore } from '../../src/audit/audit-store.port.js';
import type { ConnectionStore } from '../../src/connections/connection-store.port.js';
import type { DepartureQueue } from '../../src/connections/departure-queue.port.js';
import type { KeepAliveList } from '../../src/connections/keep-alive-list.port.js';
import type { LeaseStore } from '../../src/connections/lease-store.port.js';
import type { RevocationQueue } from '../../src/connections/revocation-queue.port.js';
import type { JobQueue } from '../../src/jobs/job-queue.port.js';
import type { JobStore } from '../../src/jobs/job-store.port.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { ExpiringStore } from '../../src/kernel/expiring-store.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import type { RateLimiter } from '../../src/kernel/rate-limiter.port.js';
import type { StoreHealth } from '../../src/kernel/store-health.port.js';
import type { SealedRows } from '../../src/sealed-rows.port.js';
import { createAuditStore } from './audit-store.js';
import { createLink, type RedisLink } from './client.js';
import { createConnectionStore } from './connection-store.js';
import { createDepartureQueue } from './departure-queue.js';
import { createExpiringStore } from './expiring-store.js';
import { createHealth } from './health.js';
import { createJobQueue } from './job-queue.js';
import { createJobStore } from './job-store.js';
import { createKeepAliveList } from './keep-alive-list.js';
import { createKeys } from './keys.js';
import { createLeaseStore } from './lease-store.js';
import { createRateLimiter } from './rate-limiter.js';
import { ReadAhead } from './read-ahead.js';
import { createRevocationQueue } from './revocation-queue.js';
import { createSealedRows } from './sealed-rows.js';
import { parseRedisUrl } from './url.js';

export { peekStore } from './peek.js';

export interface RedisStoresOptions {
  /** One server, Sentinel or Cluster; see {@link parseRedisUrl}. */
  readonly url: string;
  /** PEM file of the authorities that certificates are trusted from; default: those of Node. Only with `rediss`. */
  readonly caFile?: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Begins every key. Default `behalf:`. Must not contain braces. */
  readonly prefix?: string;
  /** Longest wait for one command, in ms. Default 1 500: well inside the platforms' 3 seconds. */
  readonly commandTimeoutMs?: number;
  /** How long the start waits for Redis, in ms, before it goes on without. Default 10 000. */
  readonly startTimeoutMs?: number;
  /** Silence after which another process takes over a delivery of the queue, in ms. Default 30 000. */
  readonly stalledAfterMs?: number;
  /** First wait before the queue delivers again what a handler rejected, in ms. Default 1 000, doubling to a minute. */
  readonly backoffMs?: number;
}

export interface RedisStores {
  readonly expiring: ExpiringStore;
  readonly connections: ConnectionStore;
  readonly keepAlive: KeepAliveList;
  readonly leases: LeaseStore;
  readonly revocations: RevocationQueue;
  readonly departures: DepartureQueue;
  readonly audit: AuditStore;
  readonly jobs: JobStore;
  readonly queue: JobQueue;
  /** For a change of the keys. */
  readonly sealedRows: SealedRows;
  readonly limiter: RateLimiter;
  readonly health: StoreHealth;
}

/**
 * All stores on Redis 6.2 or newer. A URL that cannot be read, or that names a database which is not there, is
 * `config.invalid`. A Redis that does not answer is not an error here: the stores say `store.unavailable` until it does,
 * and readiness says no.
 */
export async function createRedisStores(options: RedisStoresOptions): Promise<RedisStores> {
  const { clock, logger, prefix = 'behalf:' } = options;
  if (/[{}]/.test(prefix))
    throw new BehalfError('config.invalid', 'The prefix of the Redis keys must not contain braces');
  const target = parseRedisUrl(options.url);
  const link = createLink({ ...options, target, commandTimeoutMs: options.commandTimeoutMs ?? 1_500 });
  const keys = createKeys(prefix);
  await start(link, logger, options.startTimeoutMs ?? 10_000);
  const queue = createJobQueue(link, keys, {
    clock,
    logger,
    backoffMs: options.backoffMs ?? 1_000,
    stalledAfterMs: options.stalledAfterMs ?? 30_000,
  });
  return {
    expiring: createExpiringStore(link, keys),
    connections: createConnectionStore(link, keys, new ReadAhead(clock)),
    keepAlive: createKeepAliveList(link, keys),
    leases: createLeaseStore(link, keys),
    revocations: createRevocationQueue(link, keys),
    departures: createDepartureQueue(link, keys),
    audit: createAuditStore(link, keys),
    jobs: createJobStore(link, keys),
    queue,
    sealedRows: createSealedRows(link, keys, clock),
    limiter: createRateLimiter(link, keys),
    health: createHealth({
      link,
      keys,
      clock,
      async close() {
        await queue.close();
        await link.close();
      },
    }),
  };
}

async function start(link: RedisLink, logger: Logger, timeoutMs: number): Promise<void> {
  try {
    if (await link.waitUntilReady(timeoutMs)) return;
    logger.error({ reason: link.lastReason() }, 'Redis does not answer; starting without it and trying on');
  } catch (error) {
    await link.close();
    throw error;
  }
}
