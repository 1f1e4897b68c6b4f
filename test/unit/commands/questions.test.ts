import type { ConversationRef } from '../../../src/chat/conversation.js';
import { buttonsOf, contentOf, textOf } from '../../support/recording-chat.js';
import { recipe } from '../../support/service-files.js';
import {
  ANN,
  BOB,
  CHANNEL,
  DIRECT,
  eventually,
  gate,
  type ServiceKit,
  startServiceKit,
} from '../../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const REPLY = `  - { action: crm.create, input: { name: "{{ parameters }}" } }
  - reply: { text: Made }`;

const RECIPES = {
  order: recipe({
    command: 'order',
    connections: SHARED,
    parameters: `
    - { name: item, prompt: "Which item?", hint: as in the list, example: Chair }
    - { name: count, type: number, prompt: "How many?" }
    - { name: note, optional: true }
    - { name: size, default: medium }`,
    steps: REPLY,
  }),
  urgent: recipe({
    command: 'order now',
    connections: SHARED,
    parameters: '[{ name: express, type: boolean }, { name: item }]',
    steps: REPLY,
  }),
  close: recipe({
    command: 'close',
    connections: SHARED,
    parameters: '[{ name: id, hidden: true }]',
    steps: REPLY,
  }),
  paint: recipe({
    command: 'paint',
    connections: SHARED,
    parameters: `
    - { name: colour, type: select, options: [Red, { label: Dark blue, value: blue }], prompt: "Which colour?", example: Red }
    - { name: month, type: select, options: [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12] }`,
    steps: REPLY,
  }),
  assign: recipe({
    command: 'assign',
    connections: SHARED,
    parameters: '[{ name: owner, type: user, prompt: "Who?" }]',
    steps: REPLY,
  }),
  renew: recipe({
    command: 'renew',
    connections: SHARED,
    parameters:
      '[{ name: what, type: select, options: [Keep, Cancel, Ping, { label: Ask for it, value: help }], prompt: "What to do?" }]',
    steps: REPLY,
  }),
  decide: recipe({
    command: 'decide',
    connections: SHARED,
    steps: `  - ask:
      text: Please decide
      form: { title: Decision, fields: [{ name: what, type: select, options: [Keep, Cancel, Ping], prompt: "What to do?" }, { name: why, prompt: "Why?" }] }
${REPLY}`,
  }),
  plain: recipe({ command: 'ping', connections: SHARED, steps: '  - { action: crm.find }' }),
};

describe('parameters of a command', () => {
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
  });

  afterEach(async () => {
    await kit.stop();
  });

  /** What the jobs so far were started with. */
  const started = async () => (await kit.jobList()).map(({ state }) => state.parameters);
  const lastText = () => textOf(kit.chat.last());

  test('are asked for one by one, and then the job runs', async () => {
    await kit.say('order');
    expect(lastText()).toBe('Order\nWhich item? (as in the list, e.g. Chair)');
    expect(buttonsOf(kit.chat.last()).map(({ label }) => label)).toEqual(['Fill in a form', 'Cancel']);
    await kit.say('Table: the big one');
    expect(lastText()).toBe('How many?');
    await kit.say('3');
    await kit.idle();
    expect(await started()).toEqual([{ size: 'medium', item: 'Table: the big one', count: 3 }]);
    expect(kit.chat.texts()).toEqual(['Order\nWhich item? (as in the list, e.g. Chair)', 'How many?', 'Made']);
  });

  test('that are one of a few are asked for with what they may be, said once', async () => {
    await kit.say('paint');
    expect(lastText()).toBe('Paint\nWhich colour? (e.g. Red; one of: Red, Dark blue)');
    await kit.say('green');
    expect(lastText()).toBe('"colour" must be one of: Red, Dark blue.\nWhich colour? (e.g. Red)');
    await kit.say('dark blue');
    expect(lastText()).toContain('one of: m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, 2 more');
    await kit.say('m12');
    await kit.idle();
    expect(await started()).toEqual([{ colour: 'blue', month: 'm12' }]);
  });

  test('that are people are asked for with the form as a way, where nobody can be mentioned', async () => {
    await kit.say('assign');
    expect(lastText()).toBe('Assign\nWho? (with an @, or in the form)');
    await kit.say('Bob');
    expect(lastText()).toBe('Please mention the person for "owner", with an @.\nWho? (with an @, or in the form)');
  });

  test('are asked for again when the answer is no such value', async () => {
    await kit.say('order item: Chair');
    await kit.say('a few');
    expect(lastText()).toBe('"count" must be a number, like 5000 or 1250.50.\nHow many?');
    await kit.say('1,200.00');
    await kit.idle();
    expect(await started()).toEqual([{ size: 'medium', item: 'Chair', count: 1200 }]);
  });

  test('are read as they are written where the person lives, in the command and in the answer', async () => {
    const german = { locale: 'de-DE' };
    await kit.say('order item: Stuhl count: 1.500', german);
    await kit.say('order now item: Stuhl express: vielleicht', german);
    expect(lastText()).toContain('mit ja oder nein.');
    await kit.say('ja', german);
    await kit.say('order item: Bank', german);
    await kit.say('2.000,5', german);
    await kit.say('order item: Chair count: 1.500', { locale: 'en-US' });
    await kit.idle();
    expect(await started()).toEqual([
      { size: 'medium', item: 'Stuhl', count: 1_500 },
      { item: 'Stuhl', express: true },
      { size: 'medium', item: 'Bank', count: 2_000.5 },
      { size: 'medium', item: 'Chair', count: 1.5 },
    ]);
  });

  test.each([
    ['order item: Chair count: 2', { item: 'Chair', count: 2 }],
    ['ORDER   Item: Chair  COUNT: 2', { item: 'Chair', count: 2 }],
    [
      'order count: 2 item: https://shop.example/a?b=c: d note: at 10:30',
      {
        item: 'https://shop.example/a?b=c: d',
        count: 2,
        note: 'at 10:30',
      },
    ],
    ['order big chair count: 2', { item: 'big chair', count: 2 }],
    ['order item: "count: 5" count: 2', { item: 'count: 5', count: 2 }],
    ['order item: Chair count: 2 size: XL', { item: 'Chair', count: 2, size: 'XL' }],
  ])('are read from %j', async (text, expected) => {
    await kit.say(text);
    await kit.idle();
    const [parameters = {}] = await started();
    expect({ item: parameters['item'], count: parameters['count'], ...pick(parameters, expected) }).toEqual(expected);
  });

  test('take text before the first name for the first that is missing, and say when it does not fit', async () => {
    await kit.say('order two dozen item: Chair');
    expect(lastText()).toBe('Order\n"count" must be a number, like 5000 or 1250.50.\nHow many?');
    expect(await started()).toEqual([]);
  });

  test('keep what was right beside what was wrong', async () => {
    await kit.say('order now express: perhaps item: Lamp');
    expect(lastText()).toBe('Order now\nPlease answer yes or no for "express".\nExpress?');
    await kit.say('yes');
    await kit.idle();
    expect(await started()).toEqual([{ express: true, item: 'Lamp' }]);
  });

  test('are not asked for where they are hidden: the command is for its button', async () => {
    await kit.say('close');
    expect(lastText()).toBe('Close works from its button only: it needs to know what it is about.');
    expect(await started()).toEqual([]);
  });

  test("are forgotten with the word of a person's own language, which is nobody's value", async () => {
    await kit.say('order', { locale: 'de-DE' });
    await kit.say('abbrechen', { locale: 'de-DE' });
    expect(lastText()).toBe('Abgebrochen. Es wurde nichts getan.');
    await kit.say('order');
    await kit.say('abbrechen');
    expect(lastText()).toContain('How many?');
    await kit.say('cancel');
    expect(await started()).toEqual([]);
  });

  test('are forgotten with "cancel", and with the Cancel button', async () => {
    await kit.say('order');
    await kit.say('cancel');
    expect(lastText()).toBe('Cancelled. Nothing was done.');
    await kit.say('order');
    const question = kit.chat.last();
    await kit.press(question, 'Cancel');
    expect(textOf(question)).toBe('Cancelled. Nothing was done.');
    await kit.say('3');
    expect(lastText()).toContain("I don't know that command.");
    expect(await started()).toEqual([]);
  });

  test('are forgotten after ten minutes', async () => {
    await kit.say('order');
    await kit.clock.advance(10 * 60_000);
    await kit.say('Chair');
    expect(lastText()).toContain("I don't know that command.");
  });

  test('an old Cancel button cancels its own question and nothing else', async () => {
    await kit.say('order');
    const old = kit.chat.last();
    await kit.say('order now');
    await kit.press(old, 'Cancel');
    expect(textOf(old)).toBe('This question is not open any more.');
    await kit.say('no');
    await kit.say('Lamp');
    await kit.idle();
    expect(await started()).toEqual([{ express: false, item: 'Lamp' }]);
  });

  test('the Cancel button cancels its own question of two, also in another conversation than that of the command', async () => {
    await kit.say('order', { conversation: CHANNEL });
    const ofChannel = kit.chat.last();
    await kit.say('paint');
    // As in Teams, where questions of a channel are asked in the bot's chat with the person.
    await kit.press(ofChannel, 'Cancel', { conversation: DIRECT });
    expect(textOf(ofChannel)).toBe('Cancelled. Nothing was done.');
    await kit.say('Red');
    await kit.say('m1');
    await kit.idle();
    await kit.say('Chair');
    expect(lastText()).toContain("I don't know that command.");
    expect(await started()).toEqual([{ colour: 'Red', month: 'm1' }]);
  });

  test.each([
    [true, 'How many?'],
    [false, '"colour" must be one of: Red, Dark blue.'],
  ])(
    'an answer in the own chat is for the question that was asked last, where both stand there (%s)',
    async (asides, next) => {
      kit.chat.asidesInOwnChat = asides;
      await kit.say('paint');
      await kit.say('order', { conversation: CHANNEL });
      await kit.say('Chair');
      expect(lastText()).toContain(next);
    },
  );

  test('an answer from before the last one, delivered again, is not taken for the next', async () => {
    await kit.say('order now');
    const first = await kit.say('no');
    await kit.say('maybe', { id: 'x' });
    await kit.idle();
    expect(await started()).toEqual([{ express: false, item: 'maybe' }]);
    await kit.say('order');
    await kit.say('no', { id: first });
    expect(lastText()).toBe('Order\nWhich item? (as in the list, e.g. Chair)');
  });

  test('the command itself, delivered again, is not asked about again', async () => {
    const command = await kit.say('order');
    await kit.say('Chair');
    await kit.say('order', { id: command });
    expect(lastText()).toBe('How many?');
    await kit.say('4');
    await kit.idle();
    await kit.say('order', { id: command });
    expect(await started()).toHaveLength(1);
    expect(lastText()).toBe('Made');
  });

  test('two answers at the same moment make one job', async () => {
    await kit.say('order item: Chair');
    await Promise.all([kit.say('1'), kit.say('2')]);
    await kit.idle();
    expect(await started()).toHaveLength(1);
    expect(kit.crm.callsOf('POST')).toHaveLength(1);
  });

  test('a whole command in between is carried out and ends the question', async () => {
    await kit.say('order');
    await kit.say('order item: Lamp count: 1');
    await kit.idle();
    await kit.say('hello there');
    expect(lastText()).toBe(
      'You have started something else since I asked about Order. Please type the command again if you still need it.',
    );
    await kit.say('hello there');
    expect(lastText()).toContain("I don't know that command.");
    expect(await started()).toHaveLength(1);
  });

  test('another command that is not whole takes the place of the question when it says so itself', async () => {
    await kit.say('order');
    await kit.say('order now item: Lamp');
    expect(lastText()).toBe('Order now\nExpress?');
    await kit.say('yes');
    await kit.idle();
    expect(await started()).toEqual([{ item: 'Lamp', express: true }]);
  });

  test('a command that is not whole begins where it cannot be the answer, and is one where anything can', async () => {
    await kit.say('order item: Chair');
    await kit.say('paint Red');
    expect(lastText()).toContain('Month?');
    await kit.say('order Lamp');
    expect(lastText()).toBe('Order\nHow many?');
    await kit.say('order');
    await kit.say('paint Red');
    expect(lastText()).toBe('How many?');
    await kit.say('2');
    await kit.idle();
    expect(await started()).toEqual([{ size: 'medium', item: 'paint Red', count: 2 }]);
  });

  test('a command that is not whole begins, too, where another one has ended the question', async () => {
    await kit.say('order');
    await kit.say('order item: Lamp count: 1');
    await kit.idle();
    await kit.say('paint Red');
    expect(lastText()).toContain('Month?');
  });

  test('built-in commands work while a question is open, and leave it open', async () => {
    await kit.say('order item: Chair');
    await kit.say('help');
    expect(lastText()).toContain('What I can do for you:');
    await kit.say('2');
    await kit.idle();
    expect(await started()).toHaveLength(1);
  });

  test.each([
    ['cancel', 'Cancel'],
    ['help', 'help'],
  ])('%s is an answer where it is one of those that are asked for, and else what it always is', async (word, what) => {
    await kit.say('renew');
    expect(lastText()).toContain('one of: Keep, Cancel, Ping, Ask for it');
    await kit.say(word);
    await kit.idle();
    expect(await started()).toEqual([{ what }]);
    await kit.say('order');
    await kit.say('cancel');
    expect(lastText()).toBe('Cancelled. Nothing was done.');
  });

  test('the words of a command are an answer where they are among those that are asked for', async () => {
    await kit.say('renew');
    await kit.say('ping');
    await kit.idle();
    expect(await started()).toEqual([{ what: 'Ping' }]);
    await kit.say('decide');
    await kit.idle();
    await kit.press(kit.chat.last(), 'Type here instead');
    await kit.say('Ping');
    expect(lastText()).toBe('Why?');
    await kit.say('ping');
    await kit.idle();
    expect((await kit.jobList()).map(({ recipe, status }) => [recipe, status])).toEqual([
      ['renew', 'succeeded'],
      ['decide', 'suspended'],
      ['plain', 'succeeded'],
    ]);
  });

  test('cancel answers the field of a job that it is offered for, and cancels the job at the next one', async () => {
    await kit.say('decide');
    await kit.idle();
    await kit.press(kit.chat.last(), 'Type here instead');
    await kit.say('cancel');
    expect(lastText()).toBe('Why?');
    await kit.say('cancel');
    expect(lastText()).toContain('Cancelled');
    expect((await kit.jobList()).map(({ status }) => status)).toEqual(['cancelled']);
  });

  test('an answer that looks like a login code is an answer', async () => {
    await kit.say('order');
    await kit.say('AB12-CD34');
    expect(lastText()).toBe('How many?');
  });

  test('belong to one person', async () => {
    await kit.say('order', { conversation: CHANNEL });
    await kit.say('Chair', { conversation: CHANNEL, user: BOB });
    expect(kit.chat.last().privateTo).toEqual(BOB);
    expect(lastText()).toContain("I don't know that command.");
    await kit.say('Chair', { conversation: CHANNEL });
    expect(lastText()).toBe('How many?');
  });

  test('of a command in a channel are asked for privately; the answer may come in the direct message and the result goes to the channel', async () => {
    await kit.say('order item: Chair', { conversation: CHANNEL });
    expect(kit.chat.last().privateTo).toMatchObject({ userId: 'ann' });
    await kit.say('2', { conversation: DIRECT });
    await kit.idle();
    expect(kit.chat.last()).toMatchObject({ conversation: CHANNEL });
    expect(kit.chat.last().privateTo).toBeUndefined();
    expect(lastText()).toBe('Made');
  });

  test('say how they are answered where words have to mention the bot, and in a direct message nothing of it', async () => {
    const hints = () => contentOf(kit.chat.last()).blocks.flatMap((block) => (block.kind === 'note' ? block.text : []));
    await kit.say('order', { conversation: CHANNEL });
    expect(hints()).toEqual([
      { text: 'To answer, mention me with an @. Or write to me in our own chat, where nobody else reads it.' },
    ]);
    await kit.say('Chair', { conversation: CHANNEL });
    expect(lastText()).toBe('How many?');
    expect(hints()).toHaveLength(1);
    await kit.say('many', { conversation: DIRECT });
    expect(lastText()).toContain('must be a number');
    expect(hints()).toEqual([]);
  });

  test('say so in the language of the person, and name the direct message alone where the bot may not be', async () => {
    const from = { user: ANN, locale: 'de-DE' } as const;
    for (const unseen of [true, undefined] as const) {
      const conversation = { ...CHANNEL, ...(unseen ? { unseen } : {}) };
      await kit.handleEvent({ ...from, kind: 'text', text: 'order', id: `de ${unseen}`, conversation });
    }
    const notes = kit.chat.messages.map((message) =>
      contentOf(message).blocks.flatMap((block) => (block.kind === 'note' ? block.text : [])),
    );
    expect(notes).toEqual([
      [{ text: 'Zum Antworten schreiben Sie mir in unserem eigenen Chat.' }],
      [
        {
          text: 'Zum Antworten erwähnen Sie mich mit einem @. Oder schreiben Sie mir in unserem eigenen Chat, wo sonst niemand mitliest.',
        },
      ],
    ]);
  });

  test('answered in another channel keep their result where the command was given', async () => {
    const other: ConversationRef = { platform: 'slack', kind: 'channel', address: { channel: 'C2' } };
    await kit.say('order item: Chair', { conversation: CHANNEL });
    await kit.say('2', { conversation: other });
    await kit.idle();
    expect(kit.chat.last().conversation).toEqual(CHANNEL);
  });

  test('of a recipe that was changed in the meantime are not taken', async () => {
    await kit.say('order item: Chair');
    const changed = { ...RECIPES, order: RECIPES.order.replace('For a test', 'For another') };
    const next = await kit.replica({ recipes: changed, queue: 'none' });
    await kit.say('2', { replica: next });
    expect(lastText()).toBe('That command has been stopped or changed in the meantime. Please type it again.');
    expect(await started()).toEqual([]);
  });

  test('an answer that could not be kept can be given again', async () => {
    await kit.say('order item: Chair');
    kit.faults.push({ at: 'jobs.accept', kind: 'lost', times: 1 });
    await kit.say('2');
    expect(lastText()).toBe("I can't reach my memory right now. Please try again in a moment.");
    await kit.say('2');
    await kit.idle();
    expect(await started()).toHaveLength(1);
  });

  test('a job that is slow does not hold up the acknowledgement of its answer', async () => {
    const hold = gate();
    kit.crm.answer(async () => {
      await hold.opened;
      return undefined;
    });
    await kit.say('order item: Chair');
    await kit.say('2');
    await eventually(() => kit.crm.calls.length === 1);
    expect(lastText()).toBe('Order\nHow many?');
    hold.open();
    await kit.idle();
  });
});

function pick(from: Readonly<Record<string, unknown>>, like: object): Record<string, unknown> {
  return Object.fromEntries(Object.keys(like).map((name) => [name, from[name]]));
}
