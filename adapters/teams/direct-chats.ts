import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type ChatUser, chatUserKey } from '../../src/chat/chat-user.js';
import type { ExpiringStore, RecordKey } from '../../src/kernel/expiring-store.port.js';

const REMEMBERED_CHATS = 10_000;
/** A chat in which nothing happens for that long is looked for anew. */
const CHAT_TTL_MS = 90 * 86_400_000;
/** How long a person counts as one without the app, so that not every answer asks Teams again. */
const GONE_TTL_MS = 60 * 60_000;

const Stored = z.union([
  z.object({ conversationId: z.string(), serviceUrl: z.string() }),
  z.object({ gone: z.literal(true) }),
]);

/** Where the 1:1 chat of a person with the bot is. */
export interface DirectChat {
  readonly conversationId: string;
  readonly serviceUrl: string;
}

/**
 * The 1:1 chats of people with the bot, as the latest activity told. Kept in the store, so that another process and the next
 * start know them; `gone` marks people who do not have the app.
 */
export class DirectChats {
  readonly #store: ExpiringStore;
  /** What this process has stored or read. */
  readonly #known = new LRUCache<string, DirectChat>({ max: REMEMBERED_CHATS });

  constructor(store: ExpiringStore) {
    this.#store = store;
  }

  /** True where this process knows that the chat is there. */
  knows(user: ChatUser, { conversationId, serviceUrl }: DirectChat): boolean {
    const known = this.#known.get(chatUserKey(user));
    return known?.conversationId === conversationId && known.serviceUrl === serviceUrl;
  }

  /**
   * Learns where a chat is. `news`: this process did not know; `back`: the chat was dead.
   * @throws BehalfError `store.unavailable`
   */
  async remember(user: ChatUser, { conversationId, serviceUrl }: DirectChat): Promise<'known' | 'news' | 'back'> {
    const chat = { conversationId, serviceUrl };
    if (this.knows(user, chat)) return 'known';
    const id = chatUserKey(user);
    const before = await this.find(user);
    await this.#store.put(keyOf(id), JSON.stringify(chat), CHAT_TTL_MS);
    this.#known.set(id, chat);
    return before === 'gone' ? 'back' : 'news';
  }

  /** Undefined when nothing is known. @throws BehalfError `store.unavailable` */
  async find(user: ChatUser): Promise<DirectChat | 'gone' | undefined> {
    const id = chatUserKey(user);
    const known = this.#known.get(id);
    if (known) return known;
    const text = await this.#store.get(keyOf(id));
    const stored = text === undefined ? undefined : Stored.safeParse(JSON.parse(text)).data;
    if (stored === undefined) return undefined;
    if ('gone' in stored) return 'gone';
    this.#known.set(id, stored);
    return stored;
  }

  /** Has the next news of the chat written, whatever this process knows. */
  expectNews(user: ChatUser): void {
    this.#known.delete(chatUserKey(user));
  }

  /** Marks the chat as dead: the app was removed, or never was there. @throws BehalfError `store.unavailable` */
  async forget(user: ChatUser): Promise<void> {
    const id = chatUserKey(user);
    this.#known.delete(id);
    await this.#store.put(keyOf(id), JSON.stringify({ gone: true }), GONE_TTL_MS);
  }
}

function keyOf(id: string): RecordKey {
  return { kind: 'private-chat', id, owner: id };
}
