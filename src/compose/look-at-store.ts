import { openAuditKey } from '../audit/chain.js';
import type { StoreConfig } from '../config.js';
import { openRows } from '../connections/connection-records.js';
import { type SharedStates, statesOf } from '../connections/shared-states.js';
import { asBehalfError, type BehalfError, isBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import { noMetrics } from '../kernel/metrics.port.js';
import { systemClock } from '../kernel/system-clock.js';
import { keyIdOf, type Vault } from '../kernel/vault.js';
import type { StorePeek } from '../store-contents.port.js';
import { hasKeys } from './existing-store.js';
import { openVault } from './open-vault.js';

/** How long a Redis that does not answer is waited for, in ms. */
const START_TIMEOUT_MS = 3_000;

/** What the store says of the shared connections, or why it could not be looked at. `lostKey`: id of a key that it needs, and that we do not have. */
export type StoreLook =
  | { readonly kind: 'known'; readonly states: SharedStates; readonly lostKey?: string }
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
  let found: StorePeek | undefined;
  try {
    found = await peek(config, logger);
  } catch (thrown) {
    const error = asBehalfError(thrown);
    return { kind: 'unknown', why: error.message, error };
  }
  if (!found) return { kind: 'unknown', why: `there is no store in ${config.dataDir} (DATA_DIR)`, lacks: 'store' };
  if (!hasKeys(config)) return { kind: 'unknown', why: 'ENCRYPTION_KEYS is not set', lacks: 'keys' };
  try {
    const vault = await openVault(config, logger);
    const lostKey = found.auditKey && lostKeyOf(vault, found.auditKey);
    const states = statesOf(openRows(vault, found.shared));
    return { kind: 'known', states, ...(lostKey === undefined ? {} : { lostKey }) };
  } catch (error) {
    return { kind: 'unknown', why: asBehalfError(error).message, lacks: 'keys' };
  }
}

/** The key of the audit log is sealed as all else is, and there is one wherever somebody has done something. */
function lostKeyOf(vault: Vault, auditKey: Uint8Array): string | undefined {
  try {
    openAuditKey(vault, auditKey);
    return undefined;
  } catch (error) {
    if (!isBehalfError(error, 'store.corrupt')) throw error;
    return keyIdOf(auditKey);
  }
}

async function peek(config: StoreConfig, logger: Logger): Promise<StorePeek | undefined> {
  if (config.store.kind === 'embedded') {
    return (await import('../../adapters/embedded/index.js')).peekStore(config.store.directory);
  }
  return (await import('../../adapters/redis/index.js')).peekStore({
    url: config.store.url.reveal(),
    ...(config.store.caFile === undefined ? {} : { caFile: config.store.caFile }),
    startTimeoutMs: START_TIMEOUT_MS,
    clock: systemClock,
    logger,
    metrics: noMetrics,
  });
}
