import type { Conversations, PlaygroundMessage } from '../conversations.js';
import { type Person, SLACK_BOT_USER_ID, SLACK_TEAM_ID } from '../people.js';
import type { Block, ProfileOverrides, StoredFile, StoredMessage } from './types.js';

export const SLACK_APP_ID = 'A0BEHALF';
export const SLACK_BOT_ID = 'B0BEHALF';
export const SALES_CHANNEL = 'C0SALES';
/** The group direct message of some people with the bot. */
export const GROUP_MESSAGE = 'G0DEALS';
const IN_GROUP: readonly string[] = ['rita', 'carl', 'gina'];
/** Author of the bot's messages in {@link PlaygroundMessage}. */
export const BOT_AUTHOR = 'bot';

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly direct: boolean;
  /** A group direct message (mpim). */
  readonly group: boolean;
  /** Slack user ids, the bot's among them. */
  readonly members: ReadonlySet<string>;
}

export interface NewMessage {
  readonly channel: string;
  readonly user: string;
  readonly text: string;
  readonly blocks?: readonly Block[];
  readonly files?: readonly StoredFile[];
  readonly threadTs?: string;
  readonly onlyFor?: string;
}

/** The id of a person's direct message with the bot. */
export function directChannelOf(slackUserId: string): string {
  return `D${slackUserId.slice(1)}`;
}

/** People, channels and messages of the one workspace; what people may see goes to {@link Conversations}. */
export class Workspace {
  readonly #people: readonly Person[];
  readonly #conversations: Conversations;
  readonly #now: () => number;
  readonly #channels = new Map<string, Channel>();
  readonly #messages = new Map<string, StoredMessage>();
  readonly #profiles = new Map<string, ProfileOverrides>();
  readonly #groups = new Map<string, readonly string[]>();
  #lastTs = 0;

  constructor(options: {
    readonly people: readonly Person[];
    readonly conversations: Conversations;
    readonly now: () => number;
  }) {
    this.#people = options.people;
    this.#conversations = options.conversations;
    this.#now = options.now;
    for (const person of options.people) this.#open(directChannelOf(person.slackUserId), 'Behalf', [person]);
    this.#open(SALES_CHANNEL, 'sales', options.people);
    const group = options.people.filter(({ id }) => IN_GROUP.includes(id));
    if (group.length > 1) this.#open(GROUP_MESSAGE, `mpdm-${group.map(({ id }) => id).join('--')}--behalf-1`, group);
  }

  get people(): readonly Person[] {
    return this.#people;
  }

  personById(id: string): Person {
    const person = this.#people.find((candidate) => candidate.id === id);
    if (!person) throw new Error(`the playground has no person ${id}`);
    return person;
  }

  personByUser(slackUserId: string): Person | undefined {
    return this.#people.find((person) => person.slackUserId === slackUserId);
  }

  profileOf(slackUserId: string): ProfileOverrides {
    const isGuest = this.personByUser(slackUserId)?.isGuest ?? false;
    return { ...(isGuest ? { restricted: true } : {}), ...this.#profiles.get(slackUserId) };
  }

  setGroup(groupId: string, slackUserIds: readonly string[]): void {
    this.#groups.set(groupId, slackUserIds);
  }

  groupMembers(groupId: string): readonly string[] | undefined {
    return this.#groups.get(groupId);
  }

  changeProfile(slackUserId: string, change: ProfileOverrides): void {
    this.#profiles.set(slackUserId, { ...this.profileOf(slackUserId), ...change });
  }

  /** A person's own workspace: another one for people of a connected organisation. */
  teamOf(slackUserId: string): string {
    return this.profileOf(slackUserId).teamId ?? SLACK_TEAM_ID;
  }

  /** A channel by id, by `#name`, or by user id (which means the direct message with that person). */
  channel(reference: string): Channel | undefined {
    const direct = /^[UW]/.test(reference) ? this.#channels.get(directChannelOf(reference)) : undefined;
    const name = reference.replace(/^#/, '');
    const named = [...this.#channels.values()].find((channel) => !channel.direct && channel.name === name);
    return this.#channels.get(reference) ?? direct ?? named;
  }

  setMember(channelId: string, slackUserId: string, member: boolean): void {
    const channel = this.#channels.get(channelId);
    if (!channel) throw new Error(`the workspace has no channel ${channelId}`);
    const members = new Set(channel.members);
    if (member) members.add(slackUserId);
    else members.delete(slackUserId);
    this.#channels.set(channelId, { ...channel, members });
  }

  message(ts: string): StoredMessage | undefined {
    return this.#messages.get(ts);
  }

  messagesWith(fileId: string): readonly StoredMessage[] {
    return [...this.#messages.values()].filter(({ files = [] }) => files.some(({ id }) => id === fileId));
  }

  post(message: NewMessage): StoredMessage {
    const stored: StoredMessage = { ...message, ts: this.#nextTs(), blocks: withIds(message.blocks ?? []) };
    this.#messages.set(stored.ts, stored);
    this.#conversations.add(stored.channel, this.#shown(stored));
    return stored;
  }

  replace(
    ts: string,
    change: { readonly text?: string; readonly blocks?: readonly Block[] },
  ): StoredMessage | undefined {
    const old = this.#messages.get(ts);
    if (!old) return undefined;
    const blocks = change.blocks ? withIds(change.blocks) : old.blocks;
    const stored = { ...old, text: change.text ?? old.text, blocks, editedTs: this.#nextTs() };
    this.#messages.set(ts, stored);
    const { text, native } = this.#shown(stored);
    this.#conversations.replace(stored.channel, ts, { text, native });
    return stored;
  }

  remove(ts: string): void {
    const old = this.#messages.get(ts);
    if (!old) return;
    this.#messages.delete(ts);
    this.#conversations.remove(old.channel, ts);
  }

  #open(id: string, name: string, people: readonly Person[]): void {
    const direct = id.startsWith('D');
    const group = id.startsWith('G');
    const members = new Set([...people.map((person) => person.slackUserId), SLACK_BOT_USER_ID]);
    this.#channels.set(id, { id, name, direct, group, members });
    this.#conversations.open({
      id,
      platform: 'slack',
      kind: direct ? 'direct' : group ? 'group' : 'channel',
      title: direct ? name : group ? people.map(firstName).join(', ') : `#${name}`,
      people: people.map((person) => person.id),
    });
  }

  /** Seconds with six decimals that only ever grow, as message ids in Slack do. */
  #nextTs(): string {
    this.#lastTs = Math.max(this.#lastTs + 1, this.#now() * 1000);
    const digits = String(this.#lastTs).padStart(16, '0');
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  }

  #shown(message: StoredMessage): PlaygroundMessage {
    const onlyFor = message.onlyFor === undefined ? undefined : this.personByUser(message.onlyFor)?.id;
    return {
      id: message.ts,
      author: this.personByUser(message.user)?.id ?? BOT_AUTHOR,
      at: Math.floor(Number(message.ts) * 1000),
      text: unescapeText(message.text.replaceAll(`<@${SLACK_BOT_USER_ID}>`, '@Behalf')),
      native: toWire(message),
      ...(onlyFor === undefined ? {} : { onlyFor }),
      ...(message.threadTs === undefined ? {} : { threadId: message.threadTs }),
      ...(message.files ? { files: message.files.map(({ content, name }) => ({ name, size: content.length })) } : {}),
    };
  }
}

function firstName({ name }: Person): string {
  return name.split(' ')[0] ?? name;
}

/** The message object of Slack's APIs and payloads. */
export function toWire(message: StoredMessage): Block {
  const byBot = message.user === SLACK_BOT_USER_ID;
  return {
    type: 'message',
    user: message.user,
    ts: message.ts,
    text: message.text,
    team: SLACK_TEAM_ID,
    ...(byBot ? { bot_id: SLACK_BOT_ID, app_id: SLACK_APP_ID } : {}),
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.files
      ? { files: message.files.map(({ id, name, mimeType }) => ({ id, name, mimetype: mimeType })) }
      : {}),
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    ...(message.editedTs === undefined ? {} : { edited: { user: message.user, ts: message.editedTs } }),
  };
}

/** Slack escapes these three characters, and only these, in every text. */
export function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function unescapeText(text: string): string {
  return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
}

let generated = 0;

function generatedId(): string {
  generated += 1;
  return `e${generated.toString(36).padStart(4, '0')}`;
}

/** Slack gives every block a `block_id` and every element an `action_id` when the app did not. */
export function withIds(blocks: readonly Block[]): readonly Block[] {
  return blocks.map((block) => ({
    block_id: generatedId(),
    ...block,
    ...(Array.isArray(block['elements']) && block['type'] === 'actions'
      ? { elements: block['elements'].map((element: Block) => ({ action_id: generatedId(), ...element })) }
      : {}),
    ...(hasAction(block['accessory']) ? { accessory: { action_id: generatedId(), ...block['accessory'] } } : {}),
    ...(hasAction(block['element']) ? { element: { action_id: generatedId(), ...block['element'] } } : {}),
  }));
}

function hasAction(element: unknown): element is Block {
  return typeof element === 'object' && element !== null && !('image_url' in element) && !('slack_file' in element);
}
