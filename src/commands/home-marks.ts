import { z } from 'zod';
import type { ChatEvent } from '../chat/chat-event.js';
import { type ChatUser, chatUserKey } from '../chat/chat-user.js';
import type { Clock } from '../kernel/clock.port.js';
import type { ExpiringStore, RecordKey } from '../kernel/expiring-store.port.js';
import { randomToken } from '../kernel/ids.js';

/** Longer than a page stays open in a client over a working day. Whoever opens it later sees what is true then anyway. */
const SEEN_LATELY_MS = 12 * 3_600_000;

const HomeMark = z.object({
  /** The person's direct chat with the bot. */
  directChat: z.object({
    platform: z.enum(['slack', 'teams']),
    kind: z.enum(['direct', 'channel']),
    address: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  }),
  person: z.enum(['guest', 'external']).optional(),
  /** BCP 47: the language that the person was last seen to read. */
  locale: z.string().optional(),
  /** Until when the page counts as seen, in ms since the epoch. */
  until: z.number(),
  /** Another one after each change: who has published finds out whether that was the newest. */
  stamp: z.string(),
});

/** What is kept of somebody who has looked at the bot's home lately. */
export type HomeMark = z.infer<typeof HomeMark>;

/** Who has looked at the bot's home lately. Of people who never look nothing is kept. */
export class HomeMarks {
  readonly #store: ExpiringStore;
  readonly #clock: Clock;

  constructor(store: ExpiringStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async find(user: ChatUser): Promise<HomeMark | undefined> {
    const value = await this.#store.get(keyOf(user));
    const mark = value === undefined ? undefined : HomeMark.safeParse(JSON.parse(value));
    return mark?.success && mark.data.until > this.#clock.now() ? mark.data : undefined;
  }

  /** The person looks at it now; `conversation` is their direct chat. */
  seen(looking: Pick<ChatEvent, 'user' | 'conversation' | 'person' | 'locale'>): Promise<HomeMark> {
    const { locale, person, user } = looking;
    const { address, kind, platform } = looking.conversation;
    const until = this.#clock.now() + SEEN_LATELY_MS;
    const who = { ...(person === undefined ? {} : { person }), ...(locale === undefined ? {} : { locale }) };
    return this.#put(user, { directChat: { address: { ...address }, kind, platform }, ...who, until, stamp: '' });
  }

  /** Something has changed that the page shows. Nothing for who has not looked at it lately. */
  async changed(user: ChatUser): Promise<HomeMark | undefined> {
    const mark = await this.find(user);
    return mark && this.#put(user, mark);
  }

  async #put(user: ChatUser, mark: HomeMark): Promise<HomeMark> {
    const stamped = { ...mark, stamp: randomToken(64) };
    await this.#store.put(keyOf(user), JSON.stringify(stamped), mark.until - this.#clock.now());
    return stamped;
  }
}

function keyOf(user: ChatUser): RecordKey {
  return { kind: 'home', id: chatUserKey(user), owner: chatUserKey(user) };
}
