import { describeAuditStore } from './audit-store.contract.js';
import { describeConnectionStore } from './connection-store.contract.js';
import { describeDepartureQueue } from './departure-queue.contract.js';
import { describeExpiringStore } from './expiring-store.contract.js';
import { describeInstallations } from './installations.contract.js';
import { describeJobQueue } from './job-queue.contract.js';
import { describeJobStore } from './job-store.contract.js';
import { describeKeepAliveList } from './keep-alive-list.contract.js';
import { describeKeyRotation } from './key-rotation.contract.js';
import { describeLeaseStore } from './lease-store.contract.js';
import { describeOwnerLimits } from './owner-limits.contract.js';
import { describeRateLimiter } from './rate-limiter.contract.js';
import { describeRevocationQueue } from './revocation-queue.contract.js';
import { describeStoreHealth } from './store-health.contract.js';
import type { OpenStores } from './stores.js';

/** The contract of every store port, for one driver. */
export function describeStores(open: OpenStores): void {
  describeExpiringStore(open);
  describeConnectionStore(open);
  describeKeepAliveList(open);
  describeLeaseStore(open);
  describeInstallations(open);
  describeRevocationQueue(open);
  describeDepartureQueue(open);
  describeAuditStore(open);
  describeJobStore(open);
  describeOwnerLimits(open);
  describeJobQueue(open);
  describeKeyRotation(open);
  describeRateLimiter(open);
  describeStoreHealth(open);
}
