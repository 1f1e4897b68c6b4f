import { randomUUID } from 'node:crypto';
import { type Person, SLACK_BOT_USER_ID, SLACK_TEAM_ID } from '../people.js';
import type { PlacedElement, StateValues } from './elements.js';
import type { Block, StoredMessage } from './types.js';
import { type Channel, SLACK_APP_ID, SLACK_BOT_ID, toWire } from './workspace.js';

/** The deprecated verification token; apps must look at the signature instead. */
export const VERIFICATION_TOKEN = 'deprecated-verification-token';

/** The outer object of an event. https://docs.slack.dev/apis/events-api#event-payload */
export function eventCallback(event: Block, options: { readonly eventId: string; readonly now: number }): Block {
  return {
    token: VERIFICATION_TOKEN,
    team_id: SLACK_TEAM_ID,
    context_team_id: SLACK_TEAM_ID,
    context_enterprise_id: null,
    api_app_id: SLACK_APP_ID,
    event,
    type: 'event_callback',
    event_id: options.eventId,
    event_time: Math.floor(options.now / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: SLACK_TEAM_ID,
        user_id: SLACK_BOT_USER_ID,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: `4-${Buffer.from(options.eventId).toString('base64url')}`,
  };
}

export function urlVerification(challenge: string): Block {
  return { token: VERIFICATION_TOKEN, challenge, type: 'url_verification' };
}

/** What a person typed, as the client sends it: one section of rich text. */
function richTextOf(text: string): readonly Block[] {
  const elements = text
    .split(new RegExp(`(<@${SLACK_BOT_USER_ID}>)`))
    .filter((part) => part !== '')
    .map((part) =>
      part === `<@${SLACK_BOT_USER_ID}>` ? { type: 'user', user_id: SLACK_BOT_USER_ID } : { type: 'text', text: part },
    );
  return [{ type: 'rich_text', block_id: 'typed', elements: [{ type: 'rich_text_section', elements }] }];
}

/** `message` in a direct message, `app_mention` in a channel. `typed` is the text before Slack escaped it. */
export function personEvent(
  message: StoredMessage,
  options: {
    readonly direct: boolean;
    readonly typed: string;
    readonly userTeam: string;
    readonly files?: readonly Block[];
  },
): Block {
  return {
    type: options.direct ? 'message' : 'app_mention',
    user: message.user,
    ts: message.ts,
    client_msg_id: randomUUID(),
    text: message.text,
    team: options.userTeam,
    user_team: options.userTeam,
    source_team: options.userTeam,
    blocks: richTextOf(options.typed),
    channel: message.channel,
    event_ts: message.ts,
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    ...(options.direct ? { channel_type: 'im' } : {}),
    ...(options.files?.length
      ? { files: options.files, upload: false, ...(options.direct ? { subtype: 'file_share' } : {}) }
      : {}),
  };
}

/** The event about the bot's own message in a direct message. */
export function ownMessageEvent(message: StoredMessage): Block {
  return {
    ...toWire(message),
    bot_profile: { id: SLACK_BOT_ID, app_id: SLACK_APP_ID, name: 'Behalf', team_id: SLACK_TEAM_ID, deleted: false },
    channel: message.channel,
    event_ts: message.ts,
    channel_type: 'im',
  };
}

/** `message_changed` and `message_deleted`. https://docs.slack.dev/reference/events/message */
export function changeEvent(change: { readonly message?: StoredMessage; readonly previous: StoredMessage }): Block {
  const eventTs = change.message?.editedTs ?? change.previous.ts;
  return {
    type: 'message',
    subtype: change.message ? 'message_changed' : 'message_deleted',
    hidden: true,
    channel: change.previous.channel,
    channel_type: 'im',
    ts: eventTs,
    event_ts: eventTs,
    previous_message: toWire(change.previous),
    ...(change.message ? { message: toWire(change.message) } : { deleted_ts: change.previous.ts }),
  };
}

export interface InteractionContext {
  readonly person: Person;
  readonly userTeam: string;
  readonly channel: Channel;
  readonly message: StoredMessage;
  readonly triggerId: string;
}

function interactionBase(context: InteractionContext): Block {
  const { person, channel, message } = context;
  return {
    user: { id: person.slackUserId, username: person.id, name: person.id, team_id: context.userTeam },
    api_app_id: SLACK_APP_ID,
    token: VERIFICATION_TOKEN,
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: message.onlyFor !== undefined,
      ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    },
    team: { id: SLACK_TEAM_ID, domain: 'acme' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channel.id, name: channel.direct ? 'directmessage' : channel.name },
    ...(message.onlyFor === undefined ? { message: toWire(message) } : {}),
  };
}

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export function blockActions(
  context: InteractionContext,
  options: {
    readonly placed: PlacedElement;
    /** What was chosen; absent for a button. */
    readonly chosen?: Block;
    readonly values: StateValues;
    readonly responseUrl: string;
    readonly actionTs: string;
  },
): Block {
  return {
    type: 'block_actions',
    ...interactionBase(context),
    trigger_id: context.triggerId,
    state: { values: options.values },
    response_url: options.responseUrl,
    actions: [actionOf(options)],
  };
}

interface Acted {
  readonly placed: PlacedElement;
  readonly chosen?: Block;
  readonly actionTs: string;
}

function actionOf({ actionTs, chosen, placed }: Acted): Block {
  const { action_id, type, text, value, url, style, placeholder, confirm } = placed.element;
  const shown = Object.fromEntries(
    Object.entries({ text, value, url, style, placeholder, confirm }).filter(([, part]) => part !== undefined),
  );
  return { action_id, block_id: placed.blockId, type, ...shown, ...chosen, action_ts: actionTs };
}

/** https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload */
export function blockSuggestion(context: InteractionContext, placed: PlacedElement, query: string): Block {
  return {
    type: 'block_suggestion',
    ...interactionBase(context),
    action_id: placed.actionId,
    block_id: placed.blockId,
    value: query,
  };
}

interface ViewContext {
  readonly person: Person;
  readonly userTeam: string;
  readonly view: Block;
}

function viewBase({ person, userTeam, view }: ViewContext): Block {
  return {
    team: { id: SLACK_TEAM_ID, domain: 'acme' },
    user: { id: person.slackUserId, username: person.id, name: person.id, team_id: userTeam },
    api_app_id: SLACK_APP_ID,
    token: VERIFICATION_TOKEN,
    view,
    enterprise: null,
    is_enterprise_install: false,
  };
}

/** https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
export function viewSubmission(
  context: ViewContext & { readonly values: StateValues; readonly triggerId: string },
): Block {
  const { view } = context;
  return {
    type: 'view_submission',
    ...viewBase({ ...context, view: { ...view, state: { values: context.values } } }),
    trigger_id: context.triggerId,
    response_urls: [],
  };
}

/** A press or a choice in the Home tab: it names the view instead of a message, and no channel. */
export function homeActions(
  context: ViewContext & { readonly values: StateValues; readonly triggerId: string } & Acted,
): Block {
  const { triggerId, values, view } = context;
  return {
    type: 'block_actions',
    ...viewBase({ ...context, view: { ...view, state: { values } } }),
    container: { type: 'view', view_id: view['id'] },
    trigger_id: triggerId,
    actions: [actionOf(context)],
  };
}

/** `app_home_opened`: with the Home tab as it stands, once something was published there. https://docs.slack.dev/reference/events/app_home_opened */
export function homeOpenedEvent(options: {
  readonly user: string;
  readonly channel: string;
  readonly tab: 'home' | 'messages';
  readonly eventTs: string;
  readonly view?: Block;
}): Block {
  const { channel, eventTs, tab, user, view } = options;
  const shown = tab === 'home' && view ? { view: { ...view, state: { values: {} } } } : {};
  return { type: 'app_home_opened', user, channel, tab, event_ts: eventTs, ...shown };
}

/** The same payload from a menu in a modal: it names the view instead of the message. */
export function viewSuggestion(
  context: ViewContext & { readonly placed: PlacedElement; readonly query: string },
): Block {
  const { placed, query } = context;
  const container = { type: 'view', view_id: context.view['id'] };
  const element = { action_id: placed.actionId, block_id: placed.blockId, value: query };
  return { type: 'block_suggestion', ...viewBase(context), container, ...element };
}

/** Form of a slash command. https://docs.slack.dev/interactivity/implementing-slash-commands */
export function slashCommand(options: {
  readonly person: Person;
  readonly userTeam: string;
  readonly channel: Channel;
  readonly command: string;
  readonly text: string;
  readonly responseUrl: string;
  readonly triggerId: string;
}): string {
  return new URLSearchParams({
    token: VERIFICATION_TOKEN,
    team_id: options.userTeam,
    team_domain: 'acme',
    channel_id: options.channel.id,
    channel_name: options.channel.direct ? 'directmessage' : options.channel.name,
    user_id: options.person.slackUserId,
    user_name: options.person.id,
    command: options.command,
    text: options.text,
    api_app_id: SLACK_APP_ID,
    is_enterprise_install: 'false',
    response_url: options.responseUrl,
    trigger_id: options.triggerId,
  }).toString();
}
