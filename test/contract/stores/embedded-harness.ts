import { createEmbeddedStores, type EmbeddedStoresOptions } from '../../../adapters/embedded/index.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { quietLogger, type Stores } from './stores.js';

/** The embedded stores with what the tests do not care about filled in. */
export function openEmbeddedStores(
  options: Pick<EmbeddedStoresOptions, 'directory'> & Partial<EmbeddedStoresOptions>,
): Promise<Stores> {
  return createEmbeddedStores({
    clock: systemClock,
    logger: quietLogger,
    metrics: noMetrics,
    backoffMs: 20,
    ...options,
  });
}
