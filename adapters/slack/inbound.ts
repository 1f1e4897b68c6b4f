import type {
  ActionEvent,
  FormEvent,
  HomeEvent,
  OptionsEvent,
  ShortcutEvent,
  SlashCommandEvent,
  TextEvent,
} from '../../src/chat/chat-event.js';
import type { ChatFile } from '../../src/chat/chat-file.js';
import type { MessageRef } from '../../src/chat/conversation.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { isOwnSlashCommand } from '../../src/kernel/slash-command.js';
import { type SlackPlace, toConversation, toMessageRef, toUnseen } from './address.js';
import { picklistIdOf } from './blocks.js';
import { showEmoji } from './emoji.js';
import { isStub, readFiles } from './files.js';
import { fieldOf, readFormFiles, readMetadata, readValues } from './forms.js';
import { homeChannel, isOnHome } from './home.js';
import { isJsonObject, type JsonObject, objectAt, present, textAt } from './json.js';
import { withoutStyle } from './style.js';
import { readMentions, readTypedText } from './text.js';

/** What somebody did, before it is known who they are in the workspace. */
export interface Heard {
  readonly userId: string;
  /** Their own workspace, as the payload has it. */
  readonly userTeam?: string | undefined;
  readonly place: SlackPlace;
  readonly event:
    | Omit<TextEvent, 'user' | 'openForm'>
    | Omit<SlashCommandEvent, 'user' | 'openForm'>
    | Omit<ShortcutEvent, 'user' | 'openForm'>
    | Omit<ActionEvent, 'user' | 'openForm'>
    | Omit<FormEvent, 'user' | 'refuseInTime'>
    | Omit<OptionsEvent, 'user' | 'offer'>
    | Omit<HomeEvent, 'user'>;
  /** The files as Slack lists them, where it has left out what they are. */
  readonly incompleteFiles?: unknown;
  /** Opens one modal, within 3 s. */
  readonly triggerId?: string;
}

export interface HearingContext {
  /** The installation that Slack's request is for. */
  readonly workspace: string;
  readonly botUserId: string;
  readonly nowMs: number;
  /** Origins that a response_url may have. */
  readonly responseOrigins: readonly string[];
}

/** A response_url lives for 30 minutes; we stop using it a little before. */
const RESPONSE_URL_MS = 29 * 60_000;

/**
 * A `message` in the direct message or an `app_mention`.
 * @throws BehalfError `chat.request_invalid`
 */
export function hearMessage(body: JsonObject, context: HearingContext): Heard {
  const event = objectAt(body, 'event');
  const channel = required(event, 'channel');
  const userId = required(event, 'user');
  const direct = event['channel_type'] === 'im' || channel.startsWith('D');
  const userTeam = textAt(event, 'user_team') ?? textAt(event, 'team');
  const place: SlackPlace = {
    workspace: context.workspace,
    channel,
    direct,
    user: userId,
    threadTs: textAt(event, 'thread_ts'),
    heardTs: textAt(event, 'ts'),
  };
  const { mentions, text } = typed(showEmoji(textAt(event, 'text') ?? '', event), context.botUserId);
  return {
    userId,
    userTeam,
    place,
    incompleteFiles: hasStubs(event['files']) ? event['files'] : undefined,
    event: {
      kind: 'text',
      id: required(body, 'event_id'),
      conversation: toConversation(place),
      text: withoutStyle(text, event),
      mentions,
      files: filesOf(event['files'], context.workspace),
    },
  };
}

function hasStubs(listed: unknown): boolean {
  return Array.isArray(listed) && listed.filter(isJsonObject).some(isStub);
}

/** Nothing where nothing was sent. */
function filesOf(listed: unknown, workspace: string): readonly ChatFile[] | undefined {
  const files = readFiles(listed, workspace);
  return files.length === 0 ? undefined : files;
}

/**
 * A slash command, ours or that of a recipe: what follows its name is the text. Nobody else sees it.
 * @throws BehalfError `chat.request_invalid`
 */
export function hearSlashCommand(body: JsonObject, context: HearingContext): Heard {
  const channel = required(body, 'channel_id');
  const userId = required(body, 'user_id');
  const { workspace } = context;
  const place: SlackPlace = { workspace, channel, direct: channel.startsWith('D'), user: userId };
  const triggerId = required(body, 'trigger_id');
  const command = textAt(body, 'command');
  const isOwn = command === undefined || isOwnSlashCommand(command);
  const heard = typed(textAt(body, 'text') ?? '', context.botUserId);
  return {
    userId,
    userTeam: required(body, 'team_id'),
    triggerId,
    place,
    event: {
      ...heard,
      ...(isOwn ? { kind: 'text', text: withoutStyle(heard.text, body) } : { kind: 'slash-command', command }),
      id: triggerId,
      conversation: toUnseen(place),
    },
  };
}

/**
 * Somebody opened the Home tab (`app_home_opened`).
 * @throws BehalfError `chat.request_invalid`
 */
export function hearHome(body: JsonObject, { workspace }: HearingContext): Heard {
  const event = objectAt(body, 'event');
  const userId = required(event, 'user');
  const place: SlackPlace = { workspace, channel: textAt(event, 'channel') ?? userId, direct: true, user: userId };
  return {
    userId,
    place,
    event: { kind: 'home', id: required(body, 'event_id'), conversation: toConversation(place) },
  };
}

function typed(text: string, botUserId: string): Pick<TextEvent, 'text' | 'mentions'> {
  const mentions = readMentions(text, botUserId);
  return { text: readTypedText(text, botUserId), mentions: mentions.length === 0 ? undefined : mentions };
}

/**
 * A press on one of our buttons (`block_actions`), with what is chosen in the picklists of that message or Home tab.
 * @throws BehalfError `chat.request_invalid`
 */
export function hearPress(body: JsonObject, context: HearingContext): Heard {
  const user = objectAt(body, 'user');
  const userId = required(user, 'id');
  const userTeam = textAt(user, 'team_id');
  const actions = body['actions'];
  const first: unknown = Array.isArray(actions) ? actions[0] : undefined;
  const action = isJsonObject(first) ? first : {};
  const onHome = isOnHome(body);
  const place = onHome ? placeOfHome(body, userId, context) : placeOfPress(body, userId, context);
  const message = onHome ? undefined : messageOfPress(body, place, context);
  const triggerId = textAt(body, 'trigger_id');
  return {
    userId,
    ...(userTeam === undefined ? {} : { userTeam }),
    ...(triggerId === undefined ? {} : { triggerId }),
    place,
    event: {
      kind: 'action',
      id: triggerId ?? pressId(body, action),
      conversation: toConversation(place),
      token: required(action, 'value'),
      values: chosenValues(onHome ? objectAt(body, 'view') : body),
      ...(message ? { message } : {}),
      ...(onHome ? { inHome: true } : {}),
    },
  };
}

/**
 * A modal of ours that was sent off (`view_submission`).
 * @throws BehalfError `chat.request_invalid`
 */
export function hearSubmission(body: JsonObject, context: HearingContext): Heard {
  const view = objectAt(body, 'view');
  const { base, event } = hearInForm(body, view, context);
  const id = textAt(body, 'trigger_id') ?? [required(view, 'id'), required(view, 'hash')].join('/');
  return {
    ...base,
    event: { kind: 'form', id, ...event, values: readValues(view), files: readFormFiles(view, context.workspace) },
  };
}

/**
 * What somebody types in a menu of our modal (`block_suggestion`). It has no id of its own, and needs none: it changes nothing.
 * @throws BehalfError `chat.request_invalid`
 */
export function hearSuggestion(body: JsonObject, context: HearingContext): Heard {
  const { base, event } = hearInForm(body, objectAt(body, 'view'), context);
  const field = fieldOf(required(body, 'block_id')) ?? '';
  return { ...base, event: { kind: 'options', id: '', ...event, field, query: textAt(body, 'value') ?? '' } };
}

function hearInForm(body: JsonObject, view: JsonObject, { workspace }: HearingContext) {
  const user = objectAt(body, 'user');
  const userId = required(user, 'id');
  const userTeam = textAt(user, 'team_id');
  const stored = readMetadata(view);
  if (!stored)
    throw new BehalfError('chat.request_invalid', 'The form has no address', {
      details: { field: 'private_metadata' },
    });
  const place = { ...stored.place, workspace, user: userId };
  return {
    base: { userId, ...(userTeam === undefined ? {} : { userTeam }), place },
    event: { token: stored.token, conversation: toConversation(place) },
  };
}

function placeOfHome(body: JsonObject, user: string, { workspace }: HearingContext): SlackPlace {
  return { workspace, channel: homeChannel(body, user), direct: true, user };
}

function placeOfPress(body: JsonObject, userId: string, { workspace }: HearingContext): SlackPlace {
  const channel = required(objectAt(body, 'channel'), 'id');
  const container = objectAt(body, 'container');
  const threadTs = textAt(container, 'thread_ts') ?? textAt(objectAt(body, 'message'), 'thread_ts');
  const heardTs = container['is_ephemeral'] === true ? undefined : textAt(container, 'message_ts');
  return {
    workspace,
    channel,
    direct: channel.startsWith('D'),
    user: userId,
    ...present('threadTs', threadTs),
    ...present('heardTs', heardTs),
  };
}

function messageOfPress(body: JsonObject, place: SlackPlace, context: HearingContext): MessageRef | undefined {
  const container = objectAt(body, 'container');
  if (container['is_ephemeral'] !== true) {
    const ts = textAt(container, 'message_ts');
    return ts === undefined ? undefined : toMessageRef({ ...place, ts });
  }
  const responseUrl = textAt(body, 'response_url');
  if (!isResponseUrl(responseUrl, context.responseOrigins)) return toMessageRef(place);
  return toMessageRef({ ...place, responseUrl, responseUntil: context.nowMs + RESPONSE_URL_MS });
}

/** The response_url is posted to later, so it must lead to Slack even though its request was signed. */
function isResponseUrl(url: string | undefined, origins: readonly string[]): url is string {
  return url !== undefined && URL.canParse(url) && origins.includes(new URL(url).origin);
}

function pressId(body: JsonObject, action: JsonObject): string {
  const container = objectAt(body, 'container');
  const where = textAt(container, 'view_id') ?? required(container, 'message_ts');
  const parts = [where, required(action, 'action_ts')];
  return [...parts, required(action, 'action_id')].join('/');
}

/** `state.values` is block id → action id → element; it is absent where there are no menus. */
function chosenValues(holder: JsonObject): Readonly<Record<string, string>> {
  const blocks = Object.values(objectAt(objectAt(holder, 'state'), 'values')).filter(isJsonObject);
  const chosen = blocks.flatMap((block) =>
    Object.keys(block).map((actionId) => {
      const value = textAt(objectAt(objectAt(block, actionId), 'selected_option'), 'value');
      return [picklistIdOf(actionId), value] as const;
    }),
  );
  return Object.fromEntries(
    chosen.filter((pair): pair is readonly [string, string] => pair[0] !== undefined && pair[1] !== undefined),
  );
}

/** @throws BehalfError `chat.request_invalid` where it is not there */
export function required(object: JsonObject, key: string): string {
  const value = textAt(object, key);
  if (value === undefined)
    throw new BehalfError('chat.request_invalid', `The request of Slack has no ${key}`, { details: { field: key } });
  return value;
}
