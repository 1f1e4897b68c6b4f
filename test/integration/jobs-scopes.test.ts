import { loginButtonsOf, textOf } from '../support/recording-chat.js';
import { callable, recipe } from '../support/service-files.js';
import { type ServiceKit, startServiceKit } from '../support/service-kit.js';

const RECIPES = {
  inner: callable({
    name: 'Inner',
    connections: 'crm: { use: crm, verify_user_access: true }',
    steps: '  - { action: crm.export }',
  }),
  outer: recipe({
    command: 'outer',
    steps: '  - { action: crm.find }\n  - call: { recipe: inner }\n  - reply: { text: Called }',
  }),
  look: recipe({ command: 'look', steps: '  - { action: crm.find }\n  - reply: { text: Seen }' }),
  export: recipe({ command: 'export', steps: '  - { action: crm.export }\n  - reply: { text: Exported }' }),
};

describe('a recipe that needs more access', () => {
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
  });

  afterEach(async () => {
    await kit.stop();
  });

  /** The prompt that is open, and the scopes that its login asks for. */
  async function prompted(command: string) {
    await kit.say(command);
    await kit.idle();
    const prompt = kit.chat.last();
    const token = (loginButtonsOf(prompt)[0]?.url ?? '').split('/').at(-1) ?? '';
    const started = await kit.logins.begin(token);
    if (started.kind !== 'redirect') throw new Error(started.kind);
    return { prompt, scopes: new URL(started.redirectTo).searchParams.get('scope')?.split(' ') };
  }

  test('asks for everything at once where there is no login yet', async () => {
    expect((await prompted('look')).scopes).toEqual(['api']);
    expect((await prompted('export')).scopes).toEqual(['api', 'export']);
  });

  test('asks once more, for the union, says why, and is not asked again', async () => {
    const { prompt } = await prompted('look');
    await kit.logIn(prompt, 'ann@acme.example');
    await kit.idle();
    expect(textOf(prompt)).toBe('Seen');

    const more = await prompted('export');
    expect(more.scopes).toEqual(['api', 'export']);
    expect(textOf(more.prompt)).toContain('Acme CRM: Export needs more access than you have allowed so far: export');
    await kit.logIn(more.prompt, 'ann@acme.example');
    await kit.idle();
    expect(textOf(more.prompt)).toBe('Exported');

    for (const [command, answer] of [
      ['export', 'Exported'],
      ['look', 'Seen'],
    ] as const) {
      await kit.say(command);
      await kit.idle();
      expect(kit.chat.last().versions.at(-1)?.fallback).toBe(answer);
    }
  });

  test('may be one that it calls: the caller asks for both before its first step, and says why', async () => {
    expect((await prompted('outer')).scopes).toEqual(['api', 'export']);
    await kit.logIn((await prompted('look')).prompt, 'ann@acme.example');
    await kit.idle();
    const calls = kit.crm.calls.length;

    const more = await prompted('outer');

    expect(more.scopes).toEqual(['api', 'export']);
    expect(textOf(more.prompt)).toContain('Outer needs more access than you have allowed so far: export');
    expect(kit.crm.calls).toHaveLength(calls);
    await kit.logIn(more.prompt, 'ann@acme.example');
    await kit.idle();
    expect(textOf(more.prompt)).toBe('Called');
  });

  test('does not lose it to a login that comes after a disconnect, from the list or from another recipe', async () => {
    await kit.logIn((await prompted('export')).prompt, 'ann@acme.example');
    await kit.idle();
    await kit.say('personal_connections');
    await kit.press(kit.chat.last(), 'Disconnect', { values: { connection: 'crm' } });

    expect((await prompted('personal_connections')).scopes).toEqual(['api', 'export']);
    const again = await prompted('look');
    expect(again.scopes).toEqual(['api', 'export']);
    await kit.logIn(again.prompt, 'ann@acme.example');
    await kit.idle();
    await kit.say('export');
    await kit.idle();
    expect(kit.chat.last().versions.at(-1)?.fallback).toBe('Exported');
  });

  test('does not lose it when the app ends the login', async () => {
    await kit.logIn((await prompted('export')).prompt, 'ann@acme.example');
    await kit.idle();
    kit.crm.forgetTokens();

    expect((await prompted('look')).scopes).toEqual(['api', 'export']);
  });

  test('is not asked again where the app grants less, or names it otherwise: the app decides', async () => {
    const { prompt } = await prompted('export');
    kit.crm.grantedScope = 'something else';
    await kit.logIn(prompt, 'ann@acme.example');
    await kit.idle();
    kit.crm.answer(({ path }) => (path === '/api/export' ? { status: 403, body: { message: 'Not you' } } : undefined));
    await kit.say('export');
    await kit.idle();
    expect(kit.chat.last().versions.at(-1)?.fallback).toContain('may not export things. Acme CRM says: Not you');
  });
});
