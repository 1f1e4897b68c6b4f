import type { Config } from '../config.js';
import { BehalfError } from '../kernel/errors.js';
import { noMetrics } from '../kernel/metrics.port.js';
import { systemClock } from '../kernel/system-clock.js';
import { countUnreadable, type MovedRows, moveStore } from '../move-store.js';
import { demandStore } from './existing-store.js';
import { openStores } from './open-stores.js';
import { openVault } from './open-vault.js';

/** As long as Redis may take to answer. */
const REACHED_MS = 10_000;

/**
 * Carries the embedded store of `DATA_DIR` into the Redis of `REDIS_URL` and sets the file aside. Throws `config.invalid`
 * where there is no such file, a service still has it open, or no Redis is named, and unless `leaveUnreadable` where no key
 * opens some of its connections.
 */
export async function migrateToRedis(
  config: Config,
  { leaveUnreadable = false } = {},
): Promise<MovedRows & { readonly aside: string }> {
  if (config.store.kind !== 'redis') {
    throw new BehalfError('config.invalid', 'REDIS_URL is not set: it says where the data of DATA_DIR is to go');
  }
  const logger = (await import('../../adapters/pino/index.js')).createLogger({ level: 'silent' });
  const clock = systemClock;
  const { openEmbeddedContents } = await import('../../adapters/embedded/index.js');
  const from = await openEmbeddedContents({ directory: config.dataDir, clock });
  try {
    await demandStore({ ...config, store: { kind: 'embedded', directory: config.dataDir } });
    const vault = await openVault(config, logger);
    const unreadable = leaveUnreadable ? 0 : await countUnreadable(from, vault);
    if (unreadable > 0)
      throw new BehalfError(
        'config.invalid',
        `No key of ENCRYPTION_KEYS opens connections in ${config.dataDir}: ${unreadable}. Nothing was moved. Give all keys that the service has had; where one is lost, add --leave-unreadable, and these people log in anew.`,
      );
    const to = await openStores(config, { clock, logger, metrics: noMetrics });
    try {
      // Where there is nothing to move, nothing else would ask it.
      await to.health.check(REACHED_MS);
      const moved = await moveStore({ from, to, vault, clock });
      return { ...moved, aside: await from.retire() };
    } finally {
      await to.health.close();
    }
  } finally {
    await from.close();
  }
}
