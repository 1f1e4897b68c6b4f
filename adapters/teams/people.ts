import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { ChatUser, ChatUserProfile } from '../../src/chat/chat-user.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError } from '../../src/kernel/errors.js';

const PROFILE_TTL_MS = 60 * 60_000;
const REMEMBERED_PEOPLE = 10_000;

const text = z.string().nullish();
const Member = z.looseObject({
  aadObjectId: text,
  name: text,
  givenName: text,
  email: text,
  userPrincipalName: text,
  userRole: text,
});

/** What Teams says of people (`TeamsChannelAccount`), asked once an hour. */
export class People {
  readonly #profiles = new LRUCache<string, { readonly profile: ChatUserProfile; readonly until: number }>({
    max: REMEMBERED_PEOPLE,
  });
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws BehalfError `chat.delivery_failed` when Teams does not tell */
  async describe(user: ChatUser, look: () => Promise<unknown>): Promise<ChatUserProfile> {
    const now = this.#clock.now();
    const known = this.#profiles.get(user.userId);
    if (known && known.until > now) return known.profile;
    const profile = toProfile(await look(), user.tenantId);
    this.#profiles.set(user.userId, { profile, until: now + PROFILE_TTL_MS });
    return profile;
  }
}

/**
 * `email` is the `mail` attribute in Entra ID, and the user principal name the name people sign in with. Both are set by
 * the tenant's administrators, never by the person, so within the one tenant that we serve they say who it is. That does
 * not hold for guests: theirs come from outside, so a guest has no confirmed address.
 */
export function toProfile(account: unknown, tenantId: string): ChatUserProfile {
  const member = Member.safeParse(account);
  if (!member.success) throw new BehalfError('chat.delivery_failed', 'Microsoft Teams did not say who a person is.');
  const { aadObjectId, email, givenName, name, userPrincipalName, userRole } = member.data;
  const isGuest = userRole?.toLowerCase() === 'guest' || (userPrincipalName ?? '').toUpperCase().includes('#EXT#');
  const address = [email, userPrincipalName].find((candidate) => candidate?.includes('@'));
  return {
    ...(aadObjectId ? { userId: aadObjectId.toLowerCase() } : {}),
    name: name || givenName || userPrincipalName || 'somebody',
    // The organisation's name would take a permission of Microsoft Graph.
    place: `tenant ${tenantId.slice(0, 8)}`,
    ...(address && !isGuest ? { confirmedEmail: address } : {}),
  };
}
