import type { ChatFile } from '../../../src/chat/chat-file.js';
import type { Form, FormChoice } from '../../../src/chat/form.js';
import { settled } from '../../support/at-rest.js';
import { buttonOf, loginButtonsOf, textOf } from '../../support/recording-chat.js';
import { recipe } from '../../support/service-files.js';
import { ANN, BOB, DIRECT, eventually, type ServiceKit, startServiceKit } from '../../support/service-kit.js';

const OPTIONS = `type: select, options: { action: crm.search, input: { words: "{{ query }}" }, from: "{{ answer.items }}", label: "{{ option.name }}", value: "{{ option.id }}" }`;

const RECIPES = {
  close: recipe({
    command: 'close deal',
    parameters: `
    - { name: deal, prompt: "Which deal?", ${OPTIONS} }
    - { name: other, optional: true, ${OPTIONS} }
    - { name: note, optional: true }`,
    steps:
      '  - reply: { text: "Closed {{ parameters.deal }}", buttons: [{ text: Again, command: close deal, parameters: { other: D-9 } }] }',
  }),
  attach: recipe({
    command: 'attach',
    parameters: `
    - { name: deal, prompt: "Which deal?", ${OPTIONS} }
    - { name: contract, type: file, prompt: "Which file?" }
    - { name: note, optional: true }`,
    steps: '  - reply: { text: "Attached {{ parameters.contract.name }} to {{ parameters.deal }}" }',
  }),
};

/** In place of an empty menu, which says that there is none. */
const NOT_FOUND_OUT = [{ label: 'I could not look this up. Please type it once more.', value: 'nothing' }];

const PDF: ChatFile = { reference: { file: 'F1' }, name: 'contract.pdf', mimeType: 'application/pdf', size: 100 };

describe('options while a form is filled in', () => {
  let kit: ServiceKit;
  let events = 0;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
    kit.crm.answer(({ account, query }) => {
      const words = query.get('q') ?? '';
      const items = Array.from({ length: words === 'many' ? 300 : 2 }, (_, index) => ({
        id: `${words}-${index}-${'x'.repeat(200)}`,
        name: `${words} ${index}`,
      }));
      return account === undefined ? undefined : { body: { items } };
    });
  });

  afterEach(async () => {
    await kit.stop();
  });

  const started = async () => (await kit.jobList()).map(({ state }) => state.parameters);

  async function opened(label = 'Fill in a form'): Promise<Form> {
    const forms: Form[] = [];
    const { token } = buttonOf(kit.chat.last(), label);
    events += 1;
    await kit.handleEvent({
      kind: 'action',
      id: `open ${events}`,
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

  /** Ann is connected, and the form of her command stands open. */
  async function connected(): Promise<Form> {
    await kit.say('close deal');
    await kit.logIn(kit.chat.last(), 'ann@acme.example');
    await settled();
    return opened();
  }

  async function typed(
    { token }: Pick<Form, 'token'>,
    query: string,
    more: { readonly field?: string; readonly user?: typeof ANN; readonly person?: 'guest' } = {},
  ): Promise<readonly FormChoice[] | undefined> {
    const { field = 'deal', user = ANN, person } = more;
    let offered: readonly FormChoice[] | undefined;
    await kit.handleEvent({
      kind: 'options',
      id: '',
      user,
      conversation: DIRECT,
      token,
      field,
      query,
      offer: (choices) => {
        offered = choices;
      },
      ...(person === undefined ? {} : { person }),
    });
    return offered;
  }

  async function submitted({ token }: Pick<Form, 'token'>, values: Readonly<Record<string, string>>) {
    let refused: Readonly<Record<string, string>> | undefined;
    let drawn: Form | undefined;
    events += 1;
    await kit.handleEvent({
      kind: 'form',
      id: `form ${events}`,
      user: ANN,
      conversation: DIRECT,
      token,
      values,
      refuseInTime: (form, errors) => {
        refused = errors;
        drawn = form;
        return true;
      },
    });
    await kit.idle();
    return { refused, drawn };
  }

  const first = (choices: readonly FormChoice[] | undefined): string => choices?.[0]?.value ?? 'nothing was offered';

  test('are what the app finds for this person, and what is chosen is what the command gets', async () => {
    const form = await connected();
    expect(form.fields[0]).toEqual({
      name: 'deal',
      label: 'Which deal?',
      kind: 'select',
      optional: false,
      minQuery: 0,
    });
    const choices = await typed(form, 'acme');
    expect(choices?.map(({ label }) => label)).toEqual(['acme 0', 'acme 1']);
    expect(kit.crm.calls.map(({ account }) => account)).toEqual(['ann@acme.example']);
    expect(await submitted(form, { deal: first(choices) })).toEqual({});
    expect(await started()).toEqual([{ deal: `acme-0-${'x'.repeat(200)}` }]);
  });

  test('that were chosen in a form which closed too early are there when it is opened again, and still count', async () => {
    const form = await connected();
    const chosen = first(await typed(form, 'acme'));
    const sent = { kind: 'form', id: 'late', user: ANN, conversation: DIRECT, token: form.token } as const;
    const values = { deal: chosen, other: 'never offered', note: 'soon' };
    await kit.handleEvent({ ...sent, values, refuseInTime: () => false });
    expect(textOf(kit.chat.last())).toContain('was not sent: some of it does not fit.');
    const again = await opened('Correct it');
    const [deal, other, note] = again.fields;
    expect(deal).toMatchObject({ name: 'deal', initial: { label: 'acme 0', value: chosen } });
    expect(other).not.toHaveProperty('initial');
    expect(note).toMatchObject({ initial: 'soon' });
    const second = first(await typed(again, 'beta', { field: 'other' }));
    expect(await submitted(again, { deal: chosen, other: second, note: 'soon' })).toEqual({});
    const ids = ['acme', 'beta'].map((words) => `${words}-0-${'x'.repeat(200)}`);
    expect(await started()).toEqual([{ deal: ids[0], other: ids[1], note: 'soon' }]);
  });

  test('are a hundred at most, with values that every platform takes', async () => {
    const choices = (await typed(await connected(), 'many')) ?? [];
    expect(choices).toHaveLength(100);
    expect(Math.max(...choices.map(({ value }) => value.length))).toBeLessThan(76);
  });

  test('are found once for the same letters, and anew a little later', async () => {
    const form = await connected();
    await typed(form, 'acme');
    await typed(form, ' acme ');
    expect(kit.crm.calls).toHaveLength(1);
    await kit.clock.advance(31_000);
    await typed(form, 'acme');
    expect(kit.crm.calls).toHaveLength(2);
  });

  test('are not what was found through a login that is over', async () => {
    const form = await connected();
    await typed(form, 'acme');
    await kit.say('personal_connections');
    await kit.press(kit.chat.last(), 'Disconnect', { values: { connection: 'crm' } });
    expect(await typed(form, 'acme')).toEqual([
      { label: 'Log in to Acme CRM first: see my message in the chat', value: 'login' },
    ]);
    expect(kit.crm.calls).toHaveLength(1);
  });

  test('that need a login again say so, and one message has the button', async () => {
    const form = await connected();
    kit.crm.forgetTokens();
    const before = kit.chat.messages.length;
    await typed(form, 'a');
    const choices = await typed(form, 'ac');
    expect(choices?.[0]?.label).toContain('Log in to Acme CRM first');
    expect(kit.chat.messages).toHaveLength(before + 1);
    expect(loginButtonsOf(kit.chat.last())).toHaveLength(1);
    expect(await submitted(form, { deal: 'login' })).toMatchObject({
      refused: { deal: 'Please type here and choose one of what is offered then.' },
    });
    await kit.logIn(kit.chat.last(), 'ann@acme.example');
    expect((await typed(form, 'ac'))?.map(({ label }) => label)).toEqual(['ac 0', 'ac 1']);
  });

  test('come one search at a time: of what is typed meanwhile only the last is looked for', async () => {
    const form = await connected();
    const waiting: (() => void)[] = [];
    kit.crm.answer(({ query }) => {
      const answer = { body: { items: [{ id: query.get('q'), name: `is ${query.get('q')}` }] } };
      return new Promise((resolve) => waiting.push(() => resolve(answer)));
    });
    const [one, ...others] = ['a', 'ac', 'acm', 'acme'].map((query) => typed(form, query));
    await eventually(() => waiting.length === 1);
    waiting[0]?.();
    expect((await one)?.map(({ label }) => label)).toEqual(['is a']);
    await eventually(() => waiting.length === 2);
    waiting[1]?.();
    const offered = await Promise.all(others);
    expect(offered.map((choices) => choices?.map(({ label }) => label))).toEqual([[], [], ['is acme']]);
    expect(kit.crm.calls.map(({ query }) => query.get('q'))).toEqual(['a', 'acme']);
  });

  test('that come too late are none, which the menu says, and are there for the next look', async () => {
    const form = await connected();
    let answer = (): void => {};
    kit.crm.answer(
      () => new Promise((resolve) => (answer = () => resolve({ body: { items: [{ id: 1, name: 'One' }] } }))),
    );
    const late = typed(form, 'one');
    await eventually(() => kit.crm.calls.length === 1);
    await kit.clock.advance(2_001);
    expect(await late).toEqual(NOT_FOUND_OUT);
    answer();
    await eventually(async () => (await typed(form, 'one'))?.[0]?.label === 'One');
    expect(kit.crm.calls).toHaveLength(1);
  });

  test.each([500, 403, 429])(
    'are none when the app answers %i, which the menu says and not the chat',
    async (status) => {
      const form = await connected();
      kit.crm.answer(() => ({ status, body: {} }));
      const before = kit.chat.messages.length;
      expect(await typed(form, 'acme')).toEqual(NOT_FOUND_OUT);
      expect(kit.chat.messages).toHaveLength(before);
      expect(await submitted(form, { deal: 'nothing' })).toMatchObject({
        refused: { deal: 'Please type here and choose one of what is offered then.' },
      });
    },
  );

  test('keep the pause that the app has asked for', async () => {
    const form = await connected();
    kit.crm.answer(() => ({ status: 429, headers: { 'retry-after': '60' }, body: {} }));
    await typed(form, 'a');
    await typed(form, 'ac');
    await typed(form, 'acm');
    expect(kit.crm.calls).toHaveLength(1);
  });

  test.each([
    ["somebody else's form", { user: BOB }],
    ['a guest', { person: 'guest' }],
    ['a field that is none of these', { field: 'note' }],
    ['a field that there is not', { field: 'constructor' }],
  ] as const)('are none for %s, and the app is not asked', async (_, who) => {
    const form = await connected();
    expect(await typed(form, 'acme', who)).toEqual([]);
    expect(await typed({ token: 'a guess' }, 'acme', who)).toEqual([]);
    expect(kit.crm.calls).toEqual([]);
  });

  test('are the only values that the form takes', async () => {
    const form = await connected();
    const choices = await typed(form, 'acme');
    const inOther = await typed(form, 'initech', { field: 'other' });
    await kit.say('cancel');
    await kit.say('close deal');
    const anotherForm = await opened();
    const handle = first(choices);
    for (const forged of ['acme-0', `${handle}9`, handle.replace(/\.\d+$/u, '.7'), first(inOther), '__proto__.0'])
      expect((await submitted(form, { deal: forged })).refused).toEqual({
        deal: 'Please type here and choose one of what is offered then.',
      });
    expect((await submitted(anotherForm, { deal: handle })).refused).toBeDefined();
    expect(await started()).toEqual([]);
  });

  test('that were offered long ago, with much typed since, are taken no more', async () => {
    const form = await connected();
    const [old] = (await typed(form, 'first')) ?? [];
    for (let count = 0; count < 30; count += 1) await typed(form, `word ${count}`);
    expect((await submitted(form, { deal: old?.value ?? '' })).refused).toBeDefined();
    const [recent] = (await typed(form, 'word 0')) ?? [];
    for (let count = 0; count < 40; count += 1) await typed(form, 'word 29');
    expect((await submitted(form, { deal: recent?.value ?? '' })).refused).toBeUndefined();
  });

  test('that were chosen stay chosen when the form is refused or opened anew', async () => {
    const form = await connected();
    const [choice] = (await typed(form, 'acme', { field: 'other' })) ?? [];
    const { drawn, refused } = await submitted(form, { other: choice?.value ?? '' });
    expect(refused).toEqual({ deal: 'Please fill this in.' });
    expect(drawn?.fields[1]).toMatchObject({ name: 'other', initial: choice });
  });

  test('that a button or the chat has given are filled in, and can be sent off as they are', async () => {
    const form = await connected();
    await submitted(form, { deal: first(await typed(form, 'acme')) });
    const again = await opened('Again');
    expect(again.fields[1]).toMatchObject({ name: 'other', initial: { label: 'D-9' } });
    const { initial } = again.fields[1] as { readonly initial: FormChoice };
    await submitted(again, { deal: first(await typed(again, 'two')), other: initial.value });
    expect(await started()).toContainEqual({ deal: `two-0-${'x'.repeat(200)}`, other: 'D-9' });
  });

  test('that were chosen keep their words while a file is asked for in the chat, where forms take none', async () => {
    kit.chat.files.inForms = false;
    await kit.say('attach');
    await kit.logIn(kit.chat.last(), 'ann@acme.example');
    await settled();
    const form = await opened();
    expect(form.fields.map(({ name }) => name)).toEqual(['deal', 'note']);
    expect(await submitted(form, { deal: first(await typed(form, 'acme')) })).toEqual({});
    expect(await started()).toEqual([]);
    expect(textOf(kit.chat.last())).toContain('Which file?');
    const again = await opened();
    expect(again.fields[0]).toMatchObject({ name: 'deal', initial: { label: 'acme 0' } });
    await kit.say('', { files: [PDF] });
    await kit.idle();
    expect(await started()).toMatchObject([{ deal: `acme-0-${'x'.repeat(200)}`, contract: { name: 'contract.pdf' } }]);
  });

  test('come after the login: the form is not opened before it', async () => {
    const form = await connected();
    await submitted(form, { deal: first(await typed(form, 'acme')) });
    const answer = kit.chat.last();
    await kit.say('personal_connections');
    await kit.press(kit.chat.last(), 'Disconnect', { values: { connection: 'crm' } });
    await kit.press(answer, 'Again');
    const prompt = kit.chat.last();
    expect(textOf(prompt)).toContain('Please connect to Acme CRM to continue with Close deal.');
    await kit.logIn(prompt, 'ann@acme.example');
    await settled();
    expect(textOf(kit.chat.last())).toBe('Which deal?');
    const again = await opened();
    expect(again.fields[1]).toMatchObject({ initial: { label: 'D-9' } });
  });
});
