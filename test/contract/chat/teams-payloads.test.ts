import type { ChannelActivity } from '../../../playground/teams/types.js';
import type { ChatEvent } from '../../../src/chat/chat-event.js';
import { startTeamsBench, type TeamsBench, teamsUser } from './teams-driver.js';

const GROUP = '19:5f3c9a1be0d84f0c9c1a7be04b7c1f2d@thread.v2';
const CHANNEL = '19:acme-sales@thread.tacv2';
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
