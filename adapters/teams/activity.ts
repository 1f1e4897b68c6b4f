import { z } from 'zod';
import { fieldOf } from './field-of.js';
import type { RefusalReason } from './refusal.js';
import type { ServiceHosts } from './service-hosts.js';

/** The channel id of Microsoft Teams; others let the client choose its user id (Direct Line, Web Chat). */
export const TEAMS_CHANNEL = 'msteams';

type Text = string | null | undefined;

interface Account {
  readonly id: string;
  readonly name?: Text;
  readonly aadObjectId?: Text;
}

interface Conversation {
  readonly id: string;
  readonly conversationType?: Text;
  readonly tenantId?: Text;
}

interface Tenant {
  readonly id?: Text;
}

interface ChannelData {
  readonly tenant?: Tenant | null | undefined;
}

/** What is read of an activity. https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-activities */
export interface Activity {
  readonly type: string;
  readonly id?: Text;
  readonly name?: Text;
  readonly action?: Text;
  readonly text?: Text;
  readonly channelId?: Text;
  readonly serviceUrl?: Text;
  readonly localTimezone?: Text;
  readonly locale?: Text;
  readonly replyToId?: Text;
  readonly value?: unknown;
  readonly from?: Account | null | undefined;
  readonly recipient?: Account | null | undefined;
  readonly conversation?: Conversation | null | undefined;
  readonly channelData?: ChannelData | null | undefined;
  readonly entities?: readonly unknown[] | null | undefined;
  readonly attachments?: readonly unknown[] | null | undefined;
  readonly membersAdded?: readonly Account[] | null | undefined;
  readonly membersRemoved?: readonly Account[] | null | undefined;
}

/** The activity in a request's body; undefined when there is none. */
export function readActivity(body: Buffer): Activity | undefined {
  try {
    const activity: unknown = JSON.parse(body.toString('utf8'));
    return isActivity(activity) ? activity : undefined;
  } catch {
    return undefined;
  }
}

/** By hand: a schema copies the whole of every message, more than all else that is done to take one in. */
function isActivity(value: unknown): value is Activity {
  if (!isObject<Activity>(value) || typeof value.type !== 'string' || value.type === '') return false;
  const { action, channelId, id, localTimezone, locale, name, replyToId, serviceUrl, text } = value;
  return (
    [action, channelId, id, localTimezone, locale, name, replyToId, serviceUrl, text].every(isText) &&
    (isMissing(value.from) || isAccount(value.from)) &&
    (isMissing(value.recipient) || isAccount(value.recipient)) &&
    (isMissing(value.conversation) || isConversation(value.conversation)) &&
    (isMissing(value.channelData) || isChannelData(value.channelData)) &&
    (isMissing(value.entities) || Array.isArray(value.entities)) &&
    (isMissing(value.attachments) || Array.isArray(value.attachments)) &&
    areAccounts(value.membersAdded) &&
    areAccounts(value.membersRemoved)
  );
}

function isAccount(value: unknown): boolean {
  return isObject<Account>(value) && typeof value.id === 'string' && isText(value.name) && isText(value.aadObjectId);
}

function areAccounts(value: unknown): boolean {
  return isMissing(value) || (Array.isArray(value) && value.every(isAccount));
}

function isConversation(value: unknown): boolean {
  if (!isObject<Conversation>(value)) return false;
  return typeof value.id === 'string' && isText(value.conversationType) && isText(value.tenantId);
}

function isChannelData(value: unknown): boolean {
  if (!isObject<ChannelData>(value)) return false;
  return isMissing(value.tenant) || (isObject<Tenant>(value.tenant) && isText(value.tenant.id));
}

function isText(value: unknown): boolean {
  return isMissing(value) || typeof value === 'string';
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}

/** An object, of whose fields nothing is known. */
function isObject<T>(value: unknown): value is { readonly [Name in keyof T]?: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const CLIENT_INFO = 'clientInfo';
const ClientInfo = z.looseObject({ type: z.literal(CLIENT_INFO), locale: z.string().min(1) });

/** The language of the person's client (BCP 47): of the activity, or of what it says about the client. */
export function localeOf({ entities, locale }: Activity): string | undefined {
  if (locale || !entities) return locale || undefined;
  for (const entity of entities) {
    const { data } = fieldOf(entity, 'type') === CLIENT_INFO ? ClientInfo.safeParse(entity) : {};
    if (data) return data.locale;
  }
  return undefined;
}

/** An activity in which a person of our tenant does something: all that later code relies on is there. */
export interface PersonalActivity {
  readonly activity: Activity;
  readonly id: string;
  readonly serviceUrl: string;
  readonly tenantId: string;
  readonly conversationId: string;
  readonly isDirect: boolean;
  readonly botId: string;
  /** `29:…`: an address of the person for this bot, no identity. */
  readonly userId: string;
  readonly aadObjectId: string;
}

export type Verdict =
  | { readonly kind: 'person'; readonly did: PersonalActivity }
  /** Genuine, and nobody asks for anything: reactions, other bots, the channel's own news. */
  | { readonly kind: 'news'; readonly tenantId: string }
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

/**
 * What the channel's signature does not say: the token proves that Microsoft's channel service calls this bot, for any
 * tenant and from any of its channels. To be asked after the token was checked.
 */
export function judgeActivity(
  activity: Activity,
  ours: { readonly tenantIds: ReadonlySet<string>; readonly hosts: ServiceHosts },
): Verdict {
  const { conversation, from, id, recipient, serviceUrl } = activity;
  if (activity.channelId !== TEAMS_CHANNEL) return { kind: 'refused', reason: 'channel' };
  const tenantId = tenantOf(activity);
  if (tenantId === undefined || !ours.tenantIds.has(tenantId)) return { kind: 'refused', reason: 'tenant' };
  if (!serviceUrl || !ours.hosts.allows(serviceUrl)) return { kind: 'refused', reason: 'service_url' };
  if (activity.type !== 'message' && activity.type !== 'invoke') return { kind: 'news', tenantId };
  if (from?.id.startsWith('28:')) return { kind: 'news', tenantId };
  if (!from?.aadObjectId) return { kind: 'refused', reason: 'person' };
  if (!id || !conversation || !recipient) return { kind: 'refused', reason: 'malformed' };
  const did: PersonalActivity = {
    activity,
    id,
    serviceUrl,
    tenantId,
    conversationId: conversation.id,
    // A command of the message extension may come from a chat of two people, which is `personal`, too, and none of the bot's.
    isDirect: conversation.conversationType === 'personal' && !conversation.id.startsWith('19:'),
    botId: recipient.id,
    userId: from.id,
    aadObjectId: from.aadObjectId.toLowerCase(),
  };
  return { kind: 'person', did };
}

/** Every tenant that is named must be the same, and one must be; in lower case. */
function tenantOf(activity: Activity): string | undefined {
  const ofChat = activity.conversation?.tenantId?.toLowerCase();
  const ofChannel = activity.channelData?.tenant?.id?.toLowerCase();
  if (ofChat === undefined || ofChannel === undefined) return ofChat ?? ofChannel;
  return ofChat === ofChannel ? ofChat : undefined;
}
