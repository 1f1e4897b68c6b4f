import type { ConnectionRow } from '../../src/connections/connection-store.port.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
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

/** The rows of the shared connections, read beside the running service. Throws `store.unavailable`, `config.invalid`. */
export async function peekSharedConnections(options: PeekOptions): Promise<readonly ConnectionRow[]> {
  const { startTimeoutMs, url } = options;
  const link = createLink({ ...options, target: parseRedisUrl(url), commandTimeoutMs: startTimeoutMs });
  try {
    if (!(await link.waitUntilReady(startTimeoutMs))) {
      const reason = link.lastReason();
      throw new BehalfError('store.unavailable', `Redis (REDIS_URL) does not answer: ${reason}`, {
        details: { reason },
      });
    }
    return await createConnectionStore(link, createKeys('behalf:')).list('shared');
  } finally {
    await link.close();
  }
}
