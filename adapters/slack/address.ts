import type { Address, ConversationRef, MessageRef } from '../../src/chat/conversation.js';
import { BehalfError } from '../../src/kernel/errors.js';

/** Where the bot speaks in Slack. `user` is the person whose direct message it is, or who spoke there. */
export interface SlackPlace {
  /** The installation whose bot is there: a team id, or an organisation's. Addresses of before have none. */
  readonly workspace?: string;
  readonly channel: string;
  readonly direct: boolean;
  readonly user?: string;
  readonly threadTs?: string;
  /** The message that was heard there: a thread can be opened below it. */
  readonly heardTs?: string;
}

/**
 * A message of ours. An ephemeral one has no `ts` that the Web API takes; it can only be replaced through the
 * `responseUrl` of a click on it, until `responseUntil` (epoch ms).
 */
export interface SlackMessagePlace extends SlackPlace {
  readonly ts?: string;
  /** It is a file, of this id. */
  readonly file?: string;
  readonly responseUrl?: string;
  readonly responseUntil?: number;
}

export function toConversation(place: SlackPlace): ConversationRef {
  const { direct, ...address } = place;
  return { platform: 'slack', kind: direct ? 'direct' : 'channel', address };
}

/** The same where nobody else saw what the person did. */
export function toUnseen(place: SlackPlace): ConversationRef {
  return { ...toConversation(place), ...(place.direct ? {} : { unseen: true }) };
}

/** @throws BehalfError `chat.delivery_failed` when the reference is none of Slack's */
export function readConversation(ref: ConversationRef): SlackPlace {
  return { ...readPlace(ref.platform, ref.address), direct: ref.kind === 'direct' };
}

export function toMessageRef({ heardTs: _, ...address }: SlackMessagePlace): MessageRef {
  return { platform: 'slack', address };
}

/** @throws BehalfError `chat.delivery_failed` when the reference is none of Slack's */
export function readMessageRef(ref: MessageRef): SlackMessagePlace {
  const { address } = ref;
  const until = address['responseUntil'];
  return {
    ...readPlace(ref.platform, address),
    direct: address['direct'] === true,
    ...optionalText(address, 'ts'),
    ...optionalText(address, 'file'),
    ...optionalText(address, 'responseUrl'),
    ...(typeof until === 'number' ? { responseUntil: until } : {}),
  };
}

function readPlace(platform: string, address: Address): Omit<SlackPlace, 'direct'> {
  const channel = address['channel'];
  if (platform !== 'slack' || typeof channel !== 'string')
    throw new BehalfError('chat.delivery_failed', 'This is not a place in Slack', { details: { platform } });
  return {
    channel,
    ...optionalText(address, 'workspace'),
    ...optionalText(address, 'user'),
    ...optionalText(address, 'threadTs'),
    ...optionalText(address, 'heardTs'),
  };
}

function optionalText<K extends string>(address: Address, key: K): { readonly [Key in K]?: string } {
  const value = address[key];
  const found: { [Key in K]?: string } = {};
  if (typeof value === 'string') found[key] = value;
  return found;
}
