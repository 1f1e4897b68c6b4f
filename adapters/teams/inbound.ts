import type {
  ActionEvent,
  ChatEvent,
  FormEvent,
  OptionsEvent,
  ShortcutEvent,
  SilentSignInEvent,
} from '../../src/chat/chat-event.js';
import type { ChatUser } from '../../src/chat/chat-user.js';
import { joinKey } from '../../src/kernel/ids.js';
import { Secret } from '../../src/kernel/secret.js';
import { localeOf, type PersonalActivity } from './activity.js';
import { placeOf, toConversation, toMessageRef } from './address.js';
import { ACTION_TOKEN, TARGETED } from './buttons.js';
import { readChosen } from './chosen-message.js';
import { readFiles } from './files.js';
import { readDataset, readValues, renderChoices, renderForm, renderNotice } from './forms.js';
import { renderWord } from './invoke-answers.js';
import { mentionsOf, peopleIn, typedText } from './text.js';

/** A token is 22 characters; what is far longer is none of ours. */
const MAX_TOKEN = 200;

/** Takes the body of the answer to an invoke, where the service has one to give. False when the client waits no longer. */
type Give = (body: object) => boolean;

/**
 * What a message or invoke means to the service; undefined when nothing is asked of it. `give` takes what the client is to
 * show, and has an effect for as long as it waits.
 */
export function toEvent(did: PersonalActivity, give: Give = () => false): ChatEvent | undefined {
  return did.activity.type === 'invoke' ? toInvokeEvent(did, give) : toMessageEvent(did);
}

function toMessageEvent(did: PersonalActivity): ChatEvent | undefined {
  const { activity, botId, isDirect } = did;
  // Action.Submit: a message without words whose value is the button's data with the inputs.
  const files = readFiles(did);
  if (!activity.text?.trim() && files.length === 0) return toAction(did, activity.value);
  // With resource-specific consent Teams delivers everything that is said in a channel.
  if (!isDirect && mentionsOf(activity, botId).length === 0) return undefined;
  const mentions = peopleIn(activity, botId);
  const others = mentions.length === 0 ? {} : { mentions };
  const sent = files.length === 0 ? {} : { files };
  return { kind: 'text', ...baseOf(did), text: typedText(activity, botId), ...others, ...sent };
}

function toInvokeEvent(did: PersonalActivity, give: Give): ChatEvent | undefined {
  const { name, value } = did.activity;
  if (!isRecord(value)) return undefined;
  switch (name) {
    case 'signin/verifyState': {
      const code = value['state'];
      return typeof code === 'string' ? { kind: 'sign-in', ...baseOf(did), code } : undefined;
    }
    case 'signin/failure':
      return { kind: 'silent-sign-in-failed', ...baseOf(did) };
    case 'signin/tokenExchange':
      return toSilentSignIn(did, value, give);
    case 'adaptiveCard/action': {
      const { action } = value;
      const press = value['trigger'] !== 'automatic' && isRecord(action) ? toAction(did, action['data']) : undefined;
      return press && { ...press, tell: (words) => give(renderWord(words)) };
    }
    case 'task/fetch': {
      const action = toAction(did, value['data']);
      return (
        action && {
          ...action,
          openForm: async (form) => void give(renderForm(form)),
          tell: (words) => give(renderNotice(words)),
        }
      );
    }
    case 'composeExtension/fetchTask':
      return toShortcut(did, value, give);
    case 'task/submit':
    case 'composeExtension/submitAction':
      return toForm(did, value['data'], give);
    case 'application/search':
      return toOptions(did, value, give);
    default:
      return undefined;
  }
}

/** The token is not looked at here: the receiver has it checked before the event goes out. */
function toSilentSignIn(
  did: PersonalActivity,
  { connectionName, id, token }: Readonly<Record<string, unknown>>,
  give: Give,
): SilentSignInEvent | undefined {
  if (typeof id !== 'string' || id === '' || id.length > MAX_TOKEN || typeof token !== 'string') return undefined;
  const accept: SilentSignInEvent['accept'] = () => void give({ id, connectionName });
  return { kind: 'silent-sign-in', ...baseOf(did), question: id, assertion: new Secret(token), accept };
}

/** A command of the message extension. Nobody else in the chat sees it. */
function toShortcut(
  did: PersonalActivity,
  { commandId, messagePayload }: Readonly<Record<string, unknown>>,
  give: Give,
): ShortcutEvent | undefined {
  if (typeof commandId !== 'string' || commandId === '') return undefined;
  const base = baseOf(did);
  const message = readChosen(messagePayload);
  return {
    kind: 'shortcut',
    ...base,
    conversation: { ...base.conversation, ...(did.isDirect ? {} : { unseen: true }) },
    shortcut: commandId,
    ...(message ? { message } : {}),
    openForm: async (form) => void give(renderForm(form)),
  };
}

function toForm(did: PersonalActivity, data: unknown, give: Give): FormEvent | undefined {
  const token = tokenIn(data);
  if (token === undefined || !isRecord(data)) return undefined;
  const refuseInTime: FormEvent['refuseInTime'] = (form, errors) => give(renderForm(form, errors));
  return { kind: 'form', ...baseOf(did), token, values: readValues(data), refuseInTime };
}

function toOptions(
  did: PersonalActivity,
  { dataset, queryOptions, queryText }: Readonly<Record<string, unknown>>,
  give: Give,
): OptionsEvent | undefined {
  const asked = readDataset(dataset);
  if (!asked) return undefined;
  // Clients show fifteen, and ask for those behind the ones they have. They take more than they ask for.
  const skip = isRecord(queryOptions) ? Number(queryOptions['skip']) || 0 : 0;
  const offer: OptionsEvent['offer'] = (choices) => void give(renderChoices(choices.slice(Math.max(0, skip))));
  return { kind: 'options', ...baseOf(did), ...asked, query: typeof queryText === 'string' ? queryText : '', offer };
}

function toAction(did: PersonalActivity, data: unknown): ActionEvent | undefined {
  const token = tokenIn(data);
  if (token === undefined || !isRecord(data)) return undefined;
  const values = Object.entries(data).filter(
    (entry): entry is [string, string] => entry[0] !== ACTION_TOKEN && typeof entry[1] === 'string' && entry[1] !== '',
  );
  const { replyToId } = did.activity;
  const targeted = data[TARGETED] === true ? { targeted: true as const } : {};
  const pressed = replyToId ? { ...placeOf(did), activityId: replyToId, direct: did.isDirect, ...targeted } : undefined;
  return {
    kind: 'action',
    ...baseOf(did),
    token,
    values: Object.fromEntries(values),
    ...(pressed ? { message: toMessageRef(pressed) } : {}),
  };
}

function tokenIn(data: unknown): string | undefined {
  const token = isRecord(data) ? data[ACTION_TOKEN] : undefined;
  return typeof token === 'string' && token !== '' && token.length <= MAX_TOKEN ? token : undefined;
}

function baseOf(did: PersonalActivity) {
  const user: ChatUser = { platform: 'teams', tenantId: did.tenantId, userId: did.aadObjectId };
  const locale = localeOf(did.activity);
  return {
    id: joinKey(did.tenantId, did.conversationId, did.id),
    user,
    conversation: toConversation(placeOf(did), did.isDirect),
    ...(did.activity.localTimezone ? { timeZone: did.activity.localTimezone } : {}),
    ...(locale === undefined ? {} : { locale }),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
