import { LRUCache } from 'lru-cache';
import type { Clock } from '../../src/kernel/clock.port.js';
import { PATIENCE, type SlackApi, slackErrorOf } from './web-api.js';

const MAX_GROUPS = 1_000;
const MEMBERS_AGE_MS = 5 * 60_000;

interface Entry {
  readonly members: ReadonlySet<string>;
  readonly readAt: number;
}

/** Who is in which user group: asked once, kept for some minutes, bounded. */
export class Groups {
  readonly #api: SlackApi;
  readonly #clock: Clock;
  /** Made when they are needed: they take their room at once, in every workspace. */
  #entries: LRUCache<string, Entry> | undefined;
  #asking: Map<string, Promise<ReadonlySet<string>>> | undefined;

  constructor(api: SlackApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /**
   * Nobody is in a group that does not exist.
   * @throws BehalfError `chat.delivery_failed` when Slack does not tell
   */
  async has(groupId: string, userId: string): Promise<boolean> {
    const entry = this.#entries?.get(groupId);
    if (entry && this.#clock.now() - entry.readAt < MEMBERS_AGE_MS) return entry.members.has(userId);
    this.#asking ??= new Map();
    const asking = this.#asking.get(groupId) ?? this.#ask(groupId).finally(() => this.#asking?.delete(groupId));
    this.#asking.set(groupId, asking);
    return (await asking).has(userId);
  }

  /** https://docs.slack.dev/reference/methods/usergroups.users.list */
  async #ask(groupId: string): Promise<ReadonlySet<string>> {
    const readAt = this.#clock.now();
    const users = await this.#api.call('usergroups.users.list', { usergroup: groupId }, PATIENCE.asked).then(
      (answer) => answer['users'],
      (error: unknown) => {
        if (slackErrorOf(error) === 'no_such_subteam') return [];
        throw error;
      },
    );
    const members = new Set(Array.isArray(users) ? users.filter((user) => typeof user === 'string') : []);
    this.#entries ??= new LRUCache<string, Entry>({ max: MAX_GROUPS });
    this.#entries.set(groupId, { members, readAt });
    return members;
  }
}
