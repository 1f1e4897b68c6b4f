import { contentOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { eventually, gate } from '../support/service-kit.js';
import { CrashKit } from './support/crash-kit.js';

const SHARED = 'crm: { use: crm-shared }';
/** Longer than the lease of a killed process. */
const LATER = { laterMs: 40_000 };

function shared(command: string, steps: string): string {
  return recipe({ command, steps, connections: SHARED });
}

const RECIPES = {
  each: shared(
    'each',
    `  - id: made
    for_each: "{{ ['a', 'b', 'c'] }}"
    collect: "{{ steps.thing.name & item }}"
    do:
      - { action: crm.find, input: { name: "{{ item }}" } }
      - { id: thing, action: crm.create, input: { name: "{{ item }}" } }
      - { if: "{{ item = 'b' }}", then: [{ reply: { text: "Made {{ item }}" } }] }
  - reply: { text: "All {{ $join(steps.made, ' ') }}" }`,
  ),
  most: shared(
    'most',
    `  - id: outcomes
    for_each: "{{ ['a', 'b', 'c'] }}"
    collect: "{{ $exists(steps.thing) ? 'made' : 'unknown' }}"
    do:
      - id: thing
        action: crm.create
        input: { name: "{{ item }}" }
        retry: 3
        on_error: [{ log: "{{ error.code }}" }]
  - reply: { text: "All {{ $join(steps.outcomes, ' ') }}" }`,
  ),
  both: shared(
    'both',
    `  - try:
      - for_each: "{{ ['a', 'b'] }}"
        concurrency: 2
        do: [{ action: crm.create, input: { name: "{{ item }}" } }]
    retry: 3
    on_error: [{ reply: { text: "All but {{ error.message }}" } }]`,
  ),
  again: shared(
    'again',
    `  - try:
      - { action: crm.create, input: { name: first } }
      - { action: crm.create, input: { name: second } }
    retry: { times: 1, wait: 30 }
  - reply: { text: All done }`,
  ),
  turns: recipe({
    command: 'turn',
    connections: SHARED,
    parameters: '[{ name: title }]',
    more: 'concurrency: { recipe: 1 }',
    steps: `  - { action: crm.find }
  - { action: crm.create, input: { name: "{{ parameters.title }}" } }
  - reply: { text: "All {{ parameters.title }}" }`,
  }),
  repair: shared(
    'repair',
    `  - try:
      - { id: first, action: crm.create, input: { name: first } }
      - { action: crm.create, input: { name: second } }
    on_error:
      - { action: crm.find }
      - { action: crm.create, input: { name: undo } }
  - reply: { text: "All repaired {{ steps.first.name }}" }`,
  ),
};

describe('a process that is killed', () => {
  let kit: CrashKit;

  beforeEach(async () => {
    kit = await CrashKit.start(RECIPES);
  });

  afterEach(async () => {
    await kit.stop();
  });

  const nameOf = (body: unknown) => JSON.stringify(body ?? null).replace(/^\{"name":"(.*)"\}$/u, '$1');
  const created = () => kit.crm.callsOf('POST').map(({ body }) => nameOf(body));

  /** Says a command, and kills the process in the call of this method that carries this name. */
  async function killedIn(command: string, method: string, name: string | null): Promise<void> {
    await kit.boot();
    const under = gate();
    kit.crm.answer((call) => {
      const given = method === 'GET' ? call.query.get('name') : nameOf(call.body);
      if (call.method !== method || given !== name) return command === 'repair' ? refusedSecond(call.body) : undefined;
      under.open();
      return new Promise(() => {});
    });
    await kit.say(command);
    await under.opened;
    await kit.kill();
    kit.crm.answer(undefined);
    await kit.boot(LATER);
  }

  function refusedSecond(body: unknown) {
    return nameOf(body) === 'second' ? { status: 409 } : undefined;
  }

  async function finished(): Promise<string> {
    const ends = () => kit.chat.texts().filter((text) => /^All |did not work/u.test(text));
    await eventually(() => ends().length > 0);
    expect(ends()).toHaveLength(1);
    return ends()[0] ?? '';
  }

  test('before the action of an item: the next one goes on with that item', async () => {
    await killedIn('each', 'GET', 'b');
    expect(await finished()).toBe('All Thinga Thingb Thingc');
    expect(created()).toEqual(['a', 'b', 'c']);
  });

  test('in the action of an item: it is not repeated, those after it are not begun, and the person is told', async () => {
    await killedIn('each', 'POST', 'b');
    expect(await finished()).toContain('I was interrupted while I asked Acme CRM to create things.');
    expect(created()).toEqual(['a', 'b']);
  });

  test('after the action of an item, as it says so: it says so once more, and does nothing twice', async () => {
    await kit.boot();
    kit.crm.answer(({ body }) => {
      if (nameOf(body) === 'b') kit.muteChat();
      return undefined;
    });
    await kit.say('each');
    await eventually(() => kit.chat.messages.length === 1);
    await kit.kill();
    kit.crm.answer(undefined);
    await kit.boot(LATER);
    expect(await finished()).toBe('All Thinga Thingb Thingc');
    expect(kit.chat.texts()).toEqual(['Made b', 'Made b', 'All Thinga Thingb Thingc']);
    expect(JSON.stringify(contentOf(kit.chat.messages[1] ?? kit.chat.last()))).toContain(
      'you may have seen it already',
    );
    expect(created()).toEqual(['a', 'b', 'c']);
  });

  test('in the action of an item whose failure is taken care of: the others are done, and that one is not tried again', async () => {
    await killedIn('most', 'POST', 'b');
    expect(await finished()).toBe('All made unknown made');
    expect(created()).toEqual(['a', 'b', 'c']);
  });

  test('in the actions of two items at once: neither is tried again', async () => {
    await kit.boot();
    kit.crm.answer(() => new Promise(() => {}));
    await kit.say('both');
    await eventually(() => created().length === 2);
    await kit.kill();
    kit.crm.answer(undefined);
    await kit.boot(LATER);
    expect(await finished()).toContain('All but I was interrupted');
    expect([...created()].sort()).toEqual(['a', 'b']);
  });

  test('between a failure and its repetition: the next one repeats what failed and nothing else', async () => {
    await kit.boot();
    const under = gate();
    kit.crm.answer(({ body }) => {
      if (nameOf(body) !== 'second') return undefined;
      under.open();
      return { status: 429 };
    });
    await kit.say('again');
    await under.opened;
    await kit.kill();
    kit.crm.answer(undefined);
    await kit.boot(LATER);
    await finished();
    expect(created().slice(0, 2)).toEqual(['first', 'second']);
    expect(created().filter((name) => name === 'first')).toHaveLength(1);
  });

  test('in the steps that follow an error: what failed is not tried again, and what it left behind is there', async () => {
    await killedIn('repair', 'GET', null);
    expect(await finished()).toBe('All repaired Thing');
    expect(created()).toEqual(['first', 'second', 'undo']);
  });

  test('in an action that follows an error: nothing is repeated, and the person is told', async () => {
    await killedIn('repair', 'POST', 'undo');
    expect(await finished()).toContain('I was interrupted while I asked Acme CRM to create things.');
    expect(created()).toEqual(['first', 'second', 'undo']);
  });

  test('while jobs wait for their turn behind one that runs: all of them are done, once each', async () => {
    await kit.boot();
    kit.crm.answer(({ method }) => (method === 'GET' ? new Promise(() => {}) : undefined));
    for (const title of ['a', 'b', 'c']) await kit.say(`turn title: ${title}`);
    await eventually(() => kit.crm.calls.length === 1);
    await kit.kill();
    kit.crm.answer(undefined);
    await kit.boot(LATER);
    // Who waits long is told so first, and the answer takes the place of that.
    const answers = () => kit.chat.texts().filter((text) => text.startsWith('All'));
    await eventually(() => answers().length === 3);
    expect(answers().sort()).toEqual(['All a', 'All b', 'All c']);
    expect([...created()].sort()).toEqual(['a', 'b', 'c']);
  });

  test('before it could end what the person has cancelled: the next one ends it', async () => {
    await kit.boot();
    kit.crm.answer(({ query }) => (query.get('name') === 'b' ? new Promise(() => {}) : undefined));
    await kit.say('each');
    await eventually(() => kit.crm.callsOf('GET').length === 2);
    await kit.say('cancel');
    await kit.kill();
    kit.crm.answer(undefined);
    await kit.boot(LATER);
    await eventually(() => kit.chat.texts().includes('Cancelled: Each. What had been done before stays done.'));
    expect(created()).toEqual(['a']);
  });
});
