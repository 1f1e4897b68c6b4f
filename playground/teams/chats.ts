import type { Conversations, PlaygroundFile, PlaygroundMessage } from '../conversations.js';
import type { Person } from '../people.js';
import { ADAPTIVE_CARD, isRecord } from './cards.js';
import type { BotActivity, SeenMessage } from './types.js';

export const TEAM = {
  id: '19:acme-team@thread.tacv2',
  name: 'Acme',
  channelId: '19:acme-sales@thread.tacv2',
  channelName: 'Sales',
} as const;

/** A chat of some people with the bot. */
export const GROUP_CHAT = '19:acme-deals@thread.v2';
const IN_GROUP: readonly string[] = ['rita', 'carl', 'gina'];

/** A chat of the emulated tenant. */
export interface Chat {
  readonly id: string;
  readonly kind: 'personal' | 'channel' | 'group';
  readonly people: readonly Person[];
}

/** A chat and, in a channel, the thread in it. */
export interface Place {
  readonly chat: Chat;
  readonly threadId?: string;
}

/** All chats and messages of the tenant. What people see is mirrored into `Conversations`. */
export class Chats {
  readonly #chats = new Map<string, Chat>();
  readonly #messages = new Map<string, SeenMessage>();
  /** Cards that only one person sees, by person and message: answers to Action.Execute in a channel. */
  readonly #views = new Map<string, unknown>();
  readonly #withoutBot = new Set<string>();
  readonly #watchers = new Set<() => void>();
  readonly #display: Conversations;
  #sequence = 0;
  #lastId = 0;

  constructor(people: readonly Person[], display: Conversations) {
    this.#display = display;
    for (const person of people) this.#open({ id: `a:1${person.id}`, kind: 'personal', people: [person] });
    this.#open({ id: TEAM.channelId, kind: 'channel', people });
    const group = people.filter(({ id }) => IN_GROUP.includes(id));
    if (group.length > 1) this.#open({ id: GROUP_CHAT, kind: 'group', people: group });
  }

  #open(chat: Chat): void {
    this.#chats.set(chat.id, chat);
    this.#display.open({
      id: chat.id,
      platform: 'teams',
      kind: chat.kind === 'personal' ? 'direct' : chat.kind,
      title: titleOf(chat),
      people: chat.people.map((person) => person.id),
    });
  }

  /** Finds a chat by the id in an activity or a path: `19:…@thread.tacv2;messageid=123` names a thread. */
  find(conversationId: string): Place | undefined {
    const [id = '', thread] = conversationId.split(';messageid=');
    const chat = this.#chats.get(id);
    return chat && { chat, ...(thread === undefined ? {} : { threadId: thread }) };
  }

  /** The 1:1 chat of a person with the bot. */
  personal(personId: string): Chat {
    const chat = this.#chats.get(`a:1${personId}`);
    if (!chat) throw new Error(`No person ${personId} in this tenant`);
    return chat;
  }

  hasBot(chat: Chat): boolean {
    return !this.#withoutBot.has(chat.id);
  }

  setBot(chat: Chat, present: boolean): void {
    if (present) this.#withoutBot.delete(chat.id);
    else this.#withoutBot.add(chat.id);
  }

  /** Ids of messages are milliseconds of the epoch, each used once. */
  nextId(): string {
    this.#lastId = Math.max(this.#lastId + 1, Date.now());
    return String(this.#lastId);
  }

  message(id: string): SeenMessage | undefined {
    return this.#messages.get(id);
  }

  messages(): SeenMessage[] {
    return [...this.#messages.values()];
  }

  /** A number that every later change exceeds. */
  mark(): number {
    return this.#sequence;
  }

  post(
    place: Place,
    message: {
      id: string;
      author: string;
      activity: BotActivity;
      files?: readonly PlaygroundFile[];
      onlyFor?: string;
    },
  ): SeenMessage {
    const { files = [], ...stored } = message;
    const seen = this.#store({ ...stored, conversationId: place.chat.id, edited: false }, place.threadId);
    const shown: PlaygroundMessage = {
      id: seen.id,
      author: seen.author,
      at: Date.now(),
      text: seen.text,
      ...(seen.author === 'bot' ? { native: seen.activity } : {}),
      ...(seen.threadId === undefined ? {} : { threadId: seen.threadId }),
      ...(files.length === 0 ? {} : { files }),
      ...(seen.onlyFor === undefined ? {} : { onlyFor: seen.onlyFor }),
    };
    this.#display.add(place.chat.id, shown);
    this.#changed();
    return seen;
  }

  /** Replaces a message for everybody. */
  edit(message: SeenMessage, activity: BotActivity): void {
    const { id, author, conversationId, onlyFor, threadId } = message;
    const only = onlyFor === undefined ? {} : { onlyFor };
    const seen = this.#store({ id, author, conversationId, activity, edited: true, ...only }, threadId);
    for (const key of this.#views.keys()) if (key.endsWith(`/${id}`)) this.#views.delete(key);
    this.#display.replace(conversationId, id, { text: seen.text, native: activity });
    this.#changed();
  }

  remove(message: SeenMessage): void {
    this.#messages.delete(message.id);
    this.#display.remove(message.conversationId, message.id);
    this.#changed();
  }

  /** Shows another card to the person who pressed: for good in a 1:1 chat, for that person alone in a channel. */
  replaceCard(message: SeenMessage, personId: string, card: unknown): void {
    // An update of the message may have been faster; the same card is not drawn twice.
    const current = this.#messages.get(message.id) ?? message;
    if (JSON.stringify(this.cardFor(personId, current)) === JSON.stringify(card)) return;
    if (this.#chats.get(message.conversationId)?.kind === 'personal') {
      this.edit(message, { type: 'message', attachments: [{ contentType: ADAPTIVE_CARD, content: card }] });
      return;
    }
    this.#views.set(`${personId}/${message.id}`, card);
    this.#display.emit('change', message.conversationId);
    this.#changed();
  }

  /** The card that a person sees in a message. */
  cardFor(personId: string, message: SeenMessage): unknown {
    return this.#views.get(`${personId}/${message.id}`) ?? message.cards[0];
  }

  /** A message as the page shows it to one person. */
  viewFor(personId: string, message: PlaygroundMessage): PlaygroundMessage {
    const card = this.#views.get(`${personId}/${message.id}`);
    if (card === undefined) return message;
    return { ...message, native: { type: 'message', attachments: [{ contentType: ADAPTIVE_CARD, content: card }] } };
  }

  /** Waits until `find` answers with something, asking again after every change. */
  async waitFor<T>(find: () => T | undefined, timeoutMs: number): Promise<T> {
    const already = find();
    if (already !== undefined) return already;
    return new Promise((resolve, reject) => {
      const watch = (): void => {
        const found = find();
        if (found === undefined) return;
        stopWaiting();
        resolve(found);
      };
      const timer = setTimeout(() => {
        stopWaiting();
        reject(new Error(`No such message in Teams after ${timeoutMs} ms. There is:\n${this.#transcript()}`));
      }, timeoutMs);
      const stopWaiting = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(watch);
      };
      this.#watchers.add(watch);
    });
  }

  #transcript(): string {
    const lines = this.messages().slice(-12);
    return lines.map(({ author, text, cards }) => `  ${author}: ${text} ${JSON.stringify(cards)}`).join('\n');
  }

  #store(
    message: {
      id: string;
      author: string;
      conversationId: string;
      activity: BotActivity;
      edited: boolean;
      onlyFor?: string;
    },
    threadId: string | undefined,
  ): SeenMessage {
    this.#sequence += 1;
    const attachments = message.activity.attachments ?? [];
    const seen: SeenMessage = {
      ...message,
      ...(threadId === undefined ? {} : { threadId }),
      text: message.activity.text ?? '',
      cards: attachments.filter((entry) => entry.contentType === ADAPTIVE_CARD).map((entry) => entry.content),
      sequence: this.#sequence,
    };
    this.#messages.set(seen.id, seen);
    return seen;
  }

  #changed(): void {
    for (const watch of [...this.#watchers]) watch();
  }
}

function titleOf({ kind, people }: Chat): string {
  if (kind === 'personal') return 'Behalf';
  if (kind === 'channel') return `${TEAM.name} / ${TEAM.channelName}`;
  return people.map(({ name }) => name.split(' ')[0] ?? name).join(', ');
}

/** Buttons of the older card types (hero, sign-in, thumbnail). */
export function classicButtons(activity: unknown): { type: string; title: string; value: unknown }[] {
  const attachments = isRecord(activity) && Array.isArray(activity['attachments']) ? activity['attachments'] : [];
  return attachments.flatMap((attachment: unknown) => {
    const content = isRecord(attachment) ? attachment['content'] : undefined;
    const buttons = isRecord(content) && Array.isArray(content['buttons']) ? content['buttons'].filter(isRecord) : [];
    return buttons.map((button) => ({
      type: String(button['type']),
      title: String(button['title'] ?? ''),
      value: button['value'],
    }));
  });
}
