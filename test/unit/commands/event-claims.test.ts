import { EventClaims } from '../../../src/commands/event-claims.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { settled } from '../../support/at-rest.js';
import { createManualClock } from '../../support/clocks.js';
import { recipe } from '../../support/service-files.js';
import { ANN, eventually, gate, type Replica, type ServiceKit, startServiceKit } from '../../support/service-kit.js';

const RECIPES = {
  create: recipe({
    command: 'create thing',
    parameters: '[{ name: title }]',
    steps: '  - { action: crm.create, input: { name: "{{ parameters.title }}" } }',
  }),
};

let kit: ServiceKit;
let other: Replica;

beforeEach(async () => {
  kit = await startServiceKit({ recipes: RECIPES });
  other = await kit.replica();
});

afterEach(async () => {
  await kit.stop();
});

describe.each([['help'], ['create thing'], ['nonsense']])('a process that dies as it answers “%s”', (text) => {
  let dying: Replica;

  beforeEach(async () => {
    // Its time stands still from then on.
    dying = await kit.replica({ clock: createManualClock() });
    kit.chat.holdWhen(() => gate().opened);
    void kit.say(text, { id: 'E1', replica: dying });
    await eventually(() => kit.chat.operations.length === 1);
    kit.chat.holdWhen(undefined);
  });

  test('leaves the event to the next one, once it can be told from one that works on', async () => {
    await expect(kit.say(text, { id: 'E1', replica: other })).rejects.toMatchObject({ code: 'chat.under_way' });
    expect(kit.chat.messages).toHaveLength(0);
    await kit.clock.advance(15_000);
    await kit.say(text, { id: 'E1', replica: other });
    expect(kit.chat.messages).toHaveLength(1);
  });

  test('is not taken for dead by itself', async () => {
    await kit.say(text, { id: 'E1', replica: dying });
    expect(kit.chat.messages).toHaveLength(0);
  });
});

test('an event that a process still works on after long is left to that one', async () => {
  const answering = gate();
  kit.chat.holdWhen(() => answering.opened);
  const answered = kit.say('help', { id: 'E1' });
  await eventually(() => kit.chat.operations.length === 1);
  await kit.clock.advance(60_000);
  for (const replica of [other, undefined])
    await expect(kit.say('help', { id: 'E1', ...(replica ? { replica } : {}) })).rejects.toMatchObject({
      code: 'chat.under_way',
    });
  answering.open();
  await answered;
  await kit.say('help', { id: 'E1', replica: other });
  expect(kit.chat.messages).toHaveLength(1);
});

test('an event that was answered is not answered again, by any process, for a day', async () => {
  await kit.say('help', { id: 'E1' });
  for (const hours of [0, 12, 11]) {
    await kit.clock.advance(hours * 3_600_000);
    await kit.say('help', { id: 'E1', replica: other });
    await kit.say('help', { id: 'E1' });
  }
  await settled();
  expect(kit.chat.messages).toHaveLength(1);
});

test('an event that could not be answered, not even with an excuse, is answered when it comes again', async () => {
  kit.faults.push({ at: 'expiring.putAll', kind: 'lost', times: 1 });
  kit.chat.failWhen(() => true);
  await expect(kit.say('help', { id: 'E1' })).rejects.toMatchObject({ code: 'store.unavailable' });
  kit.chat.failWhen(undefined);
  await kit.say('help', { id: 'E1' });
  expect(kit.chat.texts()).toEqual([expect.stringContaining('What I can do for you')]);
});

test('of very many claims that nobody settles the oldest counts as that of another process', async () => {
  const claims = new EventClaims(kit.kept.expiring, noMetrics, 2);
  const event = (id: string) => ({ id, user: ANN });
  for (const id of ['1', '2', '3']) expect(await claims.claim(event(id))).toBe(true);
  expect(await claims.claim(event('3'))).toBe(false);
  expect(await claims.claim(event('2'))).toBe(false);
  await expect(claims.claim(event('1'))).rejects.toMatchObject({ code: 'chat.under_way' });
});
