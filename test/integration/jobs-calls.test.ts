import { buttonsOf, textOf } from '../support/recording-chat.js';
import { callable, recipe } from '../support/service-files.js';
import { ANN, CHANNEL, eventually, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const ACCOUNT = 'ann@acme.example';
const SHARED = 'crm: { use: crm-shared }';

const RECIPES = {
  add: callable({
    name: 'Add',
    inputs: '[{ name: title, type: string }, { name: twice, type: boolean, default: false }]',
    outputs: '{ id: "{{ steps.made.id }}", title: "{{ parameters.title }}", of: "{{ user.id }}" }',
    connections: SHARED,
    steps: `  - { id: made, action: crm.create, input: { name: "{{ parameters.title }}" } }
  - if: "{{ parameters.twice }}"
    then:
      - { action: crm.create, input: { name: "{{ parameters.title }} again" } }`,
  }),
  outer: recipe({
    command: 'outer',
    connections: '{}',
    parameters: '[{ name: title }]',
    steps: `  - id: made
    call: { recipe: middle, input: { title: "{{ parameters.title }}!" } }
  - reply: { text: "{{ steps.made.id }} {{ steps.made.title }} {{ steps.made.of }} [{{ $join($keys(parameters)) }}]" }`,
  }),
  middle: callable({
    name: 'Middle',
    inputs: '[{ name: title }]',
    outputs: '{ id: "{{ steps.made.id }}", title: "{{ steps.made.title }}", of: "{{ steps.made.of }}" }',
    steps: '  - { id: made, call: { recipe: add, input: { title: "{{ parameters.title }}", twice: "true" } } }',
  }),
  loop: recipe({
    command: 'loop',
    connections: '{}',
    steps: `  - id: all
    for_each: "{{ ['a', 'b', 'c'] }}"
    collect: "{{ steps.made.id }}"
    do:
      - { id: made, call: { recipe: add, input: { title: "{{ item }}" } } }
  - reply: { text: "{{ $join(steps.all, ' ') }}" }`,
  }),
  early: callable({
    name: 'Early',
    outputs: '{ first: "{{ steps.one.id }}", second: "{{ steps.two.id }}" }',
    connections: SHARED,
    steps: `  - { id: one, action: crm.create, input: { name: one } }
  - if: "{{ steps.one.id = 'r1' }}"
    then: [{ stop: {} }]
  - { id: two, action: crm.create, input: { name: two } }`,
  }),
  stops: recipe({
    command: 'stops',
    connections: '{}',
    steps: `  - { id: it, call: { recipe: early } }
  - reply: { text: "{{ steps.it.first }} {{ $exists(steps.it.second) }}" }`,
  }),
  fails: callable({
    name: 'Fails',
    steps: '  - stop: { as: failed, message: "*Nothing* is left." }',
  }),
  caught: recipe({
    command: 'caught',
    connections: '{}',
    steps: `  - call: { recipe: fails }
    on_error:
      - reply: { text: "{{ error.code }}: {{ error.message }}" }`,
  }),
  uncaught: recipe({ command: 'uncaught', connections: '{}', steps: '  - call: { recipe: fails }' }),
  mine: callable({
    name: 'Mine',
    outputs: '{ account: "{{ connections.crm.account }}", named: "{{ connections.crm.name }}" }',
    connections: 'crm: { use: crm, verify_user_access: true }',
    steps: `  - { action: crm.create, input: { name: mine } }
  - reply: { text: Made it as you }`,
  }),
  europe: recipe({
    command: 'europe',
    connections: 'files: { use: files, verify_user_access: true }',
    steps: `  - { action: files.create, input: { name: filed } }
  - { id: it, call: { recipe: mine, connections: { crm: crm-eu } } }
  - reply: { text: "{{ steps.it.account }} on {{ steps.it.named }}" }`,
  }),
  asks: callable({
    name: 'Asks',
    outputs: '{ said: "{{ steps.answer.value }}" }',
    connections: SHARED,
    steps: `  - { action: crm.create, input: { name: before } }
  - { id: answer, ask: { text: Go on?, buttons: [{ text: "Yes" }] } }`,
  }),
  asking: recipe({
    command: 'asking',
    connections: '{}',
    steps: `  - { id: it, call: { recipe: asks } }
  - reply: { text: "You said {{ steps.it.said }}" }`,
  }),
};

describe('a job that calls another recipe', () => {
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
  });

  afterEach(async () => {
    await kit.stop();
  });

  async function says(command: string, from: Parameters<ServiceKit['say']>[1] = {}) {
    const before = kit.chat.messages.length;
    await kit.say(command, from);
    await eventually(() => kit.chat.messages.length > before);
    await kit.idle();
    return kit.chat.last();
  }

  const names = () => kit.crm.callsOf('POST').map(({ body }) => body);
  const statuses = async () => (await kit.jobList()).map(({ status }) => status);

  test('gives it inputs of their types and gets outputs, through two recipes, each with data of its own', async () => {
    expect(textOf(await says('outer title: A'))).toBe('r1 A! ann [title]');
    expect(names()).toEqual([{ name: 'A!' }, { name: 'A! again' }]);
    const [job] = await kit.jobList();
    expect(Object.keys(job?.state.done ?? {})).toEqual(['0', '1']);
    expect(job?.state.done['0']).toMatchObject({ kind: 'call', over: { traces: { hasActed: true, hasSaid: false } } });
  });

  test('calls it once for each item of a loop', async () => {
    expect(textOf(await says('loop'))).toBe('r1 r2 r3');
    expect(names()).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
  });

  test('goes on after the called recipe has stopped', async () => {
    expect(textOf(await says('stops'))).toBe('r1 false');
    expect(names()).toEqual([{ name: 'one' }]);
    expect(await statuses()).toEqual(['succeeded']);
  });

  test('takes a called recipe that has stopped as failed for an error, which it may handle', async () => {
    expect(textOf(await says('caught'))).toBe('recipe.stopped: Nothing is left.');
    expect(await statuses()).toEqual(['succeeded']);
    expect(textOf(await says('uncaught'))).toMatch(/^Uncaught did not work\. Nothing is left\. \(reference /u);
    expect(await statuses()).toEqual(['succeeded', 'failed']);
  });

  test('asks for the logins of both in one message, by the connection that the call has put in place', async () => {
    const prompt = await says('europe', { conversation: CHANNEL });
    expect(buttonsOf(prompt).map(({ label }) => label)).toEqual([
      'Login to Acme Files',
      'Login to Acme CRM in Europe',
      'Cancel',
    ]);
    expect([...kit.crm.calls, ...kit.files.calls]).toEqual([]);
    await kit.logIn(prompt, ACCOUNT, 'Login to Acme Files');
    await kit.logIn(prompt, ACCOUNT, 'Login to Acme CRM in Europe');
    await eventually(() => kit.chat.texts().includes('ann@acme.example on crm-eu'));
    expect(names()).toEqual([{ name: 'mine' }]);
    expect(kit.crm.callsOf('POST')[0]?.headers.authorization).toMatch(/^Bearer /u);
    expect(kit.crm.callsOf('POST')[0]?.headers['x-api-key']).toBeUndefined();
    // What the called recipe says goes to the person alone unless it says otherwise.
    expect(textOf(prompt)).toBe('Made it as you');
    expect(prompt.privateTo).toEqual(ANN);
  });

  test('sleeps while the called recipe waits for an answer', async () => {
    const question = await says('asking');
    expect(await statuses()).toEqual(['suspended']);
    await kit.press(question, 'Yes');
    await eventually(() => kit.chat.texts().includes('You said Yes'));
    expect(names()).toEqual([{ name: 'before' }]);
  });

  test('does not go on when the called recipe has changed in between', async () => {
    const question = await says('asking');
    const changed = { ...RECIPES, asks: RECIPES.asks.replace('name: before', 'name: changed') };
    const other = await kit.replica({ recipes: changed });
    await kit.jobs.stop(0);
    await other.jobs.start();
    await kit.press(question, 'Yes', { replica: other });
    await eventually(async () => (await statuses())[0] === 'cancelled');
    expect(names()).toEqual([{ name: 'before' }]);
    await other.jobs.stop(0);
  });
});
