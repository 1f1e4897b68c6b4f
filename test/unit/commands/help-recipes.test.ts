import { buttonsOf, textOf } from '../../support/recording-chat.js';
import { recipe } from '../../support/service-files.js';
import { ANN, BOB, DIRECT, type ServiceKit, startServiceKit } from '../../support/service-kit.js';

const ANSWER = '  - reply: { text: Done }';
const BUILT_IN = 'What I can do for you:';

function helper(target: string, steps: string, more = ''): string {
  return `name: Help with ${target}\ndescription: For a test\ntrigger: { help: ${target} }\n${more}\nsteps:\n${steps}\n`;
}

const RECIPES = {
  order: recipe({ command: 'order', connections: 'crm: { use: crm-shared }', steps: ANSWER }),
  whole: helper('all', '  - reply: { text: "Ours, {{ user.id }}, about <{{ parameters.topic }}>" }'),
  crm: helper(
    'crm',
    '  - reply: { text: "The CRM: {{ parameters.topic }}", buttons: [{ text: Order, command: order }] }',
    'allow: { users: [ann@acme.example] }',
  ),
};

describe('help that recipes give', () => {
  let kit: ServiceKit;

  const start = async (recipes: Readonly<Record<string, string>>): Promise<void> => {
    kit = await startServiceKit({ recipes });
  };

  afterEach(() => kit.stop());

  async function answerTo(text: string, user = ANN, id?: string): Promise<string> {
    const before = kit.chat.messages.length;
    await kit.say(text, { user, ...(id === undefined ? {} : { id }) });
    await kit.idle();
    return kit.chat.texts().slice(before).join('\n');
  }

  test('stands in place of the built-in text, for the whole and for an app by its name or title', async () => {
    await start(RECIPES);
    expect(await answerTo('help')).toBe('Ours, ann, about <>');
    expect(await answerTo('')).toBe('Ours, ann, about <>');
    expect(await answerTo('help crm')).toBe('The CRM: crm');
    expect(await answerTo('help  Acme CRM')).toBe('The CRM: Acme CRM');
    expect(buttonsOf(kit.chat.last()).map(({ label }) => label)).toEqual(['Order']);
  });

  test('answers the Help button, and an event that is delivered twice once', async () => {
    await start(RECIPES);
    await answerTo('something else');
    await kit.press(kit.chat.last(), 'Help');
    await kit.idle();
    expect(textOf(kit.chat.last())).toBe('Ours, ann, about <>');
    expect(await answerTo('help', ANN, 'E1')).toBe('Ours, ann, about <>');
    expect(await answerTo('help', ANN, 'E1')).toBe('');
  });

  test('leaves the built-in help for commands, for `help commands`, and for whom the recipe is not', async () => {
    await start(RECIPES);
    expect(await answerTo('help commands')).toContain(BUILT_IN);
    expect(await answerTo('help order')).toContain('Type order');
    expect(await answerTo('help crm', BOB)).toContain(BUILT_IN);
  });

  test('gives way to the built-in help when its recipe fails', async () => {
    const steps = '  - { action: crm.find }\n  - reply: { text: Not reached }';
    const failing = helper('crm', steps, 'connections: { crm: { use: crm-shared } }');
    await start({ order: RECIPES.order, failing });
    kit.crm.answer(() => ({ status: 500, body: {} }));
    expect(await answerTo('help crm')).toContain(BUILT_IN);
    expect((await kit.jobList()).map(({ status }) => status)).toEqual(['failed']);
  });

  test('shows a guest nothing of others when its recipe fails', async () => {
    const steps = '  - { action: crm.find }\n  - reply: { text: Not reached }';
    const more = 'allow: { guests: true }\nconnections: { crm: { use: crm-shared } }';
    await start({ order: RECIPES.order, failing: helper('all', steps, more) });
    kit.crm.answer(() => ({ status: 500, body: {} }));
    const event = {
      kind: 'text',
      id: 'guest',
      user: BOB,
      conversation: DIRECT,
      text: 'help',
      person: 'guest',
    } as const;
    await kit.handleEvent(event);
    await kit.idle();
    expect(textOf(kit.chat.last())).not.toContain('order');
    expect(textOf(kit.chat.last())).toContain('did not work');
  });
});
