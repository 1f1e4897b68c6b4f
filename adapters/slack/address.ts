import type { Address, ConversationRef, MessageRef } from '../../src/chat/conversation.js';
import type { Complete } from '../../src/kernel/complete.js';
import { BehalfError } from '../../src/kernel/errors.js';

/** Where the bot speaks in Slack. `user` is the person whose direct message it is, or who spoke there. */
export interface SlackPlace {
  /** The installation whose bot is there: a team id, or an organisation's. Addresses of before have none. */
  readonly workspace?: string | undefined;
  readonly channel: string;
  readonly direct: boolean;
  readonly user?: string | undefined;
  readonly threadTs?: string | undefined;
  /** The message that was heard there: a thread can be opened below it. */
  readonly heardTs?: string | undefined;
}

/**
 * A message of ours. An ephemeral one has no `ts` that the Web API takes; it can only be replaced through the
 * `responseUrl` of a click on it, until `responseUntil` (epoch ms).
 */
export interface SlackMessagePlace extends SlackPlace {
  readonly ts?: string | undefined;
  /** It is a file, of this id. */
  readonly file?: string | undefined;
  readonly responseUrl?: string | undefined;
  readonly responseUntil?: number | undefined;
}

export function toConversation(place: SlackPlace): ConversationRef {
  return { platform: 'slack', kind: place.direct ? 'direct' : 'channel', address: addressOf(place, place.heardTs) };
}

/** The same where nobody else saw what the person did. */
export function toUnseen(place: SlackPlace): ConversationRef {
  return { ...toConversation(place), ...(place.direct ? {} : { unseen: true }) };
}

/** @throws BehalfError `chat.delivery_failed` when the reference is none of Slack's */
export function readConversation({ address, kind, platform }: ConversationRef): SlackPlace {
  return readPlace(platform, address, kind === 'direct');
}

export function toMessageRef(place: SlackMessagePlace): MessageRef {
  const { direct, file, responseUntil, responseUrl, ts } = place;
  const address = addressOf(place);
  address['direct'] = direct;
  if (ts !== undefined) address['ts'] = ts;
  if (file !== undefined) address['file'] = file;
  if (responseUrl !== undefined) address['responseUrl'] = responseUrl;
  if (responseUntil !== undefined) address['responseUntil'] = responseUntil;
  return { platform: 'slack', address };
}

/** @throws BehalfError `chat.delivery_failed` when the reference is none of Slack's */
export function readMessageRef({ address, platform }: MessageRef): SlackMessagePlace {
  const { channel, direct, heardTs, threadTs, user, workspace } = readPlace(
    platform,
    address,
    address['direct'] === true,
  );
  const until = address['responseUntil'];
  return {
    workspace,
    channel,
    direct,
    user,
    threadTs,
    heardTs,
    ts: textOf(address, 'ts'),
    file: textOf(address, 'file'),
    responseUrl: textOf(address, 'responseUrl'),
    responseUntil: typeof until === 'number' ? until : undefined,
  };
}

/** What is known of a place, by its names: it is kept as JSON. */
function addressOf(
  { channel, threadTs, user, workspace }: SlackPlace,
  heardTs?: string,
): Record<string, string | number | boolean> {
  const address: Record<string, string | number | boolean> = {};
  if (workspace !== undefined) address['workspace'] = workspace;
  address['channel'] = channel;
  if (user !== undefined) address['user'] = user;
  if (threadTs !== undefined) address['threadTs'] = threadTs;
  if (heardTs !== undefined) address['heardTs'] = heardTs;
  return address;
}

function readPlace(platform: string, address: Address, direct: boolean): Complete<SlackPlace> {
  const channel = address['channel'];
  if (platform !== 'slack' || typeof channel !== 'string')
    throw new BehalfError('chat.delivery_failed', 'This is not a place in Slack', { details: { platform } });
  return {
    workspace: textOf(address, 'workspace'),
    channel,
    direct,
    user: textOf(address, 'user'),
    threadTs: textOf(address, 'threadTs'),
    heardTs: textOf(address, 'heardTs'),
  };
}

function textOf(address: Address, key: string): string | undefined {
  const value = address[key];
  return typeof value === 'string' ? value : undefined;
}
