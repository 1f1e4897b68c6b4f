import type { Form } from '../../../src/chat/form.js';
import { textMessage } from '../../../src/chat/message.js';
import { PatientChats } from '../../../src/commands/patient-chats.js';
import { BehalfError } from '../../../src/kernel/errors.js';
import { settled } from '../../support/at-rest.js';
import {
  buttonOf,
  type ChatMessage,
  type ChatOperation,
  type Failure,
  RecordingChat,
  textOf,
} from '../../support/recording-chat.js';
import { recipe } from '../../support/service-files.js';
import {
  ANN,
  CHANNEL,
  DIRECT,
  eventually,
  gate,
  type Replica,
  type ServiceKit,
  startServiceKit,
} from '../../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const RECIPES = {
  create: recipe({
    command: 'create issue',
    connections: SHARED,
    parameters: '[{ name: title, prompt: "Which title?" }, { name: size, prompt: "Which size?" }]',
    steps: '  - { action: crm.create, input: { name: "{{ parameters }}" } }\n  - reply: { text: Created }',
  }),
  task: recipe({
    command: 'create task',
    connections: SHARED,
    parameters: '[{ name: task, prompt: "Which task?" }]',
    steps: '  - { action: crm.create, input: { name: "{{ parameters }}" } }\n  - reply: { text: Created }',
  }),
  survey: recipe({
    command: 'survey',
    connections: SHARED,
    steps: `  - ask:
      text: Some questions
      form: { title: Survey, fields: [{ name: first, prompt: "First?" }, { name: second, prompt: "Second?" }] }
  - reply: { text: Thanks }`,
  }),
};
const WORDS: readonly (ChatOperation | undefined)[] = ['post', 'postPrivately', 'update'];
const MINUTE = 60_000;

let kit: ServiceKit;
let other: Replica;

beforeEach(async () => {
  kit = await startServiceKit({ recipes: RECIPES });
  other = await kit.replica();
});

afterEach(async () => {
  kit.chat.failWhen(undefined);
  await kit.stop();
});

/** The chat takes no words; resolves `back` when it does. */
function chatIsAway(failure: Failure = { retryAfterMs: 2_000 }): { back(): void } {
  kit.chat.failWhen((operation) => WORDS.includes(operation) && failure);
  return { back: () => kit.chat.failWhen(undefined) };
}

/** Somebody writes while the chat takes nothing: resolves when the first try has failed. */
async function write(text: string, id: string): Promise<{ readonly handled: Promise<unknown> }> {
  const tries = kit.chat.operations.length;
  const handled = kit.say(text, { id });
  handled.catch(() => {});
  await eventually(() => kit.chat.operations.length > tries);
  await settled();
  return { handled };
}

/** Somebody opens the form below a message, and sends it off. */
async function fillIn(below: ChatMessage, label: string, values: Readonly<Record<string, string>>): Promise<void> {
  const who = { user: ANN, conversation: DIRECT };
  const forms: Form[] = [];
  const openForm = async (form: Form): Promise<void> => void forms.push(form);
  const press = { kind: 'action', id: 'press', token: buttonOf(below, label).token, values: {}, openForm } as const;
  await kit.handleEvent({ ...who, ...press });
  const token = forms[0]?.token ?? '';
  await kit.handleEvent({ ...who, kind: 'form', id: 'form', token, values, refuseInTime: () => true });
}

const started = async () => (await kit.jobList()).map(({ state }) => state.parameters);
const lastText = () => textOf(kit.chat.last());

describe('while a chat takes nothing', () => {
  test.each([
    ['a built-in command', 'personal_connections', 'You have no'],
    ['help', 'help', 'What I can do for you'],
    ['what is unknown', 'nonsense', "I don't know that command"],
    ['a question', 'create issue', 'Which title?'],
  ])('the answer to %s is kept, and said once when it does', async (_, text, answer) => {
    const chat = chatIsAway();
    const { handled } = await write(text, 'E1');
    chat.back();
    await kit.clock.advance(10_000);
    await handled;
    expect(kit.chat.texts()).toEqual([expect.stringContaining(answer)]);
  });

  test('what went wrong is said once when it does', async () => {
    kit.faults.push({ at: 'expiring.putAll', kind: 'lost', times: 1 });
    const chat = chatIsAway();
    const { handled } = await write('help', 'E1');
    chat.back();
    await kit.clock.advance(10_000);
    await handled;
    expect(kit.chat.texts()).toEqual([expect.stringContaining("can't reach my memory")]);
  });

  test('it is left alone for as long as it asks', async () => {
    const chat = chatIsAway({ retryAfterMs: 90_000 });
    const { handled } = await write('personal_connections', 'E1');
    const tries = kit.chat.operations.length;
    await kit.clock.advance(89_000);
    expect(kit.chat.operations).toHaveLength(tries);
    chat.back();
    await kit.clock.advance(1_000);
    await handled;
    expect(kit.chat.messages).toHaveLength(1);
  });

  test('what it delivers again meanwhile is not answered twice, by any process, and may come once more', async () => {
    const chat = chatIsAway({ retryAfterMs: MINUTE });
    const { handled } = await write('create issue', 'E1');
    await kit.clock.advance(2_000);
    for (const seconds of [0, 20, 20]) {
      await kit.clock.advance(seconds * 1_000);
      await expect(kit.say('create issue', { id: 'E1' })).rejects.toMatchObject({ code: 'chat.under_way' });
      await expect(kit.say('create issue', { id: 'E1', replica: other })).rejects.toMatchObject({
        code: 'chat.under_way',
      });
    }
    chat.back();
    await kit.clock.advance(MINUTE);
    await handled;
    await kit.say('create issue', { id: 'E1' });
    await kit.say('create issue', { id: 'E1', replica: other });
    expect(kit.chat.texts()).toEqual([expect.stringContaining('Which title?')]);
  });

  test('its time does not count as that of the acknowledgement; that of the store does', async () => {
    const chat = chatIsAway({ retryAfterMs: MINUTE });
    const { handled } = await write('help', 'E1');
    chat.back();
    await kit.clock.advance(MINUTE);
    await handled;
    expect(await kit.metrics.render()).not.toContain('behalf_ack_ms_sum{platform="slack"}');
    const store = gate();
    kit.faults.push({ at: 'expiring.add', kind: 'slow', until: store.opened, times: 1 });
    const slow = kit.say('help');
    await settled();
    await kit.clock.advance(3_000);
    store.open();
    await slow;
    expect(await kit.metrics.render()).toContain('behalf_ack_ms_sum{platform="slack"} 3000\n');
  });

  test('it is given up after several tries, and a later delivery means nothing', async () => {
    chatIsAway();
    const { handled } = await write('help', 'E1');
    await kit.clock.advance(30 * MINUTE);
    await handled;
    kit.chat.failWhen(undefined);
    await kit.say('help', { id: 'E1', replica: other });
    expect(kit.chat.messages).toEqual([]);
  });

  test('what it refuses for good is not tried again', async () => {
    chatIsAway(true);
    const { handled } = await write('help', 'E1');
    await handled;
    await kit.clock.advance(30 * MINUTE);
    expect(kit.chat.operations).toHaveLength(1);
  });

  test('a process that stops leaves the event to the next one', async () => {
    const chat = chatIsAway();
    const { handled } = await write('create issue', 'E1');
    kit.stopSaying();
    await expect(handled).rejects.toMatchObject({ code: 'chat.delivery_failed' });
    chat.back();
    await kit.say('create issue', { id: 'E1', replica: other });
    expect(kit.chat.texts()).toEqual([expect.stringContaining('Which title?')]);
  });
});

test('what waits for a chat is bounded: the platform is asked to deliver again what comes on top', async () => {
  const chat = new RecordingChat();
  const patient = new PatientChats(() => chat, { clock: kit.clock, logger: kit.logger }, 2).chats('slack');
  chat.failWhen(() => ({ retryAfterMs: 1_000 }));
  const said = [1, 2].map((number) => patient.post(DIRECT, textMessage(`word ${number}`)));
  await settled();
  await expect(patient.post(DIRECT, textMessage('word 3'))).rejects.toMatchObject({ retryAfterMs: 1_000 });
  chat.failWhen(undefined);
  await kit.clock.advance(10_000);
  await Promise.all(said);
  await patient.post(DIRECT, textMessage('word 4'));
  expect(chat.texts()).toEqual(['word 1', 'word 2', 'word 4']);
});

describe('a question that a chat has not taken yet', () => {
  test('takes no words of the person for its answer, and takes them when it stands there', async () => {
    const chat = chatIsAway({ retryAfterMs: 12 * MINUTE });
    const { handled } = await write('create issue', 'E1');
    await kit.clock.advance(1_000);
    chat.back();
    await kit.say('hello?');
    expect(lastText()).toContain("I don't know that command");
    await kit.clock.advance(12 * MINUTE);
    await handled;
    expect(lastText()).toContain('Which title?');
    await kit.clock.advance(9 * MINUTE);
    await kit.say('Broken door');
    expect(lastText()).toBe('Which size?');
  });

  test('is dropped with “cancel”', async () => {
    const chat = chatIsAway({ retryAfterMs: MINUTE });
    const { handled } = await write('create issue', 'E1');
    chat.back();
    await kit.say('cancel');
    expect(lastText()).toBe('Cancelled. Nothing was done.');
    await kit.clock.advance(MINUTE);
    await handled;
    expect(lastText()).toBe('Cancelled. Nothing was done.');
    await kit.say('Broken door');
    expect(lastText()).toContain("I don't know that command");
  });

  test('is not said where another command was given meanwhile, whose question is', async () => {
    const chat = chatIsAway({ retryAfterMs: MINUTE });
    const { handled } = await write('create issue', 'E1');
    await kit.clock.advance(2_000);
    chat.back();
    await kit.say('create task');
    await kit.clock.advance(MINUTE);
    await handled;
    expect(kit.chat.texts()).toEqual([expect.stringContaining('Which task?')]);
    await kit.say('Paint it');
    await kit.idle();
    expect(await started()).toEqual([{ task: 'Paint it' }]);
    expect(kit.logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('is not said where it was answered in a form meanwhile', async () => {
    await kit.say('create issue');
    const question = kit.chat.last();
    const chat = chatIsAway({ retryAfterMs: MINUTE });
    const { handled } = await write('Broken door', 'E2');
    await kit.clock.advance(2_000);
    chat.back();
    await fillIn(question, 'Fill in a form', { title: 'Broken window', size: 'small' });
    await kit.clock.advance(MINUTE);
    await handled;
    await kit.idle();
    expect(lastText()).toBe('Created');
    expect(await started()).toEqual([{ title: 'Broken window', size: 'small' }]);
  });

  test('is not to be answered by typing where a form of the one before cannot be opened meanwhile', async () => {
    await kit.say('create issue');
    const { token } = buttonOf(kit.chat.last(), 'Fill in a form');
    const press = { kind: 'action', user: ANN, conversation: DIRECT, token, values: {} } as const;
    const openForm = async () => Promise.reject(new BehalfError('chat.delivery_failed', 'Not now'));
    await kit.handleEvent({ ...press, id: 'press 1', openForm });
    expect(lastText()).toBe('The form could not be opened. Please answer here instead.');
    const chat = chatIsAway({ retryAfterMs: MINUTE });
    const { handled } = await write('Broken door', 'E2');
    await kit.clock.advance(2_000);
    chat.back();
    await kit.handleEvent({ ...press, id: 'press 2', openForm });
    expect(lastText()).toBe('The form could not be opened. Please press the button again.');
    await kit.clock.advance(MINUTE);
    await handled;
    expect(lastText()).toBe('Which size?');
  });

  test('is not said where its job was answered in a form meanwhile, and is dropped then', async () => {
    await kit.say('survey');
    await kit.idle();
    const chat = chatIsAway({ retryAfterMs: MINUTE });
    const pressed = kit.press(kit.chat.last(), 'Type here instead');
    await eventually(() => kit.chat.operations.at(-1) === 'post');
    await kit.clock.advance(2_000);
    chat.back();
    await fillIn(kit.chat.last(), 'Answer', { first: 'one', second: 'two' });
    await kit.idle();
    await kit.clock.advance(MINUTE);
    await pressed;
    expect(lastText()).toBe('Thanks');
    await kit.say('cancel');
    expect(lastText()).toContain('nothing');
  });

  test('is the next one of a command as well: what was answered before is not lost, and nothing runs twice', async () => {
    await kit.say('create issue');
    const chat = chatIsAway({ retryAfterMs: MINUTE });
    const { handled } = await write('Broken door', 'E2');
    await kit.clock.advance(1_000);
    chat.back();
    await kit.say('hello?');
    expect(lastText()).toContain("I don't know that command");
    await kit.clock.advance(MINUTE);
    await handled;
    expect(lastText()).toBe('Which size?');
    await kit.say('Broken door', { id: 'E2' });
    expect(kit.chat.messages).toHaveLength(3);
    await kit.say('large');
    await kit.idle();
    expect(await started()).toEqual([{ title: 'Broken door', size: 'large' }]);
  });

  test('is said by the next process where the one before has stopped over it', async () => {
    await kit.say('create issue');
    const chat = chatIsAway();
    const { handled } = await write('Broken door', 'E2');
    kit.stopSaying();
    await expect(handled).rejects.toMatchObject({ code: 'chat.delivery_failed' });
    chat.back();
    await kit.say('Broken door', { id: 'E2', replica: other });
    expect(lastText()).toBe('Which size?');
    await kit.say('large', { replica: other });
    await kit.idle();
    expect(await started()).toEqual([{ title: 'Broken door', size: 'large' }]);
  });

  test('is a field that a job asks for as well', async () => {
    await kit.say('survey');
    await kit.idle();
    const chat = chatIsAway({ retryAfterMs: MINUTE });
    const pressed = kit.press(kit.chat.last(), 'Type here instead');
    await eventually(() => kit.chat.operations.at(-1) === 'post');
    await kit.clock.advance(2_000);
    chat.back();
    await kit.say('hello?');
    expect(lastText()).toContain("I don't know that command");
    await kit.clock.advance(MINUTE);
    await pressed;
    expect(lastText()).toContain('First?');
    await kit.say('one');
    expect(lastText()).toContain('Second?');
    await kit.say('two');
    await kit.idle();
    expect(lastText()).toBe('Thanks');
  });

  test('is refused for good: the next words are no answer', async () => {
    chatIsAway(true);
    await kit.say('create issue');
    kit.chat.failWhen(undefined);
    await kit.say('hello?');
    expect(lastText()).toContain("I don't know that command");
  });

  test.each([
    [DIRECT, CHANNEL],
    [CHANNEL, DIRECT],
  ])('is refused for good: the next words answer the one that the person sees', async (seen, unseen) => {
    kit.chat.asidesInOwnChat = true;
    await kit.say('create issue', { conversation: seen });
    chatIsAway(true);
    await kit.say('create task', { conversation: unseen });
    kit.chat.failWhen(undefined);
    await kit.say('Broken door', { conversation: DIRECT });
    expect(lastText()).toBe('Which size?');
  });

  test('is said by the process that the answer before it is delivered to again, whatever else is asked', async () => {
    kit.chat.asidesInOwnChat = true;
    await kit.say('create task', { conversation: CHANNEL });
    await kit.say('create issue');
    const chat = chatIsAway();
    const { handled } = await write('Broken door', 'E2');
    await kit.clock.advance(1_000);
    kit.stopSaying();
    await expect(handled).rejects.toMatchObject({ code: 'chat.delivery_failed' });
    chat.back();
    await kit.say('Broken door', { id: 'E2', replica: other });
    expect(lastText()).toBe('Which size?');
    expect(await started()).toEqual([]);
  });
});
