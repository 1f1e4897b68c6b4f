import type { ExpiringStore, RecordKey } from '../kernel/expiring-store.port.js';
import type { PersonOwner } from './connection.js';
import { ownedLimitKey } from './login-limits.js';

/** How long a person who has ended a connection is not connected without being asked. */
const DECLINED_MS = 365 * 86_400_000;

/** Notes that the person has ended the connection: it is not made again without a login of theirs. */
export async function declineLogin(store: ExpiringStore, owner: PersonOwner, connection: string): Promise<void> {
  await store.put(keyOf(owner, connection), '1', DECLINED_MS);
}

/** The person has logged in to it of their own will. */
export async function acceptLogin(store: ExpiringStore, owner: PersonOwner, connection: string): Promise<void> {
  await store.delete(keyOf(owner, connection));
}

export async function isLoginDeclined(store: ExpiringStore, owner: PersonOwner, connection: string): Promise<boolean> {
  return (await store.get(keyOf(owner, connection))) !== undefined;
}

function keyOf(owner: PersonOwner, connection: string): RecordKey {
  return ownedLimitKey('declined', owner, connection);
}
