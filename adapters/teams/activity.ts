import { z } from 'zod';
import type { RefusalReason } from './refusal.js';
import type { ServiceHosts } from './service-hosts.js';

/** The channel id of Microsoft Teams; others let the client choose its user id (Direct Line, Web Chat). */
export const TEAMS_CHANNEL = 'msteams';

const text = z.string().nullish();
const account = z.looseObject({ id: z.string(), name: text, aadObjectId: text });
const tenant = z.looseObject({ id: text }).nullish();

/** What is read of an activity. https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-activities */
const Activity = z.looseObject({
  type: z.string().min(1),
  id: text,
  name: text,
  action: text,
  text: text,
  channelId: text,
  serviceUrl: text,
  localTimezone: text,
  locale: text,
  replyToId: text,
  value: z.unknown().optional(),
  from: account.nullish(),
  recipient: account.nullish(),
  conversation: z.looseObject({ id: z.string(), conversationType: text, tenantId: text }).nullish(),
  channelData: z.looseObject({ tenant }).nullish(),
  entities: z.array(z.unknown()).nullish(),
  attachments: z.array(z.unknown()).nullish(),
  membersAdded: z.array(account).nullish(),
  membersRemoved: z.array(account).nullish(),
});

export type Activity = z.infer<typeof Activity>;

/** The activity in a request's body; undefined when there is none. */
export function readActivity(body: Buffer): Activity | undefined {
  try {
    return Activity.safeParse(JSON.parse(body.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

const ClientInfo = z.looseObject({ type: z.literal('clientInfo'), locale: z.string().min(1) });

/** The language of the person's client (BCP 47): of the activity, or of what it says about the client. */
export function localeOf({ entities, locale }: Activity): string | undefined {
  return locale || entities?.map((entity) => ClientInfo.safeParse(entity).data?.locale).find((found) => found);
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
  const named = [activity.conversation?.tenantId, activity.channelData?.tenant?.id].flatMap(
    (id) => id?.toLowerCase() ?? [],
  );
  const [first] = named;
  return named.every((id) => id === first) ? first : undefined;
}
