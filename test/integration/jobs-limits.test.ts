import { perMinute } from '../../src/kernel/token-bucket.js';
import { settled } from '../support/at-rest.js';
import { type Disk, STORES, useDisks } from '../support/disks.js';
import { textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { ANN, BOB, CHANNEL, eventually, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const KIM = { ...ANN, userId: 'kim' };
const RECIPES = {
  make: recipe({
    command: 'make',
    parameters: '[{ name: title }]',
    connections: 'crm: { use: crm-shared }',
    steps: `  - { action: crm.create, input: { name: "{{ parameters.title }}" } }
  - reply: { text: "Made {{ parameters.title }}" }`,
  }),
};
const TOO_FAST = 'These were too many commands at once, so I have not started Make. Please try again in 20 seconds.';
const TOO_MANY =
  'You have as many requests under way as I take from one person, so I have not started Make. Please try again when some of them are done.';

describe.each(STORES)('on the %s store', (store) => {
  const openDisk = useDisks(store);
  let disk: Disk;
  let kit: ServiceKit;
  let answers: (() => void)[] = [];

  async function start(options: Partial<Parameters<typeof startServiceKit>[0]>): Promise<void> {
    kit = await startServiceKit({ recipes: RECIPES, disk, ...options });
    kit.crm.answer(() => new Promise((resolve) => answers.push(() => resolve(undefined))));
  }

  beforeEach(() => {
    disk = openDisk();
    answers = [];
  });

  afterEach(async () => {
    for (const answer of answers) answer();
    await kit.stop();
  });

  const created = () => kit.crm.callsOf('POST').map(({ body }) => JSON.stringify(body).slice(9, -2));

  /** Lets the app answer everything from now on, and waits for the end. */
  async function end(): Promise<void> {
    kit.crm.answer(undefined);
    for (const answer of answers.splice(0)) answer();
    await kit.idle();
  }

  describe('somebody who is too fast', () => {
    beforeEach(() => start({ personLimits: { pace: perMinute(3) } }));

    test('is told for each command what was not started and when to try again, alone and once', async () => {
      await end();
      for (const title of ['a', 'b', 'c']) await kit.say(`make title: ${title}`);
      await kit.say('make title: d', { conversation: CHANNEL, id: 'E-d' });
      await kit.say('make title: d', { conversation: CHANNEL, id: 'E-d' });
      await kit.idle();
      expect(created()).toEqual(['a', 'b', 'c']);
      const told = kit.chat.messages.filter((message) => textOf(message) === TOO_FAST);
      expect(told).toHaveLength(1);
      expect(told).toMatchObject([{ privateTo: ANN }]);
      expect(await kit.metrics.render()).toContain('behalf_jobs_refused_total{limit="pace"}');
    });

    test('gives the same again with a press, and what was refused does not start by itself', async () => {
      await end();
      for (const title of ['a', 'b', 'c']) await kit.say(`make title: ${title}`);
      await kit.say('make title: kept', { id: 'E-kept' });
      await kit.clock.advance(60_000);
      await kit.say('make title: kept', { id: 'E-kept' });
      await kit.idle();
      expect(created()).toEqual(['a', 'b', 'c']);
      const told = kit.chat.messages.find((message) => textOf(message).startsWith('These were too many'));
      if (!told) throw new Error('Nobody was told');
      await kit.press(told, 'Try again');
      await kit.idle();
      expect(created()).toEqual(['a', 'b', 'c', 'kept']);
    });

    test('keeps what was answered to a question', async () => {
      await end();
      for (const title of ['a', 'b', 'c']) await kit.say(`make title: ${title}`);
      await kit.say('make');
      await kit.say('asked for');
      const told = kit.chat.messages.find((message) => textOf(message).startsWith('These were too many'));
      if (!told) throw new Error('Nobody was told');
      await kit.clock.advance(60_000);
      await kit.press(told, 'Try again');
      await kit.idle();
      expect(created()).toEqual(['a', 'b', 'c', 'asked for']);
    });

    test('is no obstacle to others', async () => {
      await end();
      for (let turn = 0; turn < 10; turn += 1) await kit.say(`make title: ${turn}`);
      await kit.say('make title: mine', { user: BOB });
      await kit.idle();
      expect(created()).toEqual(['0', '1', '2', 'mine']);
    });

    test('is so in all processes together', async () => {
      await end();
      const other = await kit.replica();
      await kit.say('make title: a');
      await kit.say('make title: b', { replica: other });
      await kit.say('make title: c');
      await kit.say('make title: d', { replica: other });
      await kit.idle();
      expect(created()).toEqual(['a', 'b', 'c']);
    });
  });

  describe('somebody who has much under way', () => {
    test('is told, and may go on when something is done', async () => {
      await start({ personLimits: { mostOpen: 2 } });
      for (const title of ['a', 'b', 'c']) await kit.say(`make title: ${title}`);
      expect(kit.chat.texts()).toEqual([TOO_MANY]);
      await eventually(() => answers.length === 2);
      await end();
      await kit.say('make title: d');
      await kit.idle();
      expect(created().sort()).toEqual(['a', 'b', 'd']);
    });

    test('leaves room in the process for somebody else', async () => {
      await start({ maxRunningJobs: 4 });
      for (let turn = 0; turn < 20; turn += 1) await kit.say(`make title: ann ${turn}`);
      await eventually(() => answers.length === 2);
      await kit.say('make title: bob', { user: BOB });
      await eventually(() => created().includes('bob'));
      expect(created()).toHaveLength(3);
      await end();
      expect(created()).toHaveLength(21);
    });

    test('waits behind those who have less, though they come later', async () => {
      await start({ maxRunningJobs: 4 });
      for (const turn of [1, 2]) await kit.say(`make title: kim ${turn}`, { user: KIM });
      for (let turn = 0; turn < 12; turn += 1) await kit.say(`make title: ann ${turn}`);
      await eventually(() => answers.length === 4);
      await kit.say('make title: bob', { user: BOB });
      for (let turn = 0; turn < 5; turn += 1) await settled();
      expect(created()).toHaveLength(4);
      answers.shift()?.();
      await eventually(() => created().includes('bob'));
      expect(created()).toHaveLength(5);
      await end();
      expect(created()).toHaveLength(15);
    });

    test('has the rest done by the next process when this one stops', async () => {
      await start({ maxRunningJobs: 4 });
      for (let turn = 0; turn < 12; turn += 1) await kit.say(`make title: ann ${turn}`);
      await eventually(() => answers.length === 2);
      for (let turn = 0; turn < 5; turn += 1) await settled();
      const stopping = kit.jobs.stop(10_000);
      kit.crm.answer(undefined);
      for (const answer of answers.splice(0)) answer();
      await stopping;
      const next = await kit.replica();
      await next.jobs.start();
      await kit.idle();
      expect(new Set(created()).size).toBe(12);
      expect(created()).toHaveLength(12);
    });
  });
});
