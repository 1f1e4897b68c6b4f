import type { Stores } from '../assemble.js';
import { openRows } from '../connections/connection-records.js';
import { type MadeEntries, madeIn, type SharedStates, statesOf } from '../connections/shared-states.js';
import { asBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Vault } from '../kernel/vault.js';

/** What the store says of the shared connections. Rejects with `store.unavailable`. */
export async function sharedStatesIn(stores: Pick<Stores, 'connections'>, vault: Vault): Promise<SharedStates> {
  return statesOf(openRows(vault, await stores.connections.list('shared')));
}

/** The connections that were made at run time; none while the store cannot be reached: they come when it is. */
export async function readMade(stores: Stores, vault: Vault, logger: Logger): Promise<MadeEntries> {
  try {
    return madeIn(await sharedStatesIn(stores, vault));
  } catch (error) {
    logger.error({ err: asBehalfError(error) }, 'connections that were made at run time could not be read yet');
    return new Map();
  }
}

export function isSameMade(one: MadeEntries, other: MadeEntries): boolean {
  if (one.size !== other.size) return false;
  return [...one].every(([name, entry]) => other.get(name)?.reveal() === entry.reveal());
}
