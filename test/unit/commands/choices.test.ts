import { settled } from '../../support/at-rest.js';
import { buttonsOf, contentOf, loginButtonsOf, textOf } from '../../support/recording-chat.js';
import type { AppAnswer, AppCall } from '../../support/scripted-app.js';
import { recipe } from '../../support/service-files.js';
import { ANN, BOB, CHANNEL, eventually, type ServiceKit, startServiceKit } from '../../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const FIND = (kind: string, words = '{{ query }}', more = '') =>
  `options: { action: crm.search, input: { kind: "${kind}", words: "${words}" }, from: "{{ answer.items }}", label: "{{ option.name }}", value: "{{ option.id }}"${more} }`;

const RECIPES = {
  close: recipe({
    command: 'close deal',
    parameters: `
    - { name: deal, type: select, prompt: "Which deal?", ${FIND('deals')} }
    - { name: note, optional: true }`,
    steps: '  - reply: { text: "Closed {{ parameters.deal }} {{ parameters.note }}" }',
  }),
  shared: recipe({
    command: 'look up',
    connections: SHARED,
    parameters: `[{ name: deal, type: select, ${FIND('deals', '{{ query }}', ', min_query: 2')} }]`,
    steps: '  - reply: { text: "Looked up {{ parameters.deal }}" }',
  }),
  visit: recipe({
    command: 'visit',
    connections: SHARED,
    parameters: `
    - { name: city, prompt: "Which city?" }
    - { name: shop, type: select, prompt: "Which shop?", ${FIND('shops', '{{ parameters.city }}')} }`,
    steps: '  - reply: { text: "Visit {{ parameters.shop }} in {{ parameters.city }}" }',
  }),
};

const DEALS = [
  { id: 'D-1', name: 'Acme renewal' },
  { id: 'D-2', name: 'Acme phones' },
  { id: 'D-3', name: 'Initech chairs' },
  { id: 'D-4', name: 'Twins' },
  { id: 'D-5', name: 'twins' },
  { id: 6, name: 'Number six' },
];

/** Finds deals by a part of their name, and every shop whatever the words. */
function search({ account, path, query }: AppCall): AppAnswer | undefined {
  if (account === undefined) return undefined;
  if (path === '/api/shops/search')
    return {
      body: {
        items: [
          { id: 's1', name: `North of ${query.get('q')}` },
          { id: 's2', name: 'South' },
        ],
      },
    };
  const words = (query.get('q') ?? '').toLowerCase();
  return {
    body: { items: DEALS.filter(({ id, name }) => name.toLowerCase().includes(words) || id === query.get('q')) },
  };
}

describe('a value that an app finds', () => {
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
    kit.crm.answer(search);
  });

  afterEach(async () => {
    await kit.stop();
  });

  const started = async () => (await kit.jobList()).map(({ state }) => state.parameters);

  async function connect(): Promise<void> {
    await kit.say('close deal');
    await kit.logIn(kit.chat.last(), 'ann@acme.example');
    await settled();
    await kit.say('cancel');
  }

  test.each([
    ['look up INITECH chairs', 'D-3'],
    ['look up deal: "Initech chairs"', 'D-3'],
    ['look up D-2', 'D-2'],
    ['look up number six', 6],
  ])('is taken where it is named in full: %s', async (text, deal) => {
    await kit.say(text);
    await kit.idle();
    expect(await started()).toEqual([{ deal }]);
    expect(textOf(kit.chat.last())).toBe(`Looked up ${deal}`);
  });

  test('is chosen in a list where it might be another', async () => {
    await kit.say('look up acme');
    expect(await started()).toEqual([]);
    const question = kit.chat.last();
    expect(textOf(question)).toContain('I have found these for “acme”. Please choose.');
    expect(contentOf(question).blocks).toContainEqual({
      kind: 'picklist',
      id: 'option',
      label: 'Deal?',
      options: [
        { label: 'Acme renewal', value: '0' },
        { label: 'Acme phones', value: '1' },
      ],
    });
    await kit.press(question, 'Choose', { values: { option: '1' } });
    await kit.idle();
    expect(await started()).toEqual([{ deal: 'D-2' }]);
  });

  test('is not guessed: what is only like it is offered', async () => {
    await kit.say('look up renewal');
    expect(textOf(kit.chat.last())).toContain('I have found this for “renewal”');
    await kit.say('Acme renewal');
    await kit.idle();
    expect(await started()).toEqual([{ deal: 'D-1' }]);
  });

  test('is asked about where two read alike', async () => {
    await kit.say('look up twins');
    expect(textOf(kit.chat.last())).toContain('I have found these for “twins”');
    expect(await started()).toEqual([]);
  });

  test('is asked for again where nothing is found or too little was typed', async () => {
    await kit.say('look up nothing like it');
    expect(textOf(kit.chat.last())).toContain('I have found nothing for “nothing like it”.');
    await kit.say('x');
    expect(textOf(kit.chat.last())).toContain('Please type at least 2 characters.');
    await kit.say('D-1');
    await kit.idle();
    expect(await started()).toEqual([{ deal: 'D-1' }]);
  });

  test.each([
    ['nothing chosen', {}],
    ['a number that was not offered', { option: '7' }],
    ['the value itself', { option: 'D-3' }],
    ['a name of every object', { option: 'constructor' }],
  ])('is not taken from %s in the list', async (_, values) => {
    await kit.say('look up acme');
    const question = kit.chat.last();
    await kit.press(question, 'Choose', { values });
    expect(textOf(kit.chat.last())).toContain('Please choose something in the list first');
    expect(await started()).toEqual([]);
  });

  test("is nobody else's to choose", async () => {
    await kit.say('look up acme');
    await kit.press(kit.chat.last(), 'Choose', { values: { option: '0' }, user: BOB });
    expect(textOf(kit.chat.last())).toBe('Only the person who asked can use this.');
    expect(await started()).toEqual([]);
  });

  test('is chosen once, however often the button is pressed', async () => {
    await kit.say('look up acme');
    const question = kit.chat.last();
    await kit.press(question, 'Choose', { values: { option: '0' } });
    await kit.press(question, 'Choose', { values: { option: '1' } });
    await kit.idle();
    expect(await started()).toEqual([{ deal: 'D-1' }]);
    expect(kit.chat.texts()).toContain('This question is not open any more. Please type the command again.');
  });

  test('is one command, and nothing more is said, when the platform delivers the press again', async () => {
    await kit.say('look up acme');
    const question = kit.chat.last();
    const press = { values: { option: '0' }, id: 'press-1' };
    await kit.press(question, 'Choose', press);
    await kit.idle();
    const texts = kit.chat.texts();
    await kit.press(question, 'Choose', press);
    await kit.idle();
    expect(await started()).toEqual([{ deal: 'D-1' }]);
    expect(kit.chat.texts()).toEqual(texts);
    expect(texts.at(-1)).toBe('Looked up D-1');
  });

  test('waits for what its options depend on', async () => {
    await kit.say('visit shop: south');
    expect(textOf(kit.chat.last())).toContain('Which city?');
    expect(kit.crm.calls).toEqual([]);
    await kit.say('Hamburg');
    await kit.idle();
    expect(await started()).toEqual([{ city: 'Hamburg', shop: 's2' }]);
    expect(kit.crm.calls.map(({ query }) => query.get('q'))).toEqual(['Hamburg']);
  });

  test('is looked for in the whole list where the app is not told what was typed', async () => {
    await kit.say('visit city: Ulm shop: orth');
    expect(textOf(kit.chat.last())).toContain('I have found this for “orth”');
    await kit.say('north of ulm');
    await kit.idle();
    expect(await started()).toEqual([{ city: 'Ulm', shop: 's1' }]);
    // The list was there already.
    expect(kit.crm.calls).toHaveLength(1);
  });

  test('may hold anything: it stays one value of one parameter of the request', async () => {
    await kit.say('look up ../../../admin?q=x&limit=1#"\'; DROP');
    const [call] = kit.crm.calls;
    expect(call?.path).toBe('/api/deals/search');
    expect([...(call?.query ?? [])]).toEqual([['q', '../../../admin?q=x&limit=1#"\'; DROP']]);
  });

  test('what the app says when it cannot look is told, and asked again', async () => {
    kit.crm.answer(() => ({ status: 403, body: { message: 'no' } }));
    await kit.say('look up acme');
    expect(textOf(kit.chat.last())).toMatch(/Acme CRM.*\nDeal\?/su);
    kit.crm.answer(search);
    await kit.say('D-1');
    await kit.idle();
    expect(await started()).toEqual([{ deal: 'D-1' }]);
  });

  test('an app that takes its time costs an answer, not the command', async () => {
    let answered = (): void => {};
    kit.crm.answer((call) => new Promise((resolve) => (answered = () => resolve(search(call)))));
    const said = kit.say('look up D-1');
    await eventually(() => kit.crm.calls.length > 0);
    await kit.clock.advance(2_001);
    await said;
    expect(textOf(kit.chat.last())).toContain('I have got no answer in time. Please try again.');
    answered();
    await settled();
    await eventually(async () => {
      await kit.say('D-1');
      return (await started()).length > 0;
    });
    expect(await started()).toEqual([{ deal: 'D-1' }]);
    expect(kit.crm.calls).toHaveLength(1);
  });

  describe('through the own login of the person', () => {
    test('is looked for after the login, without being typed again', async () => {
      await kit.say('close deal D-3 note: at last');
      const prompt = kit.chat.last();
      expect(textOf(prompt)).toContain('Please connect to Acme CRM to continue with Close deal.');
      expect(loginButtonsOf(prompt)).toHaveLength(1);
      expect(kit.crm.calls).toEqual([]);
      await kit.logIn(prompt, 'ann@acme.example');
      await kit.idle();
      expect(await started()).toEqual([{ deal: 'D-3', note: 'at last' }]);
    });

    test('is found as that account, and never as the shared one', async () => {
      await connect();
      await kit.say('close deal deal: D-3 note: ok');
      await kit.idle();
      expect(await started()).toEqual([{ deal: 'D-3', note: 'ok' }]);
      expect(new Set(kit.crm.calls.map(({ account }) => account))).toEqual(new Set(['ann@acme.example']));
    });

    test('is asked for after the login where it is not given', async () => {
      await kit.say('close deal');
      const prompt = kit.chat.last();
      expect(textOf(prompt)).toContain('Please connect to Acme CRM');
      await kit.say('Initech chairs');
      expect(textOf(kit.chat.last())).toContain('Please connect to Acme CRM');
      expect(kit.crm.calls).toEqual([]);
      await kit.logIn(prompt, 'ann@acme.example');
      await settled();
      expect(textOf(kit.chat.last())).toBe('Which deal?');
      expect(buttonsOf(kit.chat.last()).map(({ label }) => label)).toEqual(['Fill in a form', 'Cancel']);
      await kit.say('Initech chairs');
      await kit.idle();
      expect(await started()).toEqual([{ deal: 'D-3' }]);
    });

    test('is not asked for after a login when the person has cancelled', async () => {
      await kit.say('close deal');
      const prompt = kit.chat.last();
      const login = await kit.openLogin(loginButtonsOf(prompt)[0]?.url ?? '');
      await kit.press(prompt, 'Cancel');
      await login.comeBack('ann@acme.example');
      await settled();
      expect(textOf(kit.chat.last())).toContain('Connected Acme CRM');
    });

    test('is asked for privately in a channel, the login too', async () => {
      await kit.say('close deal', { conversation: CHANNEL });
      const prompt = kit.chat.last();
      expect(prompt.privateTo).toEqual(ANN);
      await kit.logIn(prompt, 'ann@acme.example');
      await settled();
      expect(kit.chat.last()).toMatchObject({ conversation: CHANNEL, privateTo: ANN });
      expect(textOf(kit.chat.last())).toBe('Which deal?');
    });

    test('a token that the app refuses is renewed once, then the login is asked for', async () => {
      await connect();
      kit.crm.forgetTokens('access');
      await kit.say('close deal deal: D-1');
      await kit.idle();
      expect(await started()).toEqual([{ deal: 'D-1' }]);
      kit.crm.forgetTokens();
      await kit.say('close deal deal: D-2');
      expect(textOf(kit.chat.last())).toContain('Please connect to Acme CRM');
      await kit.logIn(kit.chat.last(), 'ann@acme.example');
      await kit.idle();
      expect(await started()).toEqual([{ deal: 'D-1' }, { deal: 'D-2' }]);
    });
  });
});
