import type { StoreConfig } from '../config.js';
import { openRows } from '../connections/connection-records.js';
import type { ConnectionRow } from '../connections/connection-store.port.js';
import { type SharedStates, statesOf } from '../connections/shared-states.js';
import { asBehalfError, type BehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import { noMetrics } from '../kernel/metrics.port.js';
import { systemClock } from '../kernel/system-clock.js';
import { hasKeys } from './existing-store.js';
import { openVault } from './open-vault.js';

/** How long a Redis that does not answer is waited for, in ms. */
const START_TIMEOUT_MS = 3_000;

/** What the store says of the shared connections, or why it could not be looked at. */
export type StoreLook =
  | { readonly kind: 'known'; readonly states: SharedStates }
  | {
      readonly kind: 'unknown';
      readonly why: string;
      /** What is not there. */
      readonly lacks?: 'store' | 'keys';
      /** Of a store that is there. */
      readonly error?: BehalfError;
    };

/** Looks at the shared connections without changing anything, beside a running service where the store allows it. */
export async function lookAtStore(config: StoreConfig): Promise<StoreLook> {
  const logger = (await import('../../adapters/pino/index.js')).createLogger({ level: 'silent' });
  let rows: readonly ConnectionRow[] | undefined;
  try {
    rows = await readRows(config, logger);
  } catch (thrown) {
    const error = asBehalfError(thrown);
    return { kind: 'unknown', why: error.message, error };
  }
  if (!rows) return { kind: 'unknown', why: `there is no store in ${config.dataDir} (DATA_DIR)`, lacks: 'store' };
  if (!hasKeys(config)) return { kind: 'unknown', why: 'ENCRYPTION_KEYS is not set', lacks: 'keys' };
  try {
    return { kind: 'known', states: statesOf(openRows(await openVault(config, logger), rows)) };
  } catch (error) {
    return { kind: 'unknown', why: asBehalfError(error).message, lacks: 'keys' };
  }
}

async function readRows(config: StoreConfig, logger: Logger): Promise<readonly ConnectionRow[] | undefined> {
  if (config.store.kind === 'embedded') {
    return (await import('../../adapters/embedded/index.js')).peekSharedConnections(config.store.directory);
  }
  return (await import('../../adapters/redis/index.js')).peekSharedConnections({
    url: config.store.url.reveal(),
    ...(config.store.caFile === undefined ? {} : { caFile: config.store.caFile }),
    startTimeoutMs: START_TIMEOUT_MS,
    clock: systemClock,
    logger,
    metrics: noMetrics,
  });
}
