import { joinKey } from '../../src/kernel/ids.js';
import { settled } from '../support/at-rest.js';
import { type Disk, STORES, useDisks } from '../support/disks.js';
import { recipe } from '../support/service-files.js';
import { BOB, eventually, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const STEPS = `  - { action: crm.create, input: { name: "{{ parameters.title }}" } }
  - reply: { text: "Did {{ parameters.title }}" }`;

function limited(command: string, concurrency: string, steps = STEPS): string {
  const more = concurrency === '' ? '' : `concurrency: ${concurrency}`;
  return recipe({ command, steps, parameters: '[{ name: title }]', connections: 'crm: { use: crm-shared }', more });
}

const RECIPES = {
  one: limited('one', '{ recipe: 1 }'),
  mine: limited('mine', '{ recipe: 2, user: 1 }'),
  free: limited('free', ''),
  talk: limited(
    'talk',
    '{ recipe: 1 }',
    `  - { id: go, ask: { text: "Go on {{ parameters.title }}?", buttons: [{ text: "Yes" }] } }\n${STEPS}`,
  ),
};

describe.each(STORES)('on the %s store, a job of a recipe that runs only so often at once', (store) => {
  const openDisk = useDisks(store);
  let disk: Disk;
  let kit: ServiceKit;
  let answers: (() => void)[] = [];

  beforeEach(async () => {
    disk = openDisk();
    kit = await startServiceKit({ recipes: RECIPES, disk });
    answers = [];
    kit.crm.answer(() => new Promise((resolve) => answers.push(() => resolve(undefined))));
  });

  afterEach(async () => {
    for (const answer of answers) answer();
    await kit.stop();
  });

  const created = () => kit.crm.callsOf('POST').map(({ body }) => JSON.stringify(body).slice(9, -2));

  async function calls(count: number): Promise<void> {
    await eventually(() => created().length === count);
    for (let turn = 0; turn < 5; turn += 1) await settled();
    expect(created()).toHaveLength(count);
  }

  /** Lets the app answer the call that has waited longest. */
  function answer(): void {
    answers.shift()?.();
  }

  /** Lets the app answer everything from now on, and waits for the end. */
  async function end(): Promise<void> {
    kit.crm.answer(undefined);
    while (answers.length > 0) answer();
    await kit.idle();
  }

  test('waits for its turn, in the order of the commands', async () => {
    for (const title of ['a', 'b', 'c']) await kit.say(`one title: ${title}`);
    await calls(1);
    answer();
    await calls(2);
    answer();
    await calls(3);
    await end();
    expect(created()).toEqual(['a', 'b', 'c']);
    expect(kit.chat.texts()).toEqual(['Did a', 'Did b', 'Did c']);
  });

  test('says that it waits when that takes long, once, and puts its answer there', async () => {
    for (const title of ['a', 'b']) await kit.say(`one title: ${title}`);
    await calls(1);
    const waits = 'One waits for its turn: there is much to do at the moment. I start it by myself as soon as I can.';
    await eventually(async () => {
      await kit.clock.advance(5_000);
      await settled();
      return kit.chat.texts().includes(waits);
    });
    for (let round = 0; round < 12; round += 1) {
      await kit.clock.advance(5_000);
      await settled();
    }
    expect(kit.chat.texts()).toEqual([waits]);
    await end();
    expect(kit.chat.texts().sort()).toEqual(['Did a', 'Did b']);
  });

  test('waits for its turn in another process, too', async () => {
    const other = await kit.replica();
    await other.jobs.start();
    await kit.say('one title: a');
    await kit.say('one title: b', { replica: other });
    await calls(1);
    await end();
    expect(created()).toEqual(['a', 'b']);
  });

  test('waits for other jobs of the same person only, where the recipe says so', async () => {
    await kit.say('mine title: a');
    await kit.say('mine title: b');
    await kit.say('mine title: c', { user: BOB });
    await calls(2);
    expect([...created()].sort()).toEqual(['a', 'c']);
    await end();
    expect(created().at(-1)).toBe('b');
  });

  test('gets its turn from the job that failed before it', async () => {
    await kit.say('one title: a');
    await kit.say('one title: b');
    await calls(1);
    kit.crm.answer((call) => (JSON.stringify(call.body).includes('b') ? undefined : { status: 500 }));
    answer();
    await kit.idle();
    expect(created()).toEqual(['a', 'b']);
  });

  test('leaves its turn to others while it waits for somebody', async () => {
    kit.crm.answer(undefined);
    await kit.say('talk title: a');
    await eventually(() => kit.chat.messages.length === 1);
    await kit.idle();
    await kit.say('talk title: b');
    await eventually(() => kit.chat.messages.length === 2);
    await kit.idle();
    for (const message of [...kit.chat.messages].reverse()) await kit.press(message, 'Yes');
    await kit.idle();
    expect([...created()].sort()).toEqual(['a', 'b']);
  });

  test('is not lost when the one before it dies, or what hands it over', async () => {
    await kit.kept.leases.acquire(joinKey(joinKey('slot', 'one'), '0'), 'a job of a dead process', 30_000);
    await kit.say('one title: a');
    await settled();
    expect(created()).toEqual([]);
    kit.faults.push({ at: 'queue.push', kind: 'lost', times: 1 });
    kit.crm.answer(undefined);
    for (let turn = 0; turn < 40 && created().length === 0; turn += 1) {
      await disk.elapse(5_000);
      await kit.clock.advance(5_000);
      await settled();
    }
    await kit.idle();
    expect(created()).toEqual(['a']);
  });

  test('keeps its turn for as long as it runs', async () => {
    await kit.say('one title: a');
    await calls(1);
    await kit.say('one title: b');
    for (let turn = 0; turn < 20; turn += 1) await kit.clock.advance(5_000);
    await calls(1);
    await end();
    expect(created()).toEqual(['a', 'b']);
  });

  test('can be cancelled before its turn', async () => {
    await kit.say('one title: a', { user: BOB });
    await calls(1);
    await kit.say('one title: b');
    await kit.clock.advance(6_000);
    await kit.say('cancel');
    expect(kit.chat.texts()).toEqual(['I stop One as soon as what it is doing now is over.']);
    await end();
    expect(created()).toEqual(['a']);
    expect(kit.chat.texts()).toContain('Cancelled: One. Nothing was done.');
  });

  test('can be cancelled while it runs, in any process', async () => {
    const other = await kit.replica();
    await kit.say('talk title: a');
    await eventually(() => kit.chat.messages.length === 1);
    await kit.idle();
    await kit.press(kit.chat.last(), 'Yes');
    await calls(1);
    await kit.clock.advance(6_000);
    await kit.say('cancel', { replica: other });
    const looks = () => kit.calls.filter((call) => call === 'expiring.get').length;
    const before = looks();
    await kit.clock.advance(11_000);
    await eventually(() => looks() > before);
    await settled();
    await end();
    expect(created()).toEqual(['a']);
    expect(kit.chat.texts()).toContain('Cancelled: Talk. What had been done before stays done.');
  });

  test('costs nothing where a recipe has no limit', async () => {
    kit.crm.answer(undefined);
    kit.calls.length = 0;
    await kit.say('free title: a');
    await kit.idle();
    expect(kit.calls.filter((call) => call.startsWith('leases.'))).toEqual([]);
  });
});
