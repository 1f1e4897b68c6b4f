import { buttonsOf, textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { BOB, eventually } from '../support/service-kit.js';
import { CrashKit } from './support/crash-kit.js';

/** Longer than the lease of a killed process. */
const LATER = { laterMs: 40_000 };

const RECIPES = {
  approve: recipe({
    command: 'approve',
    connections: 'crm: { use: crm-shared }',
    steps: `  - { action: crm.create, input: { name: before } }
  - id: decision
    ask: { text: Approve it?, who: anyone, buttons: [{ text: "Yes" }, { text: "No" }] }
  - { action: crm.create, input: { name: "{{ steps.decision.label }}" } }
  - reply: { text: "{{ steps.decision.label }} by {{ steps.decision.by.id }}" }`,
  }),
  type: recipe({
    command: 'type',
    connections: '{}',
    steps: `  - id: decision
    ask: { text: How many?, input: { type: number }, timeout: 2h }
  - reply: { text: "{{ steps.decision.value * 2 }}" }`,
  }),
  form: recipe({
    command: 'form',
    connections: 'crm: { use: crm-shared }',
    steps: `  - id: more
    ask: { text: More?, form: { title: More, fields: [{ name: title }, { name: count, type: number, default: 2 }] } }
  - { action: crm.create, input: { name: "{{ steps.more.values.title }}" } }
  - reply: { text: "Yes by {{ steps.more.by.id }}" }`,
  }),
};

describe('a process that is killed around a question', () => {
  let kit: CrashKit;

  beforeEach(async () => {
    kit = await CrashKit.start(RECIPES);
  });

  afterEach(async () => {
    await kit.stop();
  });

  const creations = () => kit.crm.callsOf('POST').map(({ body }) => body);

  async function asked(command: string) {
    await kit.say(command);
    await eventually(() => kit.chat.messages.length === 1);
    return kit.chat.last();
  }

  async function finishes(): Promise<void> {
    await eventually(() => kit.chat.texts().some((text) => /^(?:Yes|No) by/u.test(text)));
  }

  test('while it is waited for the answer: the next one takes it', async () => {
    await kit.boot();
    const question = await asked('approve');
    await kit.say('nothing of ours');
    await kit.kill();
    await kit.boot(LATER);
    await kit.press(question, 'Yes', BOB);
    await finishes();
    expect(kit.chat.last().versions[0]?.fallback).toBe('Yes by bob');
    expect(creations()).toEqual([{ name: 'before' }, { name: 'Yes' }]);
    expect(buttonsOf(question)).toEqual([]);
  });

  test('as it asks: it is asked again, and either message takes the one answer', async () => {
    await kit.boot({ answersChat: false });
    const first = await asked('approve');
    await kit.kill();
    await kit.boot(LATER);
    await eventually(() => kit.chat.messages.length === 2);
    const second = kit.chat.last();
    expect(textOf(second)).toBe('Approve it?');
    await kit.press(first, 'No', BOB);
    await finishes();
    await kit.press(second, 'Yes');
    expect(kit.chat.texts()).toContain('Name of bob was first: ✓ No');
    expect(creations()).toEqual([{ name: 'before' }, { name: 'No' }]);
  });

  test('after it took the answer in and before it went on: the next one goes on, and asks nobody again', async () => {
    await kit.boot();
    const question = await asked('approve');
    await kit.say('nothing of ours');
    await kit.kill();
    await kit.boot({ ...LATER, hangAt: 'queue.push' });
    void kit.press(question, 'Yes', BOB).catch(() => {});
    await eventually(() => kit.chat.operations.includes('describeUser'));
    await kit.press(question, 'No');
    expect(kit.chat.texts()).toContain('Name of bob was first: ✓ Yes');
    await kit.kill();
    await kit.boot(LATER);
    await finishes();
    expect(kit.chat.texts().filter((text) => text.startsWith('Approve it?'))).toHaveLength(1);
    expect(creations()).toEqual([{ name: 'before' }, { name: 'Yes' }]);
  });

  test('while a typed answer is waited for: what is typed afterwards counts', async () => {
    await kit.boot();
    await asked('type');
    await kit.kill();
    await kit.boot(LATER);
    await kit.say('21');
    await eventually(() => kit.chat.texts().includes('42'));
  });

  test('between a form that was sent off and the next step: the next one goes on with what was filled in', async () => {
    await kit.boot();
    const question = await asked('form');
    await kit.pressForForm(question, 'Answer');
    await kit.kill();
    await kit.boot({ ...LATER, hangAt: 'queue.push' });
    const [form] = kit.forms;
    if (!form) throw new Error('no form was opened');
    void kit.submit(form, { title: 'Chairs' }).catch(() => {});
    await eventually(() => kit.chat.operations.includes('describeUser'));
    await kit.submit(form, { title: 'Tables' });
    expect(kit.chat.texts()).toContain('You have answered already: ✓ Filled in');
    await kit.kill();
    await kit.boot(LATER);
    await finishes();
    expect(creations()).toEqual([{ name: 'Chairs' }]);
    expect(textOf(question)).toBe('More?\n✓ Filled in, by Name of ann');
  });

  test('past the time for an answer: the next one ends the job', async () => {
    await kit.boot();
    const question = await asked('approve');
    await kit.say('nothing of ours');
    await kit.kill();
    await kit.boot({ laterMs: 3_600_000 });
    await eventually(() => textOf(question).includes('Nobody answered within 30 minutes'));
    expect(creations()).toEqual([{ name: 'before' }]);
  });
});
