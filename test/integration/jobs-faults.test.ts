import { settled } from '../support/at-rest.js';
import { createManualClock } from '../support/clocks.js';
import { contentOf, textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { ANN, BOB, eventually, gate, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const MINUTE = 60_000;

const RECIPES = {
  note: recipe({
    command: 'note',
    connections: SHARED,
    parameters: '[{ name: title }]',
    steps: `  - { action: crm.create, input: { name: "{{ parameters.title }}" } }
  - reply: { text: "Noted {{ parameters.title }}" }`,
  }),
  look: recipe({
    command: 'look',
    connections: SHARED,
    steps: `  - { action: crm.find }
  - reply: { text: Looked }`,
  }),
  once: recipe({
    command: 'once',
    connections: SHARED,
    steps: `  - { action: crm.create_once, input: { name: x } }
  - reply: { text: Once }`,
  }),
  silent: recipe({ command: 'tidy up', connections: SHARED, steps: '  - { action: crm.create, input: { name: x } }' }),
  mine: recipe({
    command: 'mine',
    steps: `  - { action: crm.create, input: { name: x } }
  - reply: { text: Mine }`,
  }),
};

let kit: ServiceKit;

beforeEach(async () => {
  // Nobody has more than half of the places.
  kit = await startServiceKit({ recipes: RECIPES, maxRunningJobs: 4 });
});

afterEach(async () => {
  await kit.stop();
});

const statuses = async () => (await kit.jobList()).map(({ status }) => status);
const away = (at: string, times?: number) => {
  kit.faults.push({ at, kind: 'lost', ...(times === undefined ? {} : { times }) });
};

const DOUBT = 'you may have seen it already';

describe('a store that cannot be reached', () => {
  test.each(['lost', 'unheard'] as const)('is said when a command comes, and nothing runs later (%s)', async (kind) => {
    kit.faults.push({ at: 'jobs.accept', kind });
    await kit.say('note title: A');
    expect(kit.chat.texts()).toEqual(["I can't reach my memory right now. Please try again in a moment."]);
    kit.faults.length = 0;
    for (let round = 0; round < 15; round += 1) await kit.clock.advance(5_000);
    await kit.idle();
    expect(kit.crm.calls).toEqual([]);
    expect((await statuses()).filter((status) => status !== 'cancelled')).toEqual([]);
  });

  test('is a reason to let the platform deliver again when the person cannot be told either', async () => {
    away('jobs.accept', 1);
    kit.chat.failWhen(() => true);
    await expect(kit.say('note title: A', { id: 'E1' })).rejects.toMatchObject({ code: 'store.unavailable' });
    kit.chat.failWhen(undefined);
    await kit.say('note title: A', { id: 'E1' });
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['Noted A']);
  });

  test('holds a job up between two steps without doing anything twice', async () => {
    kit.faults.push({ at: 'jobs.write', kind: 'lost', times: 3 });
    await kit.say('note title: A');
    for (let round = 0; round < 10; round += 1) await kit.clock.advance(1_000);
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['Noted A']);
    expect(kit.crm.calls).toHaveLength(1);
  });

  test('that carried a write out without saying so does not stop the job', async () => {
    kit.faults.push({ at: 'jobs.write', kind: 'unheard', times: 1 });
    await kit.say('note title: A');
    for (let round = 0; round < 10; round += 1) await kit.clock.advance(1_000);
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['Noted A']);
  });

  test('leaves a job for later when it is away as connections are looked up', async () => {
    away('connections.get', 1);
    await kit.say('mine');
    await settled();
    expect(await statuses()).toEqual(['running']);
    for (let round = 0; round < 8; round += 1) await kit.clock.advance(5_000);
    await eventually(async () => (await statuses())[0] === 'suspended');
    expect(kit.chat.texts()).toEqual(['Please connect to Acme CRM to continue with Mine.']);
  });

  test('for longer than the lease does not make the process forget what it did', async () => {
    kit.crm.answer(() => {
      away('jobs.write');
      return undefined;
    });
    await kit.say('note title: A');
    await eventually(() => kit.faults.length > 0);
    await kit.clock.advance(2 * MINUTE);
    kit.faults.length = 0;
    await kit.clock.advance(10_000);
    await kit.idle();
    expect(kit.crm.calls).toHaveLength(1);
    expect(kit.chat.texts()).toEqual(['Noted A']);
  });

  test('for longer than the process remembers costs no effect: the job ends honestly', async () => {
    kit.crm.answer(() => {
      away('jobs.write');
      return undefined;
    });
    await kit.say('note title: A');
    await eventually(() => kit.faults.length > 0);
    await kit.clock.advance(15 * MINUTE);
    kit.faults.length = 0;
    for (let round = 0; round < 8; round += 1) await kit.clock.advance(5_000);
    await kit.idle();
    expect(kit.crm.calls).toHaveLength(1);
    expect(kit.chat.texts()).toEqual([
      expect.stringContaining(
        'I was interrupted while I asked Acme CRM to create things. I cannot tell whether that was done, so I did not repeat it.',
      ),
    ]);
    expect(await statuses()).toEqual(['failed']);
  });

  test('at the very end makes the last word be said again at most, and no step be repeated', async () => {
    kit.chat.holdWhen((operation) => {
      if (operation === 'post') away('jobs.write');
      return undefined;
    });
    await kit.say('tidy up');
    await eventually(() => kit.chat.messages.length === 1);
    await kit.clock.advance(15 * MINUTE);
    kit.chat.holdWhen(undefined);
    kit.faults.length = 0;
    for (let round = 0; round < 8; round += 1) await kit.clock.advance(5_000);
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['Done: Tidy up.', 'Done: Tidy up.']);
    expect(JSON.stringify(contentOf(kit.chat.last()))).toContain(DOUBT);
    expect(kit.crm.calls).toHaveLength(1);
    expect(await statuses()).toEqual(['succeeded']);
  });

  test('does not make a login that failed to wake its job end the process', async () => {
    const failures: unknown[] = [];
    const note = (reason: unknown): void => {
      failures.push(reason);
    };
    process.on('unhandledRejection', note);
    await kit.say('mine');
    await eventually(() => kit.chat.messages.length === 1);
    await kit.idle();
    away('jobs.waitingFor');
    away('expiring.putAll');
    await kit.logIn(kit.chat.last(), 'ann@acme.example');
    await settled();
    process.off('unhandledRejection', note);
    expect(failures).toEqual([]);
  });
});

describe('a process that loses a job', () => {
  /** A process whose time stands still, so that its lease runs out under it. */
  async function frozen() {
    const other = await kit.replica({ clock: createManualClock(kit.clock.now()), queue: 'none' });
    const hold = gate();
    kit.crm.answer(async () => {
      await hold.opened;
      return undefined;
    });
    return { other, hold };
  }

  test('does nothing more for it, and the one that takes over says what is not known', async () => {
    const { other, hold } = await frozen();
    await kit.say('note title: A', { replica: other });
    await eventually(() => kit.crm.calls.length === 1);
    for (let round = 0; round < 8; round += 1) await kit.clock.advance(5_000);
    await kit.idle();
    hold.open();
    await settled();
    await eventually(() => kit.logger.lines.some(({ message }) => message === 'job was taken over'));
    expect(kit.crm.calls).toHaveLength(1);
    expect(kit.chat.texts()).toEqual([expect.stringContaining('I cannot tell whether that was done')]);
  });

  /** What was said, and how often with the note that it may be there twice. */
  function saidTwice(text: string) {
    expect(kit.chat.texts()).toEqual([text, text]);
    expect(kit.chat.messages.filter((message) => JSON.stringify(contentOf(message)).includes(DOUBT))).toHaveLength(1);
  }

  test('has its safe step repeated by the one that takes over, whose answer says that it may be there twice', async () => {
    const { other, hold } = await frozen();
    await kit.say('look', { replica: other });
    await eventually(() => kit.crm.calls.length === 1);
    for (let round = 0; round < 7; round += 1) await kit.clock.advance(5_000);
    await eventually(() => kit.crm.calls.length === 2);
    hold.open();
    await kit.idle();
    await eventually(() => kit.logger.lines.some(({ message }) => message === 'job was taken over'));
    saidTwice('Looked');
  });

  test('says nothing itself where its clock tells it that the lease may be over', async () => {
    const clock = createManualClock(kit.clock.now());
    const other = await kit.replica({ clock, queue: 'none' });
    const hold = gate();
    kit.crm.answer(() => hold.opened.then(() => undefined));
    await kit.say('look', { replica: other });
    await eventually(() => kit.crm.calls.length === 1);
    for (let round = 0; round < 7; round += 1) await kit.clock.advance(5_000);
    await eventually(() => kit.crm.calls.length === 2);
    await clock.advance(16_000);
    hold.open();
    await kit.idle();
    await eventually(() => kit.logger.lines.some(({ message }) => message === 'job was taken over'));
    expect(kit.chat.texts()).toEqual(['Looked']);
  });

  test('has a step with an idempotency key repeated under the same key', async () => {
    const { other, hold } = await frozen();
    await kit.say('once', { replica: other });
    await eventually(() => kit.crm.calls.length === 1);
    for (let round = 0; round < 7; round += 1) await kit.clock.advance(5_000);
    await eventually(() => kit.crm.calls.length === 2);
    hold.open();
    await kit.idle();
    const keys = kit.crm.calls.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toBeTruthy();
    expect(new Set(keys).size).toBe(1);
    saidTwice('Once');
  });

  test('keeps it for as long as it works', async () => {
    const hold = gate();
    kit.crm.answer(async () => {
      await hold.opened;
      return undefined;
    });
    const other = await kit.replica({ queue: 'none' });
    await other.jobs.start();
    await kit.say('look');
    await eventually(() => kit.crm.calls.length === 1);
    for (let round = 0; round < 30; round += 1) {
      await kit.clock.advance(5_000);
      await settled();
    }
    hold.open();
    await kit.idle();
    expect(kit.crm.calls).toHaveLength(1);
    expect(kit.chat.texts()).toEqual(['Looked']);
  });

  test('does not bring a job back to life that has just ended', async () => {
    const said = gate();
    const written = gate();
    kit.chat.holdWhen(() => said.opened);
    await kit.say('look');
    await eventually(() => kit.chat.operations.length === 1);
    await kit.clock.advance(14_000);
    kit.faults.push({ at: 'jobs.write', kind: 'slow', until: written.opened, times: 1 });
    kit.calls.length = 0;
    said.open();
    await eventually(() => kit.calls.includes('jobs.write'));
    // The next look would prolong the lease, while the end of the job is on its way to the store.
    await kit.clock.advance(5_000);
    written.open();
    await kit.idle();
    for (let round = 0; round < 10; round += 1) await kit.clock.advance(5_000);
    expect(await statuses()).toEqual(['succeeded']);
    expect(kit.chat.texts()).toEqual(['Looked']);
  });
});

describe('jobs that nobody works on', () => {
  test('are taken up by the next look when they are pending or their process has died', async () => {
    const dead = await kit.replica({ clock: createManualClock(kit.clock.now()), queue: 'none' });
    kit.crm.answer(() => new Promise(() => {}));
    await kit.say('look', { replica: dead });
    await eventually(() => kit.crm.calls.length === 1);
    kit.crm.answer(undefined);
    for (let round = 0; round < 8; round += 1) await kit.clock.advance(5_000);
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['Looked']);
  });

  test('are taken up although the longest overdue one cannot be read', async () => {
    const hold = gate();
    kit.crm.answer(async () => {
      await hold.opened;
      return undefined;
    });
    const dead = await kit.replica({ clock: createManualClock(kit.clock.now()), queue: 'none' });
    await kit.say('look', { replica: dead });
    await kit.say('note title: A', { replica: dead, user: BOB });
    await eventually(() => kit.crm.calls.length === 2);
    const first = (await kit.jobList()).find(({ user }) => user.userId === ANN.userId);
    const row = await kit.kept.jobs.load(first?.id ?? '');
    if (!row) throw new Error('no row');
    await kit.kept.jobs.write({ ...row, version: row.version + 1, sealed: Buffer.from('no envelope') });
    kit.crm.answer(undefined);
    for (let round = 0; round < 8; round += 1) await kit.clock.advance(5_000);
    await eventually(() => kit.chat.messages.length === 1);
    hold.open();
    expect(textOf(kit.chat.last())).toContain('I cannot tell whether that was done');
    const broken = await kit.kept.jobs.load(row.id);
    expect(broken).toMatchObject({ status: 'running' });
    expect(broken?.attentionAt).toBeGreaterThan(kit.clock.now() + 10 * MINUTE);
    expect(kit.logger.lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toContain(
      'a stored job cannot be read',
    );
  });
});

describe('a process that has enough to do', () => {
  /** Calls of the app wait until they are let go, one by one. */
  function crowd() {
    const waiting: (() => void)[] = [];
    let most = 0;
    let now = 0;
    kit.crm.answer(async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise<void>((resolve) => waiting.push(resolve));
      now -= 1;
      return undefined;
    });
    return { waiting, most: () => most };
  }

  test('runs as many jobs of one person as it may, and the others from the queue as places get free', async () => {
    const { waiting, most } = crowd();
    await Promise.all(Array.from({ length: 7 }, () => kit.say('look')));
    await eventually(() => waiting.length === 2);
    await settled();
    expect((await statuses()).filter((status) => status === 'running')).toHaveLength(2);
    expect((await statuses()).filter((status) => status === 'pending')).toHaveLength(5);
    for (let done = 0; done < 7; done += 1) {
      await eventually(() => waiting.length > 0);
      waiting.shift()?.();
      await settled();
    }
    await kit.idle();
    expect(most()).toBe(2);
    expect(kit.chat.texts()).toEqual(Array.from({ length: 7 }, () => 'Looked'));
  });

  test('gives a place back when a command was a duplicate or could not be kept', async () => {
    away('jobs.accept', 5);
    for (let turn = 0; turn < 5; turn += 1) await kit.say('look');
    await kit.say('look', { id: 'E1' });
    await kit.idle();
    for (let turn = 0; turn < 5; turn += 1) await kit.say('look', { id: 'E1' });
    const { waiting } = crowd();
    await kit.say('look');
    await kit.say('look');
    await eventually(() => waiting.length === 2);
    for (const go of waiting) go();
    await kit.idle();
  });

  test('lets what runs end when it stops, and keeps the rest for the next', async () => {
    const { waiting } = crowd();
    for (let turn = 0; turn < 4; turn += 1) await kit.say('look');
    await eventually(() => waiting.length === 2);
    const stopped = kit.jobs.stop(10_000);
    await settled();
    await kit.say('look');
    for (const go of waiting.splice(0)) go();
    await stopped;
    expect(await statuses()).toEqual(['succeeded', 'succeeded', 'pending', 'pending', 'pending']);
    kit.crm.answer(undefined);
    const next = await kit.replica();
    await next.jobs.start();
    for (let round = 0; round < 10; round += 1) await kit.clock.advance(5_000);
    await kit.idle();
    expect(kit.chat.messages).toHaveLength(5);
  });

  test('does not wait for ever when it stops, and leaves no timer behind', async () => {
    crowd();
    await kit.say('look');
    await eventually(() => kit.crm.calls.length === 1);
    const stopped = kit.jobs.stop(10_000);
    await kit.clock.advance(10_000);
    await stopped;
    expect(await statuses()).toEqual(['running']);
  });
});

test('a job of a platform that is not configured any more ends without a word', async () => {
  kit.crm.answer(() => new Promise(() => {}));
  const dead = await kit.replica({ clock: createManualClock(kit.clock.now()), queue: 'none' });
  const teams = { platform: 'teams', tenantId: 'T', userId: ANN.userId } as const;
  const conversation = { platform: 'teams', kind: 'direct', address: {} } as const;
  await kit.say('look', { replica: dead, user: teams, conversation });
  await settled();
  kit.crm.answer(undefined);
  for (let round = 0; round < 8; round += 1) await kit.clock.advance(5_000);
  await kit.idle();
  expect(await statuses()).toEqual(['failed']);
});
