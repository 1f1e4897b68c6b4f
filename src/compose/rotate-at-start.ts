import { AuditLog } from '../audit/audit-log.js';
import type { Audit } from '../kernel/audit.port.js';
import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Vault } from '../kernel/vault.js';
import { isInUse, neededOf } from '../key-uses.js';
import { rotateKeys } from '../rotate-keys.js';
import type { OpenedStores } from './open-stores.js';

/**
 * Seals what is stored with the first key while the service runs, where nobody else can open the store to do it. Never
 * rejects: what was not done is done after the next start.
 */
export async function rotateAtStart(parts: {
  readonly stores: OpenedStores;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit?: Audit;
}): Promise<void> {
  const { clock, logger, stores, vault } = parts;
  // With one key there is nothing that it could be changed from.
  if (vault.keyIds.length < 2) return;
  try {
    const audit = new AuditLog({ store: stores.audit, vault });
    const { resealed, uses } = await rotateKeys({
      rows: stores.sealedRows,
      leases: stores.leases,
      audit,
      vault,
      clock,
    });
    if (resealed > 0) parts.audit?.note({ kind: 'keys', outcome: 'rotated' });
    const needed = neededOf(uses);
    const facts = { resealed, unreadable: uses.unreadable, needed };
    if (!isInUse(uses)) logger.info(facts, 'Nothing is sealed in this store yet: whether old keys can go is not known');
    else if (uses.unreadable > 0)
      logger.warn(facts, 'Records open with no key of the keyring: take no key out until it is known what seals them');
    else if (needed.length === 0)
      logger.info(
        facts,
        'Everything is sealed with the first key: the old ones can be taken out, and are to be kept elsewhere for as long as backups from before',
      );
    else
      logger.info(
        facts,
        'Sealed with the first key what lasts; old keys are still needed, look again after the next start',
      );
  } catch (error) {
    logger.warn(
      { err: asBehalfError(error) },
      'Not everything is sealed with the first key; it goes on after the next start',
    );
  }
}
