import type { ActionEvent, ChatEvent } from '../../src/chat/chat-event.js';
import type { ChatUser } from '../../src/chat/chat-user.js';
import { joinKey } from '../../src/kernel/ids.js';
import type { PersonalActivity } from './activity.js';
import { placeOf, toConversation, toMessageRef } from './address.js';
import { ACTION_TOKEN } from './buttons.js';
import { mentionsOf, typedText } from './text.js';

/** A token is 22 characters; what is far longer is none of ours. */
const MAX_TOKEN = 200;

/** What a message or invoke means to the service; undefined when nothing is asked of it. */
export function toEvent(did: PersonalActivity): ChatEvent | undefined {
  return did.activity.type === 'invoke' ? toInvokeEvent(did) : toMessageEvent(did);
}

function toMessageEvent(did: PersonalActivity): ChatEvent | undefined {
  const { activity, botId, isDirect } = did;
  // Action.Submit: a message without words whose value is the button's data with the inputs.
  if (!activity.text?.trim()) return toAction(did, activity.value);
  // With resource-specific consent Teams delivers everything that is said in a channel.
  if (!isDirect && mentionsOf(activity, botId).length === 0) return undefined;
  return { kind: 'text', ...baseOf(did), text: typedText(activity, botId) };
}

function toInvokeEvent(did: PersonalActivity): ChatEvent | undefined {
  const { name, value } = did.activity;
  if (!isRecord(value)) return undefined;
  if (name === 'signin/verifyState') {
    const code = value['state'];
    return typeof code === 'string' ? { kind: 'sign-in', ...baseOf(did), code } : undefined;
  }
  if (name !== 'adaptiveCard/action' || value['trigger'] === 'automatic') return undefined;
  const { action } = value;
  return isRecord(action) ? toAction(did, action['data']) : undefined;
}

function toAction(did: PersonalActivity, data: unknown): ActionEvent | undefined {
  if (!isRecord(data)) return undefined;
  const token = data[ACTION_TOKEN];
  if (typeof token !== 'string' || token === '' || token.length > MAX_TOKEN) return undefined;
  const values = Object.entries(data).filter(
    (entry): entry is [string, string] => entry[0] !== ACTION_TOKEN && typeof entry[1] === 'string' && entry[1] !== '',
  );
  const { replyToId } = did.activity;
  const pressed = replyToId ? { ...placeOf(did), activityId: replyToId, direct: did.isDirect } : undefined;
  return {
    kind: 'action',
    ...baseOf(did),
    token,
    values: Object.fromEntries(values),
    ...(pressed ? { message: toMessageRef(pressed) } : {}),
  };
}

function baseOf(did: PersonalActivity) {
  const user: ChatUser = { platform: 'teams', tenantId: did.tenantId, userId: did.aadObjectId };
  return {
    id: joinKey(did.tenantId, did.conversationId, did.id),
    user,
    conversation: toConversation(placeOf(did), did.isDirect),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
