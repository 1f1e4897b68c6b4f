import type { ChannelActivity } from '../../../playground/teams/types.js';
import type { ChatEvent } from '../../../src/chat/chat-event.js';
import { startTeamsBench, type TeamsBench, teamsUser } from './teams-driver.js';

const GROUP = '19:5f3c9a1be0d84f0c9c1a7be04b7c1f2d@thread.v2';
const CHANNEL = '19:acme-sales@thread.tacv2';
const OTHER_TENANT = '22222222-2222-4333-8444-555555555555';
const MOBILE = { type: 'clientInfo', locale: 'de-DE', country: 'DE', platform: 'iOS', timezone: 'Europe/Berlin' };

let teams: TeamsBench;
let events: ChatEvent[];

beforeEach(async () => {
  events = [];
  teams = await startTeamsBench({
    handler: async (event) => {
      events.push(event);
    },
  });
  // From here on she is known as a member.
  await teams.personSays('rita', 'help');
  events = [];
});

afterEach(() => teams.stop());

/** Sends what Rita's client made of it, and tells how it was answered. */
async function deliver(change: Readonly<Record<string, unknown>>): Promise<number> {
  const activity: ChannelActivity = { ...teams.teams.activity('rita', ''), ...change };
  return (await teams.teams.sendRaw({ activity })).status;
}

function mention(text: string): Readonly<Record<string, unknown>> {
  const { recipient } = teams.teams.activity('rita', '');
  return {
    text: `<at>Behalf</at>&nbsp;${text}\n`,
    entities: [{ type: 'mention', mentioned: recipient, text: '<at>Behalf</at>' }, MOBILE],
  };
}

function conversation(id: string, conversationType: string): Readonly<Record<string, unknown>> {
  const { tenantId } = teamsUser('rita');
  return { conversation: { id, conversationType, isGroup: true, tenantId } };
}

describe('what Teams delivers', () => {
  test('from a group chat is heard as said before others', async () => {
    expect(await deliver({ ...mention('create opportunity'), ...conversation(GROUP, 'groupChat') })).toBe(200);
    expect(events).toMatchObject([
      { kind: 'text', text: 'create opportunity', conversation: { kind: 'channel' }, user: teamsUser('rita') },
    ]);
    const [event] = events;
    if (event) expect(teams.adapter.channelOf(event.conversation)).toBe(GROUP);
  });

  test('from a reply in a channel names the thread, in which the answer belongs', async () => {
    const thread = `${CHANNEL};messageid=1700000000001`;
    const channelData = { channel: { id: CHANNEL }, team: { id: CHANNEL }, tenant: { id: teamsUser('rita').tenantId } };
    expect(await deliver({ ...mention('help'), ...conversation(thread, 'channel'), channelData })).toBe(200);
    expect(events).toMatchObject([{ conversation: { kind: 'channel', address: { conversationId: thread } } }]);
    const [event] = events;
    if (event) expect(teams.adapter.channelOf(event.conversation)).toBe(CHANNEL);
  });

  test('with a message that it answers to is heard as what was typed', async () => {
    const quotedReply = { messageId: '1772050244572', senderName: 'Behalf', preview: 'Which account?' };
    const entities = [{ type: 'quotedReply', quotedReply }, MOBILE];
    expect(await deliver({ text: '<quoted messageId="1772050244572"/>\r\nAcme', entities })).toBe(200);
    expect(events).toMatchObject([{ kind: 'text', text: 'Acme' }]);
  });

  test('from a phone, which sends presses as messages, is a press', async () => {
    const value = { behalfToken: 'token-of-go', app: 'crm' };
    expect(await deliver({ text: null, value, replyToId: '1700000000002', entities: [MOBILE] })).toBe(200);
    expect(events).toMatchObject([
      {
        kind: 'action',
        token: 'token-of-go',
        values: { app: 'crm' },
        message: { address: { activityId: '1700000000002' } },
      },
    ]);
  });

  test.each([
    ['Android', { ...MOBILE, platform: 'Android' }],
    ['iOS', MOBILE],
  ])('from a phone with %s opens a dialog and presses a card as from a desk', async (_platform, clientInfo) => {
    const data = { behalfToken: 'token-of-form', msteams: { type: 'task/fetch' } };
    const context = { theme: 'default' };
    const invoke = { type: 'invoke', text: null, entities: [clientInfo], replyToId: '1700000000002' };
    expect(await deliver({ ...invoke, name: 'task/fetch', value: { data, context } })).toBe(200);
    const action = { type: 'Action.Execute', verb: 'behalf', data: { behalfToken: 'token-of-go' } };
    const pressed = { ...invoke, name: 'adaptiveCard/action', value: { action, trigger: 'manual' } };
    expect(await deliver({ ...pressed, id: 'f:4dd1c0d5' })).toBe(200);
    expect(events).toMatchObject([
      { kind: 'action', token: 'token-of-form', openForm: expect.any(Function) },
      { kind: 'action', token: 'token-of-go', tell: expect.any(Function) },
    ]);
    expect(events.map(({ locale }) => locale)).toEqual(['en-US', 'en-US']);
  });

  test('from a phone that names its language in the client alone is in that language', async () => {
    expect(await deliver({ text: 'help', locale: null, entities: [MOBILE] })).toBe(200);
    expect(events).toMatchObject([{ locale: 'de-DE' }]);
  });

  test.each([
    ['a guest', { userRole: 'guest', userPrincipalName: 'eve_home.example#EXT#@acme.onmicrosoft.com' }],
    ['a member of another organisation in a shared channel', { tenantId: OTHER_TENANT }],
    [
      'somebody in a meeting without an account of the organisation',
      { userRole: 'anonymous', userPrincipalName: null },
    ],
  ])('from %s is nobody’s whom nothing lets in', async (_who, account) => {
    teams.teams.changeAccount('carl', account);
    const { tenantId } = teamsUser('carl');
    const carl = teams.teams.activity('carl', '', { conversation: CHANNEL });
    const channelData = { channel: { id: CHANNEL }, team: { id: CHANNEL }, tenant: { id: tenantId } };
    const activity = { ...carl, ...mention('help'), channelData };
    expect((await teams.teams.sendRaw({ activity })).status).toBe(200);
    expect(events).toEqual([]);
    expect(teams.refusals).toHaveLength(1);
  });

  test('from somebody without any account is refused', async () => {
    const { from } = teams.teams.activity('rita', '');
    expect(await deliver({ ...mention('help'), from: { id: from?.id, name: 'Visitor' } })).toBe(403);
    expect(teams.refusals).toEqual(['person']);
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    [
      'an edited message',
      { type: 'messageUpdate', text: 'create opportunity', channelData: { eventType: 'editMessage' } },
    ],
    ['a deleted message', { type: 'messageDelete', channelData: { eventType: 'softDeleteMessage' } }],
    ['a reaction', { type: 'messageReaction', reactionsAdded: [{ type: 'like' }], replyToId: '1700000000003' }],
    [
      'a read receipt',
      { type: 'event', name: 'application/vnd.microsoft.readReceipt', value: { lastReadMessageId: '1' } },
    ],
    ['a sign of typing', { type: 'typing' }],
    ['a renamed channel', { type: 'conversationUpdate', channelData: { eventType: 'channelRenamed' } }],
  ])('of %s runs nothing', async (_what, change) => {
    const tenant = { id: teamsUser('rita').tenantId };
    const { channelData, ...rest } = change;
    expect(await deliver({ ...rest, channelData: { ...Object(channelData), tenant } })).toBe(200);
    expect(events).toEqual([]);
    expect(teams.refusals).toEqual([]);
  });

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    [
      'a meeting of another tenant',
      { channelData: { tenant: { id: '22222222-2222-4333-8444-555555555555' } } },
      'tenant',
    ],
    ['Copilot', { channelId: 'msteams:COPILOT' }, 'channel'],
    ['Outlook', { channelId: 'outlook' }, 'channel'],
  ])('from %s is refused', async (_what, change, reason) => {
    expect(await deliver({ text: 'help', ...change })).toBe(403);
    expect(events).toEqual([]);
    expect(teams.refusals).toEqual([reason]);
  });
});
