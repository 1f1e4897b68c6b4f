import type { PlaygroundConversation, PlaygroundMessage } from '../conversations.js';
import { readCard } from '../teams/cards.js';
import type { World } from '../world.js';
import { eventually } from './browser.js';
import { type Readable, readMessage } from './read-message.js';

export type ActorPlatform = 'slack' | 'teams';

/** A message of the bot as a person sees it. */
export interface Heard extends Readable {
  readonly id: string;
  readonly conversation: string;
  readonly isPrivate: boolean;
  readonly edited: boolean;
  /** Root of the thread that it stands in. */
  readonly thread?: string;
}

/** What goes with a text: the thread that it is written in, files. */
export interface Said {
  readonly thread?: string;
  readonly files?: readonly { readonly name: string; readonly mimeType: string; readonly content: Uint8Array }[];
}

/** What a field of a form offers. */
export interface Offered {
  readonly label: string;
  readonly value: string;
}

/** A person at one chat client. Everything they do goes to the service over HTTP, as from the real platform. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly platform: ActorPlatform;
  /** Writes in the direct message with the bot, or in the channel. */
  say(text: string, where?: 'direct' | 'channel', said?: Said): Promise<void>;
  /** Types the slash command `/behalf` in the channel (Slack). */
  command(text: string): Promise<void>;
  /** The next message (new or edited) of the bot that this person can see and that fits. */
  hears(pattern: RegExp): Promise<Heard>;
  /** Presses a button; gives the address for buttons that open one. */
  press(message: Heard, label: string): Promise<string | undefined>;
  /** Chooses in the picklist of a message. */
  choose(message: Heard, optionLabel: RegExp): Promise<void>;
  /** Types in a field of the open form; gives what is offered then. */
  look(field: string, query: string): Promise<readonly Offered[]>;
  /** Fills in the form that is open, and sends it off; gives what the form says is wrong, or nothing when it has closed. */
  fillIn(values: Readonly<Record<string, string>>): Promise<string>;
  /** The chat client of this person hands over the code of a login window (Teams). */
  handOver(code: string): Promise<void>;
  /** Everything that this person can see now, oldest first. */
  sees(): readonly Heard[];
}

/** Notes what happens, in the order in which it happens. */
export type Witness = (line: {
  readonly who: string;
  readonly platform: ActorPlatform;
  readonly text: string;
  readonly buttons?: string;
  readonly note?: string;
}) => void;

export function createActor(
  world: World,
  person: { readonly id: string; readonly name: string },
  platform: ActorPlatform,
  witness: Witness,
): Actor {
  const heard = new Set<PlaygroundMessage>();
  const choices = new Map<string, Record<string, string>>();
  const visible = (): { conversation: PlaygroundConversation; message: PlaygroundMessage }[] =>
    world.conversations
      .all()
      .filter((conversation) => conversation.platform === platform && conversation.people.includes(person.id))
      .flatMap((conversation) => conversation.messages.map((message) => ({ conversation, message })))
      .filter(({ message }) => message.onlyFor === undefined || message.onlyFor === person.id);
  const toHeard = ({
    conversation,
    message,
  }: {
    conversation: PlaygroundConversation;
    message: PlaygroundMessage;
  }): Heard => {
    const shown = platform === 'teams' ? world.teams.viewFor(person.id, message) : message;
    return {
      ...readMessage(shown),
      id: message.id,
      conversation: conversation.id,
      isPrivate: conversation.kind === 'direct' || message.onlyFor === person.id,
      edited: message.edited ?? false,
      ...(message.threadId === undefined ? {} : { thread: message.threadId }),
    };
  };
  const note = (text: string): void => witness({ who: person.name, platform, text });

  return {
    id: person.id,
    name: person.name,
    platform,
    async say(text, where = 'direct', said = {}) {
      const files = (said.files ?? []).map(({ name }) => ` (with ${name})`).join('');
      const place = said.thread === undefined ? 'in the channel' : 'in the thread';
      note(`${where === 'channel' ? `(${place}) ` : ''}${text}${files}`);
      for (const { message } of visible()) heard.add(message);
      const channel = where === 'channel' ? channelOf(world, platform) : undefined;
      await (platform === 'slack' ? sayInSlack : sayInTeams)(world, person.id, { text, channel, ...said });
    },
    async command(text) {
      note(`(in the channel) /behalf ${text}`);
      for (const { message } of visible()) heard.add(message);
      await world.slack.command(person.id, '/behalf', text, { channel: channelOf(world, 'slack') });
    },
    async hears(pattern) {
      const found = await eventually(
        () => `${person.name} (${platform}) to read ${pattern}; sees: ${tail(visible().map(toHeard))}`,
        () =>
          visible().find(
            (entry) => !heard.has(entry.message) && entry.message.author === 'bot' && pattern.test(toHeard(entry).text),
          ),
      );
      heard.add(found.message);
      const message = toHeard(found);
      const place = message.edited
        ? 'in its place'
        : message.isPrivate && found.conversation.kind === 'channel'
          ? 'only visible to them'
          : undefined;
      witness({
        who: 'Behalf',
        platform,
        text: message.text,
        buttons: buttonsOf(message),
        ...(place === undefined ? {} : { note: place }),
      });
      return message;
    },
    async press(message, label) {
      note(`[${label}]`);
      if (platform === 'slack') return pressInSlack(world, person.id, message, label);
      const inputs = choices.get(message.id) ?? {};
      choices.delete(message.id);
      return pressInTeams(world, person.id, message, { label, inputs });
    },
    async choose(message, optionLabel) {
      const list = message.picklists[0];
      const option = list?.options.find((candidate) => optionLabel.test(candidate.label));
      if (!list || !option) throw new Error(`There is no ${optionLabel} to choose in: ${message.text}`);
      note(`chooses ${option.label}`);
      if (platform === 'slack')
        await world.slack.select(person.id, message.id, { blockId: list.blockId, actionId: list.id }, option.value);
      else choices.set(message.id, { [list.id]: option.value });
    },
    async look(field, query) {
      note(`(in the form) types ${query} in ${field}`);
      const offered = await (platform === 'slack' ? lookInSlack : lookInTeams)(world, person.id, { field, query });
      const labels = offered.map(({ label }) => label).join(', ');
      witness({ who: 'Behalf', platform, text: labels, note: 'offers' });
      return offered;
    },
    async fillIn(values) {
      note(
        `(in the form) ${Object.entries(values)
          .map(([name, value]) => `${name}: ${value}`)
          .join(', ')}`,
      );
      const complaint = await (platform === 'slack' ? fillInSlack : fillInTeams)(world, person.id, values);
      if (complaint !== '') witness({ who: 'Behalf', platform, text: complaint, note: 'in the form' });
      return complaint;
    },
    async handOver(code) {
      await world.teams.verifyState(person.id, code);
    },
    sees: () =>
      visible()
        .filter(({ message }) => message.author === 'bot')
        .map(toHeard),
  };
}

function channelOf(world: World, platform: ActorPlatform): string {
  const isIt = (one: PlaygroundConversation): boolean => one.platform === platform && one.kind === 'channel';
  return world.conversations.all().find(isIt)?.id ?? '';
}

interface Typed extends Said {
  readonly text: string;
  readonly channel: string | undefined;
}

async function sayInSlack(world: World, personId: string, { text, channel, thread, files = [] }: Typed): Promise<void> {
  await world.slack.say(personId, text, {
    files,
    ...(channel === undefined ? {} : { channel }),
    ...(thread === undefined ? {} : { threadTs: thread }),
  });
}

async function sayInTeams(world: World, personId: string, { text, channel, thread, files = [] }: Typed): Promise<void> {
  const conversation = thread === undefined ? channel : `${channel};messageid=${thread}`;
  await world.teams.say(personId, text, { files, ...(conversation === undefined ? {} : { conversation }) });
}

async function pressInSlack(
  world: World,
  personId: string,
  message: Heard,
  label: string,
): Promise<string | undefined> {
  await world.slack.press(personId, message.id, { buttonText: label });
  return message.buttons.find((button) => button.label === label)?.url;
}

async function pressInTeams(
  world: World,
  personId: string,
  message: Heard,
  choice: { readonly label: string; readonly inputs: Readonly<Record<string, string>> },
): Promise<string | undefined> {
  const result = await world.teams.press(personId, message.id, { title: choice.label }, choice.inputs);
  return result.kind === 'open-url' || result.kind === 'sign-in' ? result.url : undefined;
}

async function fillInSlack(world: World, personId: string, values: Readonly<Record<string, string>>): Promise<string> {
  const { modals } = world.slack;
  await eventually(`${personId} to have a modal`, () => modals.openOf(personId));
  const { errors } = await modals.submit(
    personId,
    named(values, (name) => `field:${name}`),
  );
  return Object.values(errors).join(' ');
}

async function lookInSlack(world: World, personId: string, typed: { readonly field: string; readonly query: string }) {
  const { modals } = world.slack;
  await eventually(`${personId} to have a modal`, () => modals.openOf(personId));
  const options = await modals.suggest(personId, `field:${typed.field}`, typed.query);
  return options.map((option) => ({ label: textIn(option['text']), value: String(option['value']) }));
}

function textIn(text: unknown): string {
  return typeof text === 'object' && text !== null && 'text' in text ? String(text.text) : '';
}

async function lookInTeams(world: World, personId: string, typed: { readonly field: string; readonly query: string }) {
  const choices = await world.teams.dialogs.search(personId, `field.${typed.field}`, typed.query);
  return choices.map(({ title, value }) => ({ label: title, value }));
}

async function fillInTeams(world: World, personId: string, values: Readonly<Record<string, string>>): Promise<string> {
  const { dialogs } = world.teams;
  const { outcome } = await dialogs.submit(
    personId,
    named(values, (name) => `field.${name}`),
  );
  return outcome.kind === 'dialog' ? readCard(outcome.card).text : '';
}

function named<T>(values: Readonly<Record<string, T>>, nameOf: (name: string) => string): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [nameOf(name), value]));
}

function buttonsOf(message: Heard): string {
  return message.buttons.map(({ label }) => `[${label}]`).join(' ');
}

function tail(messages: readonly Heard[]): string {
  return messages
    .slice(-4)
    .map(({ text }) => JSON.stringify(text))
    .join(', ');
}
