import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type ChatUser, type ChatUserProfile, chatUserKey, type Outsider } from '../../src/chat/chat-user.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError, isBehalfError } from '../../src/kernel/errors.js';

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
  tenantId: text,
});

/** `external`: of another organisation (a shared channel, federation), without an account, or nobody can tell. */
export type Standing = 'member' | Outsider;

interface Person {
  readonly profile: ChatUserProfile;
  readonly standing: Standing;
}

interface Entry {
  readonly person: Person;
  readonly until: number;
}

type Look = () => Promise<unknown>;

/** What Teams says of people (`TeamsChannelAccount`), asked once an hour. */
export class People {
  readonly #entries = new LRUCache<string, Entry>({ max: REMEMBERED_PEOPLE });
  readonly #asking = new Map<string, Promise<Person>>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws BehalfError `chat.delivery_failed` when Teams does not tell */
  async describe(user: ChatUser, look: Look): Promise<ChatUserProfile> {
    return (await this.#person(user, look)).profile;
  }

  /** As {@link standing}, where Teams was asked within the hour. */
  knownStanding(user: ChatUser): Standing | undefined {
    return this.#known(user)?.standing;
  }

  /**
   * Whether the person may use the bot at all. Who is not in the roster is a stranger.
   * @throws BehalfError `chat.delivery_failed` when Teams does not tell
   */
  async standing(user: ChatUser, look: Look): Promise<Standing> {
    try {
      return (await this.#person(user, look)).standing;
    } catch (error) {
      if (isBehalfError(error, 'chat.delivery_failed') && error.details['status'] === 404) return 'external';
      throw error;
    }
  }

  /** Has the person asked about anew. */
  forget(user: ChatUser): void {
    this.#entries.delete(chatUserKey(user));
  }

  #person(user: ChatUser, look: Look): Promise<Person> {
    const known = this.#known(user);
    if (known) return Promise.resolve(known);
    const id = chatUserKey(user);
    const asking = this.#asking.get(id) ?? this.#ask(user, look).finally(() => this.#asking.delete(id));
    this.#asking.set(id, asking);
    return asking;
  }

  #known(user: ChatUser): Person | undefined {
    const entry = this.#entries.get(chatUserKey(user));
    return entry && entry.until > this.#clock.now() ? entry.person : undefined;
  }

  async #ask(user: ChatUser, look: Look): Promise<Person> {
    const { tenantId } = user;
    const until = this.#clock.now() + PROFILE_TTL_MS;
    const account = await look();
    const person = { profile: toProfile(account, tenantId), standing: toStanding(account, tenantId) };
    this.#entries.set(chatUserKey(user), { person, until });
    return person;
  }
}

/**
 * `email` is the `mail` attribute in Entra ID, and the user principal name the name people sign in with. Both are set by
 * the tenant's administrators, never by the person, so within the one tenant that we serve they say who it is. That does
 * not hold for guests: theirs come from outside, so a guest has no confirmed address.
 */
export function toProfile(account: unknown, tenantId: string): ChatUserProfile {
  const { aadObjectId, email, givenName, name, userPrincipalName } = readMember(account);
  const address = [email, userPrincipalName].find((candidate) => candidate?.includes('@'));
  return {
    ...(aadObjectId ? { userId: aadObjectId.toLowerCase() } : {}),
    name: name || givenName || userPrincipalName || 'somebody',
    // The organisation's name would take a permission of Microsoft Graph. Of guests, too, the sign-in name ends with its domain.
    place: (userPrincipalName ?? address)?.split('@').at(-1) || tenantId.slice(0, 8),
    ...(address && toStanding(account, tenantId) === 'member' ? { confirmedEmail: address } : {}),
  };
}

/**
 * `userRole` is `user`, `guest` or `anonymous`; the names of guests hold `#EXT#`. Where neither is said nobody can tell.
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
 */
export function toStanding(account: unknown, tenantId: string): Standing {
  const member = readMember(account);
  const role = member.userRole?.toLowerCase();
  const signInName = member.userPrincipalName?.toUpperCase();
  if (member.tenantId && member.tenantId.toLowerCase() !== tenantId.toLowerCase()) return 'external';
  if (role === 'guest' || signInName?.includes('#EXT#')) return 'guest';
  return role === 'user' || (!role && signInName) ? 'member' : 'external';
}

function readMember(account: unknown): z.infer<typeof Member> {
  const member = Member.safeParse(account);
  if (member.success) return member.data;
  throw new BehalfError('chat.delivery_failed', 'Microsoft Teams did not say who a person is.');
}
