import type { Form } from '../../../src/chat/form.js';
import { buttonOf, buttonsOf, textOf } from '../../support/recording-chat.js';
import { recipe } from '../../support/service-files.js';
import { ANN, BOB, CHANNEL, DIRECT, type ServiceKit, startServiceKit } from '../../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const STEPS = '  - reply: { text: Made }';

const RECIPES = {
  order: recipe({
    command: 'order',
    connections: SHARED,
    parameters: `
    - { name: item, prompt: "Which item?", hint: as in the list }
    - { name: count, type: number, validate: { min: 1, message: "One at least." } }
    - { name: size, type: select, options: [{ label: Small, value: s }, { label: Large, value: l }], default: s }
    - { name: due, type: date, optional: true }
    - { name: owner, type: user, optional: true }
    - { name: origin, hidden: true, optional: true }`,
    steps: STEPS,
  }),
  easy: recipe({ command: 'easy', connections: SHARED, parameters: '[{ name: note, optional: true }]', steps: STEPS }),
  chatty: recipe({
    command: 'chatty',
    connections: SHARED,
    parameters: '[{ name: note }]\n  form: never',
    steps: STEPS,
  }),
  secret: recipe({
    command: 'secret',
    connections: SHARED,
    parameters: '[{ name: id, hidden: true }, { name: note }]',
    steps: STEPS,
  }),
  offers: recipe({
    command: 'buttons',
    connections: SHARED,
    steps: `  - reply:
      text: Buttons
      buttons:
        - { text: Bare, command: order }
        - { text: Half, command: order, parameters: { item: Chair } }
        - { text: Whole, command: order, parameters: { item: Chair, count: 1 } }
        - { text: Easy, command: easy }
        - { text: Chatty, command: chatty }
  - reply:
      blocks:
        - picklist:
            label: Item
            name: item
            options: [Chair]
            button: { text: Pick, command: order, parameters: { count: 1 } }
  - ask: { text: Now?, buttons: [{ text: "Yes" }, { text: Order, command: order }] }`,
  }),
  plain: recipe({
    command: 'offer',
    connections: SHARED,
    parameters: '[{ name: item }]',
    steps: `  - reply: { text: Offer, buttons: [{ text: Order it, command: order, parameters: { item: Chair, origin: offer } }] }`,
  }),
};

describe('parameters in a form', () => {
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
  });

  afterEach(async () => {
    await kit.stop();
  });

  const started = async () => (await kit.jobList()).map(({ state }) => state.parameters);

  async function opened(label: string): Promise<Form> {
    const forms: Form[] = [];
    const { token } = buttonOf(kit.chat.last(), label);
    await kit.handleEvent({
      kind: 'action',
      id: `open ${label}`,
      user: ANN,
      conversation: DIRECT,
      token,
      values: {},
      openForm: async (form) => {
        forms.push(form);
      },
    });
    const [form] = forms;
    if (!form) throw new Error('no form was opened');
    return form;
  }

  /** Resolves with the errors of a form that was refused. */
  async function submitted(
    { token }: Pick<Form, 'token'>,
    values: Readonly<Record<string, string>>,
    options: { readonly user?: typeof ANN; readonly id?: string; readonly locale?: string } = {},
  ): Promise<Readonly<Record<string, string>> | undefined> {
    let refused: Readonly<Record<string, string>> | undefined;
    await kit.handleEvent({
      kind: 'form',
      id: options.id ?? `form ${JSON.stringify(values)}`,
      user: options.user ?? ANN,
      conversation: DIRECT,
      locale: options.locale,
      token,
      values,
      refuseInTime: (_form, errors) => {
        refused = errors;
        return true;
      },
    });
    await kit.idle();
    return refused;
  }

  test('a question offers a form with what was given, and the form starts the job', async () => {
    await kit.say('order item: Chair');
    const form = await opened('Fill in a form');
    expect(form.fields).toMatchObject([
      { name: 'item', kind: 'text', label: 'Which item?', hint: 'as in the list', initial: 'Chair', optional: false },
      { name: 'count', kind: 'number', optional: false },
      { name: 'size', kind: 'select', initial: { label: 'Small', value: 's' }, optional: true },
      { name: 'due', kind: 'date', optional: true },
      { name: 'owner', kind: 'user', optional: true },
    ]);
    expect(await submitted(form, { item: 'Table', count: '2', size: 'l', owner: BOB.userId })).toBeUndefined();
    const owner = { id: BOB.userId, name: `Name of ${BOB.userId}`, email: 'bob@acme.example' };
    expect(await started()).toEqual([{ item: 'Table', count: 2, size: 'l', owner }]);
  });

  test('leaves alone a text that is there already and longer than Slack takes in a field: it would come back cut', async () => {
    const item = 'long '.repeat(700).trim();
    await kit.say(`order item: ${item}`);
    const form = await opened('Fill in a form');
    expect(form.fields.map(({ name }) => name)).toEqual(['count', 'size', 'due', 'owner']);
    expect(await submitted(form, { count: '2', size: 'l' })).toBeUndefined();
    expect(await started()).toEqual([{ item, count: 2, size: 'l' }]);
  });

  test('the field of a number gives it with a decimal point, whatever the person reads', async () => {
    await kit.say('order item: Stuhl');
    const form = await opened('Fill in a form');
    expect(await submitted(form, { item: 'Stuhl', count: '1.500' }, { locale: 'de-DE' })).toBeUndefined();
    expect(await started()).toEqual([{ item: 'Stuhl', count: 1.5, size: 's' }]);
  });

  describe('that has closed before it was judged', () => {
    const filled = { item: 'Table', count: '0', size: 'l', due: '2026-12-24' };
    const isNot = 'Order was not sent: some of it does not fit. What you filled in is kept.';

    async function sentTooLate({ token }: Pick<Form, 'token'>, values: Readonly<Record<string, string>>, id: string) {
      const event = { kind: 'form', id, user: ANN, conversation: DIRECT, token, values } as const;
      await kit.handleEvent({ ...event, refuseInTime: () => false });
    }

    test('what is wrong is said in the chat, once, and a button opens it again as it was filled in', async () => {
      await kit.say('order');
      const form = await opened('Fill in a form');
      for (const _ of [1, 2]) await sentTooLate(form, filled, 'late');
      expect(kit.chat.messages).toHaveLength(2);
      expect(textOf(kit.chat.last())).toBe(`${isNot}\nCount? One at least.`);
      const again = await opened('Correct it');
      expect(again.fields).toMatchObject([
        { name: 'item', initial: 'Table' },
        { name: 'count', initial: '0' },
        { name: 'size', initial: { label: 'Large', value: 'l' } },
        { name: 'due', initial: '2026-12-24' },
        { name: 'owner' },
      ]);
      expect(await submitted(again, { ...filled, count: '2' })).toBeUndefined();
      expect(await started()).toMatchObject([{ item: 'Table', count: 2, size: 'l', due: '2026-12-24' }]);
    });

    test('says it to the person alone, and its button is theirs alone', async () => {
      await kit.say('order', { conversation: CHANNEL });
      const form = await opened('Fill in a form');
      await sentTooLate(form, filled, 'late');
      const said = kit.chat.last();
      await kit.press(said, 'Correct it', { user: BOB });
      expect(textOf(kit.chat.last())).toBe('Only the person who asked can use this.');
    });

    test('is not opened again where its recipe has changed, or the platform takes no form', async () => {
      await kit.say('order');
      const form = await opened('Fill in a form');
      await sentTooLate(form, filled, 'late');
      const said = kit.chat.last();
      await kit.press(said, 'Correct it');
      expect(textOf(kit.chat.last())).toBe('The form could not be opened. Please press the button again.');
      const { token } = buttonOf(said, 'Correct it');
      const later = await kit.replica({ recipes: { easy: RECIPES.easy }, queue: 'none' });
      await later.handleEvent({ kind: 'action', id: 'p', user: ANN, conversation: DIRECT, token, values: {} });
      expect(textOf(kit.chat.last())).toContain('stopped or changed');
    });
  });

  test('what is wrong is said at its field, and nothing starts', async () => {
    await kit.say('order');
    const form = await opened('Fill in a form');
    expect(await submitted(form, { count: '0', size: 'huge' })).toEqual({
      item: 'Please fill this in.',
      count: 'One at least.',
      size: '"size" must be one of: Small, Large.',
    });
    expect(await started()).toEqual([]);
  });

  test('a button of a command with missing parameters opens the form at once, and keeps what it hides', async () => {
    await kit.say('offer item: Chair');
    await kit.idle();
    const form = await opened('Order it');
    expect(form.fields.map(({ name }) => name)).not.toContain('origin');
    await submitted(form, { item: 'Chair', count: '1' });
    expect(await started()).toContainEqual({ item: 'Chair', count: 1, size: 's', origin: 'offer' });
  });

  test('a button says beforehand that it opens a form: where something is missing that people may fill in', async () => {
    const opening = () =>
      kit.chat.messages
        .flatMap(buttonsOf)
        .flatMap((button) => (button.kind === 'action' && button.opensForm ? [button.label] : []));
    await kit.say('buttons');
    await kit.idle();
    expect(opening()).toEqual(['Bare', 'Half', 'Order']);
    kit.chat.messages.length = 0;
    await kit.say('help');
    expect(opening()).toEqual(['Offer', 'Order']);
    kit.chat.messages.length = 0;
    await kit.say('ordre');
    await kit.say('help order');
    expect(opening()).toEqual(['Order', 'Order']);
  });

  test('a form that is sent twice, or beside the typed answer, makes one job', async () => {
    await kit.say('order item: Chair');
    const form = await opened('Fill in a form');
    await submitted(form, { item: 'Chair', count: '1' });
    await submitted(form, { item: 'Chair', count: '2' });
    expect(await started()).toHaveLength(1);
  });

  test('a form of somebody else starts nothing', async () => {
    await kit.say('order');
    const form = await opened('Fill in a form');
    await submitted(form, { item: 'Chair', count: '1' }, { user: BOB });
    expect(textOf(kit.chat.last())).toBe('Only the person who asked can use this.');
    expect(await started()).toEqual([]);
  });

  test('a form that nobody knows any more is answered in words', async () => {
    await submitted({ token: 'a guess' }, {});
    expect(textOf(kit.chat.last())).toContain('This form is too old');
  });

  test('values that the command does not declare are refused with those that it does', async () => {
    await kit.say('order');
    const form = await opened('Fill in a form');
    await submitted(form, { item: 'Chair', count: '1', price: '0' });
    expect(textOf(kit.chat.last())).toContain('price. It takes: item, count, size, due, owner, origin.');
    expect(await started()).toEqual([]);
  });

  test('a person who is mentioned becomes who they are, and a friendly day its date', async () => {
    await kit.handleEvent({
      kind: 'text',
      id: 'mention',
      user: ANN,
      conversation: DIRECT,
      text: 'order item: Chair count: 1 owner: @bob due: tomorrow',
      mentions: [{ text: '@bob', userId: BOB.userId }],
      timeZone: 'Pacific/Kiritimati',
    });
    await kit.idle();
    const day = new Date(kit.clock.now() + (24 + 14) * 3_600_000).toISOString().slice(0, 10);
    const owner = { id: BOB.userId, name: `Name of ${BOB.userId}`, email: 'bob@acme.example' };
    expect(await started()).toEqual([{ item: 'Chair', count: 1, size: 's', due: day, owner }]);
  });
});
