import { settled } from '../support/at-rest.js';
import { type Disk, STORES, useDisks } from '../support/disks.js';
import { recipe } from '../support/service-files.js';
import { BOB, eventually, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const STEPS = `  - { action: crm.create, input: { name: "{{ parameters.title }}" } }
  - reply: { text: "Did {{ parameters.title }}" }`;

function paced(command: string, more: string, steps = STEPS): string {
  return recipe({ command, steps, parameters: '[{ name: title }]', connections: 'crm: { use: crm-shared }', more });
}

const RECIPES = {
  slow: paced('slow', 'limit: { per_minute: 1 }'),
  both: paced('both', 'limit: { per_minute: 2 }\nconcurrency: { recipe: 1 }'),
  free: paced('free', ''),
  talk: paced(
    'talk',
    'limit: { per_minute: 1 }',
    `  - { id: go, ask: { text: "Go on {{ parameters.title }}?", buttons: [{ text: "Yes" }] } }\n${STEPS}`,
  ),
};
const WAITS = 'Slow waits for its turn: there is much to do at the moment. I start it by myself as soon as I can.';

describe.each(STORES)('on the %s store, a job of a recipe of which only so many begin in a minute', (store) => {
  const openDisk = useDisks(store);
  let disk: Disk;
  let kit: ServiceKit;

  beforeEach(async () => {
    disk = openDisk();
    kit = await startServiceKit({ recipes: RECIPES, disk });
  });

  afterEach(() => kit.stop());

  const created = () => kit.crm.callsOf('POST').map(({ body }) => JSON.stringify(body).slice(9, -2));

  async function expectCreated(...titles: readonly string[]): Promise<void> {
    await eventually(() => created().length >= titles.length);
    await settled();
    expect(created()).toEqual(titles);
  }

  /** Lets time pass as the processes notice it. */
  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      await kit.clock.advance(1_000);
      await settled();
    }
  }

  test('waits for its turn, in the order of the commands, and is not lost', async () => {
    for (const title of ['a', 'b', 'c']) await kit.say(`slow title: ${title}`);
    await expectCreated('a');
    await pass(55);
    expect(created()).toEqual(['a']);
    await pass(10);
    await expectCreated('a', 'b');
    await pass(45);
    expect(created()).toEqual(['a', 'b']);
    await pass(20);
    await expectCreated('a', 'b', 'c');
  });

  test('is counted while it waits', async () => {
    for (const title of ['a', 'b', 'c']) await kit.say(`slow title: ${title}`);
    await expectCreated('a');
    await eventually(async () => (await kit.metrics.render()).includes('\nbehalf_jobs_open 2\n'));
    await kit.say('cancel');
    await pass(200);
    await eventually(async () => (await kit.metrics.render()).includes('\nbehalf_jobs_open 0\n'));
  });

  test('says that it waits, once, and puts its answer there', async () => {
    for (const title of ['a', 'b']) await kit.say(`slow title: ${title}`);
    await expectCreated('a');
    await pass(59);
    await eventually(() => kit.chat.texts().includes(WAITS));
    expect(kit.chat.texts()).toEqual(['Did a', WAITS]);
    await pass(10);
    await eventually(() => kit.chat.texts().includes('Did b'));
    expect(kit.chat.texts()).toEqual(['Did a', 'Did b']);
  });

  test('waits for those of other processes and of other people, too', async () => {
    const other = await kit.replica();
    await other.jobs.start();
    await kit.say('slow title: a', { user: BOB });
    await kit.say('slow title: b', { replica: other });
    await expectCreated('a');
    await pass(50);
    expect(created()).toEqual(['a']);
    await pass(20);
    await expectCreated('a', 'b');
    await other.jobs.stop(0);
  });

  test('takes no turn away from others, however many processes look for one', async () => {
    const other = await kit.replica();
    await other.jobs.start();
    for (const title of ['a', 'b', 'c', 'd']) {
      await kit.say(`slow title: ${title}`, title < 'c' ? {} : { replica: other });
      if (title === 'a') await expectCreated('a');
    }
    // Each look comes a second after the turn at the latest, and the next turn is a minute after that.
    for (const titles of ['ab', 'abc', 'abcd']) {
      await pass(62);
      await expectCreated(...titles);
    }
    await other.jobs.stop(0);
  });

  test('begins when its turn comes also where the process that took it in is gone', async () => {
    const other = await kit.replica();
    await kit.say('slow title: a', { replica: other });
    await kit.say('slow title: b', { replica: other });
    await other.jobs.stop(0);
    await pass(100);
    await expectCreated('a', 'b');
  });

  test('needs no second turn after an answer', async () => {
    await kit.say('talk title: a');
    await eventually(() => kit.chat.messages.length === 1);
    await kit.idle();
    await kit.say('talk title: b');
    await kit.press(kit.chat.last(), 'Yes');
    await expectCreated('a');
    await eventually(() => kit.chat.texts().includes('Did a'));
  });

  test('keeps to both where only so many may also run at once', async () => {
    const answers: (() => void)[] = [];
    kit.crm.answer(() => new Promise((resolve) => answers.push(() => resolve(undefined))));
    for (const title of ['a', 'b', 'c']) await kit.say(`both title: ${title}`);
    await expectCreated('a');
    await pass(40);
    expect(created()).toEqual(['a']);
    answers.shift()?.();
    await expectCreated('a', 'b');
    answers.shift()?.();
    await pass(5);
    expect(created()).toEqual(['a', 'b']);
    await pass(30);
    await expectCreated('a', 'b', 'c');
    answers.shift()?.();
    await kit.idle();
  });

  test('ends when it is cancelled, before its turn', async () => {
    for (const title of ['a', 'b']) await kit.say(`slow title: ${title}`);
    await expectCreated('a');
    await pass(6);
    await kit.say('cancel');
    await eventually(() => kit.chat.texts().includes('Cancelled: Slow. Nothing was done.'));
    await pass(60);
    expect(created()).toEqual(['a']);
  });

  test('waits for nothing and asks the store for nothing where its recipe has no such limit', async () => {
    kit.calls.length = 0;
    await kit.say('free title: a');
    await expectCreated('a');
    await kit.idle();
    expect(kit.calls.filter((call) => call === 'limiter.take')).toEqual([]);
  });
});
