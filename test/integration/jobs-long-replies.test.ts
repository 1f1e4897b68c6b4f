import { BehalfError } from '../../src/kernel/errors.js';
import { settled } from '../support/at-rest.js';
import { buttonsOf, contentOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { ANN, CHANNEL, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const DOUBT = 'you may have seen it already';

const RECIPES = {
  report: recipe({
    command: 'report',
    connections: SHARED,
    steps: `  - { action: crm.find }
  - reply: { text: "One\\nTwo\\nThree", visible_to: user, buttons: [{ text: Again, command: report }] }`,
  }),
  public: recipe({
    command: 'announce',
    connections: SHARED,
    steps: `  - { action: crm.find }
  - reply: { text: "One\\nTwo", visible_to: channel, thread: true }`,
  }),
  shrinks: recipe({
    command: 'shrink',
    connections: SHARED,
    steps: `  - { id: card, reply: { text: "One\\nTwo\\nThree" } }
  - { action: crm.find }
  - reply: { update: card, text: Done }
  - reply: { update: card, text: "All\\ndone" }`,
  }),
  mine: recipe({ command: 'mine', steps: `  - { action: crm.find }\n  - reply: { text: "One\\nTwo" }` }),
  ask: recipe({
    command: 'ask',
    connections: SHARED,
    steps: `  - { action: crm.find }
  - id: decision
    ask: { text: "One\\nTwo\\nThree", buttons: [{ text: Go }] }
  - reply: { text: "{{ steps.decision.label }}" }`,
  }),
  askMine: recipe({
    command: 'ask mine',
    steps: `  - { action: crm.find }\n  - { id: decision, ask: { text: "One\\nTwo", buttons: [{ text: Go }] } }`,
  }),
  types: recipe({
    command: 'ask more',
    connections: SHARED,
    steps: `  - { action: crm.find }
  - id: decision
    ask: { text: "One\\nTwo\\nThree", input: { type: number } }
  - reply: { text: "{{ steps.decision.label }}" }`,
  }),
  stops: recipe({
    command: 'stop here',
    connections: SHARED,
    steps: `  - { action: crm.find }\n  - stop: { as: failed, message: "One\\nTwo" }`,
  }),
  stopsMine: recipe({ command: 'stop mine', steps: `  - { action: crm.find }\n  - stop: { message: "One\\nTwo" }` }),
};

let kit: ServiceKit;

beforeEach(async () => {
  kit = await startServiceKit({ recipes: RECIPES });
  kit.chat.divideLines();
});

afterEach(() => kit.stop());

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5_000) await kit.clock.advance(5_000);
  await settled();
}

/** Whether each message says that it may be there twice. */
function doubts(): readonly boolean[] {
  return kit.chat.messages.map((message) => JSON.stringify(contentOf(message)).includes(DOUBT));
}

describe('a reply of several messages', () => {
  test('is said in order, with its buttons on the last', async () => {
    await kit.say('report');
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['One', 'Two', 'Three']);
    expect(kit.chat.messages.map((message) => buttonsOf(message).length)).toEqual([0, 0, 1]);
    await kit.press(kit.chat.last(), 'Again');
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['One', 'Two', 'Three', 'One', 'Two', 'Three']);
  });

  test('stands for all in the same thread, or for one person alone', async () => {
    await kit.say('announce', { conversation: CHANNEL });
    await kit.say('report', { conversation: CHANNEL });
    await kit.idle();
    const places = kit.chat.messages.map(({ inThread, privateTo }) => (inThread ? 'thread' : privateTo?.userId));
    expect(places).toEqual(['thread', 'thread', ANN.userId, ANN.userId, ANN.userId]);
  });

  test('begins in the place of the login prompt, and goes on below it', async () => {
    await kit.say('mine');
    await kit.idle();
    const prompt = kit.chat.last();
    await kit.logIn(prompt, 'ann@acme.example');
    await kit.idle();
    expect(kit.chat.texts().filter((text) => ['One', 'Two'].includes(text))).toEqual(['One', 'Two']);
    expect(contentOf(prompt).fallback).toBe('One');
  });

  test('that becomes shorter takes away what is left over, and longer again goes on below', async () => {
    await kit.say('shrink');
    await kit.idle();
    expect(kit.chat.removed).toEqual(['m2', 'm3']);
    expect(kit.chat.texts()).toEqual(['All', 'Two', 'Three', 'done']);
  });

  test('goes on after a refusal with the message that was refused, and doubts nothing', async () => {
    refuse('Two', { status: 503 });
    await kit.say('report');
    await pass(60_000);
    expect(kit.chat.texts()).toEqual(['One']);
    kit.chat.holdWhen(undefined);
    await pass(120_000);
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['One', 'Two', 'Three']);
    expect(doubts()).toEqual([false, false, false]);
    expect((await kit.jobList()).map(({ status }) => status)).toEqual(['succeeded']);
  });

  test('goes on after a silence with the message that may be there, and says so in that one alone', async () => {
    refuse('Two', {});
    await kit.say('report');
    await pass(60_000);
    kit.chat.holdWhen(undefined);
    await pass(120_000);
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['One', 'Two', 'Three']);
    expect(doubts()).toEqual([false, true, false]);
  });
});

describe('a question of several messages', () => {
  test('is said in order, is answered in the last, and says there what became of it', async () => {
    await kit.say('ask');
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['One', 'Two', 'Three']);
    expect(kit.chat.messages.map((message) => buttonsOf(message).map(({ label }) => label))).toEqual([
      [],
      [],
      ['Go', 'Cancel'],
    ]);
    await kit.press(kit.chat.last(), 'Go');
    await kit.idle();
    const [one, two, three, answer] = kit.chat.texts();
    expect([one, two, answer]).toEqual(['One', 'Two', 'Go']);
    expect(three).toMatch(/^Three\n.*Go/);
  });

  test('says in its last message that it was cancelled', async () => {
    await kit.say('ask');
    await kit.idle();
    await kit.press(kit.chat.last(), 'Cancel');
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['One', 'Two', expect.stringMatching(/^Three\n.*cancelled/i)]);
  });

  test('begins in the place of the login prompt', async () => {
    await kit.say('ask mine');
    await kit.idle();
    const prompt = kit.chat.last();
    await kit.logIn(prompt, 'ann@acme.example');
    await kit.idle();
    expect(contentOf(prompt).fallback).toBe('One');
    expect(kit.chat.texts().at(-1)).toBe('Two');
  });

  test('goes on after a refusal with the message that was refused, and its buttons work', async () => {
    refuse('Two', { status: 503 });
    await kit.say('ask');
    await pass(60_000);
    expect(kit.chat.texts()).toEqual(['One']);
    kit.chat.holdWhen(undefined);
    await pass(120_000);
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['One', 'Two', 'Three']);
    expect(doubts()).toEqual([false, false, false]);
    await kit.press(kit.chat.last(), 'Go');
    await kit.idle();
    expect(kit.chat.texts().at(-1)).toBe('Go');
  });
});

describe('a question that is answered by typing, in several messages', () => {
  test('says in a channel how, and no longer when it is answered', async () => {
    await kit.say('ask more', { conversation: CHANNEL });
    await kit.idle();
    const last = kit.chat.last();
    expect(JSON.stringify(contentOf(last).blocks)).toContain('mention me');
    await kit.say('5', { conversation: CHANNEL });
    await kit.idle();
    expect(contentOf(last).fallback).toMatch(/^Three\n✓ 5/);
    expect(JSON.stringify(contentOf(last).blocks)).not.toContain('mention me');
  });
});

describe('the last word of a job, in several messages', () => {
  test('is said in order', async () => {
    await kit.say('stop here');
    await kit.idle();
    expect(kit.chat.texts()).toEqual(['One', 'Two']);
  });

  test('begins in the place of the login prompt, for the person alone', async () => {
    await kit.say('stop mine', { conversation: CHANNEL });
    await kit.idle();
    const prompt = kit.chat.messages.find((message) => buttonsOf(message).length > 0);
    if (!prompt) throw new Error('no login was asked for');
    await kit.logIn(prompt, 'ann@acme.example');
    await kit.idle();
    expect(contentOf(prompt).fallback).toBe('One');
    expect(kit.chat.last()).toMatchObject({ privateTo: { userId: ANN.userId }, versions: [{ fallback: 'Two' }] });
  });
});

function refuse(words: string, details: Readonly<Record<string, number>>): void {
  kit.chat.holdWhen((_operation, message) =>
    message?.fallback === words
      ? Promise.reject(new BehalfError('chat.delivery_failed', 'Not now', { retryAfterMs: 1_000, details }))
      : undefined,
  );
}
