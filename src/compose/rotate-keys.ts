import { AuditLog } from '../audit/audit-log.js';
import type { StoreConfig } from '../config.js';
import { noMetrics } from '../kernel/metrics.port.js';
import { systemClock } from '../kernel/system-clock.js';
import { isInUse, type KeyUses, usesOfKeys } from '../key-uses.js';
import { type RotationParts, type RotationReport, rotateKeys } from '../rotate-keys.js';
import { byAdministrator, createAuditTrail } from './audit.js';
import { demandStore } from './existing-store.js';
import { openStores } from './open-stores.js';
import { openVault } from './open-vault.js';

/** What `behalf keys` does with everything that is sealed, beside a running service where the store allows it. */
export interface OpenedRotation {
  rotate(onProgress: RotationParts['onProgress']): Promise<RotationReport>;
  uses(): Promise<KeyUses>;
  close(): Promise<void>;
}

/** @throws BehalfError `config.invalid` where there is no store, or a service has the embedded one open, and as the keyring does */
export async function openRotation(config: StoreConfig): Promise<OpenedRotation> {
  await demandStore(config);
  const logger = (await import('../../adapters/pino/index.js')).createLogger({ level: 'silent' });
  const basics = { clock: systemClock, logger, metrics: noMetrics };
  const vault = await openVault(config, logger);
  const stores = await openStores(config, basics);
  const trail = createAuditTrail(config, { stores, vault, ...basics });
  const audit = new AuditLog({ store: stores.audit, vault });
  const parts = { rows: stores.sealedRows, leases: stores.leases, audit, vault, clock: systemClock };
  return {
    async rotate(onProgress) {
      const report = await rotateKeys({ ...parts, ...(onProgress ? { onProgress } : {}) });
      // A note would be sealed, too, and make a store that nobody uses look like one that is in use.
      if (isInUse(report.uses)) byAdministrator(trail).note({ kind: 'keys', outcome: 'rotated' });
      return report;
    },
    uses: () => usesOfKeys(parts),
    async close() {
      await trail.stop();
      await stores.health.close();
    },
  };
}
