import { type ChatMessage, loginButtonsOf, textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { ANN, type ServiceKit, startServiceKit } from '../support/service-kit.js';
import { inWords } from '../support/wordings.js';

const RECIPES = {
  crm: recipe({
    command: 'look',
    connections: 'crm: { use: crm-acme, verify_user_access: true }',
    steps: '  - { action: crm.find }\n  - reply: { text: "Seen as {{ connections.crm.account }}" }',
  }),
  files: recipe({
    command: 'fetch',
    connections: 'files: { use: files-acme, verify_user_access: true }',
    steps: '  - { action: files.find }\n  - reply: { text: "Fetched as {{ connections.files.account }}" }',
  }),
  free: recipe({ command: 'free', steps: '  - { action: crm.find }\n  - reply: { text: Done }' }),
};

describe('the accounts that a connection allows', () => {
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
  });

  afterEach(async () => {
    await kit.stop();
  });

  async function promptedBy(command: string): Promise<ChatMessage> {
    await kit.say(command);
    await kit.idle();
    return kit.chat.last();
  }

  async function logIn(prompt: ChatMessage, account: string) {
    const outcome = await kit.logIn(prompt, account);
    await kit.idle();
    return outcome;
  }

  test.each(['ann@acme.example', 'ann@beta.example'])('let %s in by its organisation', async (account) => {
    // The identity check asks for equal addresses where nothing was pasted.
    kit.chat.emails.set(ANN.userId, account);
    const prompt = await promptedBy('look');
    expect((await logIn(prompt, account)).kind).toBe('connected');
    expect(textOf(prompt)).toBe(`Seen as ${account}`);
  });

  test('refuse one of another organisation: page and chat say which may be used, and nothing of it stays', async () => {
    kit.chat.emails.set(ANN.userId, 'ann@gamma.example');
    const prompt = await promptedBy('look');
    const outcome = await logIn(prompt, 'ann@gamma.example');

    const text =
      'ann@gamma.example may not be used here, so I did not connect it. Please log in to Acme CRM with an account of the organisation org-acme or org-beta.';
    expect(inWords(outcome)).toMatchObject({ kind: 'account_refused', text });
    expect(kit.chat.texts()).toContain(text);
    expect(await kit.kept.connections.get(ANN, 'crm-acme')).toBeUndefined();
    await kit.revoker.work();
    expect(kit.crm.grants).toEqual(['authorization_code', 'revoke', 'revoke']);
    expect(kit.crm.calls).toEqual([]);
    expect((await kit.jobList()).map(({ status }) => status)).toEqual(['suspended']);
  });

  test('refuse one whose organisation the app does not tell', async () => {
    kit.crm.tellsOrganization = false;
    const prompt = await promptedBy('look');
    expect((await logIn(prompt, 'ann@acme.example')).kind).toBe('account_refused');
  });

  test('let in and refuse by the domain of the confirmed address, and the job goes on after the right login', async () => {
    const prompt = await promptedBy('fetch');
    const refused = await logIn(prompt, 'ann@gamma.example');
    expect(inWords(refused)).toMatchObject({
      kind: 'account_refused',
      text: expect.stringContaining('at acme.example'),
    });
    expect((await logIn(prompt, 'ann@acme.example')).kind).toBe('connected');
    expect(textOf(prompt)).toBe('Fetched as ann@acme.example');
  });

  test('are told to the login page of the app by prompt and login_hint', async () => {
    const prompt = await promptedBy('fetch');
    const token = loginButtonsOf(prompt)[0]?.url.split('/').at(-1) ?? '';
    const started = await kit.logins.begin(token);
    const page = started.kind === 'redirect' ? new URL(started.redirectTo).searchParams : undefined;
    expect(page?.get('prompt')).toBe('select_account');
    expect(page?.get('login_hint')).toBe('ann@acme.example');
  });

  test('do not keep a re-login from bringing another account, which the chat warns of', async () => {
    await logIn(await promptedBy('free'), 'ann@acme.example');
    kit.crm.forgetTokens();
    kit.chat.emails.set(ANN.userId, 'ann@beta.example');
    await logIn(await promptedBy('free'), 'ann@beta.example');
    expect(kit.chat.texts()).toContain(
      'Connected Acme CRM as ann@beta.example. Before it was ann@acme.example. Not you, or a mistake? Disconnect it.',
    );
  });
});
