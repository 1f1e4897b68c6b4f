import type { ChatAdapter, PostOptions } from '../../src/chat/chat-adapter.port.js';
import type { ChatEventHandler } from '../../src/chat/chat-event.js';
import type { ChatFile, ChatFiles, ReadLimits } from '../../src/chat/chat-file.js';
import type { ChatUser, ChatUserProfile, Platform } from '../../src/chat/chat-user.js';
import type { ConversationRef, MessageRef } from '../../src/chat/conversation.js';
import { takesEverything } from '../../src/chat/divide-message.js';
import type { HomePage } from '../../src/chat/home-page.port.js';
import type { LongMessages } from '../../src/chat/long-messages.port.js';
import type { ActionButton, Block, Button, LoginButton, Message } from '../../src/chat/message.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { HttpRoute } from '../../src/kernel/http.js';
import { inaccessible } from './accessible.js';

export type ChatOperation =
  | 'post'
  | 'postPrivately'
  | 'update'
  | 'publishHome'
  | 'describeUser'
  | 'isInGroup'
  | 'readFile';

/** Whether an operation is refused, and in how many ms it may be tried again; without a time a repeat is of no use. */
export type Failure = boolean | { readonly retryAfterMs: number };

/** A message as it stands in the chat. */
export interface ChatMessage {
  readonly id: string;
  readonly conversation: ConversationRef;
  /** Only this person sees it. */
  readonly privateTo?: ChatUser;
  /** It was asked to stand in a thread. */
  readonly inThread?: boolean;
  /** Everything that has stood there, the oldest first. */
  readonly versions: Message[];
}

/** A chat platform in memory: keeps messages, edits in place, fails on demand. */
export class RecordingChat implements ChatAdapter {
  readonly platform: Platform;
  readonly routes: readonly HttpRoute[] = [];
  readonly messages: ChatMessage[] = [];
  /** Operations in the order in which they were asked for, also those that failed. */
  readonly operations: ChatOperation[] = [];
  /** Ids of the messages that were to be replaced. */
  readonly updated: string[] = [];
  /** What people who do not see the screen would have missed of all that was said. */
  readonly inaccessible: string[] = [];
  /** Ids of the messages that were to be taken away. */
  readonly removed: string[] = [];
  /** Confirmed e-mail addresses by user id. */
  readonly emails = new Map<string, string>();
  /** User ids by group. */
  readonly groups = new Map<string, readonly string[]>();
  /** Contents of files, by `reference.file`; those that are not here are gone. */
  readonly contents = new Map<string, Uint8Array>();
  /** The homes of people by user id, as messages of which one version follows the other. */
  readonly homes = new Map<string, ChatMessage>();
  readonly home?: HomePage;
  readonly files: { inForms: boolean } & Pick<ChatFiles, 'read'>;
  asidesInOwnChat = false;
  /** How long messages are divided; not at all unless a test says so. */
  long: LongMessages = takesEverything;
  #movesUpdates = false;
  #failure: ((operation: ChatOperation, message?: Message) => Failure) | undefined;
  #gate: ((operation: ChatOperation, message?: Message) => Promise<void> | undefined) | undefined;

  constructor(platform: Platform = 'slack') {
    this.platform = platform;
    if (platform === 'slack') this.home = { publish: (...published) => this.#publish(...published) };
    this.files = { inForms: platform === 'slack', read: (_user, file, limits) => this.#read(file, limits) };
  }

  async start(_handler: ChatEventHandler): Promise<void> {}

  async stop(): Promise<void> {}

  async post(to: ConversationRef, message: Message, options?: PostOptions): Promise<MessageRef> {
    await this.#take('post', message);
    return this.#add({ conversation: to, ...(options?.thread ? { inThread: true } : {}) }, message);
  }

  async postPrivately(to: ConversationRef, user: ChatUser, message: Message): Promise<MessageRef> {
    await this.#take('postPrivately', message);
    return this.#add({ conversation: to, privateTo: user }, message);
  }

  async update(ref: MessageRef, message: Message): Promise<MessageRef> {
    await this.#take('update', message);
    const found = this.messages.find(({ id }) => id === ref.address['message']);
    if (!found) throw new BehalfError('chat.delivery_failed', 'There is no such message');
    this.updated.push(found.id);
    if (this.#movesUpdates) return this.#add(found, message);
    found.versions.push(message);
    return ref;
  }

  async #publish(directChat: ConversationRef, user: ChatUser, content: Message): Promise<void> {
    await this.#take('publishHome', content);
    const before = this.homes.get(user.userId);
    if (before) before.versions.push(content);
    else this.homes.set(user.userId, { id: 'home', conversation: directChat, privateTo: user, versions: [content] });
  }

  async #read({ reference }: ChatFile, { maxBytes }: ReadLimits): Promise<Uint8Array> {
    await this.#take('readFile');
    const content = this.contents.get(String(reference['file']));
    if (!content) throw new BehalfError('chat.file_gone', 'There is no such file');
    if (content.length > maxBytes) throw new BehalfError('chat.file_too_large', 'The file is larger than allowed');
    return content;
  }

  channelOf({ address }: ConversationRef): string {
    return String(address['channel']);
  }

  async isInGroup(user: ChatUser, group: string): Promise<boolean> {
    await this.#take('isInGroup');
    return this.groups.get(group)?.includes(user.userId) ?? false;
  }

  async describeUser(user: ChatUser): Promise<ChatUserProfile> {
    await this.#take('describeUser');
    const email = this.emails.get(user.userId);
    return { name: `Name of ${user.userId}`, place: 'Acme', ...(email === undefined ? {} : { confirmedEmail: email }) };
  }

  /** From now on no message can be edited: updates are said anew. */
  moveUpdates(): void {
    this.#movesUpdates = true;
  }

  /** From now on each line of a message's words is a message of its own, with what can be pressed on the last. */
  divideLines(): void {
    this.long = {
      divide: (message) => linesOf(message),
      remove: async (ref) => void this.removed.push(String(ref.address['message'])),
    };
  }

  /** Refuses each operation for which `failure` says so, until told otherwise. */
  failWhen(failure: ((operation: ChatOperation, message?: Message) => Failure) | undefined): void {
    this.#failure = failure;
  }

  /** Lets operations wait for what `gate` gives. */
  holdWhen(gate: ((operation: ChatOperation, message?: Message) => Promise<void> | undefined) | undefined): void {
    this.#gate = gate;
  }

  /** What stands in the chat now, in plain words, the oldest first. */
  texts(): string[] {
    return this.messages.map((message) => textOf(message));
  }

  last(): ChatMessage {
    const last = this.messages.at(-1);
    if (!last) throw new Error('Nothing was said');
    return last;
  }

  async #take(operation: ChatOperation, message?: Message): Promise<void> {
    this.operations.push(operation);
    if (message) this.inaccessible.push(...inaccessible(message));
    await this.#gate?.(operation, message);
    const failure = this.#failure?.(operation, message) ?? false;
    const again = typeof failure === 'object' ? failure : {};
    if (failure) throw new BehalfError('chat.delivery_failed', `${operation} was refused`, again);
  }

  #add(where: Pick<ChatMessage, 'conversation' | 'privateTo' | 'inThread'>, message: Message): MessageRef {
    const id = `m${this.messages.length + 1}`;
    const { conversation, inThread, privateTo } = where;
    const place = { conversation, ...(privateTo ? { privateTo } : {}), ...(inThread ? { inThread } : {}) };
    this.messages.push({ id, ...place, versions: [message] });
    return refOf(this.platform, id);
  }
}

function linesOf({ blocks, fallback }: Message): readonly Message[] {
  const lines = fallback.split('\n');
  const pressed = blocks.filter(({ kind }) => ['note', 'buttons', 'picklist'].includes(kind));
  return lines.map((line, index) => {
    const words: Block = { kind: 'text', text: [{ text: line }] };
    return { fallback: line, blocks: index === lines.length - 1 ? [words, ...pressed] : [words] };
  });
}

export function refOf(platform: Platform, id: string): MessageRef {
  return { platform, address: { message: id } };
}

export function contentOf(message: ChatMessage): Message {
  const content = message.versions.at(-1);
  if (!content) throw new Error('A message without content');
  return content;
}

export function textOf(message: ChatMessage): string {
  return contentOf(message).fallback;
}

export function buttonsOf(message: ChatMessage): readonly Button[] {
  return contentOf(message).blocks.flatMap((block) => (block.kind === 'buttons' ? block.buttons : []));
}

export function buttonOf(message: ChatMessage, label: string): ActionButton | LoginButton {
  const found = buttonsOf(message).find((button) => button.label === label);
  if (found === undefined || found.kind === 'link') {
    throw new Error(`No button ${label} among ${buttonsOf(message).map((button) => button.label)}`);
  }
  return found;
}

export function loginButtonsOf(message: ChatMessage): readonly LoginButton[] {
  return buttonsOf(message).filter((button): button is LoginButton => button.kind === 'login');
}
