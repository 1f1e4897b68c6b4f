import { settled } from '../support/at-rest.js';
import { type Disk, STORES, useDisks } from '../support/disks.js';
import { recipe } from '../support/service-files.js';
import { BOB, eventually, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const RECIPES = {
  make: recipe({
    command: 'make',
    parameters: '[{ name: title }]',
    connections: 'crm: { use: crm-limited }',
    steps: `  - { action: crm.create, input: { name: "{{ parameters.title }}" } }
  - reply: { text: "Made {{ parameters.title }}" }`,
  }),
};

describe.each(STORES)('on the %s store, an app that is called 4 times a minute at most', (store) => {
  const openDisk = useDisks(store);
  let disk: Disk;
  let kit: ServiceKit;

  beforeEach(async () => {
    disk = openDisk();
    kit = await startServiceKit({ recipes: RECIPES, disk });
  });

  afterEach(() => kit.stop());

  const created = () => kit.crm.callsOf('POST').map(({ body }) => JSON.stringify(body).slice(9, -2));
  const pending = async () => (await kit.jobList()).filter(({ status }) => status === 'pending').length;

  /** Lets time pass until so many things are made and every job has ended. */
  async function passUntil(things: number): Promise<void> {
    await eventually(async () => {
      await kit.clock.advance(500);
      await settled();
      return created().length >= things;
    });
    expect(created()).toHaveLength(things);
  }

  async function passToTheEnd(): Promise<void> {
    await eventually(async () => {
      await kit.clock.advance(500);
      await settled();
      return (await kit.jobList()).every(({ status }) => status === 'succeeded' || status === 'cancelled');
    });
  }

  test('lets jobs leave their place until their turn, in the order in which they came, and tells their people', async () => {
    await kit.say('make title: a');
    await kit.idle();
    for (const title of ['b', 'c', 'd']) {
      await kit.say(`make title: ${title}`);
      await eventually(async () => (await pending()) === 'bcd'.indexOf(title) + 1);
    }
    expect(created()).toEqual(['a']);
    expect(kit.chat.texts()).toEqual([
      'Made a',
      'Limited CRM is asked as often as it may be. I go on with Make by myself in 15 seconds.',
      'Limited CRM is asked as often as it may be. I go on with Make by myself in 30 seconds.',
      'Limited CRM is asked as often as it may be. I go on with Make by myself in 45 seconds.',
    ]);
    const startedAt = kit.clock.now();
    await passUntil(2);
    expect(kit.clock.now() - startedAt).toBeGreaterThan(14_000);
    await passToTheEnd();
    expect(kit.clock.now() - startedAt).toBeGreaterThan(44_000);
    expect(created()).toEqual(['a', 'b', 'c', 'd']);
    expect(kit.chat.texts()).toEqual(['Made a', 'Made b', 'Made c', 'Made d']);
  });

  test('is called so by all processes and people together', async () => {
    const other = await kit.replica();
    await kit.say('make title: a');
    await kit.idle();
    await kit.say('make title: b', { user: BOB, replica: other });
    await eventually(async () => (await pending()) === 1);
    expect(created()).toEqual(['a']);
    await passToTheEnd();
    expect(created()).toEqual(['a', 'b']);
  });

  test('is left alone by all for as long as it asks, and the refused call is made again', async () => {
    kit.crm.answer(() => ({ status: 429, headers: { 'retry-after': '120' }, body: {} }));
    await kit.say('make title: a');
    await eventually(async () => (await pending()) === 1);
    expect(kit.chat.texts()).toEqual([
      'Limited CRM is asked as often as it may be. I go on with Make by myself in 2 minutes.',
    ]);
    kit.crm.answer(undefined);
    const other = await kit.replica();
    await kit.say('make title: b', { replica: other });
    await eventually(async () => (await pending()) === 2);
    expect(created()).toEqual(['a']);
    const startedAt = kit.clock.now();
    await passToTheEnd();
    expect(kit.clock.now() - startedAt).toBeGreaterThan(115_000);
    expect(created().slice(1).sort()).toEqual(['a', 'b']);
  });

  test('does not keep a job that is cancelled', async () => {
    await kit.say('make title: a');
    await kit.idle();
    await kit.say('make title: b');
    await eventually(async () => (await pending()) === 1);
    await kit.say('cancel');
    await passToTheEnd();
    expect((await kit.jobList()).map(({ status }) => status)).toEqual(['succeeded', 'cancelled']);
    expect(created()).toEqual(['a']);
  });
});
