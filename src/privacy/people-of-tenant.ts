import { type ChatUser, chatUserKey, isPlatform } from '../chat/chat-user.js';
import type { JobOwner } from '../chat/job-owner.js';
import type { ConnectionOwner } from '../connections/connection.js';

/** A row of the store, as far as it tells whose it is. */
type OwnedRow =
  | { readonly kind: 'connection'; readonly owner: ConnectionOwner }
  | { readonly kind: 'job'; readonly user: JobOwner }
  | { readonly kind: 'revocation' };

/**
 * Everybody of a workspace or organisation of whom there is a connection or a request, also under names that no connection has
 * any more. Goes through all there are, in portions: for when a workspace is gone.
 * @throws BehalfError `store.unavailable`
 */
export async function peopleOfTenant(
  rows: AsyncIterable<readonly OwnedRow[]>,
  tenant: { readonly platform: string; readonly tenantId: string },
): Promise<readonly ChatUser[]> {
  const found = new Map<string, ChatUser>();
  for await (const portion of rows)
    for (const row of portion) {
      const person = personOf(row);
      if (person?.platform !== tenant.platform || person.tenantId !== tenant.tenantId) continue;
      found.set(chatUserKey(person), person);
    }
  return [...found.values()];
}

function personOf(row: OwnedRow): ChatUser | undefined {
  if (row.kind === 'revocation') return undefined;
  const owner = row.kind === 'job' ? row.user : row.owner;
  // An installation is the workspace's own: nobody has an empty id.
  if (owner === 'shared' || owner.userId === '' || !isPlatform(owner.platform)) return undefined;
  const { platform, tenantId, userId } = owner;
  return { platform, tenantId, userId };
}
