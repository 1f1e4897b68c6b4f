import type { ChosenMessage, ShortcutEvent } from '../../src/chat/chat-event.js';
import { type SlackPlace, toUnseen } from './address.js';
import { showEmoji } from './emoji.js';
import { readFiles } from './files.js';
import { type Heard, type HearingContext, required } from './inbound.js';
import { type JsonObject, objectAt, present, textAt } from './json.js';
import { readMessageText } from './message-text.js';
import type { People } from './people.js';
import { readMentions, readTypedText } from './text.js';

/** People of a message whose names are looked up: Slack waits for the answer. */
const MAX_NAMES = 10;

type ShortcutHeard = Heard & { readonly event: Omit<ShortcutEvent, 'user' | 'openForm'> };

/**
 * A shortcut, chosen anywhere (`shortcut`) or on a message (`message_action`).
 * https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
 * @throws BehalfError `chat.request_invalid`
 */
export function hearShortcut(body: JsonObject, context: HearingContext): ShortcutHeard {
  const user = objectAt(body, 'user');
  const userId = required(user, 'id');
  const userTeam = textAt(user, 'team_id');
  const triggerId = required(body, 'trigger_id');
  const isOnMessage = body['type'] === 'message_action';
  const place = isOnMessage ? placeOfMessage(body, userId, context) : directPlace(userId, context);
  return {
    userId,
    ...(userTeam === undefined ? {} : { userTeam }),
    triggerId,
    place,
    event: {
      kind: 'shortcut',
      id: triggerId,
      shortcut: required(body, 'callback_id'),
      conversation: toUnseen(place),
      ...(isOnMessage ? { message: readChosen(body, context) } : {}),
    },
  };
}

/** Chosen anywhere, it is in no conversation: Slack takes a person's id for the direct message with them. */
function directPlace(userId: string, { workspace }: HearingContext): SlackPlace {
  return { workspace, channel: userId, direct: true, user: userId };
}

function placeOfMessage(body: JsonObject, userId: string, { workspace }: HearingContext): SlackPlace {
  const channel = required(objectAt(body, 'channel'), 'id');
  const message = objectAt(body, 'message');
  return {
    workspace,
    channel,
    // One between two people is none of the bot's, and what it says then goes to its own with the person.
    direct: channel.startsWith('D'),
    user: userId,
    ...present('threadTs', textAt(message, 'thread_ts')),
    ...present('heardTs', textAt(message, 'ts')),
  };
}

function readChosen(body: JsonObject, { botUserId, workspace }: HearingContext): ChosenMessage {
  const message = objectAt(body, 'message');
  const text = showEmoji(readMessageText(message), message);
  const mentions = readMentions(text, botUserId);
  const files = readFiles(message['files'], workspace);
  const link = linkTo(body, message);
  const userId = textAt(message, 'user');
  const name = textAt(message, 'username') ?? textAt(objectAt(message, 'bot_profile'), 'name') ?? userId;
  const isApp = textAt(message, 'bot_id') !== undefined;
  return {
    text: readTypedText(text, botUserId),
    ...(mentions.length === 0 ? {} : { mentions }),
    ...(files.length === 0 ? {} : { files }),
    ...present('link', link),
    ...(name === undefined ? {} : { author: { name, ...(isApp ? {} : present('userId', userId)) } }),
  };
}

/** What `chat.getPermalink` gives, without asking: the bot may not be in the channel. */
function linkTo(body: JsonObject, message: JsonObject): string | undefined {
  const domain = textAt(objectAt(body, 'team'), 'domain');
  const channel = textAt(objectAt(body, 'channel'), 'id');
  const ts = textAt(message, 'ts') ?? textAt(body, 'message_ts');
  if (domain === undefined || channel === undefined || ts === undefined) return undefined;
  const responseUrl = textAt(body, 'response_url') ?? '';
  const isGov = URL.canParse(responseUrl) && new URL(responseUrl).hostname.endsWith('.slack-gov.com');
  const thread = textAt(message, 'thread_ts');
  const query = thread === undefined || thread === ts ? '' : `?thread_ts=${thread}&cid=${channel}`;
  return `https://${domain}.${isGov ? 'slack-gov' : 'slack'}.com/archives/${channel}/p${ts.replace('.', '')}${query}`;
}

/** What was chosen with the names of its people, where Slack gave only their ids. Who cannot be found stays an id. */
export async function withNames(heard: Heard, people: Pick<People, 'profile'>): Promise<Heard> {
  const { event } = heard;
  if (event.kind !== 'shortcut' || !event.message) return heard;
  const { author, mentions = [], text } = event.message;
  const unnamed = mentions.filter((mention) => mention.text === `@${mention.userId}`).map(({ userId }) => userId);
  const authorId = author?.userId;
  const ids = [...new Set([...(authorId === undefined ? [] : [authorId]), ...unnamed])].slice(0, MAX_NAMES);
  const found = await Promise.all(
    ids.map((id) =>
      people.profile(id).then(
        ({ name }) => [id, name] as const,
        () => undefined,
      ),
    ),
  );
  const names = new Map(found.filter((pair) => pair !== undefined));
  const named = (mention: { readonly text: string; readonly userId: string }): string => {
    const name = mention.text === `@${mention.userId}` ? names.get(mention.userId) : undefined;
    return name === undefined ? mention.text : `@${name}`;
  };
  const authorName = authorId === undefined ? undefined : names.get(authorId);
  const message: ChosenMessage = {
    ...event.message,
    text: text.replace(/@([UW][A-Z0-9]+)\b/g, (shown, userId: string) => named({ text: shown, userId })),
    ...(mentions.length === 0 ? {} : { mentions: mentions.map((one) => ({ ...one, text: named(one) })) }),
    ...(author && authorName !== undefined ? { author: { ...author, name: authorName } } : {}),
  };
  return { ...heard, event: { ...event, message } };
}
