import { textOf } from '../../support/recording-chat.js';
import { recipe } from '../../support/service-files.js';
import { type ServiceKit, startServiceKit } from '../../support/service-kit.js';

const common = { connections: 'crm: { use: crm-shared }', steps: '  - { action: crm.find }' };
const RECIPES = {
  create: recipe({
    ...common,
    command: 'create',
    parameters: '[{ name: account }, { name: amount, type: number }, { name: internal, optional: true, hidden: true }]',
  }),
  ping: recipe({ ...common, command: 'ping' }),
};

describe('words behind a command', () => {
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
  });

  afterEach(() => kit.stop());

  const started = async () => (await kit.jobList()).map(({ state }) => state.parameters);
  const lastText = () => textOf(kit.chat.last());

  test('that no parameter takes are named, and nothing is done', async () => {
    await kit.say('create foo bar account: A amount: 5');
    expect(lastText()).toBe(
      "I don't know what “foo bar” is for, so nothing was done. “Create” takes: account: … amount: …",
    );
    expect(await started()).toEqual([]);
  });

  test('that follow one which takes nothing are named, and nothing is done', async () => {
    await kit.say('ping everything of Acme');
    expect(lastText()).toBe(
      '“Ping” takes nothing behind it, so nothing was done. Please type it again without “everything of Acme”.',
    );
    expect(await started()).toEqual([]);
  });

  test('are not all repeated when they are many', async () => {
    await kit.say(`ping ${'🙂x'.repeat(200)}`);
    expect(lastText()).toContain(`without “${'🙂x'.repeat(39)}🙂…”.`);
  });

  test('still count for the first parameter without a value', async () => {
    await kit.say('create 5 account: A');
    await kit.idle();
    expect(await started()).toMatchObject([{ account: 'A', amount: 5 }]);
  });

  test('do not matter where they are none: a mark, or a smiley', async () => {
    await kit.say('create ! account: A amount: 5');
    await kit.say('ping 🙏');
    await kit.idle();
    expect(await started()).toHaveLength(2);
  });
});
