import type { ChatUser } from '../../src/chat/chat-user.js';
import { buttonOf, buttonsOf, loginButtonsOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { ANN, CHANNEL, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const RECIPES = {
  mine: recipe({
    command: 'mine',
    steps: `  - { action: crm.create, input: { name: x } }
  - reply: { text: "Mine {{ steps.made.name }}" }`.replace('- { action', '- { id: made, action'),
  }),
  board: recipe({
    command: 'board',
    connections: 'crm: { use: crm-shared }',
    steps: `  - { action: crm.find }
  - reply: { text: Board, visible_to: channel, buttons: [{ text: Act, command: mine }] }`,
  }),
};

/** People whose ids are Ann's, or read as hers when they are put together carelessly. */
const DOUBLES: readonly (readonly [string, ChatUser])[] = [
  ['has her id in another workspace', { ...ANN, tenantId: 'T2' }],
  ['has her id and workspace on the other platform', { ...ANN, platform: 'teams' }],
  ['has an id that goes on where hers ends', { ...ANN, userId: 'ann:' }],
  ['has a workspace that takes in her id', { ...ANN, tenantId: 'T1:ann', userId: '' }],
  ['has her id in capitals', { ...ANN, userId: 'ANN' }],
  ['has an id with a part of her workspace', { ...ANN, tenantId: 'T', userId: '1ann' }],
  ['has her id behind a colon', { ...ANN, tenantId: '', userId: 'T1:ann' }],
];

let kit: ServiceKit;

beforeEach(async () => {
  kit = await startServiceKit({ recipes: RECIPES });
});

afterEach(() => kit.stop());

/** Ann runs her command and logs in. */
async function annIsConnected(): Promise<void> {
  await kit.say('mine');
  await kit.idle();
  await kit.logIn(kit.chat.last(), 'ann@acme.example');
  await kit.idle();
  expect(kit.crm.callsOf('POST')).toHaveLength(1);
  kit.crm.calls.length = 0;
}

describe.each(DOUBLES.filter(([, { platform }]) => platform === 'slack'))('somebody who %s', (_who, user) => {
  test('does not act with her connection: they are asked for a login of their own', async () => {
    await annIsConnected();
    await kit.say('mine', { user });
    await kit.idle();
    expect(kit.crm.callsOf('POST')).toEqual([]);
    expect(loginButtonsOf(kit.chat.last())).toHaveLength(1);
  });

  test('does not see or end her connection', async () => {
    await annIsConnected();
    await kit.say('personal_connections', { user });
    await kit.idle();
    expect(kit.chat.texts().at(-1)).not.toMatch(/ann@acme/);
    await kit.say('personal_connections');
    await kit.idle();
    const hers = kit.chat.last();
    await kit.press(hers, 'Disconnect', { user, values: { connection: 'crm' } });
    await kit.idle();
    await kit.say('mine');
    await kit.idle();
    expect(kit.crm.callsOf('POST')).toHaveLength(1);
    await kit.press(hers, 'Disconnect', { values: { connection: 'crm' } });
    await kit.idle();
    expect(kit.chat.texts().join()).toMatch(/Disconnected/);
  });

  test('does not cancel what she waits for, nor log in for it', async () => {
    await kit.say('mine');
    await kit.idle();
    const prompt = kit.chat.last();
    await kit.press(prompt, 'Cancel', { user });
    await kit.idle();
    expect((await kit.jobList()).map(({ status }) => status)).toEqual(['suspended']);
    await kit.logIn(prompt, 'ann@acme.example');
    await kit.idle();
    expect((await kit.jobList()).map(({ status }) => status)).toEqual(['succeeded']);
  });
});

describe.each(DOUBLES.filter(([, { platform, tenantId }]) => platform !== 'slack' || tenantId !== ANN.tenantId))(
  'somebody of elsewhere who %s',
  (_who, user) => {
    test('cannot use the button of a reply that everybody in her channel sees', async () => {
      await kit.say('board', { conversation: CHANNEL });
      await kit.idle();
      const board = kit.chat.last();
      expect(buttonsOf(board).map(({ label }) => label)).toEqual(['Act']);
      const token = buttonOf(board, 'Act').token;
      expect(token.length).toBeGreaterThanOrEqual(22);
      await kit.press(board, 'Act', { user, conversation: CHANNEL });
      await kit.idle();
      expect((await kit.jobList()).map(({ recipe: name }) => name)).toEqual(['board']);
    });
  },
);
