import { userInfo } from 'node:os';
import type { Stores } from '../assemble.js';
import { AuditLog } from '../audit/audit-log.js';
import { AuditTrail } from '../audit/audit-trail.js';
import type { Config, StoreConfig } from '../config.js';
import type { Audit } from '../kernel/audit.port.js';
import { noMetrics } from '../kernel/metrics.port.js';
import { systemClock } from '../kernel/system-clock.js';
import type { Vault } from '../kernel/vault.js';
import { demandStore } from './existing-store.js';
import { type Basics, openStores } from './open-stores.js';
import { openVault } from './open-vault.js';

/** What writes into the audit log, and forgets what is too old. */
export function createAuditTrail(
  { auditMs }: Pick<Config, 'auditMs'>,
  { stores, vault, ...basics }: Basics & { readonly stores: Pick<Stores, 'audit'>; readonly vault: Vault },
): AuditTrail {
  return new AuditTrail({ log: new AuditLog({ store: stores.audit, vault }), keepMs: auditMs, ...basics });
}

/** Notes for somebody at the terminal what has nobody else's name. */
export function byAdministrator(audit: Audit): Audit {
  const by = `administrator ${nameOfUser()}`.trim();
  return { note: (event) => audit.note({ by, ...event }) };
}

/** A container may run as a user that has no name. */
function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

/** The audit log, to be read beside a running service where the store allows it. Throws `config.invalid` where no store is. */
export async function openAuditLog(config: StoreConfig): Promise<{ readonly log: AuditLog; close(): Promise<void> }> {
  await demandStore(config);
  const logger = (await import('../../adapters/pino/index.js')).createLogger({ level: 'silent' });
  const vault = await openVault(config, logger);
  const stores = await openStores(config, { clock: systemClock, logger, metrics: noMetrics });
  return { log: new AuditLog({ store: stores.audit, vault }), close: () => stores.health.close() };
}
