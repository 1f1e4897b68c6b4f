import { callable, recipe } from '../support/service-files.js';
import { eventually, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const FIND = '  - { action: crm.find }\n  - reply: { text: Found }';
const RECIPES = {
  look: recipe({ command: 'look up', connections: 'crm: { use: crm }', steps: FIND }),
  mine: recipe({ command: 'mine', connections: 'crm: { use: crm, verify_user_access: true }', steps: FIND }),
  fixed: recipe({ command: 'fixed', connections: 'crm: { use: crm-shared }', steps: FIND }),
  inner: callable({ name: 'Inner', connections: 'crm: { use: crm }', steps: '  - { action: crm.find }' }),
  outer: recipe({
    command: 'outer',
    connections: '{}',
    steps: '  - call: { recipe: inner }\n  - reply: { text: Called }',
  }),
  other: recipe({
    command: 'other',
    connections: '{}',
    steps: '  - call: { recipe: inner, connections: { crm: crm-shared } }\n  - reply: { text: Called }',
  }),
};
const HELD = 'Look up cannot start: Acme CRM is not connected. Your administrator must connect it first.';

let kit: ServiceKit;

beforeEach(async () => {
  kit = await startServiceKit({ recipes: RECIPES });
});

afterEach(async () => {
  kit.shared.stop();
  await kit.stop();
});

async function connectForEverybody(): Promise<void> {
  const { token } = await kit.logins.createLink({ owner: 'shared', connection: 'crm', context: {}, popUp: false });
  const login = await kit.openLogin(`https://behalf.example.com/login/${token}`);
  expect((await login.comeBack('admin@acme.example')).kind).toBe('connected');
}

async function answerTo(text: string, replica = kit): Promise<string | undefined> {
  await kit.say(text, { replica });
  await kit.idle();
  return kit.chat.texts().at(-1);
}

const isHeld = (recipeId: string) => kit.holds.of(recipeId).length > 0;

describe('a recipe whose shared connection is not connected', () => {
  test('does not start, is not offered, and says who must act; the operator learns of it once', async () => {
    await kit.shared.start();

    expect(await answerTo('look up')).toBe(HELD);
    expect(await answerTo('look up')).toBe(HELD);
    expect(await kit.jobList()).toEqual([]);
    expect(await answerTo('help')).not.toContain('look up');
    expect(await kit.metrics.render()).toContain('behalf_recipes_held 3');
    const errors = kit.logger.lines.filter(({ fields, level }) => level === 'error' && fields['recipe'] === 'look');
    expect(errors.map(({ fields, message }) => [fields['connection'], fields['state'], message])).toEqual([
      ['crm', 'never_connected', 'the recipe does not start before somebody runs: behalf connect crm'],
    ]);
  });

  test('holds up those that call it, but not where they give it another connection', async () => {
    await kit.shared.start();

    expect(isHeld('outer')).toBe(true);
    expect(isHeld('other')).toBe(false);
    expect(await answerTo('other')).toBe('Called');
  });

  test('is none of the recipes that need the client alone, or secrets out of the file', async () => {
    await kit.shared.start();

    expect([isHeld('mine'), isHeld('fixed')]).toEqual([false, false]);
    expect(await answerTo('fixed')).toBe('Found');
  });

  test('starts when it was connected here', async () => {
    await kit.shared.start();
    await connectForEverybody();

    expect(isHeld('look')).toBe(false);
    expect(await answerTo('look up')).toBe('Found');
    expect(await kit.metrics.render()).toContain('behalf_recipes_held 0');
  });

  test('starts when it was connected by another process: at once for who calls it, soon for everybody', async () => {
    const [asked, idle] = [await kit.replica(), await kit.replica()];
    await Promise.all([asked.shared.start(), idle.shared.start()]);
    await connectForEverybody();
    expect([asked, idle].map(({ holds }) => holds.of('look').length)).toEqual([1, 1]);

    await kit.say('look up', { replica: asked });
    await kit.idle();
    expect(kit.chat.texts().at(-1)).toBe('Found');
    await kit.clock.advance(10_000);
    await eventually(() => idle.holds.of('look').length === 0);
    asked.shared.stop();
    idle.shared.stop();
  });

  test('does not start any more when it was disconnected, and tells why', async () => {
    await connectForEverybody();
    await kit.shared.start();
    expect(isHeld('look')).toBe(false);
    const row = await kit.kept.connections.get('shared', 'crm');
    expect(await kit.kept.connections.remove('shared', 'crm', row?.generation ?? 0)).toBe(true);

    await kit.say('look up');
    await kit.idle();
    expect(kit.chat.texts().at(-1)).toContain('Acme CRM is not connected. Your administrator must connect it first.');
    await kit.clock.advance(10_000);
    await eventually(() => isHeld('look'));
    expect(await answerTo('look up')).toBe(HELD);
  });
});

describe('what is known of shared connections', () => {
  test('costs the way of a command nothing: only a held recipe makes the store be looked at', async () => {
    await connectForEverybody();
    await kit.shared.start();
    kit.calls.length = 0;

    await answerTo('look up');
    await answerTo('fixed');

    expect(kit.calls).not.toContain('connections.list');
    expect(kit.calls.filter((call) => call.startsWith('connections.'))).toEqual([
      'connections.get',
      'connections.touch',
    ]);
  });

  test('stays as it was while the store cannot be reached, and nothing is held before it is known', async () => {
    kit.faults.push({ at: 'connections.list', kind: 'lost', times: 1 });
    await kit.shared.look();
    expect(isHeld('look')).toBe(false);

    await kit.shared.look();
    expect(isHeld('look')).toBe(true);

    kit.faults.push({ at: 'connections.list', kind: 'lost', times: 1 });
    await kit.shared.look();
    expect(isHeld('look')).toBe(true);
  });
});
