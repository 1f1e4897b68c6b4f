import type { Form } from '../../src/chat/form.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { buttonOf, buttonsOf, type ChatMessage, contentOf, refOf, textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import {
  ANN,
  BOB,
  CHANNEL,
  DIRECT,
  eventually,
  LOGIN_TIMEOUT_MS,
  type ServiceKit,
  startServiceKit,
} from '../support/service-kit.js';

const CAT = { platform: 'slack', tenantId: 'T1', userId: 'cat' } as const;
const STRANGER = { platform: 'slack', tenantId: 'T2', userId: 'bob' } as const;

type Texts = Readonly<Record<string, string>>;

const FIELDS = `
          - { name: title, prompt: "Which title?", hint: short, default: "About {{ parameters.about }}" }
          - { name: count, type: number, default: 2 }
          - { name: day, type: date, optional: true }
          - { name: size, type: select, options: [{ label: Small, value: s }, { label: Large, value: l }] }
          - { name: note, type: text, optional: true }
          - { name: urgent, type: boolean, optional: true }`;
const DONE = `  - { action: crm.create, input: { name: "{{ steps.more.values }}" } }
  - reply: { text: "{{ steps.more.values.title }} by {{ steps.more.by.id }}" }`;

const form = (command: string, who: string, more = '') =>
  recipe({
    command,
    connections: 'crm: { use: crm-shared }',
    parameters: '[{ name: about }]',
    steps: `  - id: more
    ask:
      text: Tell me more
      who: ${who}
      form:
        title: More of it
        fields:${FIELDS}
${more}${DONE}`,
  });

const RECIPES = {
  mine: form('mine', 'asker'),
  all: form('all', 'anyone'),
  boss: form('boss', '{ users: ["cat@acme.example"] }'),
  either: form('either', '{ users: ["cat@acme.example", "Ann@acme.example"] }'),
  timely: form(
    'timely',
    'asker',
    '      timeout: 5m\n      on_timeout: [{ stop: { as: failed, message: Too late } }]\n',
  ),
  type: recipe({
    command: 'type',
    connections: '{}',
    steps: `  - id: decision
    ask: { text: How *many*?, input: { type: number } }
  - reply: { text: "{{ steps.decision.value * 2 }}" }`,
  }),
  typeAll: recipe({
    command: 'type all',
    connections: '{}',
    steps: '  - ask: { text: How many?, who: anyone, input: { type: number } }',
  }),
};

describe('a question with fields', () => {
  let kit: ServiceKit;
  let serial = 0;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
    kit.chat.emails.set('cat', 'cat@acme.example');
  });

  afterEach(async () => {
    await kit.stop();
  });

  async function asked(command: string, from: Parameters<ServiceKit['say']>[1] = {}) {
    const before = kit.chat.messages.length;
    await kit.say(command, from);
    await eventually(() => kit.chat.messages.length > before);
    await kit.idle();
    return kit.chat.last();
  }

  /** Presses a button where the platform takes a form; gives the form that was opened, if one was. */
  async function pressed(question: ChatMessage, options: { user?: typeof ANN; label?: string; fails?: boolean } = {}) {
    const { fails = false, label = 'Answer', user = ANN } = options;
    const forms: Form[] = [];
    serial += 1;
    await kit.handleEvent({
      kind: 'action',
      id: `press ${serial}`,
      user,
      conversation: question.conversation,
      token: buttonOf(question, label).token,
      values: {},
      message: refOf('slack', question.id),
      openForm: async (opened) => {
        if (fails) throw new BehalfError('chat.delivery_failed', 'The trigger has expired');
        forms.push(opened);
      },
    });
    return forms[0];
  }

  async function opened(question: ChatMessage, user = ANN): Promise<Form> {
    const shown = await pressed(question, { user });
    if (!shown) throw new Error('no form was opened');
    return shown;
  }

  /** Gives the errors of a form that was refused. */
  async function submitted(
    { token }: Pick<Form, 'token'>,
    values: Texts,
    options: { readonly user?: typeof ANN; readonly id?: string } = {},
  ): Promise<Texts | undefined> {
    let refused: Texts | undefined;
    serial += 1;
    await kit.handleEvent({
      kind: 'form',
      id: options.id ?? `form ${serial}`,
      user: options.user ?? ANN,
      conversation: CHANNEL,
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

  const created = () => kit.crm.callsOf('POST').map(({ body }) => body);
  const statuses = async () => (await kit.jobList()).map(({ status }) => status);
  const WHOLE = { title: 'Chairs', count: '3', size: 'l' };

  test('offers its form with a button that says so, filled in with what is known, and goes on with what was filled in', async () => {
    const question = await asked('mine about: chairs');
    expect(buttonsOf(question)).toMatchObject([
      { label: 'Answer', opensForm: true },
      { label: 'Type here instead' },
      { label: 'Cancel' },
    ]);
    const shown = await opened(question);
    expect(shown).toMatchObject({
      title: 'More of it',
      fields: [
        { name: 'title', kind: 'text', label: 'Which title?', hint: 'short', initial: 'About chairs' },
        { name: 'count', kind: 'number', initial: '2' },
        { name: 'day', kind: 'date', optional: true },
        {
          name: 'size',
          kind: 'select',
          options: [
            { label: 'Small', value: 's' },
            { label: 'Large', value: 'l' },
          ],
        },
        { name: 'note', kind: 'multiline', optional: true },
        { name: 'urgent', kind: 'boolean', initial: false },
      ],
    });
    expect(await statuses()).toEqual(['suspended']);
    const values = { title: 'Chairs', size: 'l', day: '2026-12-24', note: 'one\ntwo', urgent: 'true' };
    expect(await submitted(shown, values)).toBeUndefined();
    expect(textOf(question)).toBe('Tell me more\n✓ Filled in, by Name of ann');
    expect(buttonsOf(question)).toEqual([]);
    expect(textOf(kit.chat.last())).toBe('Chairs by ann');
    expect(created()).toEqual([
      { name: { title: 'Chairs', count: 2, size: 'l', day: '2026-12-24', note: 'one\ntwo', urgent: true } },
    ]);
    expect(await statuses()).toEqual(['succeeded']);
  });

  test('says at each field what is wrong with it, and takes the form once it is right', async () => {
    const shown = await opened(await asked('mine about: chairs'));
    expect(await submitted(shown, { title: 'x'.repeat(5_000), count: 'many', day: 'soon', size: 'huge' })).toEqual({
      title: '"title" is too long: 4000 characters at most.',
      count: '"count" must be a number, like 5000 or 1250.50.',
      day: expect.stringContaining('must be a date'),
      size: '"size" must be one of: Small, Large.',
    });
    expect(await submitted(shown, { title: 'Chairs' })).toEqual({ size: 'Please fill this in.' });
    expect(await statuses()).toEqual(['suspended']);
    expect(await submitted(shown, WHOLE)).toBeUndefined();
    expect(await statuses()).toEqual(['succeeded']);
  });

  test('takes one answer of forms sent off at once, of one delivered twice, and of another one afterwards', async () => {
    const question = await asked('all about: chairs', { conversation: CHANNEL });
    const [ofAnn, ofBob] = [await opened(question), await opened(question, BOB)];
    await submitted(ofBob, WHOLE, { user: BOB, id: 'F1' });
    await submitted(ofBob, WHOLE, { user: BOB, id: 'F1' });
    expect(kit.chat.texts().filter((text) => text.includes('answered already'))).toEqual([]);
    await Promise.all([submitted(ofAnn, { ...WHOLE, title: 'Mine' }), submitted(ofBob, WHOLE, { user: BOB })]);
    await submitted(ofBob, { ...WHOLE, title: 'Other' }, { user: BOB });
    expect(kit.chat.texts()).toContain('Name of bob was first: ✓ Filled in');
    expect(kit.chat.texts()).toContain('You have answered already: ✓ Filled in');
    expect(kit.chat.last().privateTo).toEqual(BOB);
    expect(kit.chat.texts()).toContain('Chairs by bob');
    expect(created()).toHaveLength(1);
  });

  test('that is answered by typing says in a channel how, to the one who may, until it is answered', async () => {
    const HINT = 'mention me';
    const shown = (message: ChatMessage) => JSON.stringify(contentOf(message).blocks);
    const question = await asked('type', { conversation: CHANNEL });
    expect(shown(question)).toContain(HINT);
    await kit.say('21', { conversation: CHANNEL });
    await kit.idle();
    expect(shown(question)).not.toContain(HINT);
    expect(textOf(kit.chat.last())).toBe('42');
    expect(shown(await asked('type all', { conversation: CHANNEL }))).not.toContain(HINT);
    expect(shown(await asked('type'))).not.toContain(HINT);
    // Field by field, where no form can be shown.
    const mine = await asked('mine about: chairs', { conversation: CHANNEL });
    await pressed(mine, { label: 'Type here instead' });
    expect(textOf(kit.chat.last())).toContain('Which title?');
    expect(shown(kit.chat.last())).toContain(HINT);
  });

  test('shows and takes its form only from those who may answer', async () => {
    const mine = await asked('mine about: chairs', { conversation: CHANNEL });
    expect(await pressed(mine, { user: BOB })).toBeUndefined();
    expect(textOf(kit.chat.last())).toBe('Only the person who asked can use this.');
    const ofAnn = await opened(mine);
    await submitted(ofAnn, WHOLE, { user: BOB });
    expect(textOf(kit.chat.last())).toBe('Only the person who asked can use this.');
    await submitted({ token: 'A'.repeat(22) }, WHOLE);
    expect(textOf(kit.chat.last())).toContain('This form is too old');
    await submitted({ token: buttonOf(mine, 'Answer').token }, WHOLE);
    expect(textOf(kit.chat.last())).toContain('This form is too old');

    const boss = await asked('boss about: chairs', { conversation: CHANNEL });
    for (const user of [ANN, STRANGER]) {
      expect(await pressed(boss, { user })).toBeUndefined();
      expect(textOf(kit.chat.last())).toMatch(/for somebody else|Only the person/u);
    }
    const ofCat = await opened(boss, CAT);
    // Who may answer is looked at again when the form comes back.
    kit.chat.emails.delete('cat');
    await submitted(ofCat, WHOLE, { user: CAT });
    expect(textOf(kit.chat.last())).toBe('This question is for somebody else.');
    kit.chat.emails.set('cat', 'cat@acme.example');
    await submitted(ofCat, WHOLE, { user: CAT });
    expect(textOf(kit.chat.last())).toBe('Chairs by cat');
    expect(created()).toHaveLength(1);
  });

  test('for people by their addresses is answered by whoever asked, too, where theirs is among them', async () => {
    const question = await asked('either about: chairs', { conversation: DIRECT });
    expect(textOf(question)).toBe('Tell me more');
    await submitted(await opened(question), WHOLE);
    expect(created()).toHaveLength(1);
    await asked('boss about: chairs', { conversation: DIRECT });
    expect(textOf(kit.chat.last())).toContain('so it works in a channel only.');
  });

  test('refuses fields that the form does not have, and keeps waiting', async () => {
    const shown = await opened(await asked('mine about: chairs'));
    await submitted(shown, { ...WHOLE, approved: 'true' });
    expect(textOf(kit.chat.last())).toContain('approved. It takes: title, count, day, size, note, urgent.');
    expect(await statuses()).toEqual(['suspended']);
  });

  test('a form that stands open when the time is over, or the job is cancelled, is refused in words', async () => {
    const late = await opened(await asked('timely about: chairs'));
    await kit.clock.advance(310_000);
    await eventually(async () => (await statuses())[0] === 'failed');
    await submitted(late, WHOLE);
    expect(textOf(kit.chat.last())).toBe('This question is not open any more.');

    const question = await asked('mine about: chairs');
    const expired = await opened(question);
    await kit.clock.advance(LOGIN_TIMEOUT_MS + 10_000);
    await eventually(async () => (await statuses())[1] === 'cancelled');
    await submitted(expired, WHOLE);
    expect(textOf(kit.chat.last())).toBe('This question is not open any more.');

    const cancelled = await asked('mine about: chairs');
    const open = await opened(cancelled);
    await kit.press(cancelled, 'Cancel');
    await submitted(open, WHOLE);
    expect(textOf(kit.chat.last())).toBe('This question is not open any more.');
    expect(created()).toEqual([]);
  });

  test('asks one by one where no form can be opened, and where the person prefers it', async () => {
    const question = await asked('mine about: chairs');
    expect(await pressed(question, { fails: true })).toBeUndefined();
    expect(textOf(kit.chat.last())).toBe('Which title? (short, or skip for About chairs)');
    expect(await pressed(question, { label: 'Type here instead' })).toBeUndefined();
    for (const text of ['Chairs', 'skip', 'skip']) await kit.say(text);
    expect(textOf(kit.chat.last())).toContain('(one of: Small, Large)');
    for (const text of ['Large', 'skip', 'yes']) await kit.say(text);
    await kit.idle();
    expect(created()).toEqual([{ name: { title: 'Chairs', count: 2, size: 'l', urgent: true } }]);
  });

  test.each([
    ['Pacific/Kiritimati', 14],
    ['Etc/GMT+12', -12],
  ])('a day that is typed as a word is that of the person, in %s', async (timeZone, hoursAhead) => {
    await pressed(await asked('mine about: chairs'), { label: 'Type here instead' });
    for (const text of ['Chairs', '2']) await kit.say(text);
    await kit.handleEvent({ kind: 'text', id: 'day', user: ANN, conversation: DIRECT, text: 'today', timeZone });
    for (const text of ['Large', 'skip', 'yes']) await kit.say(text);
    await kit.idle();
    const day = new Date(kit.clock.now() + hoursAhead * 3_600_000).toISOString().slice(0, 10);
    expect(created()).toMatchObject([{ name: { day } }]);
  });

  test('a form that has closed before it was judged says so in the chat, and opens again as it was filled in', async () => {
    const { token } = await opened(await asked('mine about: chairs'));
    const sent = { id: 'late', user: ANN, conversation: CHANNEL, token, values: { ...WHOLE, count: 'many' } };
    await kit.handleEvent({ kind: 'form', ...sent, refuseInTime: () => false });
    const said = kit.chat.last();
    expect(textOf(said)).toContain('was not sent: some of it does not fit.');
    const again = await pressed(said, { label: 'Correct it' });
    expect(again?.fields.find(({ name }) => name === 'count')).toMatchObject({ initial: 'many' });
    expect(await submitted({ token: again?.token ?? '' }, WHOLE)).toBeUndefined();
    expect(created()).toHaveLength(1);
    await pressed(said, { label: 'Correct it' });
    expect(textOf(kit.chat.last())).toContain('You have answered already');
  });

  test('what is typed and what is filled in are one answer', async () => {
    const question = await asked('mine about: chairs');
    const shown = await opened(question);
    await pressed(question, { label: 'Type here instead' });
    await submitted(shown, WHOLE);
    await kit.say('Tables');
    expect(textOf(kit.chat.last())).toBe('You have answered already: ✓ Filled in');
    expect(created()).toHaveLength(1);
  });

  test('a command that is typed after the form was sent off begins, where the same was to be typed before', async () => {
    const question = await asked('mine about: chairs');
    const shown = await opened(question);
    await pressed(question, { label: 'Type here instead' });
    await submitted(shown, WHOLE);
    await kit.say('mine tables');
    await kit.idle();
    expect(textOf(kit.chat.last())).not.toContain('answered already');
    expect((await kit.jobList()).map(({ state }) => state.parameters)).toEqual([
      { about: 'chairs' },
      { about: 'tables' },
    ]);
  });

  test('a command that is not whole begins where it is no such answer', async () => {
    await asked('type');
    const question = await asked('mine chairs', { conversation: DIRECT });
    expect(textOf(question)).toContain('Tell me more');
    expect(await statuses()).toEqual(['suspended', 'suspended']);
  });

  test('a typed answer may be given in a form of one field as well', async () => {
    const question = await asked('type');
    expect(buttonsOf(question).map(({ label }) => label)).toEqual(['Answer', 'Cancel']);
    const shown = await opened(question);
    expect(shown).toMatchObject({
      title: 'Your answer',
      fields: [{ name: 'value', label: 'How many?', kind: 'number' }],
    });
    await submitted(shown, { value: '21' });
    expect(textOf(question)).toBe('How many?\n✓ 21, by Name of ann');
    expect(textOf(kit.chat.last())).toBe('42');
  });

  test('a form that was opened before a restart is taken by another process', async () => {
    const shown = await opened(await asked('mine about: chairs'));
    const replica = await kit.replica();
    await kit.jobs.stop(0);
    await replica.jobs.start();
    const event = {
      kind: 'form' as const,
      id: 'F',
      user: ANN,
      conversation: CHANNEL,
      token: shown.token,
      values: WHOLE,
    };
    await replica.handleEvent({ ...event, refuseInTime: () => true });
    await eventually(async () => (await statuses())[0] === 'succeeded');
    expect(created()).toHaveLength(1);
  });
});
