import { randomUUID } from 'node:crypto';
import type { Person } from '../people.js';
import { type Chat, type Place, TEAM } from './chats.js';
import type { ActivityOverrides, ChannelActivity } from './types.js';

export const BOT_NAME = 'Behalf';

/** What every activity of one channel has in common. */
export interface ChannelFacts {
  readonly appId: string;
  readonly tenantId: string;
  readonly serviceUrl: string;
}

/** Who does something, and where. */
export interface Scene {
  readonly person: Person;
  readonly place: Place;
  readonly overrides?: ActivityOverrides;
}

/** A typed message. Beside others the bot only hears it when mentioned, and the text is HTML then. */
export function messageActivity(
  facts: ChannelFacts,
  scene: Scene,
  message: {
    readonly id: string;
    readonly text: string;
    readonly replyToId?: string;
    readonly value?: unknown;
    readonly attachments?: readonly object[];
  },
): ChannelActivity {
  const mentioned = scene.place.chat.kind !== 'personal';
  const html = `<p>${escapeHtml(message.text)}</p>`;
  return {
    type: 'message',
    ...common(facts, scene, message.id),
    textFormat: 'plain',
    text: mentioned ? `<at>${BOT_NAME}</at>&nbsp;${escapeHtml(message.text)}` : message.text,
    attachments: [
      ...(message.attachments ?? []),
      { contentType: 'text/html', content: mentioned ? mentionHtml(message.text) : html },
    ],
    entities: [clientInfo(scene), ...(mentioned ? [mentionOf(facts)] : [])],
    ...(message.replyToId === undefined ? {} : { replyToId: message.replyToId }),
    ...(message.value === undefined ? {} : { value: message.value }),
  };
}

/** Action.Submit: a message with no text, whose `value` is the button's data with the inputs. */
export function submitActivity(
  facts: ChannelFacts,
  scene: Scene,
  submit: { readonly id: string; readonly replyToId: string; readonly value: unknown },
): ChannelActivity {
  const base = common(facts, scene, submit.id);
  return {
    type: 'message',
    ...base,
    text: '',
    replyToId: submit.replyToId,
    value: submit.value,
    entities: [clientInfo(scene)],
    channelData: { ...base.channelData, source: { name: 'message' }, legacy: { replyToId: `1:${submit.replyToId}` } },
  };
}

export function invokeActivity(
  facts: ChannelFacts,
  scene: Scene,
  invoke: { readonly name: string; readonly value: unknown; readonly replyToId?: string },
): ChannelActivity {
  const base = common(facts, scene, `f:${randomUUID()}`);
  return {
    type: 'invoke',
    ...base,
    name: invoke.name,
    value: invoke.value,
    ...(invoke.replyToId === undefined ? {} : { replyToId: invoke.replyToId }),
    entities: [clientInfo(scene)],
    channelData: { ...base.channelData, source: { name: 'message' } },
  };
}

/** `conversationUpdate`: somebody, or the bot, came into the chat or left it. */
export function membersActivity(
  facts: ChannelFacts,
  scene: Scene,
  change: { readonly added?: readonly string[]; readonly removed?: readonly string[] },
): ChannelActivity {
  return {
    type: 'conversationUpdate',
    ...common(facts, scene, `f:${randomUUID()}`),
    ...(change.added ? { membersAdded: change.added.map((id) => ({ id })) } : {}),
    ...(change.removed ? { membersRemoved: change.removed.map((id) => ({ id })) } : {}),
  };
}

export function installationActivity(
  facts: ChannelFacts,
  scene: Scene,
  action: 'add' | 'add-upgrade' | 'remove' | 'remove-upgrade',
): ChannelActivity {
  return { type: 'installationUpdate', ...common(facts, scene, `f:${randomUUID()}`), action };
}

export function botId(facts: ChannelFacts): string {
  return `28:${facts.appId}`;
}

function common(facts: ChannelFacts, scene: Scene, id: string) {
  const { person, place, overrides = {} } = scene;
  const now = new Date();
  const aadObjectId = overrides.aadObjectId === undefined ? person.aadObjectId : overrides.aadObjectId;
  const tenantId = overrides.tenantId === undefined ? facts.tenantId : overrides.tenantId;
  const tenant = tenantId === null ? {} : { tenant: { id: tenantId } };
  return {
    id: overrides.id ?? id,
    timestamp: now.toISOString(),
    localTimestamp: now.toISOString(),
    localTimezone: 'Europe/Berlin',
    channelId: overrides.channelId ?? 'msteams',
    serviceUrl: overrides.serviceUrl ?? facts.serviceUrl,
    from: { id: person.teamsUserId, name: person.name, ...(aadObjectId === null ? {} : { aadObjectId }) },
    recipient: { id: botId(facts), name: BOT_NAME },
    conversation: { ...conversationOf(place), ...(tenantId === null ? {} : { tenantId }) },
    locale: overrides.locale ?? person.locale ?? 'en-US',
    channelData: place.chat.kind === 'channel' ? { ...teamData(place.chat), ...tenant } : tenant,
  };
}

function conversationOf({ chat, threadId }: Place) {
  if (chat.kind === 'personal') return { conversationType: 'personal', id: chat.id };
  if (chat.kind === 'group') return { isGroup: true, conversationType: 'groupChat', id: chat.id };
  const id = threadId === undefined ? chat.id : `${chat.id};messageid=${threadId}`;
  return { isGroup: true, conversationType: 'channel', id };
}

function teamData(chat: Chat) {
  return { teamsChannelId: chat.id, teamsTeamId: TEAM.id, channel: { id: chat.id }, team: { id: TEAM.id } };
}

function clientInfo({ overrides = {}, person }: Pick<Scene, 'overrides' | 'person'>) {
  const locale = overrides.locale ?? person.locale ?? 'en-US';
  return { type: 'clientInfo', locale, country: 'US', platform: 'Web', timezone: 'Europe/Berlin' };
}

function mentionOf(facts: ChannelFacts) {
  return { type: 'mention', mentioned: { id: botId(facts), name: BOT_NAME }, text: `<at>${BOT_NAME}</at>` };
}

function mentionHtml(text: string): string {
  const mention = `<span itemscope itemtype="http://schema.skype.com/Mention" itemid="0">${BOT_NAME}</span>`;
  return `<div><div>${mention}&nbsp;${escapeHtml(text)}</div></div>`;
}

/** A text as it stands in HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
