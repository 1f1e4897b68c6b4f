import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import type { StorePeek } from '../../src/store-contents.port.js';
import { createAuditStore } from './audit-store.js';
import { createLink } from './client.js';
import { createConnectionStore } from './connection-store.js';
import { createKeys } from './keys.js';
import { parseRedisUrl } from './url.js';

interface PeekOptions {
  readonly url: string;
  readonly caFile?: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How long Redis is waited for, in ms. */
  readonly startTimeoutMs: number;
}

/** Read beside the running service. Throws `store.unavailable`, `config.invalid`. */
export async function peekStore(options: PeekOptions): Promise<StorePeek> {
  const { startTimeoutMs, url } = options;
  const link = createLink({ ...options, target: parseRedisUrl(url), commandTimeoutMs: startTimeoutMs });
  try {
    if (!(await link.waitUntilReady(startTimeoutMs))) {
      const reason = link.lastReason();
      throw new BehalfError('store.unavailable', `Redis (REDIS_URL) does not answer: ${reason}`, {
        details: { reason },
      });
    }
    const keys = createKeys('behalf:');
    const [shared, audit] = await Promise.all([
      createConnectionStore(link, keys).list('shared'),
      createAuditStore(link, keys).state(),
    ]);
    return { shared, ...(audit ? { auditKey: audit.key } : {}) };
  } finally {
    await link.close();
  }
}
