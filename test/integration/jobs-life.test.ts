import { buttonsOf, loginButtonsOf, textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { ANN, BOB, CHANNEL, eventually, gate, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const TITLE = '[{ name: title }]';

const RECIPES = {
  create: recipe({
    command: 'create thing',
    parameters: TITLE,
    steps: `  - id: thing
    action: crm.create
    input: { name: "{{ parameters.title }}" }
  - reply: { text: "Created *{{ parameters.title }}* as {{ connections.crm.account }}." }`,
  }),
  shared: recipe({
    command: 'note',
    connections: SHARED,
    parameters: TITLE,
    steps: `  - id: first
    action: crm.find
    input: { name: "{{ parameters.title }}" }
  - id: second
    action: crm.create
    input: { name: "{{ steps.first.id }}" }
  - reply:
      text: "Noted {{ steps.second.id }} by {{ steps.second.by }}"
      fields: { Title: "{{ parameters.title }}" }
      buttons:
        - { text: Again, command: note, parameters: { title: "{{ parameters.title }}" } }`,
  }),
  whisper: recipe({
    command: 'whisper',
    connections: SHARED,
    steps: `  - { action: crm.find }
  - reply: { text: Between us, visible_to: user }`,
  }),
  loud: recipe({
    command: 'shout',
    steps: `  - { action: crm.find }
  - reply: { text: Hear hear, visible_to: channel }`,
  }),
  silent: recipe({ command: 'tidy up', connections: SHARED, steps: '  - { action: crm.find }' }),
  twice: recipe({
    command: 'report',
    steps: `  - { action: crm.find }
  - reply: { text: First half }
  - { action: crm.find }
  - reply: { text: Second half }`,
  }),
  halfway: recipe({
    command: 'start over',
    steps: `  - reply: { text: Beginning }
  - { action: crm.create, input: { name: x } }
  - reply: { text: Finished }`,
  }),
  stop: recipe({
    command: 'maybe',
    connections: SHARED,
    parameters: '[{ name: amount, type: number }]',
    steps: `  - if: "{{ parameters.amount > 10 }}"
    then:
      - stop: { as: failed, message: "*Too* much" }
    else:
      - if: "{{ parameters.amount = 0 }}"
        then:
          - stop: { as: failed }
  - { action: crm.create, input: { name: x } }
  - stop: { message: Enough }
  - reply: { text: Never said }`,
  }),
  shaped: recipe({
    command: 'count',
    connections: SHARED,
    steps: `  - { id: all, action: crm.create_shaped }
  - reply: { text: "{{ steps.all.total }}" }`,
  }),
};

describe('the life of a job', () => {
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
  });

  afterEach(async () => {
    await kit.stop();
  });

  async function connect(command: string): Promise<void> {
    await kit.say(command);
    await eventually(() => kit.chat.messages.length > 0);
    await kit.idle();
    await kit.logIn(kit.chat.last(), 'ann@acme.example');
    await kit.idle();
    kit.chat.messages.length = 0;
    kit.crm.calls.length = 0;
  }

  test('costs three calls of the stores where the login is there and nothing has an effect', async () => {
    await kit.say('shout');
    await eventually(() => kit.chat.messages.length === 1);
    await kit.logIn(kit.chat.last(), 'ann@acme.example');
    await kit.idle();
    kit.calls.length = 0;
    await kit.say('shout');
    await kit.idle();
    expect(textOf(kit.chat.last())).toBe('Hear hear');
    const calls = kit.calls.filter((call) => !/^(audit|keepAlive|departures|revocations)\./.test(call));
    expect(calls.sort()).toEqual(['connections.get', 'jobs.accept', 'jobs.write']);
  });

  test('keeps nothing of what the app gave where it answers at once', async () => {
    await kit.say('shout');
    await eventually(() => kit.chat.messages.length === 1);
    await kit.logIn(kit.chat.last(), 'ann@acme.example');
    await kit.idle();
    await kit.say('shout');
    await kit.say('tidy up');
    await kit.idle();
    const jobs = await kit.jobList();
    expect(jobs.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    // The first went on after a login, and the last one had to say by itself that it is done.
    expect(jobs.map(({ state }) => Object.keys(state.done))).toEqual([['0', '1'], [], ['0']]);
    expect(jobs[1]?.state).toMatchObject({ parameters: {}, conversation: { kind: 'direct' } });
  });

  test('asks for the login, then goes on by itself with what was typed', async () => {
    await kit.say('create thing title: Big one');
    await eventually(() => kit.chat.messages.length === 1);
    const prompt = kit.chat.last();
    expect(textOf(prompt)).toBe('Please connect to Acme CRM to continue with Create thing.');
    expect(buttonsOf(prompt).map(({ kind, label }) => [kind, label])).toEqual([
      ['login', 'Login'],
      ['action', 'Cancel'],
    ]);
    await kit.idle();
    expect(kit.crm.calls).toEqual([]);

    await kit.logIn(prompt, 'ann@acme.example');
    await kit.idle();
    expect(kit.chat.texts()).toEqual([
      'Created Big one as ann@acme.example.',
      expect.stringContaining('Connected Acme CRM as ann@acme.example.'),
    ]);
    expect(prompt.versions.map(({ fallback }) => fallback)).toEqual([
      'Please connect to Acme CRM to continue with Create thing.',
      'Acme CRM is connected as ann@acme.example. Working on Create thing…',
      'Created Big one as ann@acme.example.',
    ]);
    expect(kit.crm.callsOf('POST').map(({ account, body }) => ({ account, body }))).toEqual([
      { account: 'ann@acme.example', body: { name: 'Big one' } },
    ]);
  });

  test('is durable when its event is acknowledged, before anything has been done', async () => {
    const hold = gate();
    kit.crm.answer(async () => {
      await hold.opened;
      return undefined;
    });
    await kit.say('note title: Later');
    const [job] = await kit.jobList();
    expect(job?.state.parameters).toEqual({ title: 'Later' });
    expect(kit.chat.messages).toEqual([]);
    hold.open();
    await kit.idle();
    expect((await kit.jobList()).map(({ status }) => status)).toEqual(['succeeded']);
  });

  test('is one job for an event that is delivered three times, also at once', async () => {
    await Promise.all([kit.say('note title: Once', { id: 'E7' }), kit.say('note title: Once', { id: 'E7' })]);
    await kit.idle();
    await kit.say('note title: Once', { id: 'E7' });
    await kit.idle();
    expect(await kit.jobList()).toHaveLength(1);
    expect(kit.crm.callsOf('POST')).toHaveLength(1);
    expect(kit.chat.messages).toHaveLength(1);
  });

  test('carries the steps out in order, each seeing what the earlier ones gave', async () => {
    await kit.say('note title: Order');
    await kit.idle();
    expect(
      kit.crm.calls.map(({ method, body, query, account }) => [method, account, body ?? query.get('name')]),
    ).toEqual([
      ['GET', 'shared', 'Order'],
      ['POST', 'shared', { name: 'r1' }],
    ]);
    expect(kit.chat.texts()).toEqual(['Noted r2 by shared\nTitle: Order']);
  });

  test('answers in the channel when it acts for everybody, and anybody there can press its buttons', async () => {
    await kit.say('note title: Open', { conversation: CHANNEL });
    await kit.idle();
    const answer = kit.chat.last();
    expect(answer.privateTo).toBeUndefined();
    expect(answer.conversation).toEqual(CHANNEL);
    await kit.press(answer, 'Again', { user: BOB });
    await kit.idle();
    expect((await kit.jobList()).map(({ user, state }) => [user.userId, state.parameters])).toEqual([
      ['ann', { title: 'Open' }],
      ['bob', { title: 'Open' }],
    ]);
  });

  test('keeps a reply to the person when the recipe says so, also where the switch is off', async () => {
    await kit.say('whisper', { conversation: CHANNEL });
    await kit.idle();
    expect(kit.chat.messages.map(({ privateTo }) => privateTo)).toEqual([ANN]);
  });

  test('prompts and answers privately in a channel when it acts as the person', async () => {
    await kit.say('create thing title: Mine', { conversation: CHANNEL });
    await eventually(() => kit.chat.messages.length === 1);
    await kit.idle();
    await kit.logIn(kit.chat.last(), 'ann@acme.example');
    await kit.idle();
    await kit.say('create thing title: Second', { conversation: CHANNEL });
    await kit.idle();
    expect(kit.chat.messages.map(({ privateTo, conversation }) => [privateTo, conversation])).toEqual([
      [ANN, CHANNEL],
      [ANN, CHANNEL],
      [ANN, CHANNEL],
    ]);
  });

  test('says what is for all to all, and leaves the prompt without a Login button', async () => {
    await kit.say('shout', { conversation: CHANNEL });
    await eventually(() => kit.chat.messages.length === 1);
    const prompt = kit.chat.last();
    await kit.idle();
    await kit.logIn(prompt, 'ann@acme.example');
    await kit.idle();
    const [first, ...others] = kit.chat.messages;
    expect(first && textOf(first)).toBe('Done: Shout.');
    expect(loginButtonsOf(prompt)).toEqual([]);
    const spoken = others.find((message) => textOf(message) === 'Hear hear');
    expect(spoken).toMatchObject({ conversation: CHANNEL });
    expect(spoken?.privateTo).toBeUndefined();
  });

  test('has still replied when only its prompt could not be changed afterwards', async () => {
    await kit.say('shout', { conversation: CHANNEL });
    await eventually(() => kit.chat.messages.length === 1);
    await kit.idle();
    let updates = 0;
    kit.chat.failWhen((operation) => operation === 'update' && ++updates > 1);
    await kit.logIn(kit.chat.last(), 'ann@acme.example');
    await kit.idle();
    expect((await kit.jobList()).map(({ status }) => status)).toEqual(['succeeded']);
    expect(kit.chat.texts().filter((text) => text === 'Hear hear')).toHaveLength(1);
  });

  test('says "Done" when its recipe says nothing', async () => {
    await kit.say('tidy up');
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['Done: Tidy up.']);
  });

  test('puts only the first reply in place of the prompt', async () => {
    await kit.say('report');
    await eventually(() => kit.chat.messages.length === 1);
    await kit.idle();
    await kit.logIn(kit.chat.last(), 'ann@acme.example');
    await kit.idle();
    expect(kit.chat.texts().filter((text) => !text.startsWith('Connected'))).toEqual(['First half', 'Second half']);
  });

  test('does not wipe out what it has said when a later step fails', async () => {
    await kit.say('start over');
    await eventually(() => kit.chat.messages.length === 1);
    await kit.idle();
    kit.crm.answer(({ method }) => (method === 'POST' ? { status: 409, body: { message: 'Taken' } } : undefined));
    await kit.logIn(kit.chat.last(), 'ann@acme.example');
    await kit.idle();
    expect(kit.chat.texts().filter((text) => !text.startsWith('Connected'))).toEqual([
      'Beginning',
      expect.stringMatching(/^Start over did not work\. .*Acme CRM says: Taken \(reference [0-9a-f]{8}\)$/),
    ]);
  });

  test('ends at a stop with its message, as the recipe says', async () => {
    await kit.say('maybe amount: 11');
    await kit.idle();
    await kit.say('maybe amount: 1');
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['Too much', 'Enough']);
    expect((await kit.jobList()).map(({ status }) => status)).toEqual(['failed', 'succeeded']);
    expect(kit.crm.callsOf('POST')).toHaveLength(1);
  });

  test('does not say "Done" when it was stopped as failed without a word', async () => {
    await kit.say('maybe amount: 0');
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['Maybe has stopped without a result.']);
    expect((await kit.jobList()).map(({ status }) => status)).toEqual(['failed']);
  });

  test('names the account that may not do it, and asks for no login', async () => {
    await connect('create thing title: x');
    kit.crm.answer(({ method }) => (method === 'POST' ? { status: 403, body: { message: 'Ask Zoe' } } : undefined));
    await kit.say('create thing title: y');
    await kit.idle();
    expect(kit.chat.texts()).toEqual([
      expect.stringContaining('Your Acme CRM account (ann@acme.example) may not create things. Acme CRM says: Ask Zoe'),
    ]);
    expect(loginButtonsOf(kit.chat.last())).toEqual([]);
  });

  test.each([
    ['closes the connection', { hangUp: true }],
    ['answers 502', { status: 502 }],
    ['answers what nobody understands', { body: 'x', status: 302 }],
  ])('says that the outcome is not known when the app %s in a call that has an effect', async (_, answer) => {
    kit.crm.answer(({ method }) => (method === 'POST' ? answer : undefined));
    await kit.say('note title: x');
    await kit.idle();
    expect(kit.chat.texts()).toEqual([
      expect.stringContaining(
        'I cannot tell whether Acme CRM has still managed to create things; please check there before you try again.',
      ),
    ]);
    expect(kit.crm.callsOf('POST')).toHaveLength(1);
  });

  test('says that the outcome is not known when the app has answered and the answer does not fit the connector', async () => {
    await kit.say('count');
    await kit.idle();
    expect(kit.chat.texts()).toEqual([
      expect.stringContaining('I cannot tell whether Acme CRM has still managed to create shaped things'),
    ]);
  });

  test('does not doubt a call without an effect', async () => {
    kit.crm.answer(() => ({ hangUp: true }));
    await kit.say('note title: x');
    await kit.idle();
    expect(kit.chat.texts()).toEqual([
      expect.stringMatching(
        /^Note did not work\. Acme CRM cannot be reached right now\. Please try again later\. \(reference/,
      ),
    ]);
  });

  test('is kept as it ended when its answer cannot be delivered', async () => {
    kit.chat.failWhen(() => true);
    await kit.say('note title: x');
    await kit.idle();
    expect((await kit.jobList()).map(({ status }) => status)).toEqual(['failed']);
    expect(kit.crm.callsOf('POST')).toHaveLength(1);
  });

  test('tells the shared connection from the person: a refused key is for the administrator', async () => {
    kit.crm.answer(() => ({ status: 401 }));
    await kit.say('note title: x');
    await kit.idle();
    expect(kit.chat.texts()).toEqual([
      expect.stringContaining('Acme CRM refuses the connection that everybody here shares'),
    ]);
  });
});
