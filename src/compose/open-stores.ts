import type { Stores } from '../assemble.js';
import type { Config } from '../config.js';
import type { ParentConnection } from '../connections/parent-connection.js';
import type { Clock } from '../kernel/clock.port.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Metrics } from '../kernel/metrics.port.js';
import type { SealedRows } from '../sealed-rows.port.js';

/** What every driver is made with. */
export interface Basics {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The stores, with what a change of the keys goes through. */
export type OpenedStores = Stores & { readonly sealedRows: SealedRows };

/** The stores that the configuration asks for; only their driver is loaded. */
export async function openStores(
  config: Pick<Config, 'store'> & Partial<Pick<Config, 'jobLeaseMs'>>,
  basics: Basics,
): Promise<OpenedStores> {
  if (config.store.kind === 'redis') {
    return (await import('../../adapters/redis/index.js')).createRedisStores({
      url: config.store.url.reveal(),
      ...(config.store.caFile === undefined ? {} : { caFile: config.store.caFile }),
      ...(config.jobLeaseMs === undefined ? {} : { stalledAfterMs: config.jobLeaseMs }),
      ...basics,
    });
  }
  return (await import('../../adapters/embedded/index.js')).createEmbeddedStores({
    directory: config.store.directory,
    ...basics,
  });
}

/** Where browsers are sent for a login. */
export function originOf(parent: ParentConnection | undefined): string | undefined {
  const auth = parent?.auth;
  if (auth?.kind === 'oauth2') return new URL(auth.app.authorizationUrl).origin;
  return auth?.kind === 'stored' && auth.login ? new URL(auth.login.authorizationUrl).origin : undefined;
}
