import { callable, recipe } from '../support/service-files.js';
import { eventually } from '../support/service-kit.js';
import { CrashKit } from './support/crash-kit.js';

/** Longer than the lease of a killed process. */
const LATER = { laterMs: 40_000 };
const SHARED = 'crm: { use: crm-shared }';

const RECIPES = {
  outer: recipe({
    command: 'outer',
    connections: SHARED,
    steps: `  - { action: crm.create, input: { name: outer } }
  - id: it
    call: { recipe: inner, input: { at: "{{ job.id }}" } }
  - reply: { text: "Inner gave {{ steps.it.id }}" }`,
  }),
  inner: callable({
    name: 'Inner',
    inputs: '[{ name: at }]',
    outputs: '{ id: "{{ steps.one.id }}" }',
    connections: SHARED,
    steps: `  - { id: one, action: crm.create, input: { name: one } }
  - { action: crm.create_once, input: { name: "{{ parameters.at }}" } }
  - { action: crm.create, input: { name: two } }`,
  }),
};

describe('a process that is killed inside a called recipe', () => {
  let kit: CrashKit;

  beforeEach(async () => {
    kit = await CrashKit.start(RECIPES);
  });

  afterEach(async () => {
    await kit.stop();
  });

  const creations = () => kit.crm.callsOf('POST').map(({ path, body }) => ({ path, body }));

  test('leaves it to the next one, which repeats nothing that is done', async () => {
    await kit.boot();
    kit.crm.answer(({ path }) => (path.startsWith('/api/once') ? new Promise(() => {}) : undefined));
    await kit.say('outer');
    await eventually(() => kit.crm.callsOf('POST').length === 3);
    await kit.kill();
    kit.crm.answer(undefined);
    await kit.boot(LATER);
    await eventually(() => kit.chat.texts().some((text) => text.startsWith('Inner gave r')));
    expect(creations().map(({ body }) => body)).toEqual([
      { name: 'outer' },
      { name: 'one' },
      { name: expect.any(String) },
      { name: expect.any(String) },
      { name: 'two' },
    ]);
    const keys = kit.crm.callsOf('POST').map(({ headers }) => headers['idempotency-key']);
    expect(keys[2]).toMatch(/:1\.call\.1$/u);
    expect(keys[3]).toBe(keys[2]);
  });

  test('in the middle of an effect there: it is not repeated, and the person is told', async () => {
    await kit.boot();
    kit.crm.answer(({ body }) => (JSON.stringify(body)?.includes('two') ? new Promise(() => {}) : undefined));
    await kit.say('outer');
    await eventually(() => kit.crm.callsOf('POST').length === 4);
    await kit.kill();
    kit.crm.answer(undefined);
    await kit.boot(LATER);
    await eventually(() => kit.chat.texts().some((text) => text.includes('I cannot tell whether that was done')));
    expect(creations()).toHaveLength(4);
  });
});
