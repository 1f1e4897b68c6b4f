import { LRUCache } from 'lru-cache';
import type { Clock } from '../../src/kernel/clock.port.js';
import { type JsonObject, objectAt, present, textAt } from './json.js';
import { PATIENCE, type SlackApi, slackErrorOf } from './web-api.js';
import type { Workspace } from './workspace.js';

/** `external`: of another organisation, in a channel that is shared with it (Slack Connect). */
export type Standing = 'member' | 'guest' | 'external' | 'bot';

export interface SlackPerson {
  readonly standing: Standing;
  /** The organisation on Grid, else the workspace, that the person is at home in; absent where Slack does not tell. */
  readonly home?: string;
  readonly name: string;
  /** Confirmed, and of a full member. */
  readonly confirmedEmail?: string;
  /** IANA name. */
  readonly timeZone?: string;
  /** BCP 47: the language of the person's client. */
  readonly locale?: string;
  /** Ids of the workspaces that the person is in; only where the app is installed for all of an organisation. */
  readonly workspaces?: readonly string[];
}

interface Entry {
  readonly person: SlackPerson;
  readonly readAt: number;
}

const MAX_PEOPLE = 10_000;
/** How old an answer may be: whether somebody is a guest hardly ever changes; addresses decide about logins. */
const STANDING_AGE_MS = 60 * 60_000;
const PROFILE_AGE_MS = 60_000;
/** What `users.info` says of people that the app may not see: fail closed. */
const INVISIBLE: readonly (string | undefined)[] = ['user_not_found', 'user_not_visible', 'users_not_found'];
const INVISIBLE_PERSON: SlackPerson = { standing: 'external', name: 'Somebody' };
/** What is known of people, of one workspace or of many. */
export interface KnownPeople {
  readonly entries: LRUCache<string, Entry>;
  /** Those whom Slack is being asked about. */
  readonly asking: Map<string, Promise<SlackPerson>>;
}

export function knownPeople(): KnownPeople {
  return { entries: new LRUCache({ max: MAX_PEOPLE }), asking: new Map() };
}

/** Who people are in a workspace: asked once, kept for a while, bounded. */
export class People {
  readonly #api: SlackApi;
  readonly #clock: Clock;
  readonly #known: KnownPeople;
  readonly #session: { workspace(): Promise<Workspace> };
  readonly #prefix: string;

  constructor(parts: {
    readonly api: SlackApi;
    readonly clock: Clock;
    readonly known: KnownPeople;
    readonly session: { workspace(): Promise<Workspace> };
    /** Keeps workspaces apart in `known`. */
    readonly prefix: string;
  }) {
    this.#api = parts.api;
    this.#clock = parts.clock;
    this.#known = parts.known;
    this.#session = parts.session;
    this.#prefix = parts.prefix;
  }

  /** Whether the person may use the bot at all. `userTeam` is the workspace that the payload gives for them. */
  async standing(userId: string, userTeam: string | undefined): Promise<Standing> {
    const workspace = await this.#session.workspace();
    if (userId === workspace.botUserId || userId === 'USLACKBOT') return 'bot';
    // On Grid, colleagues of other workspaces are no strangers; only users.info tells them apart.
    if (!workspace.enterpriseId && userTeam !== undefined && userTeam !== workspace.teamId) return 'external';
    return (await this.#person(userId, STANDING_AGE_MS)).standing;
  }

  /** The tenant that somebody of another organisation belongs to, as far as it is known. */
  homeOf(userId: string): string | undefined {
    return this.#known.entries.get(this.#prefix + userId)?.person.home;
  }

  /** Where the person's clock stands, if it is known already. */
  timeZone(userId: string): string | undefined {
    return this.#known.entries.get(this.#prefix + userId)?.person.timeZone;
  }

  /** What language the person reads, if it is known already. */
  locale(userId: string): string | undefined {
    return this.#known.entries.get(this.#prefix + userId)?.person.locale;
  }

  profile(userId: string): Promise<SlackPerson> {
    return this.#person(userId, PROFILE_AGE_MS);
  }

  /**
   * The workspaces to ask about the person, where the token does not name one: that of an organisation.
   * @throws BehalfError `chat.delivery_failed`
   */
  async workspaces(userId: string): Promise<readonly (string | undefined)[]> {
    if (!isForAll(await this.#session.workspace())) return [undefined];
    return (await this.#person(userId, STANDING_AGE_MS)).workspaces ?? [];
  }

  /** Something about the person has changed. */
  forget(userId: string): void {
    this.#known.entries.delete(this.#prefix + userId);
  }

  #person(userId: string, maxAgeMs: number): Promise<SlackPerson> {
    const { asking, entries } = this.#known;
    const key = this.#prefix + userId;
    const entry = entries.get(key);
    if (entry && this.#clock.now() - entry.readAt < maxAgeMs) return Promise.resolve(entry.person);
    const answer = asking.get(key) ?? this.#ask(userId).finally(() => asking.delete(key));
    asking.set(key, answer);
    return answer;
  }

  async #ask(userId: string): Promise<SlackPerson> {
    const workspace = await this.#session.workspace();
    const readAt = this.#clock.now();
    const person = await this.#api.call('users.info', { user: userId, include_locale: true }, PATIENCE.asked).then(
      (answer) => readPerson(objectAt(answer, 'user'), workspace),
      (error: unknown) => {
        if (INVISIBLE.includes(slackErrorOf(error))) return INVISIBLE_PERSON;
        throw error;
      },
    );
    this.#known.entries.set(this.#prefix + userId, { person, readAt });
    return person;
  }
}

/** https://docs.slack.dev/reference/objects/user-object */
export function readPerson(user: JsonObject, workspace: Workspace): SlackPerson {
  const profile = objectAt(user, 'profile');
  const standing = readStanding(user, workspace);
  const email = textAt(profile, 'email');
  const confirmed = standing === 'member' && user['is_email_confirmed'] === true;
  const name = textAt(profile, 'real_name') ?? textAt(user, 'real_name') ?? textAt(user, 'name') ?? 'Somebody';
  const timeZone = textAt(user, 'tz');
  const zone = timeZone === undefined ? {} : { timeZone };
  const home = textAt(objectAt(user, 'enterprise_user'), 'enterprise_id') ?? textAt(user, 'team_id');
  return {
    standing,
    name,
    ...zone,
    ...present('locale', textAt(user, 'locale')),
    ...present('home', home),
    ...(confirmed && email !== undefined ? { confirmedEmail: email } : {}),
    ...(isForAll(workspace) ? { workspaces: workspacesOf(user) } : {}),
  };
}

function isForAll({ enterpriseId, teamId }: Workspace): boolean {
  return teamId === enterpriseId;
}

/** Of those in another organisation nothing is asked. */
function workspacesOf(user: JsonObject): readonly string[] {
  const teams = objectAt(user, 'enterprise_user')['teams'];
  return Array.isArray(teams) ? teams.filter((team) => typeof team === 'string') : [];
}

function readStanding(user: JsonObject, workspace: Workspace): Standing {
  if (user['is_bot'] === true || user['is_workflow_bot'] === true) return 'bot';
  const enterpriseId = textAt(objectAt(user, 'enterprise_user'), 'enterprise_id');
  const sameOrganisation = workspace.enterpriseId !== undefined && enterpriseId === workspace.enterpriseId;
  if (user['is_stranger'] === true || user['deleted'] === true) return 'external';
  if (!sameOrganisation && textAt(user, 'team_id') !== workspace.teamId) return 'external';
  return user['is_restricted'] === true || user['is_ultra_restricted'] === true ? 'guest' : 'member';
}
