import { type ChatUser, chatUserKey, isPlatform } from '../chat/chat-user.js';
import { isPerson } from '../chat/job-owner.js';
import type { ConnectionStore } from '../connections/connection-store.port.js';
import { eachOwner } from '../connections/each-owner.js';
import type { JobId } from '../jobs/job.js';
import type { JobStore } from '../jobs/job-store.port.js';

const PAGE = 500;

/**
 * Everybody of a workspace or organisation of whom there is a connection or a request. Goes through all there are: for when
 * a workspace is gone.
 */
export async function peopleOfTenant(
  parts: {
    readonly connections: ConnectionStore;
    readonly jobs: JobStore;
    /** Names of all connections that persons may have. */
    readonly names: readonly string[];
  },
  tenant: { readonly platform: string; readonly tenantId: string },
): Promise<readonly ChatUser[]> {
  const found = new Map<string, ChatUser>();
  const add = (user: { readonly platform: string; readonly tenantId: string; readonly userId: string }) => {
    const { platform, tenantId, userId } = user;
    if (!isPlatform(platform) || platform !== tenant.platform || tenantId !== tenant.tenantId) return;
    const person = { platform, tenantId, userId };
    found.set(chatUserKey(person), person);
  };
  for (const name of parts.names) {
    await eachOwner(parts.connections, name, async (owner) => {
      if (owner !== 'shared') add(owner);
      return true;
    });
  }
  let before: JobId | undefined;
  do {
    const rows = await parts.jobs.list({}, { limit: PAGE, ...(before === undefined ? {} : { before }) });
    for (const { user } of rows) if (isPerson(user)) add(user);
    before = rows.length < PAGE ? undefined : rows.at(-1)?.id;
  } while (before !== undefined);
  return [...found.values()];
}
