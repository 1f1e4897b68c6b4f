import { BehalfError } from '../../src/kernel/errors.js';
import { settled } from '../support/at-rest.js';
import { buttonsOf, contentOf, textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { ANN, BOB, CHANNEL, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';

const RECIPES = {
  overview: recipe({
    command: 'overview',
    connections: SHARED,
    steps: `  - { id: found, action: crm.find, input: { name: x } }
  - reply:
      heading: Things
      table:
        rows: "{{ steps.found.name }}"
        max: 2
        columns: [{ title: Name, value: "{{ row.name }}" }, { title: Amount, value: "{{ row.amount }}", align: right }]
      picklist:
        label: Which one?
        name: id
        options: { from: "{{ steps.found.name }}", label: "{{ option.name }}", value: "{{ option.id }}" }
        button: { text: Close, command: close, style: danger, confirm: Really? }`,
  }),
  close: recipe({
    command: 'close',
    connections: SHARED,
    parameters: '[{ name: id, type: number, hidden: true }]',
    steps: `  - { action: crm.create, input: { name: "{{ parameters.id }}" } }
  - reply: { text: "Closed {{ parameters.id }}" }`,
  }),
  progress: recipe({
    command: 'progress',
    connections: SHARED,
    steps: `  - { id: card, reply: { text: Working… } }
  - { id: made, action: crm.create, input: { name: x } }
  - reply: { update: card, text: "Made {{ steps.made.id }}" }
  - reply: { update: card, text: All done, buttons: [{ text: Again, command: progress }] }`,
  }),
  public: recipe({
    command: 'announce',
    steps: `  - { action: crm.find }
  - { id: card, reply: { text: Soon, visible_to: channel, thread: true } }
  - reply: { update: card, text: Now, buttons: [{ text: Again, command: announce }] }`,
  }),
  board: recipe({
    command: 'board',
    connections: SHARED,
    steps: `  - { action: crm.create, input: { name: x } }
  - { id: card, reply: { text: Made, visible_to: channel } }
  - reply: { update: card, text: Made it, buttons: [{ text: Again, command: board }] }`,
  }),
  branch: recipe({
    command: 'branch',
    connections: SHARED,
    steps: `  - { action: crm.find }
  - if: "{{ false }}"
    then: [{ id: card, reply: { text: Never } }]
  - reply: { update: card, text: Alone }`,
  }),
};

const THINGS = [
  { id: 7, name: '*Acme*', amount: 5 },
  { id: 8, name: 'Initech' },
  { id: 9, name: 'Globex', amount: 1 },
];

let kit: ServiceKit;

beforeEach(async () => {
  kit = await startServiceKit({ recipes: RECIPES });
  kit.crm.answer(({ method }) => (method === 'GET' ? { body: { name: THINGS } } : undefined));
});

afterEach(async () => {
  await kit.stop();
});

async function said(command: string) {
  await kit.say(command);
  await kit.idle();
  return kit.chat.last();
}

describe('a reply', () => {
  test('shows a table of what an app gave, and says what is left out', async () => {
    const message = contentOf(await said('overview'));
    expect(message.blocks.slice(0, 2)).toEqual([
      { kind: 'heading', text: 'Things' },
      {
        kind: 'table',
        columns: [
          { title: 'Name', align: 'left' },
          { title: 'Amount', align: 'right' },
        ],
        rows: [
          ['*Acme*', '5'],
          ['Initech', ''],
        ],
        more: 1,
      },
    ]);
    expect(message.fallback).toBe('Things\nName | Amount\n*Acme* | 5\nInitech | \n… and 1 more row.\nWhich one?');
  });

  test('lets one choose: the button gives the value, with its type, to the command', async () => {
    const message = await said('overview');
    const [picklist] = contentOf(message).blocks.filter((block) => block.kind === 'picklist');
    if (picklist?.kind !== 'picklist') throw new Error('no picklist');
    expect(picklist.options.map(({ label }) => label)).toEqual(['*Acme*', 'Initech', 'Globex']);
    expect(buttonsOf(message)).toMatchObject([{ label: 'Close', style: 'danger', confirm: { text: 'Really?' } }]);
    await kit.press(message, 'Close', { values: { [picklist.id]: picklist.options[1]?.value ?? '' } });
    await kit.idle();
    expect(kit.crm.callsOf('POST').map(({ body }) => body)).toEqual([{ name: 8 }]);
    expect(kit.chat.texts().at(-1)).toBe('Closed 8');
  });

  test.each([{}, { 'choice-2': '' }, { 'choice-2': '3' }, { 'choice-2': '-1' }, { other: '0' }])(
    'runs nothing for a choice that it did not offer: %p',
    async (values) => {
      const message = await said('overview');
      await kit.press(message, 'Close', { values });
      await kit.idle();
      expect(kit.crm.callsOf('POST')).toEqual([]);
      expect(kit.chat.texts().at(-1)).toMatch(/Please choose something/);
    },
  );

  test('takes the place of an earlier one, each time', async () => {
    const message = await said('progress');
    expect(message.versions.map(({ fallback }) => fallback)).toEqual(['Working…', 'Made r1', 'All done']);
    expect(kit.chat.messages).toHaveLength(1);
  });

  test('is a message of its own when the earlier one was not said', async () => {
    expect((await said('branch')).versions.map(({ fallback }) => fallback)).toEqual(['Alone']);
  });

  test('finds the message that stands for an earlier one that could not be edited', async () => {
    kit.chat.moveUpdates();
    await said('progress');
    expect(kit.chat.texts()).toEqual(['Working…', 'Made r1', 'All done']);
    expect(kit.chat.operations.filter((operation) => operation === 'update')).toHaveLength(2);
    expect(kit.chat.updated).toEqual(['m1', 'm2']);
  });

  test('for all goes to the person who asked, and says so, where the chat does not let the bot write for all', async () => {
    kit.chat.failWhen((operation) => operation === 'post');
    await kit.say('board', { conversation: CHANNEL });
    await kit.idle();
    expect(kit.chat.messages).toMatchObject([{ conversation: CHANNEL, privateTo: ANN }]);
    expect(kit.chat.last().versions.map(({ blocks }) => blocks)).toEqual([
      [
        { kind: 'text', text: [{ text: 'Made' }] },
        { kind: 'note', text: [{ text: expect.stringContaining('only you see it') }] },
      ],
      [{ kind: 'text', text: [{ text: 'Made it' }] }, expect.objectContaining({ kind: 'buttons' })],
    ]);
    expect(kit.crm.callsOf('POST')).toHaveLength(1);
  });

  test('for all waits where the chat is only busy', async () => {
    kit.chat.failWhen((operation) => operation === 'post' && { retryAfterMs: 1000 });
    await kit.say('board', { conversation: CHANNEL });
    await settled();
    expect([kit.chat.messages, kit.chat.operations]).toEqual([[], ['post']]);
  });

  test('for all stands in a thread, and is for all when it is replaced', async () => {
    await kit.say('announce', { conversation: CHANNEL });
    await settled();
    const prompt = kit.chat.last();
    await kit.logIn(prompt, 'ann@acme.example');
    await kit.idle();
    const message = kit.chat.last();
    expect(message).toMatchObject({ inThread: true });
    expect(message.privateTo).toBeUndefined();
    expect(textOf(message)).toBe('Now');
    // Anybody may press its button, and then it counts as theirs.
    await kit.press(message, 'Again', { user: BOB });
    await settled();
    expect(kit.chat.last().privateTo).toEqual(BOB);
    expect(textOf(kit.chat.last())).toMatch(/Please connect/);
  });

  test('that was to replace one while the platform was away replaces it later, without a note', async () => {
    kit.chat.holdWhen((operation) =>
      operation === 'update'
        ? Promise.reject(new BehalfError('chat.delivery_failed', 'Not now', { retryAfterMs: 1_000 }))
        : undefined,
    );
    await kit.say('progress');
    await kit.clock.advance(5_000);
    await settled();
    kit.chat.holdWhen(undefined);
    for (let passed = 0; passed < 60_000; passed += 5_000) await kit.clock.advance(5_000);
    await kit.idle();
    expect(kit.chat.last().versions.map(({ fallback }) => fallback)).toEqual(['Working…', 'Made r1', 'All done']);
    expect(JSON.stringify(kit.chat.messages)).not.toContain('you may have seen it already');
    expect(kit.crm.callsOf('POST')).toHaveLength(1);
  });
});
