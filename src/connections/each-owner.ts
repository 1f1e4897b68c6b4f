import type { ConnectionOwner } from './connection.js';
import type { ConnectionStore } from './connection-store.port.js';

const PAGE = 100;

/** Visits everybody who has a connection of this name, page by page; tells how often `visit` said yes. */
export async function eachOwner(
  store: ConnectionStore,
  name: string,
  visit: (owner: ConnectionOwner) => Promise<boolean>,
): Promise<number> {
  let hits = 0;
  let after: string | undefined;
  do {
    const page = await store.owners(name, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const owner of page.owners) if (await visit(owner)) hits += 1;
    after = page.next;
  } while (after !== undefined);
  return hits;
}

/** How many persons have a connection of this name. */
export function countChildren(store: ConnectionStore, name: string): Promise<number> {
  return eachOwner(store, name, async (owner) => owner !== 'shared');
}
