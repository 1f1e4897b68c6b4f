import type { AccountOverrides } from '../../../playground/teams/types.js';
import type { ChatEvent } from '../../../src/chat/chat-event.js';
import { eventually } from './chat-adapter.contract.js';
import { startTeamsBench, type TeamsBench, type TeamsBenchOptions, teamsUser } from './teams-driver.js';

const OTHER_TENANT = '22222222-2222-4333-8444-555555555555';

let bench: TeamsBench | undefined;
let events: ChatEvent[];

async function start(options: TeamsBenchOptions = {}): Promise<TeamsBench> {
  events = [];
  bench = await startTeamsBench({
    ...options,
    handler: async (event) => {
      events.push(event);
    },
  });
  return bench;
}

afterEach(async () => {
  await bench?.stop();
  bench = undefined;
});

describe('Teams: who may use the bot', () => {
  test.each<[string, AccountOverrides, string]>([
    ['a guest by role', { userRole: 'guest' }, 'guest accounts'],
    ['a guest by sign-in name', { userPrincipalName: 'c_home.example#EXT#@acme.onmicrosoft.com' }, 'guest accounts'],
    ['somebody of another organisation', { tenantId: OTHER_TENANT }, 'members of the organisation'],
    ['somebody without an account', { userRole: 'anonymous', userPrincipalName: null }, 'members of the organisation'],
    ['somebody of whom nothing is said', { userRole: null, userPrincipalName: null }, 'members of the organisation'],
    ['somebody who is not in the roster', { isGone: true }, 'members of the organisation'],
  ])('%s is told so, privately, and nothing else happens', async (_who, account, words) => {
    const teams = await start();
    teams.teams.changeAccount('carl', account);
    const receipt = await teams.personSays('carl', 'create opportunity', 'channel');
    expect(receipt.accepted).toBe(true);
    await eventually(() => teams.shownTo('carl').find(({ text }) => text.includes(words)));
    expect(teams.shownTo('rita')).toEqual([]);
    expect(events).toEqual([]);
    expect(teams.refusals).toHaveLength(1);
  });

  test('a guest whom recipes let in is heard, and said to be one; others are not', async () => {
    const teams = await start({ admits: (outsider) => outsider === 'guest' });
    teams.teams.changeAccount('carl', { userRole: 'guest' });
    teams.teams.changeAccount('max', { tenantId: OTHER_TENANT });
    for (const personId of ['carl', 'max', 'rita']) await teams.personSays(personId, 'help');
    expect(events.map(({ person }) => person)).toEqual(['guest', undefined]);
    expect(teams.refusals).toEqual(['external']);
  });

  test('a member of the organisation is heard, and who they are is asked once, in several messages at once too', async () => {
    const teams = await start();
    await Promise.all(['one', 'two', 'three'].map((text) => teams.personSays('rita', text)));
    await teams.personSays('rita', 'four', 'channel');
    expect(events).toHaveLength(4);
    expect(teams.teams.requests.filter(({ path }) => path.includes('/members/'))).toHaveLength(1);
  });

  test('nobody is let in while Teams cannot say who they are, and their message comes again', async () => {
    const teams = await start();
    teams.teams.faults.fail({ status: 400, code: 'BadArgument', message: 'm' });
    await teams.personSays('rita', 'help');
    await eventually(() => events[0]);
    expect(events).toHaveLength(1);
    expect(
      teams.teams.requests.filter(({ direction, status }) => direction === 'to-bot' && status === 500),
    ).toHaveLength(1);
  });
});

describe('Teams: somebody else who is named in the chat of a person with the bot', () => {
  test('is described where they have the app, without a word to them', async () => {
    const teams = await start();
    await teams.personSays('rita', 'assign to');
    const [event] = events;
    if (!event) throw new Error('nothing was heard');
    const carl = teamsUser('carl');
    const profile = { name: 'Carl Colleague', userId: carl.userId, confirmedEmail: 'carl@acme.example' };
    expect(await teams.adapter.describeUser(carl, event.conversation)).toMatchObject(profile);
    expect(teams.shownTo('carl')).toEqual([]);
    // Once more from the chat that is known now.
    await teams.personSays('carl', 'help');
    expect(await teams.adapter.describeUser(carl, event.conversation)).toMatchObject(profile);
  });

  test('is not found where they do not have the app', async () => {
    const teams = await start();
    await teams.teams.uninstall('carl');
    await teams.personSays('rita', 'assign to');
    const [event] = events;
    if (!event) throw new Error('nothing was heard');
    await expect(teams.adapter.describeUser(teamsUser('carl'), event.conversation)).rejects.toMatchObject({
      code: 'chat.delivery_failed',
      details: { code: 'MemberNotFoundInConversation' },
    });
  });
});
