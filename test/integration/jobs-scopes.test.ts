import { loginButtonsOf, textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { type ServiceKit, startServiceKit } from '../support/service-kit.js';

const RECIPES = {
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
