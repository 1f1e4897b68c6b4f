import { LRUCache } from 'lru-cache';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { type JsonObject, objectAt, textAt } from './json.js';
import { PATIENCE, REQUIRED_SCOPES, type SlackApi, slackErrorOf } from './web-api.js';

/** The workspace that the app is installed in, and who the bot is there. */
export interface Workspace {
  readonly teamId: string;
  readonly teamName: string;
  /** Present on Enterprise Grid. */
  readonly enterpriseId?: string;
  readonly botUserId: string;
  /** Scopes that the app needs and was not given. */
  readonly missingScopes: readonly string[];
}

/** `external`: of another organisation, in a channel that is shared with it (Slack Connect). */
export type Standing = 'member' | 'guest' | 'external' | 'bot';

export interface SlackPerson {
  readonly standing: Standing;
  readonly name: string;
  /** Confirmed, and of a full member. */
  readonly confirmedEmail?: string;
  /** IANA name. */
  readonly timeZone?: string;
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
/** Refusals of `auth.test` that no repeat will change. https://docs.slack.dev/reference/methods/auth.test#errors */
const BAD_TOKEN: readonly (string | undefined)[] = [
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'no_permission',
  'org_login_required',
  'not_allowed_token_type',
  'access_denied',
];

/** Who people are in the workspace, and the workspace itself: asked once, kept for a while, bounded. */
export class People {
  readonly #api: SlackApi;
  readonly #clock: Clock;
  readonly #entries = new LRUCache<string, Entry>({ max: MAX_PEOPLE });
  readonly #asking = new Map<string, Promise<SlackPerson>>();
  #workspace: Workspace | undefined;
  #identifying: Promise<Workspace> | undefined;

  constructor(api: SlackApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /**
   * The workspace, asked for until Slack has answered once.
   * @throws BehalfError `config.invalid` when Slack refuses the token, `chat.delivery_failed` when it cannot be reached
   */
  async workspace(): Promise<Workspace> {
    if (this.#workspace) return this.#workspace;
    this.#identifying ??= this.#identify().finally(() => {
      this.#identifying = undefined;
    });
    return this.#identifying;
  }

  /** Whether the person may use the bot at all. `userTeam` is the workspace that the payload gives for them. */
  async standing(userId: string, userTeam: string | undefined): Promise<Standing> {
    const workspace = await this.workspace();
    if (userId === workspace.botUserId || userId === 'USLACKBOT') return 'bot';
    // On Grid, colleagues of other workspaces are no strangers; only users.info tells them apart.
    if (!workspace.enterpriseId && userTeam !== undefined && userTeam !== workspace.teamId) return 'external';
    return (await this.#person(userId, STANDING_AGE_MS)).standing;
  }

  /** Where the person's clock stands, if it is known already. */
  timeZone(userId: string): string | undefined {
    return this.#entries.get(userId)?.person.timeZone;
  }

  async profile(userId: string): Promise<SlackPerson> {
    await this.workspace();
    return this.#person(userId, PROFILE_AGE_MS);
  }

  async #identify(): Promise<Workspace> {
    const { body: answer, scopes } = await this.#api.identify().catch((error: unknown) => {
      throw BAD_TOKEN.includes(slackErrorOf(error)) ? badToken(`Slack refuses it: ${slackErrorOf(error)}`) : error;
    });
    const teamId = textAt(answer, 'team_id');
    const botUserId = textAt(answer, 'user_id');
    const enterpriseId = textAt(answer, 'enterprise_id');
    if (teamId === undefined || botUserId === undefined || textAt(answer, 'bot_id') === undefined)
      throw badToken('it is not the token of a bot');
    const teamName = textAt(answer, 'team') ?? 'Slack';
    const missingScopes = scopes ? REQUIRED_SCOPES.filter((scope) => !scopes.includes(scope)) : [];
    const grid = enterpriseId === undefined ? {} : { enterpriseId };
    this.#workspace = { teamId, teamName, botUserId, missingScopes, ...grid };
    return this.#workspace;
  }

  #person(userId: string, maxAgeMs: number): Promise<SlackPerson> {
    const entry = this.#entries.get(userId);
    if (entry && this.#clock.now() - entry.readAt < maxAgeMs) return Promise.resolve(entry.person);
    const asking = this.#asking.get(userId) ?? this.#ask(userId).finally(() => this.#asking.delete(userId));
    this.#asking.set(userId, asking);
    return asking;
  }

  async #ask(userId: string): Promise<SlackPerson> {
    const workspace = await this.workspace();
    const readAt = this.#clock.now();
    const person = await this.#api.call('users.info', { user: userId }, PATIENCE.asked).then(
      (answer) => readPerson(objectAt(answer, 'user'), workspace),
      (error: unknown) => {
        if (INVISIBLE.includes(slackErrorOf(error))) return INVISIBLE_PERSON;
        throw error;
      },
    );
    this.#entries.set(userId, { person, readAt });
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
  return { standing, name, ...zone, ...(confirmed && email !== undefined ? { confirmedEmail: email } : {}) };
}

function readStanding(user: JsonObject, workspace: Workspace): Standing {
  if (user['is_bot'] === true || user['is_workflow_bot'] === true) return 'bot';
  const enterpriseId = textAt(objectAt(user, 'enterprise_user'), 'enterprise_id');
  const sameOrganisation = workspace.enterpriseId !== undefined && enterpriseId === workspace.enterpriseId;
  if (user['is_stranger'] === true || user['deleted'] === true) return 'external';
  if (!sameOrganisation && textAt(user, 'team_id') !== workspace.teamId) return 'external';
  return user['is_restricted'] === true || user['is_ultra_restricted'] === true ? 'guest' : 'member';
}

function badToken(why: string): BehalfError {
  return new BehalfError(
    'config.invalid',
    `SLACK_BOT_TOKEN cannot be used: ${why}. Copy the Bot User OAuth Token (xoxb-…) from the Slack app: OAuth & Permissions. Reinstall the app there if it was removed.`,
  );
}
