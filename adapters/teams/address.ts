import type { ChatUser } from '../../src/chat/chat-user.js';
import type { Address, ConversationRef, MessageRef } from '../../src/chat/conversation.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { PersonalActivity } from './activity.js';

/** Where the bot speaks in Teams, and who spoke to it there. Kept as flat JSON of our own, so that it outlives any library. */
export interface TeamsPlace {
  readonly serviceUrl: string;
  /** With `;messageid=` of the thread in a channel. */
  readonly conversationId: string;
  readonly tenantId: string;
  readonly botId: string;
  /** `29:…` and Entra object id of the person. */
  readonly userId: string;
  readonly aadObjectId: string;
}

/** A message of ours. */
export interface TeamsMessagePlace extends TeamsPlace {
  readonly activityId: string;
  readonly direct: boolean;
  /**
   * The message only says that something is held for the person in private: what replaces it belongs to that person alone
   * and must never be put in its place.
   */
  readonly heldId?: string;
  /** Only this person sees it, although others are in the conversation. */
  readonly targeted?: true;
}

export function placeOf(did: PersonalActivity): TeamsPlace {
  const { serviceUrl, conversationId, tenantId, botId, userId, aadObjectId } = did;
  return { serviceUrl, conversationId, tenantId, botId, userId, aadObjectId };
}

/** The person who is spoken to. */
export function userIn({ aadObjectId, tenantId }: TeamsPlace): ChatUser {
  return { platform: 'teams', tenantId, userId: aadObjectId };
}

export function toConversation(place: TeamsPlace, direct: boolean): ConversationRef {
  return { platform: 'teams', kind: direct ? 'direct' : 'channel', address: { ...place } };
}

export function toMessageRef(place: TeamsMessagePlace): MessageRef {
  return { platform: 'teams', address: { ...place } };
}

/** @throws BehalfError `chat.delivery_failed` when the reference is none of Teams */
export function readConversation(ref: ConversationRef): TeamsPlace & { readonly direct: boolean } {
  return { ...readPlace(ref.platform, ref.address), direct: ref.kind === 'direct' };
}

/** @throws BehalfError `chat.delivery_failed` when the reference is none of Teams */
export function readMessageRef(ref: MessageRef): TeamsMessagePlace {
  const { address } = ref;
  return {
    ...readPlace(ref.platform, address),
    activityId: textAt(address, 'activityId'),
    direct: address['direct'] === true,
    ...(typeof address['heldId'] === 'string' ? { heldId: address['heldId'] } : {}),
    ...(address['targeted'] === true ? { targeted: true } : {}),
  };
}

function readPlace(platform: string, address: Address): TeamsPlace {
  if (platform !== 'teams') throw noPlace();
  return {
    serviceUrl: textAt(address, 'serviceUrl'),
    conversationId: textAt(address, 'conversationId'),
    tenantId: textAt(address, 'tenantId'),
    botId: textAt(address, 'botId'),
    userId: textAt(address, 'userId'),
    aadObjectId: textAt(address, 'aadObjectId'),
  };
}

function textAt(address: Address, key: string): string {
  const value = address[key];
  if (typeof value !== 'string' || value === '') throw noPlace();
  return value;
}

function noPlace(): BehalfError {
  return new BehalfError('chat.delivery_failed', 'This is not a place in Microsoft Teams.');
}
