import { LRUCache } from 'lru-cache';
import type { Clock } from '../../src/kernel/clock.port.js';
import { present } from './json.js';
import type { People } from './people.js';
import { PATIENCE, type SlackApi, slackErrorOf } from './web-api.js';

const MAX_GROUPS = 1_000;
const MEMBERS_AGE_MS = 5 * 60_000;
/** What Slack says of a group that is none of that workspace, or of a workspace of the organisation that the app is not in. */
const NOT_THERE: readonly (string | undefined)[] = ['no_such_subteam', 'team_access_not_granted', 'team_not_found'];

interface Entry {
  readonly members: ReadonlySet<string>;
  readonly readAt: number;
}

/** Who is in which user group: asked once, kept for some minutes, bounded. */
export class Groups {
  readonly #api: SlackApi;
  readonly #clock: Clock;
  readonly #people: Pick<People, 'workspaces'>;
  /** Made when they are needed: they take their room at once, in every workspace. */
  #entries: LRUCache<string, Entry> | undefined;
  #asking: Map<string, Promise<ReadonlySet<string>>> | undefined;

  constructor(api: SlackApi, clock: Clock, people: Pick<People, 'workspaces'>) {
    this.#api = api;
    this.#clock = clock;
    this.#people = people;
  }

  /**
   * Nobody is in a group that does not exist. A group belongs to a workspace: with the token of an organisation those of the
   * person are looked through.
   * @throws BehalfError `chat.delivery_failed` when Slack does not tell
   */
  async has(groupId: string, userId: string): Promise<boolean> {
    for (const team of await this.#people.workspaces(userId))
      if ((await this.#members(groupId, team)).has(userId)) return true;
    return false;
  }

  async #members(groupId: string, team: string | undefined): Promise<ReadonlySet<string>> {
    const key = team === undefined ? groupId : `${team}/${groupId}`;
    const entry = this.#entries?.get(key);
    if (entry && this.#clock.now() - entry.readAt < MEMBERS_AGE_MS) return entry.members;
    this.#asking ??= new Map();
    const asking = this.#asking.get(key) ?? this.#ask(key, groupId, team).finally(() => this.#asking?.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  /** https://docs.slack.dev/reference/methods/usergroups.users.list */
  async #ask(key: string, groupId: string, team: string | undefined): Promise<ReadonlySet<string>> {
    const readAt = this.#clock.now();
    const args = { usergroup: groupId, ...present('team_id', team) };
    const users = await this.#api.call('usergroups.users.list', args, PATIENCE.asked).then(
      (answer) => answer['users'],
      (error: unknown) => {
        if (NOT_THERE.includes(slackErrorOf(error))) return [];
        throw error;
      },
    );
    const members = new Set(Array.isArray(users) ? users.filter((user) => typeof user === 'string') : []);
    this.#entries ??= new LRUCache<string, Entry>({ max: MAX_GROUPS });
    this.#entries.set(key, { members, readAt });
    return members;
  }
}
