import { randomBytes } from 'node:crypto';
import { type Person, SLACK_BOT_USER_ID } from '../people.js';
import type { ApiWorld, OwnMessageChange } from './api-call.js';
import { isRecord } from './block-checks.js';
import type { Delivery } from './delivery.js';
import {
  chosenState,
  type ElementReference,
  findElement,
  optionsOf,
  type PlacedElement,
  stateValues,
} from './elements.js';
import type { SentFile } from './files.js';
import {
  blockActions,
  blockSuggestion,
  changeEvent,
  eventCallback,
  type InteractionContext,
  ownMessageEvent,
  personEvent,
  slashCommand,
} from './payloads.js';
import { applyResponse, commandAnswer } from './response-url-endpoint.js';
import type { ResponseUrls } from './response-urls.js';
import { globalShortcut, messageShortcut } from './shortcut-payloads.js';
import type { Block, DeliveryFailure, RecordedRequest, StoredMessage } from './types.js';
import { type Channel, directChannelOf, escapeText } from './workspace.js';

const FORM = 'application/x-www-form-urlencoded';
const MENTION = `<@${SLACK_BOT_USER_ID}>`;

/** What a person did, and how the bot took the first attempt to tell it. */
export interface Said {
  readonly messageId: string;
  /** Absent when Slack tells the bot nothing: a message in a channel that does not mention it. */
  readonly eventId?: string;
  readonly request?: RecordedRequest;
}

/** Where somebody writes, and what is sent along. */
export interface SlackPlace {
  readonly channel?: string;
  readonly threadTs?: string;
  readonly files?: readonly SentFile[];
}

export interface ClientsOptions {
  readonly world: ApiWorld;
  readonly delivery: Delivery;
  readonly responseUrls: ResponseUrls;
  readonly now: () => number;
  /** Where response URLs point to, without a slash at the end. */
  readonly origin: () => string;
}

/** The clients of all people: turns what they do into Slack's requests to the bot. */
export class SlackClients {
  readonly #options: ClientsOptions;
  readonly #chosen = new Map<string, Block>();
  readonly #suggested = new Map<string, readonly Block[]>();
  readonly #events = new Map<string, string>();

  constructor(options: ClientsOptions) {
    this.#options = options;
  }

  /** A person writes in a channel (in their direct message with the bot unless told). `@Behalf` mentions the bot. */
  async say(personId: string, text: string, where: SlackPlace = {}): Promise<Said> {
    const { world } = this.#options;
    const { workspace } = world;
    const person = workspace.personById(personId);
    const channel = this.#channelFor(person, where.channel);
    const typed = text.replace(/@behalf\b/gi, MENTION);
    const files = (where.files ?? []).map((file) => world.files.upload(person.slackUserId, file));
    const message = workspace.post({
      channel: channel.id,
      user: person.slackUserId,
      ...(files.length === 0 ? {} : { files }),
      text: escapeText(typed).replaceAll(escapeText(MENTION), MENTION),
      ...(where.threadTs === undefined ? {} : { threadTs: where.threadTs }),
    });
    const told = channel.members.has(SLACK_BOT_USER_ID) && (channel.direct || typed.includes(MENTION));
    if (!told) return { messageId: message.ts };
    const userTeam = workspace.teamOf(person.slackUserId);
    const sent = await this.sendEvent(
      personEvent(message, {
        direct: channel.direct,
        typed,
        userTeam,
        files: files.map((file) => world.files.told(file)),
      }),
    );
    return { messageId: message.ts, ...sent };
  }

  /** A person changes their own message in the direct message. */
  async edit(personId: string, messageId: string, text: string): Promise<Said> {
    const { message: previous, person } = this.#seen(personId, messageId);
    if (previous.user !== person.slackUserId) throw new Error('people edit only their own messages');
    const message = this.#options.world.workspace.replace(messageId, { text: escapeText(text) });
    const sent = message ? await this.sendEvent(changeEvent({ message, previous })) : {};
    return { messageId, ...sent };
  }

  /** A person presses a button (any button: link buttons tell the bot too). */
  async press(personId: string, messageId: string, reference: ElementReference): Promise<RecordedRequest> {
    const { message } = this.#seen(personId, messageId);
    const placed = findElement(message.blocks, reference);
    if (placed.type !== 'button') throw new Error(`${placed.actionId} is a ${placed.type}, use select`);
    return this.#act(personId, messageId, placed, undefined);
  }

  /**
   * A person chooses in a menu, by value or label. Resolves with the request to the bot, or with undefined for an
   * element in an input block: Slack keeps that to itself until a button is pressed.
   */
  async select(
    personId: string,
    messageId: string,
    reference: ElementReference,
    value: string | readonly string[],
  ): Promise<RecordedRequest | undefined> {
    const { message, person } = this.#seen(personId, messageId);
    const placed = findElement(message.blocks, reference);
    const key = keyOf(message, person, placed);
    const chosen = chosenState(placed, value, this.#suggested.get(key) ?? optionsOf(placed.element));
    if (placed.type !== 'overflow') this.#chosen.set(key, chosen);
    return placed.dispatches ? this.#act(personId, messageId, placed, chosen) : undefined;
  }

  /** A person types in a menu whose options come from the bot. Resolves with the bot's options. */
  async suggest(
    personId: string,
    messageId: string,
    reference: ElementReference,
    query: string,
  ): Promise<{ readonly options: readonly Block[]; readonly request: RecordedRequest }> {
    const { context, message, person } = this.#seen(personId, messageId);
    const placed = findElement(message.blocks, reference);
    const body = formOf(blockSuggestion(context, placed, query));
    const request = await this.#options.delivery.sendSigned('suggestion', body, FORM);
    const answer: unknown = request.status === 200 ? JSON.parse(request.responseBody) : undefined;
    const options = isRecord(answer) ? optionsOf(answer).slice(0, 100) : [];
    this.#suggested.set(keyOf(message, person, placed), options);
    return { options, request };
  }

  /** A person types a slash command. A text in the bot's answer shows as a message, as in Slack. */
  async command(
    personId: string,
    command: string,
    text: string,
    where: { readonly channel?: string } = {},
  ): Promise<RecordedRequest> {
    const { world, responseUrls, delivery, origin } = this.#options;
    const person = world.workspace.personById(personId);
    const channel = this.#channelFor(person, where.channel);
    const target = { channel: channel.id, user: person.slackUserId };
    const body = slashCommand({
      person,
      userTeam: world.workspace.teamOf(person.slackUserId),
      channel,
      command,
      text: escapeText(text),
      responseUrl: origin() + responseUrls.issue('commands', target),
      triggerId: world.triggers.issue(person.slackUserId),
    });
    const request = await delivery.sendSigned('command', body, FORM);
    if (request.status === 200 && request.responseBody.trim() !== '') {
      applyResponse(commandAnswer(request.responseBody), target, world);
    }
    return request;
  }

  /** A person chooses a shortcut of the app in the menu of a message, or of the composer where no message is named. */
  async shortcut(personId: string, callbackId: string, messageId?: string): Promise<RecordedRequest> {
    const { delivery, now, origin, responseUrls, world } = this.#options;
    const person = world.workspace.personById(personId);
    const seen = messageId === undefined ? undefined : this.#seen(personId, messageId);
    // Slack has none in the menus of messages that one person sees.
    if (seen?.message.onlyFor !== undefined) throw new Error(`message ${messageId} has no menu with shortcuts`);
    const chosen = {
      person,
      userTeam: world.workspace.teamOf(person.slackUserId),
      callbackId,
      triggerId: world.triggers.issue(person.slackUserId),
      actionTs: (now() / 1000).toFixed(6),
    };
    if (!seen) return delivery.sendSigned('interaction', formOf(globalShortcut(chosen)), FORM);
    const { message } = seen;
    const place = { channel: message.channel, user: person.slackUserId, messageTs: message.ts };
    const responseUrl = origin() + responseUrls.issue('actions', place);
    const files = (message.files ?? []).map((file) => world.files.told(file));
    const payload = messageShortcut({ ...chosen, ...seen.context, files, responseUrl });
    return delivery.sendSigned('interaction', formOf(payload), FORM);
  }

  /** Sends an event again, as after a lost ack or by a second delivery without retry headers. */
  async redeliver(
    eventId: string,
    retry?: { readonly num: number; readonly reason: DeliveryFailure },
  ): Promise<RecordedRequest> {
    const body = this.#events.get(eventId);
    if (body === undefined) throw new Error(`no event ${eventId} was sent`);
    return this.#options.delivery.sendEvent(eventId, body, retry);
  }

  /** Tells the bot about its own message in a direct message, as Slack does. */
  async reportOwnMessage(change: OwnMessageChange): Promise<void> {
    const message = change.kind === 'deleted' ? change.previous : change.message;
    if (!this.#options.world.workspace.channel(message.channel)?.direct) return;
    await this.sendEvent(
      change.kind === 'posted'
        ? ownMessageEvent(change.message)
        : changeEvent(change.kind === 'changed' ? change : { previous: change.previous }),
    );
  }

  /** Tells the bot of an event; {@link redeliver} can repeat it. */
  async sendEvent(event: Block): Promise<{ eventId: string; request: RecordedRequest }> {
    const eventId = `Ev0${randomBytes(5).toString('hex').toUpperCase()}`;
    const body = JSON.stringify(eventCallback(event, { eventId, now: this.#options.now() }));
    this.#events.set(eventId, body);
    return { eventId, request: await this.#options.delivery.sendEvent(eventId, body) };
  }

  async #act(
    personId: string,
    messageId: string,
    placed: PlacedElement,
    chosen: Block | undefined,
  ): Promise<RecordedRequest> {
    const { responseUrls, origin, now, delivery } = this.#options;
    const { context, message, person } = this.#seen(personId, messageId);
    const path = responseUrls.issue('actions', {
      channel: message.channel,
      user: person.slackUserId,
      messageTs: message.ts,
      ...(message.threadTs === undefined ? {} : { threadTs: message.threadTs }),
    });
    const payload = blockActions(context, {
      placed,
      values: stateValues(message.blocks, (held) => this.#held(message, person, held)),
      responseUrl: origin() + path,
      actionTs: (now() / 1000).toFixed(6),
      ...(chosen ? { chosen } : {}),
    });
    return delivery.sendSigned('interaction', formOf(payload), FORM);
  }

  /** What a person chose earlier, unless the message changed so that it is no longer on offer. */
  #held(message: StoredMessage, person: Person, placed: PlacedElement): Block | undefined {
    const chosen = this.#chosen.get(keyOf(message, person, placed));
    if (!chosen || placed.type !== 'static_select') return chosen;
    const option = chosen['selected_option'];
    const offered = optionsOf(placed.element).some(
      (candidate) => isRecord(option) && candidate['value'] === option['value'],
    );
    return offered ? chosen : undefined;
  }

  #channelFor(person: Person, reference: string | undefined): Channel {
    const channel = this.#options.world.workspace.channel(reference ?? directChannelOf(person.slackUserId));
    if (!channel?.members.has(person.slackUserId))
      throw new Error(`${person.id} is not in ${reference ?? 'a channel'}`);
    return channel;
  }

  #seen(personId: string, messageId: string): { context: InteractionContext; message: StoredMessage; person: Person } {
    const { workspace, triggers } = this.#options.world;
    const person = workspace.personById(personId);
    const message = workspace.message(messageId);
    const hidden = message?.onlyFor !== undefined && message.onlyFor !== person.slackUserId;
    if (!message || hidden) throw new Error(`${personId} sees no message ${messageId}`);
    const channel = this.#channelFor(person, message.channel);
    const userTeam = workspace.teamOf(person.slackUserId);
    return {
      person,
      message,
      context: { person, userTeam, channel, message, triggerId: triggers.issue(person.slackUserId) },
    };
  }
}

function keyOf(message: StoredMessage, person: Person, placed: PlacedElement): string {
  return JSON.stringify([message.ts, person.id, placed.blockId, placed.actionId]);
}

function formOf(payload: Block): string {
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}
