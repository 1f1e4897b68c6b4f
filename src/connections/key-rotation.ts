import { isBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Vault } from '../kernel/vault.js';
import type { ConnectionOwner } from './connection.js';
import { type ConnectionRecords, ownerParts } from './connection-records.js';
import type { ConnectionStore } from './connection-store.port.js';

const PAGE = 100;
const TRIES = 5;

export interface KeyRotation {
  readonly checked: number;
  readonly resealed: number;
  /** Rows that could not be opened, or changed too often; each has its log line. */
  readonly failed: number;
}

interface RotationParts {
  readonly store: ConnectionStore;
  readonly records: ConnectionRecords;
  readonly vault: Vault;
  readonly logger: Logger;
}

/** Seals the rows of one connection's owners with the first key of the keyring. */
export async function rotateConnectionKeys(parts: RotationParts, name: string): Promise<KeyRotation> {
  const counts = { unchanged: 0, resealed: 0, failed: 0 };
  let after: string | undefined;
  do {
    const page = await parts.store.owners(name, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const owner of page.owners) counts[await reseal(parts, owner, name)] += 1;
    after = page.next;
  } while (after !== undefined);
  const { unchanged, resealed, failed } = counts;
  return { checked: unchanged + resealed + failed, resealed, failed };
}

async function reseal(
  { store, records, vault, logger }: RotationParts,
  owner: ConnectionOwner,
  name: string,
): Promise<'unchanged' | 'resealed' | 'failed'> {
  const fields = { connection: name, owner: ownerParts(owner).join('/') };
  try {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const row = await store.get(owner, name);
      if (row === undefined || !vault.needsRotation(row.sealed)) return 'unchanged';
      const connection = await records.read(owner, name);
      if (connection === undefined) return 'unchanged';
      if (await records.write({ ...connection, generation: connection.generation + 1 })) return 'resealed';
    }
    logger.warn(fields, 'connection changes too often to be sealed anew');
  } catch (error) {
    if (!isBehalfError(error, 'store.corrupt')) throw error;
    logger.error({ ...fields, err: error }, 'connection cannot be sealed anew');
  }
  return 'failed';
}
