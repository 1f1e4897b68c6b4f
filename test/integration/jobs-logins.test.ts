import { settled } from '../support/at-rest.js';
import { buttonsOf, loginButtonsOf, textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import {
  ANN,
  BOB,
  CHANNEL,
  eventually,
  gate,
  LOGIN_TIMEOUT_MS,
  type ServiceKit,
  startServiceKit,
} from '../support/service-kit.js';

const ACCOUNT = 'ann@acme.example';
const BOTH = `crm: { use: crm, verify_user_access: true }
  files: { use: files, verify_user_access: true }`;

const RECIPES = {
  create: recipe({
    command: 'create thing',
    parameters: '[{ name: title }]',
    steps: `  - id: thing
    action: crm.create
    input: { name: "{{ parameters.title }}" }
  - reply: { text: "Created *{{ parameters.title }}* as {{ connections.crm.account }}." }`,
  }),
  both: recipe({
    command: 'file it',
    connections: BOTH,
    steps: `  - { action: crm.create, input: { name: a } }
  - { action: files.create, input: { name: b } }
  - reply: { text: "{{ connections.crm.account }} and {{ connections.files.account }}" }`,
  }),
  steps: recipe({
    command: 'two steps',
    steps: `  - { action: crm.find }
  - { id: one, action: crm.create, input: { name: one } }
  - if: "{{ steps.one.name = 'Thing' }}"
    then:
      - { id: two, action: crm.create, input: { name: two } }
  - reply: { text: "{{ steps.one.id }} {{ steps.two.id }}" }`,
  }),
};

describe('a job that needs a login', () => {
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
  });

  afterEach(async () => {
    await kit.stop();
  });

  async function prompted(command: string, from: Parameters<ServiceKit['say']>[1] = {}) {
    const before = kit.chat.messages.length;
    await kit.say(command, from);
    await eventually(() => kit.chat.messages.length > before);
    await kit.idle();
    return kit.chat.last();
  }

  async function connected(): Promise<void> {
    const prompt = await prompted('create thing title: first');
    await kit.logIn(prompt, ACCOUNT);
    await kit.idle();
    kit.chat.messages.length = 0;
    kit.crm.calls.length = 0;
    kit.crm.grants.length = 0;
  }

  const statuses = async () => (await kit.jobList()).map(({ status }) => status);

  test('asks for all logins in one private message and does nothing before it has them', async () => {
    const prompt = await prompted('file it', { conversation: CHANNEL });
    expect(kit.chat.messages).toHaveLength(1);
    expect(prompt.privateTo).toEqual(ANN);
    expect(textOf(prompt)).toBe('Please connect to Acme CRM and Acme Files to continue with File it.');
    expect(buttonsOf(prompt).map(({ label }) => label)).toEqual(['Login to Acme CRM', 'Login to Acme Files', 'Cancel']);

    await kit.logIn(prompt, ACCOUNT, 'Login to Acme Files');
    await settled();
    expect(await statuses()).toEqual(['suspended']);
    expect(textOf(prompt)).toBe(
      'Please connect to Acme CRM to continue with File it.\n✓ Acme Files is connected as ann@acme.example.',
    );
    expect(buttonsOf(prompt).map(({ label }) => label)).toEqual(['Login to Acme CRM', 'Cancel']);
    expect([...kit.crm.calls, ...kit.files.calls]).toEqual([]);

    await kit.logIn(prompt, ACCOUNT);
    await kit.idle();
    expect(textOf(prompt)).toBe('ann@acme.example and ann@acme.example');
    expect([kit.crm.callsOf('POST').length, kit.files.callsOf('POST').length]).toEqual([1, 1]);
  });

  test('shows its answer in the end, however late an edit of the prompt arrives', async () => {
    const prompt = await prompted('file it');
    const hold = gate();
    kit.chat.holdWhen((operation, message) =>
      operation === 'update' && message?.fallback.startsWith('Please connect') ? hold.opened : undefined,
    );
    const first = kit.logIn(prompt, ACCOUNT, 'Login to Acme Files');
    await eventually(() => kit.chat.operations.includes('update'));
    const second = kit.logIn(prompt, ACCOUNT, 'Login to Acme CRM');
    await eventually(async () => (await kit.kept.connections.list(ANN)).length === 2);
    await settled();
    hold.open();
    await Promise.all([first, second]);
    await eventually(async () => (await statuses())[0] === 'succeeded');
    expect(textOf(prompt)).toBe('ann@acme.example and ann@acme.example');
  });

  test('asks only for what is missing', async () => {
    await connected();
    const prompt = await prompted('file it');
    expect(textOf(prompt)).toBe(
      'Please connect to Acme Files to continue with File it.\n✓ Acme CRM is connected as ann@acme.example.',
    );
    expect(loginButtonsOf(prompt)).toHaveLength(1);
  });

  test('lets all jobs go on that waited for one login, each once', async () => {
    const first = await prompted('create thing title: A');
    await prompted('create thing title: B');
    const login = await kit.openLogin(loginButtonsOf(first)[0]?.url ?? '');
    expect(await login.comeBack(ACCOUNT)).toMatchObject({ kind: 'connected' });
    expect(await login.comeBack(ACCOUNT)).toMatchObject({ kind: 'expired' });
    await kit.idle();
    expect(kit.crm.callsOf('POST').map(({ body }) => body)).toEqual([{ name: 'A' }, { name: 'B' }]);
    expect(kit.chat.texts().filter((text) => text.startsWith('Created'))).toEqual([
      'Created A as ann@acme.example.',
      'Created B as ann@acme.example.',
    ]);
    expect(await statuses()).toEqual(['succeeded', 'succeeded']);
  });

  test('belongs to one person: the login of another does not move it', async () => {
    await prompted('create thing title: A');
    const bobs = await prompted('create thing title: B', { user: BOB });
    await kit.logIn(bobs, 'bob@acme.example');
    await kit.idle();
    expect(kit.crm.callsOf('POST').map(({ account, body }) => [account, body])).toEqual([
      ['bob@acme.example', { name: 'B' }],
    ]);
    expect((await kit.jobList()).map(({ user, status }) => [user.userId, status])).toEqual([
      ['ann', 'suspended'],
      ['bob', 'succeeded'],
    ]);
  });

  test('is cancelled by its button, and its Login button is worth nothing then', async () => {
    const prompt = await prompted('create thing title: A');
    const { url = '' } = loginButtonsOf(prompt)[0] ?? {};
    await kit.press(prompt, 'Cancel');
    expect(textOf(prompt)).toBe('Cancelled: Create thing. Nothing was done.');
    expect(await statuses()).toEqual(['cancelled']);
    await expect(kit.openLogin(url)).rejects.toThrow('does not work');
    expect(kit.chat.messages).toHaveLength(1);
  });

  test('is cancelled by the word, the newest first', async () => {
    const older = await prompted('create thing title: A');
    const newer = await prompted('file it');
    await kit.say('Cancel');
    expect(textOf(kit.chat.last())).toBe('Cancelled: File it. One more request is still waiting.');
    expect(textOf(newer)).toBe('Cancelled: File it. Nothing was done.');
    expect(loginButtonsOf(older)).toHaveLength(1);
    await kit.say('cancel');
    await kit.say('cancel');
    expect(textOf(kit.chat.last())).toBe('There is nothing to cancel.');
    expect(await statuses()).toEqual(['cancelled', 'cancelled']);
  });

  test('has another link for its person when somebody else has answered the login: the first is of no use any more', async () => {
    await kit.say('create thing title: Desk', { user: BOB });
    const prompt = await prompted('create thing title: Chair');
    const [before] = loginButtonsOf(prompt);
    const outcome = await (await kit.openLogin(before?.url ?? '')).comeBack('other@mail.example');
    if (outcome.kind !== 'proof_needed') throw new Error(`It came to ${outcome.kind}`);
    await kit.say(outcome.code, { user: BOB });
    await kit.idle();

    await expect(kit.openLogin(before?.url ?? '')).rejects.toThrow('does not work');
    const [after] = loginButtonsOf(prompt);
    expect(after?.url).not.toBe(before?.url);
    await kit.logIn(prompt, ACCOUNT);
    await kit.idle();
    expect(textOf(prompt)).toBe('Created Chair as ann@acme.example.');
  });

  test('ended by somebody else where no job waits, its person gets another link with the words that say so', async () => {
    await kit.logIn(await prompted('create thing title: Chair'), ACCOUNT);
    await kit.idle();
    await kit.say('personal_connections');
    await kit.press(kit.chat.last(), 'Disconnect', { values: { connection: 'crm' } });
    const [before] = loginButtonsOf(kit.chat.last());
    const outcome = await (await kit.openLogin(before?.url ?? '')).comeBack('other@mail.example');
    if (outcome.kind !== 'proof_needed') throw new Error(`It came to ${outcome.kind}`);
    await kit.say(outcome.code, { user: BOB });
    const told = kit.chat.messages.find((message) => textOf(message).includes('Press Login to try again'));
    if (!told) throw new Error('Ann was not told');
    await kit.logIn(told, ACCOUNT);
    await kit.say('personal_connections');
    expect(textOf(kit.chat.last())).toContain('Connected');
  });

  test('is not cancelled by somebody else', async () => {
    const prompt = await prompted('create thing title: A');
    await kit.press(prompt, 'Cancel', { user: BOB });
    expect(textOf(kit.chat.last())).toBe('Only the person who asked can use this.');
    expect(await statuses()).toEqual(['suspended']);
  });

  test('is cancelled even when its prompt is written down at the same moment', async () => {
    const prompt = await prompted('create thing title: A');
    const [job] = await kit.jobList();
    const hold = gate();
    kit.faults.push({ at: 'jobs.write', kind: 'slow', until: hold.opened, times: 1 });
    kit.calls.length = 0;
    const cancelling = kit.press(prompt, 'Cancel');
    await eventually(() => kit.calls.includes('jobs.write'));
    await kit.jobs.waiting.promptSeen(ANN, job?.id ?? '', { platform: 'slack', address: { message: prompt.id } });
    hold.open();
    await cancelling;
    expect(await statuses()).toEqual(['cancelled']);
    expect(kit.chat.texts()).toEqual(['Cancelled: Create thing. Nothing was done.']);
  });

  test('expires with a word in the prompt, and a login that comes later still connects', async () => {
    const prompt = await prompted('create thing title: A');
    await kit.clock.advance(LOGIN_TIMEOUT_MS - 10_000);
    expect(await statuses()).toEqual(['suspended']);
    const login = await kit.openLogin(loginButtonsOf(prompt)[0]?.url ?? '');
    await kit.clock.advance(20_000);
    await eventually(async () => (await statuses())[0] === 'cancelled');
    await eventually(() => textOf(prompt).startsWith('This request has expired'));
    expect(textOf(prompt)).toBe(
      'This request has expired: the login was not done within 30 minutes. Type the command for Create thing again when you are ready.',
    );
    expect(await login.comeBack(ACCOUNT)).toMatchObject({ kind: 'connected' });
    await kit.idle();
    expect(kit.crm.callsOf('POST')).toEqual([]);
    await kit.say('create thing title: B');
    await kit.idle();
    expect(textOf(kit.chat.last())).toBe('Created B as ann@acme.example.');
  });

  test('goes on when the login was stored and nobody was told, as after a crash', async () => {
    const prompt = await prompted('create thing title: A');
    kit.faults.push({ at: 'jobs.waitingFor', kind: 'lost', times: 1 });
    expect(await kit.logIn(prompt, ACCOUNT)).toMatchObject({ kind: 'connected' });
    await settled();
    expect(await statuses()).toEqual(['suspended']);
    await kit.clock.advance(60_000);
    await eventually(async () => (await statuses())[0] === 'succeeded');
    expect(textOf(prompt)).toBe('Created A as ann@acme.example.');
    expect(kit.crm.callsOf('POST')).toHaveLength(1);
  });

  test('goes on rather than expire when the login is there', async () => {
    const prompt = await prompted('create thing title: A');
    await kit.clock.advance(LOGIN_TIMEOUT_MS - 1_000);
    kit.faults.push({ at: 'jobs.waitingFor', kind: 'lost', times: 1 });
    await kit.logIn(prompt, ACCOUNT);
    await kit.clock.advance(10_000);
    await eventually(async () => (await statuses())[0] === 'succeeded');
  });

  test('wakes although another job that waited cannot be read', async () => {
    await prompted('create thing title: A');
    const prompt = await prompted('create thing title: B');
    const [broken] = await kit.jobList();
    const row = await kit.kept.jobs.load(broken?.id ?? '');
    if (!row) throw new Error('no row');
    await kit.kept.jobs.write({ ...row, version: row.version + 1, sealed: Buffer.from('no envelope') });
    await kit.logIn(prompt, ACCOUNT);
    await eventually(() => textOf(prompt) === 'Created B as ann@acme.example.');
    await kit.say('cancel');
    expect(textOf(kit.chat.last())).toBe('There is nothing to cancel.');
  });

  test('refreshes once and repeats the call when the app refuses the token, without a word', async () => {
    await connected();
    kit.crm.forgetTokens('access');
    await kit.say('two steps');
    await kit.idle();
    expect(kit.chat.texts()).toEqual([expect.stringMatching(/^r\d+ r\d+$/)]);
    expect(kit.crm.grants).toEqual(['refresh_token']);
    // The first call is refused and repeated; the others use the new token at once.
    expect(kit.crm.calls.map(({ method, account }) => [method, account])).toEqual([
      ['GET', undefined],
      ['GET', ACCOUNT],
      ['POST', ACCOUNT],
      ['POST', ACCOUNT],
    ]);
  });

  test('asks for a login again in the middle, and goes on at the step that was refused', async () => {
    await connected();
    let posts = 0;
    kit.crm.answer(({ method }) => {
      if (method === 'POST') posts += 1;
      return method === 'POST' && (posts === 2 || posts === 3) ? { status: 401 } : undefined;
    });
    const prompt = await prompted('two steps');
    expect(textOf(prompt)).toBe(
      'Please connect to Acme CRM to continue with Two steps.\nAcme CRM: Acme CRM does not accept the login any more',
    );
    expect(await statuses()).toEqual(['succeeded', 'suspended']);
    await kit.logIn(prompt, ACCOUNT);
    await kit.idle();
    expect(textOf(prompt)).toMatch(/^r\d+ r\d+$/);
    expect(kit.crm.calls.map(({ method, body }) => [method, body])).toEqual([
      ['GET', undefined],
      ['POST', { name: 'one' }],
      ['POST', { name: 'two' }],
      ['POST', { name: 'two' }],
      ['POST', { name: 'two' }],
    ]);
  });

  test('asks for a login when the refresh is refused, and never takes the shared connection', async () => {
    await connected();
    kit.crm.forgetTokens();
    const prompt = await prompted('create thing title: A');
    expect(textOf(prompt)).toContain('Please connect to Acme CRM to continue with Create thing.');
    await kit.logIn(prompt, ACCOUNT);
    await kit.idle();
    expect(textOf(prompt)).toBe('Created A as ann@acme.example.');
    expect(kit.crm.calls.map(({ account }) => account)).not.toContain('shared');
  });

  test('does not ask for ever when the app refuses every login', async () => {
    kit.crm.answer(() => ({ status: 401 }));
    const prompt = await prompted('create thing title: A');
    await kit.logIn(prompt, ACCOUNT);
    await kit.idle();
    expect(textOf(prompt)).toContain('Please connect to Acme CRM');
    await kit.logIn(prompt, ACCOUNT);
    await kit.idle();
    expect(textOf(prompt)).toBe(
      'Acme CRM refuses the login although you have just logged in. Please tell your administrator.',
    );
    expect(await statuses()).toEqual(['failed']);
  });

  test('says what stays done when it is cancelled half-way', async () => {
    await connected();
    kit.crm.answer(({ body }) => (JSON.stringify(body) === '{"name":"two"}' ? { status: 401 } : undefined));
    const prompt = await prompted('two steps');
    await kit.press(prompt, 'Cancel');
    expect(textOf(prompt)).toBe('Cancelled: Two steps. What had been done before stays done.');
  });

  test('does not go on under a recipe that has changed', async () => {
    const prompt = await prompted('create thing title: A');
    const changed = { ...RECIPES, create: RECIPES.create.replace('Created', 'Made') };
    const next = await kit.replica({ recipes: changed, queue: 'none' });
    const [job] = await kit.jobList();
    if (!job) throw new Error('no job');
    await kit.jobs.stop(0);
    await kit.clock.advance(1);
    await next.jobs.waiting.loginCompleted(ANN, { connection: 'crm', title: 'Acme CRM', account: ACCOUNT });
    await next.jobs.start();
    await kit.clock.advance(60_000);
    await eventually(async () => (await statuses())[0] === 'cancelled');
    expect(textOf(prompt)).toBe(
      'Create thing has been stopped or changed in the meantime, so I did not go on with it. Please type the command again.',
    );
    expect(kit.crm.calls).toEqual([]);
  });

  test('is forgotten by nobody when its prompt cannot be delivered', async () => {
    kit.chat.failWhen((operation) => operation !== 'describeUser');
    await kit.say('create thing title: A');
    await kit.idle();
    expect(await statuses()).toEqual(['failed']);
    expect(kit.crm.calls).toEqual([]);
  });

  test('keeps tokens, codes and keys out of the log and the chat', async () => {
    await connected();
    kit.crm.forgetTokens();
    const prompt = await prompted('file it');
    await kit.logIn(prompt, ACCOUNT, 'Login to Acme Files');
    await kit.idle();
    await kit.logIn(prompt, ACCOUNT);
    await kit.idle();
    expect(textOf(prompt)).toBe('ann@acme.example and ann@acme.example');
    expect(kit.logger.lines.length).toBeGreaterThan(3);
    expect(kit.logger.dump()).not.toMatch(/canary/);
    expect(JSON.stringify(kit.chat.messages)).not.toMatch(/canary/);
    expect(await kit.metrics.render()).not.toMatch(/canary/);
  });
});
