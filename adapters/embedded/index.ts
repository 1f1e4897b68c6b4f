import { statSync } from 'node:fs';
import type { AuditStore } from '../../src/audit/audit-store.port.js';
import type { ConnectionStore } from '../../src/connections/connection-store.port.js';
import type { DepartureQueue } from '../../src/connections/departure-queue.port.js';
import type { KeepAliveList } from '../../src/connections/keep-alive-list.port.js';
import type { LeaseStore } from '../../src/connections/lease-store.port.js';
import type { RevocationQueue } from '../../src/connections/revocation-queue.port.js';
import type { JobQueue } from '../../src/jobs/job-queue.port.js';
import type { JobStore } from '../../src/jobs/job-store.port.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import type { ExpiringStore } from '../../src/kernel/expiring-store.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import type { RateLimiter } from '../../src/kernel/rate-limiter.port.js';
import type { StoreHealth } from '../../src/kernel/store-health.port.js';
import type { SealedRows } from '../../src/sealed-rows.port.js';
import { createAuditStore } from './audit-store.js';
import { createConnectionStore } from './connection-store.js';
import { type Database, openDatabase } from './database.js';
import { createDepartureQueue } from './departure-queue.js';
import { createExpiringStore } from './expiring-store.js';
import { createJobQueue } from './job-queue.js';
import { createJobStore } from './job-store.js';
import { createKeepAliveList } from './keep-alive-list.js';
import { createLeaseStore } from './lease-store.js';
import { createRateLimiter } from './rate-limiter.js';
import { createRevocationQueue } from './revocation-queue.js';
import { createSealedRows } from './sealed-rows.js';

export { backUpFile, restoreFile } from './backup.js';
export { openEmbeddedContents } from './contents.js';
export { existingFile } from './file.js';
export { peekStore } from './peek.js';

const SWEEP_EVERY_MS = 60_000;
const SWEPT_AT_ONCE = 1_000;
/** What the hashes of claims begin with, each as often as the others. */
const CLAIM_CHARACTERS = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';

export interface EmbeddedStoresOptions {
  /** Folder of the file `behalf.db`; made when missing, readable by its owner only. */
  readonly directory: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** First wait before the queue delivers again what a handler rejected, in ms. Default 1 000, doubling to a minute. */
  readonly backoffMs?: number;
}

export interface EmbeddedStores {
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
 * All stores in one local file, for one process. Throws `config.invalid` when the folder cannot be used, the file belongs to
 * another program, a newer version or a running process, or the machine has no build; `store.corrupt` when it is damaged.
 */
export async function createEmbeddedStores(options: EmbeddedStoresOptions): Promise<EmbeddedStores> {
  const { directory, clock, logger, metrics } = options;
  const database = await openDatabase({ directory, clock, metrics });
  const queue = createJobQueue(database, { clock, logger, backoffMs: options.backoffMs ?? 1_000 });
  const closing = new AbortController();
  void sweep(database, { clock, logger, signal: closing.signal });
  return {
    expiring: createExpiringStore(database, clock),
    connections: createConnectionStore(database),
    keepAlive: createKeepAliveList(database),
    leases: createLeaseStore(database, clock),
    revocations: createRevocationQueue(database),
    departures: createDepartureQueue(database),
    audit: createAuditStore(database),
    jobs: createJobStore(database, clock),
    queue,
    sealedRows: createSealedRows(database, clock),
    limiter: createRateLimiter(),
    health: createHealth(database, directory, async () => {
      closing.abort();
      // Handlers under way are not waited for: `stop` of the queue does that.
      void queue.stop();
      database.close();
    }),
  };
}

function createHealth(database: Database, directory: string, close: () => Promise<void>): StoreHealth {
  // A write: a full disk can still be read.
  const probe = database.prepare(
    "INSERT OR REPLACE INTO records (kind, id, value, expires_at) VALUES ('health', '', x'', 0)",
  );
  return {
    async check() {
      await database.call('check', () => probe.run());
    },
    async warnings() {
      const isOpenToOthers = process.platform !== 'win32' && (statSync(directory).mode & 0o077) !== 0;
      return isOpenToOthers
        ? [`Other users of this machine can read ${directory} (DATA_DIR); chmod 700 keeps them out.`]
        : [];
    },
    close,
  };
}

/**
 * Deletes what has expired, now and every minute; of the claims, which have no index by their time, those of another character
 * each time, so that none stays for much longer than an hour. Reads do not rely on it: they look at the time themselves.
 */
async function sweep(
  database: Database,
  { clock, logger, signal }: { readonly clock: Clock; readonly logger: Logger; readonly signal: AbortSignal },
): Promise<void> {
  const records = database.prepare(
    'DELETE FROM records WHERE (kind, id) IN (SELECT kind, id FROM records WHERE expires_at <= ? LIMIT ?)',
  );
  const claims = database.prepare(
    `DELETE FROM claims WHERE event IN (
      SELECT event FROM claims WHERE event BETWEEN ? AND ? AND expires_at <= ? LIMIT ?)`,
  );
  const leases = database.prepare(
    'DELETE FROM leases WHERE rowid IN (SELECT rowid FROM leases WHERE expires_at <= ? LIMIT ?)',
  );
  // By the time, so that restarts do not begin at the same character again and again.
  for (let minute = Math.floor(clock.now() / SWEEP_EVERY_MS); !signal.aborted; minute += 1) {
    const first = CLAIM_CHARACTERS.charAt(minute % CLAIM_CHARACTERS.length);
    try {
      let swept = 0;
      do {
        swept = await database.call('sweep', () => {
          const now = clock.now();
          const ofClaims = claims.run(first, `${first}~`, now, SWEPT_AT_ONCE);
          return ofClaims + records.run(now, SWEPT_AT_ONCE) + leases.run(now, SWEPT_AT_ONCE);
        });
        // Between two portions, requests have their turn.
        await new Promise(setImmediate);
      } while (swept >= SWEPT_AT_ONCE && !signal.aborted);
    } catch (error) {
      logger.error({ err: error }, 'Expired records could not be deleted');
    }
    await clock.sleep(SWEEP_EVERY_MS, signal).catch(() => undefined);
  }
}
