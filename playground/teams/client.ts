import type { Person } from '../people.js';
import {
  BOT_NAME,
  botId,
  type ChannelFacts,
  installationActivity,
  invokeActivity,
  membersActivity,
  messageActivity,
  type Scene,
  submitActivity,
} from './activities.js';
import type { BotEndpoint } from './bot-endpoint.js';
import { asAction, type CardAction, checkCard, isRecord, readCard } from './cards.js';
import { type Chats, classicButtons } from './chats.js';
import { Dialogs, judgeTask } from './dialogs.js';
import type { TeamsFiles } from './files.js';
import { judgeInvoke } from './invoke-answers.js';
import { messagePayload } from './message-payload.js';
import type {
  ActivityOverrides,
  CardFinding,
  Delivery,
  InvokeOutcome,
  PressResult,
  SeenMessage,
  SentFile,
} from './types.js';

export interface SayOptions {
  /** Id of the chat; the 1:1 chat with the bot unless said otherwise. */
  readonly conversation?: string;
  /** `typed`: beside others the bot only hears a text that contains `@Behalf`. Default: it is always mentioned. */
  readonly mention?: 'always' | 'typed';
  readonly overrides?: ActivityOverrides;
  /** Sent along. */
  readonly files?: readonly SentFile[];
}

export interface ButtonChoice {
  readonly title?: string;
  readonly verb?: string;
  /** Presses as a client that knows no Action.Execute: its fallback is taken. */
  readonly oldClient?: boolean;
}

/** An action as the page or an attacker hands it over: data with the inputs already in it. */
export interface RawAction {
  readonly message: string;
  readonly action: {
    readonly type: string;
    readonly title?: string;
    readonly id?: string;
    readonly verb?: string;
    readonly url?: string;
    readonly data?: unknown;
  };
  /** Claims another chat than the message's. */
  readonly conversation?: string;
  readonly overrides?: ActivityOverrides;
}

/** Where a command of the message extension is chosen. */
export interface ShortcutPlace {
  readonly conversation?: string;
  /** What Teams tells of the message, whatever it is. */
  readonly message?: unknown;
}

interface ClientOptions {
  readonly facts: ChannelFacts;
  readonly chats: Chats;
  readonly people: readonly Person[];
  readonly endpoint: BotEndpoint;
  readonly files: TeamsFiles;
  readonly onCard: (findings: readonly CardFinding[], card: unknown) => void;
}

/** What people do in their Teams clients. */
export class TeamsClient {
  /** What clients showed as "Something went wrong". */
  readonly failures: { readonly person: string; readonly reason: string }[] = [];
  readonly toasts: { readonly person: string; readonly text: string }[] = [];
  readonly dialogs: Dialogs;
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.dialogs = new Dialogs((personId, conversation, invoke) =>
      this.#invoke(this.scene(personId, { conversation }), invoke, { needsBody: false }),
    );
  }

  async say(personId: string, text: string, options: SayOptions = {}): Promise<Delivery | undefined> {
    const scene = this.scene(personId, options);
    const { chats, endpoint, facts, files } = this.#options;
    const id = chats.nextId();
    const { chat, threadId } = scene.place;
    const sent = options.files ?? [];
    const isShared = chat.kind !== 'personal';
    const mentions = text.includes(`@${BOT_NAME}`);
    const mentioned = isShared && options.mention !== 'typed' && !mentions;
    const shown = mentioned ? `@${BOT_NAME} ${text}` : text;
    const hanging = sent.map(({ content, name }) => ({ name, size: content.length }));
    chats.post(scene.place, {
      id,
      author: personId,
      activity: { type: 'message', text: shown },
      files: hanging,
    });
    if (isShared && !mentioned && !mentions) return undefined;
    const words = isShared ? text.replaceAll(`@${BOT_NAME}`, '').trim() : text;
    // A post that starts a thread is the thread's root.
    const thread = chat.kind === 'channel' ? { threadId: threadId ?? id } : {};
    const attachments = sent.map((file) => files.attach(file, !isShared));
    return endpoint.deliver(
      messageActivity(facts, { ...scene, place: { chat, ...thread } }, { id, text: words, attachments }),
    );
  }

  /** Presses a button that the person can see, with the inputs as they were filled in. */
  async press(
    personId: string,
    messageId: string,
    choice: ButtonChoice,
    inputs: Readonly<Record<string, string>> = {},
  ): Promise<PressResult> {
    const message = this.#visible(personId, messageId);
    const card = this.#options.chats.cardFor(personId, message);
    const { actions, inputs: fields } = readCard(card);
    const shown = actions.find(
      ({ title, verb }) => title === choice.title || (verb !== undefined && verb === choice.verb),
    );
    if (!shown) return this.#pressClassic(personId, message, choice);
    const unknown = Object.keys(inputs).find((id) => !fields.some((field) => field.id === id));
    if (unknown !== undefined) throw new Error(`The card has no input ${unknown}`);
    const values = Object.fromEntries(fields.map((field) => [field.id, inputs[field.id] ?? field.value]));
    const empty = fields.find((field) => field.required && values[field.id] === '');
    if (empty) throw new Error(`The client does not send: ${empty.id} is required`);
    const action = choice.oldClient === true ? (asAction(shown.fallback) ?? shown) : shown;
    return this.act(personId, { message: messageId, action: { ...action, data: withInputs(action.data, values) } });
  }

  /** Sends what the client sends for an action, whatever is in it. */
  async act(personId: string, raw: RawAction): Promise<PressResult> {
    const { action } = raw;
    if (action.type === 'Action.OpenUrl') return { kind: 'open-url', url: action.url ?? '' };
    const message = this.#options.chats.message(raw.message);
    const place = raw.conversation === undefined && message ? placeOf(message) : raw.conversation;
    const scene = this.scene(personId, { ...raw, ...(place === undefined ? {} : { conversation: place }) });
    if (action.type !== 'Action.Execute') return this.#submit(scene, raw.message, action.data);
    const { type, title, id, verb, data } = action;
    const value = { action: { type, title, id, verb, data: data ?? {} }, trigger: 'manual' };
    const invoke = { name: 'adaptiveCard/action', value, replyToId: raw.message };
    const { delivery, applied } = await this.#invoke(scene, invoke, { needsBody: true });
    if (applied.kind === 'card' && message) this.#options.chats.replaceCard(message, personId, applied.card);
    return { kind: 'invoked', delivery, outcome: applied };
  }

  /** The sign-in pop-up closed with this state; `CancelledByUser` when the person closed it. */
  async verifyState(personId: string, state: string, options: SayOptions = {}): Promise<PressResult> {
    return this.invoke(personId, { name: 'signin/verifyState', value: { state } }, options);
  }

  /** A person chooses a command of the message extension: in the menu of a message, or of the composer where none is named. */
  async shortcut(personId: string, commandId: string, where: ShortcutPlace = {}): Promise<PressResult> {
    const { chats } = this.#options;
    const { conversation = chats.personal(personId).id, message } = where;
    const chosen = { commandId, commandContext: message === undefined ? 'compose' : 'message' };
    const value = {
      ...chosen,
      ...(message === undefined ? {} : { messagePayload: message }),
      context: { theme: 'default' },
    };
    return { kind: 'invoked', ...(await this.dialogs.fetchFor(personId, conversation, value)) };
  }

  /** The same in the menu of a message that the person sees. */
  async shortcutOn(personId: string, commandId: string, messageId: string): Promise<PressResult> {
    const seen = this.#visible(personId, messageId);
    // Teams has none in the menus of messages that one person sees.
    if (seen.onlyFor !== undefined) throw new Error(`message ${messageId} has no menu with shortcuts`);
    const { facts, people } = this.#options;
    const author = people.find(({ id }) => id === seen.author);
    const message = messagePayload(seen, { appId: facts.appId, author });
    return this.shortcut(personId, commandId, { conversation: placeOf(seen), message });
  }

  /** Any other invoke, such as `signin/tokenExchange` and `signin/failure`. */
  async invoke(
    personId: string,
    invoke: { readonly name: string; readonly value: unknown; readonly replyToId?: string },
    options: SayOptions = {},
  ): Promise<PressResult> {
    const { delivery, applied } = await this.#invoke(this.scene(personId, options), invoke, { needsBody: false });
    return { kind: 'invoked', delivery, outcome: applied };
  }

  /** Installs the app for a person: Teams tells the bot twice. */
  async install(personId: string): Promise<void> {
    const scene = this.scene(personId, {});
    const { chats, endpoint, facts } = this.#options;
    chats.setBot(scene.place.chat, true);
    await endpoint.deliver(membersActivity(facts, scene, { added: [botId(facts)] }));
    await endpoint.deliver(installationActivity(facts, scene, 'add'));
  }

  async uninstall(personId: string): Promise<void> {
    const scene = this.scene(personId, {});
    const { chats, endpoint, facts } = this.#options;
    chats.setBot(scene.place.chat, false);
    await endpoint.deliver(installationActivity(facts, scene, 'remove'));
  }

  /** Who and where, for an activity of one's own making. */
  scene(personId: string, options: Pick<SayOptions, 'conversation' | 'overrides'>): Scene {
    const { chats, people } = this.#options;
    const person = people.find((candidate) => candidate.id === personId);
    if (!person) throw new Error(`No person ${personId} in this tenant`);
    const place =
      options.conversation === undefined ? { chat: chats.personal(personId) } : chats.find(options.conversation);
    if (!place?.chat.people.includes(person)) throw new Error(`${personId} is not in ${options.conversation}`);
    return { person, place, ...(options.overrides ? { overrides: options.overrides } : {}) };
  }

  async #invoke(
    scene: Scene,
    invoke: { readonly name: string; readonly value: unknown; readonly replyToId?: string },
    options: { readonly needsBody: boolean },
  ): Promise<{ delivery: Delivery; applied: InvokeOutcome }> {
    const { endpoint, facts, onCard } = this.#options;
    const delivery = await endpoint.deliver(invokeActivity(facts, scene, invoke));
    const isTask = invoke.name.startsWith('task/') || invoke.name.startsWith('composeExtension/');
    const judged = isTask ? judgeTask(delivery, invoke.name) : judgeInvoke(delivery, options);
    const findings = 'card' in judged ? checkCard(judged.card) : [];
    if (findings.length > 0) onCard(findings, 'card' in judged ? judged.card : undefined);
    const broken = findings.find((finding) => finding.level === 'error');
    const applied: InvokeOutcome = broken ? { kind: 'failed', reason: `broken card: ${broken.message}` } : judged;
    if (applied.kind === 'failed') this.failures.push({ person: scene.person.id, reason: applied.reason });
    if (applied.kind === 'toast') this.toasts.push({ person: scene.person.id, text: applied.text });
    return { delivery, applied };
  }

  /** Action.Submit, with what Teams reads from `data.msteams`. */
  async #submit(scene: Scene, replyToId: string, data: unknown): Promise<PressResult> {
    const { chats, endpoint, facts } = this.#options;
    const { msteams, ...value } = isRecord(data) ? data : {};
    const special = isRecord(msteams) ? msteams : {};
    const type = special['type'];
    if (type === 'signin') return { kind: 'sign-in', url: String(special['value']) };
    if (type === 'task/fetch') {
      const { chat, threadId } = scene.place;
      const conversation = threadId === undefined ? chat.id : `${chat.id};messageid=${threadId}`;
      return { kind: 'invoked', ...(await this.dialogs.fetch(scene.person.id, conversation, { data, replyToId })) };
    }
    const id = chats.nextId();
    if (type === 'imBack' || type === 'messageBack') {
      const text = String(type === 'imBack' ? special['value'] : (special['text'] ?? ''));
      const shown = String(type === 'imBack' ? special['value'] : (special['displayText'] ?? ''));
      if (shown !== '')
        chats.post(scene.place, { id, author: scene.person.id, activity: { type: 'message', text: shown } });
      const back = type === 'imBack' ? {} : { value: special['value'] ?? value, replyToId };
      return { kind: 'sent', delivery: await endpoint.deliver(messageActivity(facts, scene, { id, text, ...back })) };
    }
    const delivery = await endpoint.deliver(submitActivity(facts, scene, { id, replyToId, value }));
    return { kind: 'sent', delivery };
  }

  async #pressClassic(personId: string, message: SeenMessage, choice: ButtonChoice): Promise<PressResult> {
    const button = classicButtons(message.activity).find(({ title }) => title === choice.title);
    if (!button) throw new Error(`${personId} sees no button ${choice.title ?? choice.verb} in message ${message.id}`);
    if (button.type === 'openUrl') return { kind: 'open-url', url: String(button.value) };
    if (button.type === 'signin') return { kind: 'sign-in', url: String(button.value) };
    const data = { msteams: { type: button.type, value: button.value } };
    return this.act(personId, { message: message.id, action: { type: 'Action.Submit', data } });
  }

  #visible(personId: string, messageId: string): SeenMessage {
    const message = this.#options.chats.message(messageId);
    if (!message) throw new Error(`No message ${messageId}`);
    if (message.onlyFor !== undefined && message.onlyFor !== personId)
      throw new Error(`${personId} does not see message ${messageId}`);
    this.scene(personId, { conversation: message.conversationId });
    return message;
  }
}

/** In a channel, what follows from a message happens in its thread. */
function placeOf(message: SeenMessage): string {
  const { conversationId, id, threadId } = message;
  return conversationId.endsWith('@thread.tacv2') ? `${conversationId};messageid=${threadId ?? id}` : conversationId;
}

function withInputs(data: CardAction['data'], values: Readonly<Record<string, string>>): unknown {
  return isRecord(data) || data === undefined ? { ...data, ...values } : data;
}
