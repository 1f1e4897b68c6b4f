import { type Disk, STORES, useDisks } from '../support/disks.js';
import { type ChatMessage, contentOf, textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { ANN, BOB, CHANNEL, gate, type Replica, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const DONE = '  - reply: { text: "Closed {{ parameters.id }}" }';

const RECIPES = {
  offer: recipe({
    command: 'offer',
    connections: SHARED,
    steps: `  - reply:
      text: Which one?
      visible_to: channel
      buttons: [{ text: Close, command: close, parameters: { id: first } }, { text: Rename, command: rename }]
      picklist:
        label: Deal
        name: id
        options: [a, b]
        button: { text: Close chosen, command: close }`,
  }),
  close: recipe({
    command: 'close',
    parameters: '[{ name: id }]',
    connections: SHARED,
    steps: `  - { action: crm.create, input: { name: "{{ parameters.id }}" } }\n${DONE}`,
  }),
  rename: recipe({
    command: 'rename',
    parameters: '[{ name: id, prompt: "Which?" }]',
    connections: SHARED,
    steps: DONE,
  }),
  // So many that help has a list to choose from.
  ...Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [
      `task-${index}`,
      recipe({ command: `task ${index}`, connections: SHARED, steps: '  - reply: { text: Ran }' }),
    ]),
  ),
  help: 'name: Ours\ndescription: For a test\ntrigger: { help: crm }\nsteps:\n  - reply: { text: Our help }\n',
};

describe.each(STORES)('presses on a button, on the %s store', (store) => {
  const openDisk = useDisks(store);
  let disk: Disk;
  let kit: ServiceKit;
  let other: Replica;
  let offer: ChatMessage;
  let before: number;

  async function start(options: Partial<Parameters<typeof startServiceKit>[0]> = {}): Promise<void> {
    disk = openDisk();
    kit = await startServiceKit({ recipes: RECIPES, disk, ...options });
    other = await kit.replica();
    await kit.say('offer', { conversation: CHANNEL });
    await kit.idle();
    offer = kit.chat.last();
    before = (await kit.jobList()).length;
  }

  afterEach(() => kit.stop());

  async function jobs(): Promise<readonly string[]> {
    await kit.idle();
    return (await kit.jobList()).slice(before).map(({ state }) => String(state.parameters['id']));
  }

  async function later(ms: number): Promise<void> {
    await kit.clock.advance(ms);
    await disk.elapse(ms);
  }

  test('twice at once run the command once, in one process and in two', async () => {
    await start();
    await Promise.all([kit.press(offer, 'Close'), kit.press(offer, 'Close')]);
    expect(await jobs()).toEqual(['first']);
    await later(3_000);
    await Promise.all([kit.press(offer, 'Close'), kit.press(offer, 'Close', { replica: other })]);
    expect(await jobs()).toEqual(['first', 'first']);
    expect(kit.chat.texts().filter((text) => text === 'Closed first')).toHaveLength(2);
  });

  // The life of Redis' keys is counted in real time, and the machine that runs the tests may be busy.
  const inTime = store === 'embedded' ? test : undefined;

  inTime?.('one after the other run it once within three seconds, and again after that', async () => {
    await start();
    await kit.press(offer, 'Close');
    await later(2_000);
    await kit.press(offer, 'Close', { replica: other });
    expect(await jobs()).toEqual(['first']);
    await later(1_100);
    await kit.press(offer, 'Close', { replica: other });
    expect(await jobs()).toEqual(['first', 'first']);
  });

  inTime?.('that were delivered before are no new ones when they come again later', async () => {
    await start();
    for (const wait of [0, 0, 5_000]) {
      await later(wait);
      for (const id of ['press 1', 'press 2']) await kit.press(offer, 'Close', { id });
    }
    expect(await jobs()).toEqual(['first']);
    await kit.press(offer, 'Close', { id: 'press 3' });
    expect(await jobs()).toEqual(['first', 'first']);
  });

  test('with another choice, of other people and on other buttons are their own', async () => {
    await start();
    const picklist = contentOf(offer).blocks.find((block) => block.kind === 'picklist');
    if (picklist?.kind !== 'picklist') throw new Error('There is no picklist');
    const [a = '', b = ''] = picklist.options.map(({ value }) => value);
    const choose = (value: string, user = ANN) =>
      kit.press(offer, 'Close chosen', { user, values: { [picklist.id]: value } });
    await Promise.all([choose(a), choose(a), choose(b), choose(a, BOB), kit.press(offer, 'Close')]);
    expect([...(await jobs())].sort()).toEqual(['a', 'a', 'b', 'first']);
  });

  test('ask once for what the command needs', async () => {
    await start();
    await Promise.all([kit.press(offer, 'Rename'), kit.press(offer, 'Rename')]);
    expect(kit.chat.texts().filter((text) => text.includes('Which?'))).toHaveLength(1);
  });

  test('twice at once run what is chosen in help once, and a recipe that answers help', async () => {
    await start({ recipes: { ...RECIPES, help: RECIPES.help.replace('help: crm', 'help: all') } });
    await kit.say('help commands');
    const help = kit.chat.last();
    const choice = { values: { command: 'task 3' } };
    await Promise.all([kit.press(help, 'Run it', choice), kit.press(help, 'Run it', choice)]);
    expect(await jobs()).toHaveLength(1);
    await kit.say('no such thing');
    const unknown = kit.chat.last();
    await Promise.all([kit.press(unknown, 'Help'), kit.press(unknown, 'Help')]);
    expect(await jobs()).toHaveLength(2);
    expect(kit.chat.texts().filter((text) => text === 'Our help')).toHaveLength(1);
  });

  test('that could not be taken do not stand in the way of the next one', async () => {
    await start();
    kit.faults.push({ at: 'jobs.accept', kind: 'lost', times: 1 });
    await kit.press(offer, 'Close');
    expect(textOf(kit.chat.last())).toMatch(/memory/);
    expect(await jobs()).toEqual([]);
    await kit.press(offer, 'Close');
    expect(await jobs()).toEqual(['first']);
  });

  test('that are over the limit do not stand in the way of the next one', async () => {
    await start({ personLimits: { mostOpen: 1 } });
    const held = gate();
    kit.crm.answer(() => held.opened.then(() => undefined));
    await kit.say('close busy');
    await kit.press(offer, 'Close');
    expect(textOf(kit.chat.last())).toContain('I have not started Close');
    held.open();
    expect(await jobs()).toEqual(['busy']);
    await kit.press(offer, 'Close');
    expect(await jobs()).toEqual(['busy', 'first']);
  });
});
