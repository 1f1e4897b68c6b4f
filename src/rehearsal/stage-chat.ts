import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { ChatFiles } from '../chat/chat-file.js';
import type { ChatUser, ChatUserProfile, Platform } from '../chat/chat-user.js';
import type { ConversationRef, MessageRef } from '../chat/conversation.js';
import { takesEverything } from '../chat/divide-message.js';
import { type Button, type Message, plainText } from '../chat/message.js';
import { BehalfError } from '../kernel/errors.js';

/** Something that was said or changed, as a test sees it. */
export interface Said {
  readonly text: string;
  /** Everything that can be read, fields and the like too. */
  readonly whole: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly buttons: readonly Button[];
  readonly visibleTo: 'user' | 'channel';
  readonly message: MessageRef;
}

/** A chat platform that exists only in a test: keeps what is said to it. */
export class StageChat implements ChatAdapter {
  readonly platform: Platform;
  readonly routes = [];
  readonly long = takesEverything;
  readonly files: ChatFiles;
  readonly #profile: ChatUserProfile;
  readonly #said = new Map<string, Said>();
  #changed = new Set<string>();

  constructor(platform: Platform, profile: ChatUserProfile, files: ChatFiles) {
    this.platform = platform;
    this.files = files;
    this.#profile = profile;
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  async post(to: ConversationRef, message: Message): Promise<MessageRef> {
    return this.#say(`m${this.#said.size + 1}`, message, to.kind === 'direct' ? 'user' : 'channel');
  }

  async postPrivately(_to: ConversationRef, _user: ChatUser, message: Message): Promise<MessageRef> {
    return this.#say(`m${this.#said.size + 1}`, message, 'user');
  }

  async update(ref: MessageRef, message: Message): Promise<MessageRef> {
    const id = String(ref.address['message']);
    const former = this.#said.get(id);
    if (!former) throw new BehalfError('chat.delivery_failed', 'There is no such message');
    return this.#say(id, message, former.visibleTo);
  }

  channelOf({ kind }: ConversationRef): string {
    return kind;
  }

  async describeUser(): Promise<ChatUserProfile> {
    return this.#profile;
  }

  /** What was said or changed since the last time, in the order in which it stands in the conversation. */
  takeNews(): readonly Said[] {
    const changed = this.#changed;
    this.#changed = new Set();
    return [...this.#said].flatMap(([id, said]) => (changed.has(id) ? [said] : []));
  }

  /** The newest message with a button of this label. */
  withButton(label: string): Said | undefined {
    return [...this.#said.values()].findLast(({ buttons }) => buttons.some((button) => button.label === label));
  }

  #say(id: string, message: Message, visibleTo: Said['visibleTo']): MessageRef {
    const ref: MessageRef = { platform: this.platform, address: { message: id } };
    this.#said.set(id, { ...read(message), visibleTo, message: ref });
    this.#changed.add(id);
    return ref;
  }
}

function read({ blocks, fallback }: Message): Pick<Said, 'text' | 'whole' | 'fields' | 'buttons'> {
  const texts = blocks.flatMap((block) => (block.kind === 'text' ? [plainText(block.text)] : []));
  const fields = blocks.flatMap((block) => (block.kind === 'fields' ? block.fields : []));
  const parts = [...texts, ...fields.map(({ label, value }) => `${label}: ${value}`)];
  return {
    text: texts.join('\n'),
    whole: [fallback, ...parts.filter((part) => !fallback.includes(part))].join('\n'),
    fields: Object.fromEntries(fields.map(({ label, value }) => [label, value])),
    buttons: blocks.flatMap((block) => (block.kind === 'buttons' ? block.buttons : [])),
  };
}
