import { buttonsOf, contentOf, textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import {
  ANN,
  BOB,
  CHANNEL,
  eventually,
  gate,
  LOGIN_TIMEOUT_MS,
  type ServiceKit,
  startServiceKit,
} from '../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const CAT = { platform: 'slack', tenantId: 'T1', userId: 'cat' } as const;
const STRANGER = { platform: 'slack', tenantId: 'T2', userId: 'bob' } as const;

const APPROVE = `buttons: [{ text: Approve, value: { ok: true }, style: primary }, { text: Deny }, { text: Noted, command: noted }]`;
const TAIL = `  - { action: crm.create, input: { name: "{{ steps.decision.label }}" } }
  - reply: { text: "{{ steps.decision.label }} by {{ steps.decision.by.id }}, {{ steps.decision.by.name }}" }`;

const RECIPES = {
  approve: recipe({
    command: 'approve',
    connections: SHARED,
    parameters: '[{ name: amount, type: number }]',
    steps: `  - { action: crm.create, input: { name: before } }
  - id: decision
    ask: { text: "Approve *{{ parameters.amount }}*?", ${APPROVE} }
${TAIL}`,
  }),
  anyone: recipe({
    command: 'poll',
    connections: SHARED,
    steps: `  - id: decision
    ask: { text: Who takes it?, who: anyone, buttons: [{ text: Me }, { text: Nobody }] }
${TAIL}`,
  }),
  users: recipe({
    command: 'boss',
    connections: SHARED,
    steps: `  - id: decision
    ask: { text: May I?, who: { users: [bob, "cat@acme.example"] }, buttons: [{ text: Yes }] }
${TAIL}`,
  }),
  pick: recipe({
    command: 'pick',
    connections: SHARED,
    steps: `  - { action: crm.find }
  - id: decision
    ask:
      text: Which one?
      picklist: { label: Thing, options: "{{ [{'label': 'One', 'value': 1}, {'label': 'Two', 'value': 2}] }}" }
  - reply: { text: "{{ steps.decision.value + 1 }} {{ steps.decision.label }}" }`,
  }),
  sure: recipe({
    command: 'sure',
    connections: '{}',
    steps: `  - id: decision
    ask: { text: Really?, input: { type: boolean } }
  - reply: { text: "{{ steps.decision.value }}" }`,
  }),
  type: recipe({
    command: 'type',
    connections: '{}',
    steps: `  - id: decision
    ask: { text: How many?, input: { type: number } }
  - reply: { text: "{{ steps.decision.value * 2 }}" }`,
  }),
  price: recipe({
    command: 'price',
    connections: '{}',
    steps: `  - id: decision
    ask: { text: How much?, input: { type: number, hint: in euros, example: 12 } }
  - reply: { text: "{{ steps.decision.value }}" }`,
  }),
  form: recipe({
    command: 'form',
    connections: '{}',
    steps: `  - id: decision
    ask:
      text: Tell me more
      who: anyone
      form:
        title: More
        fields: [{ name: title }, { name: note, optional: true }, { name: count, type: number }]
  - reply: { text: "{{ steps.decision.values.title }} {{ steps.decision.values.count + 1 }}" }`,
  }),
  timely: recipe({
    command: 'timely',
    connections: SHARED,
    steps: `  - id: decision
    ask:
      text: Quick?
      buttons: [{ text: Yes }]
      timeout: 5m
      on_timeout:
        - { action: crm.create, input: { name: late } }
  - reply: { text: "{{ steps.decision.timed_out ? 'too late' : steps.decision.value }}" }`,
  }),
  noted: recipe({ command: 'noted', connections: '{}', steps: '  - reply: { text: Noted it }' }),
  mine: recipe({
    command: 'mine',
    steps: `  - id: decision
    ask: { text: Go?, buttons: [{ text: Go }] }
  - { action: crm.create, input: { name: mine } }
  - reply: { text: "as {{ connections.crm.account }}" }`,
  }),
};

describe('a job that asks', () => {
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
  });

  afterEach(async () => {
    await kit.stop();
  });

  async function asked(command: string, from: Parameters<ServiceKit['say']>[1] = {}) {
    const before = kit.chat.messages.length;
    await kit.say(command, from);
    await eventually(() => kit.chat.messages.length > before);
    await kit.idle();
    return kit.chat.last();
  }

  const statuses = async () => (await kit.jobList()).map(({ status }) => status);
  const names = () => kit.crm.callsOf('POST').map(({ body }) => body);

  test('sleeps until the button is pressed, and goes on with what it means', async () => {
    const question = await asked('approve amount: 5');
    expect(textOf(question)).toBe('Approve 5?');
    expect(buttonsOf(question).map(({ label }) => label)).toEqual(['Approve', 'Deny', 'Noted', 'Cancel']);
    expect(await statuses()).toEqual(['suspended']);
    await kit.press(question, 'Approve');
    await kit.idle();
    expect(textOf(question)).toBe('Approve 5?\n✓ Approve, by Name of ann');
    expect(buttonsOf(question)).toEqual([]);
    expect(contentOf(question).blocks[0]).toMatchObject({
      text: [{ text: 'Approve ' }, { text: '5', style: 'bold' }, {}],
    });
    expect(textOf(kit.chat.last())).toBe('Approve by ann, Name of ann');
    expect(names()).toEqual([{ name: 'before' }, { name: 'Approve' }]);
    expect(await statuses()).toEqual(['succeeded']);
    const [job] = await kit.jobList();
    expect(job?.state.done['1']).toMatchObject({ kind: 'ask', answer: { value: { ok: true } } });
  });

  test('takes one answer of two presses, of one event delivered twice, and of two people', async () => {
    const question = await asked('poll', { conversation: CHANNEL });
    expect(question.privateTo).toBeUndefined();
    await Promise.all([
      kit.press(question, 'Me', { user: BOB, id: 'P1' }),
      kit.press(question, 'Me', { user: BOB, id: 'P1' }),
      kit.press(question, 'Me', { user: BOB, id: 'P2' }),
    ]);
    await kit.idle();
    const before = kit.chat.messages.length;
    expect(kit.chat.texts().filter((text) => text.includes('by bob'))).toEqual(['Me by bob, Name of bob']);
    question.versions.splice(1);
    await kit.press(question, 'Nobody', { user: CAT });
    expect(kit.chat.messages.length).toBe(before + 1);
    expect(kit.chat.last().privateTo).toEqual(CAT);
    expect(textOf(kit.chat.last())).toBe('Name of bob was first: ✓ Me');
    expect(names()).toEqual([{ name: 'Me' }]);
  });

  test('refuses privately who may not answer: others, and the same id in another tenant', async () => {
    const mine = await asked('approve amount: 1', { conversation: CHANNEL });
    expect(mine.privateTo).toEqual(ANN);
    await kit.press(mine, 'Approve', { user: BOB });
    expect(textOf(kit.chat.last())).toBe('Only the person who asked can use this.');

    const boss = await asked('boss', { conversation: CHANNEL });
    for (const user of [ANN, STRANGER]) {
      await kit.press(boss, 'Yes', { user });
      expect(kit.chat.last().privateTo).toEqual(user);
      expect(textOf(kit.chat.last())).toMatch(/for somebody else|Only the person/);
    }
    expect(await statuses()).toEqual(['suspended', 'suspended']);
    kit.chat.emails.set('cat', 'Cat@Acme.example');
    await kit.press(boss, 'Yes', { user: CAT });
    await kit.idle();
    expect(textOf(kit.chat.last())).toBe('Yes by cat, Name of cat');
  });

  test('does not ask others where they cannot see it', async () => {
    expect(textOf(await asked('poll'))).toBe('Who takes it?');
    expect(textOf(await asked('boss'))).toContain('works in a channel only');
    expect(await statuses()).toEqual(['suspended', 'failed']);
  });

  test('asks the person alone, and says so, where the chat does not let the bot write for all', async () => {
    kit.chat.failWhen((operation) => operation === 'post');
    const question = await asked('poll', { conversation: CHANNEL });
    expect(question.privateTo).toEqual(ANN);
    const note = { kind: 'note', text: [{ text: expect.stringContaining('only you see it') }] };
    expect(contentOf(question).blocks).toContainEqual(note);
    await kit.press(question, 'Me');
    await kit.idle();
    expect(textOf(question)).toBe('Who takes it?\n✓ Me, by Name of ann');
    expect(names()).toEqual([{ name: 'Me' }]);
  });

  test('does not ask the person alone what others are to answer', async () => {
    kit.chat.failWhen((operation) => operation === 'post');
    expect(textOf(await asked('boss', { conversation: CHANNEL }))).toContain('did not work');
    expect(await statuses()).toEqual(['failed']);
  });

  test('leaves the question open when a button of it runs another recipe', async () => {
    const question = await asked('approve amount: 1');
    await kit.press(question, 'Noted');
    await kit.idle();
    expect(textOf(kit.chat.last())).toBe('Noted it');
    expect(await statuses()).toEqual(['suspended', 'succeeded']);
    await kit.press(question, 'Deny');
    await kit.idle();
    expect(textOf(kit.chat.last())).toBe('Deny by ann, Name of ann');
  });

  test('takes what is chosen in a list, with its type; and nothing that is not in it', async () => {
    const question = await asked('pick');
    for (const choice of ['7', 'x', '-1', '']) {
      await kit.press(question, 'Choose', { values: { choice } });
      expect(textOf(kit.chat.last())).toBe('Please choose something in the list first.');
    }
    await kit.press(question, 'Choose', { values: { choice: '1' } });
    await kit.idle();
    expect(textOf(kit.chat.last())).toBe('3 Two');
  });

  test('takes a typed answer, checked as a parameter is', async () => {
    const question = await asked('type');
    await kit.say('many');
    expect(textOf(kit.chat.last())).toContain('must be a number');
    const id = await kit.say('21');
    await kit.idle();
    expect(textOf(kit.chat.last())).toBe('42');
    expect(textOf(question)).toBe('How many?\n✓ 21, by Name of ann');
    const before = kit.chat.messages.length;
    await kit.say('21', { id });
    expect(kit.chat.messages.length).toBe(before);
  });

  test('takes a typed number as it is written where the person lives', async () => {
    await asked('type', { locale: 'de-DE' });
    await kit.say('1.500', { locale: 'de-DE' });
    await kit.idle();
    expect(textOf(kit.chat.last())).toBe('3000');
  });

  test.each([
    ['sure', 'yes', 'en', 'true'],
    ['sure', 'ja', 'de-DE', 'true'],
    ['type', '1,5', 'de-DE', '3'],
  ])(
    'of %s goes on quietly where “%s” is delivered again to another process than the one that died over it',
    async (command, text, locale, reply) => {
      const other = await kit.replica();
      await asked(command, { locale });
      const death = gate();
      kit.faults.push({ at: 'expiring.put', kind: 'slow', until: death.opened, times: 1 });
      const handled = kit.say(text, { id: 'answer', locale });
      await kit.idle();
      await eventually(() => textOf(kit.chat.last()) === reply);
      await kit.say(text, { id: 'answer', locale, replica: other });
      expect(textOf(kit.chat.last())).toBe(reply);
      await kit.say('help', { replica: other });
      expect(textOf(kit.chat.last())).toContain('What I can do');
      death.open();
      await handled;
    },
  );

  test('that is one value to type says what helps with it, calls it by no inner name, and repeats it as it is typed there', async () => {
    const question = await asked('price', { locale: 'de-DE' });
    expect(contentOf(question).blocks).toContainEqual({ kind: 'note', text: [{ text: 'in euros, z. B. 12' }] });
    await kit.say('zwölf', { locale: 'de-DE' });
    expect(textOf(kit.chat.last())).toBe('„Antwort“ muss eine Zahl sein, zum Beispiel 5000 oder 1250,50.');
    await kit.say('1,234', { locale: 'de-DE' });
    await kit.idle();
    expect(textOf(question)).toBe('How much?\n✓ 1,234, von Name of ann');
    expect(textOf(kit.chat.last())).toBe('1.234');
  });

  test('does not take what is typed after another command; its button still asks', async () => {
    const question = await asked('type');
    await asked('noted');
    await kit.say('5');
    expect(textOf(kit.chat.last())).toContain('Press Answer');
    await kit.press(question, 'Answer');
    await kit.say('5');
    await kit.idle();
    expect(textOf(kit.chat.last())).toBe('10');
  });

  test('asks the fields of a form one by one, of whoever began', async () => {
    const question = await asked('form', { conversation: CHANNEL });
    const from = { user: BOB, conversation: CHANNEL };
    await kit.press(question, 'Answer', from);
    expect(kit.chat.last().privateTo).toEqual(BOB);
    await kit.say('A thing', from);
    await kit.say('skip', from);
    await kit.say('1', from);
    await kit.idle();
    expect(textOf(kit.chat.last())).toBe('A thing 2');
    expect(textOf(question)).toBe('Tell me more\n✓ Filled in, by Name of bob');
  });

  test.each(['Überspringen', 'u\u0308berspringen', 'skip'])(
    'takes “%s” in German for nothing, and offers one',
    async (word) => {
      const from = { user: BOB, locale: 'de-DE' };
      await kit.press(await asked('form', from), 'Antworten', from);
      await kit.say('A thing', from);
      expect(textOf(kit.chat.last())).toContain('oder überspringen');
      await kit.say(word, from);
      await kit.say('1', from);
      await kit.idle();
      expect(textOf(kit.chat.last())).toBe('A thing 2');
    },
  );

  test('ends when nobody answers, and says so in place of the buttons', async () => {
    const question = await asked('approve amount: 1');
    await kit.clock.advance(LOGIN_TIMEOUT_MS + 10_000);
    await eventually(async () => (await statuses())[0] === 'cancelled');
    await eventually(
      () => textOf(question) === 'Approve 1?\nNobody answered within 30 minutes, so I cancelled Approve.',
    );
    expect(buttonsOf(question)).toEqual([]);
    question.versions.splice(1);
    await kit.press(question, 'Approve');
    expect(textOf(kit.chat.last())).toBe('This question is not open any more.');
    expect(names()).toEqual([{ name: 'before' }]);
  });

  test('goes on another way when nobody answers in the time that the recipe gives', async () => {
    const question = await asked('timely');
    await kit.clock.advance(310_000);
    await eventually(async () => (await statuses())[0] === 'succeeded');
    expect(names()).toEqual([{ name: 'late' }]);
    expect(textOf(question)).toBe('Quick?\nNobody answered in time.');
    expect(textOf(kit.chat.last())).toBe('too late');
  });

  test('is cancelled by its button and by word', async () => {
    const question = await asked('approve amount: 1');
    await kit.press(question, 'Cancel');
    expect(textOf(question)).toContain('Approve 1?\nCancelled: Approve. What had been done before stays done.');
    const typed = await asked('type');
    await kit.say('cancel');
    expect(textOf(kit.chat.last())).toBe('Cancelled.');
    expect(textOf(typed)).toContain('How many?\nCancelled');
    await asked('pick');
    await kit.say('cancel');
    expect(textOf(kit.chat.last())).toBe('Cancelled: Pick.');
    expect(await statuses()).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  test('waits for its login first, then asks, then acts as the person who asked', async () => {
    const prompt = await asked('mine');
    expect(textOf(prompt)).toContain('Please connect');
    await kit.logIn(prompt, 'ann@acme.example');
    await kit.idle();
    expect(textOf(prompt)).toBe('Go?');
    await kit.press(prompt, 'Go');
    await kit.idle();
    expect(textOf(kit.chat.last())).toBe('as ann@acme.example');
  });

  test('does not go on when its recipe has changed in the meantime', async () => {
    const question = await asked('approve amount: 1');
    const changed = { ...RECIPES, approve: RECIPES.approve.replace('name: before', 'name: other') };
    const replica = await kit.replica({ recipes: changed });
    await kit.jobs.stop(0);
    await replica.jobs.start();
    await kit.press(question, 'Approve');
    await kit.clock.advance(40_000);
    await eventually(async () => (await statuses())[0] === 'cancelled');
    expect(kit.chat.texts().some((text) => text.includes('stopped or changed'))).toBe(true);
    expect(names()).toEqual([{ name: 'before' }]);
  });

  test('takes an answer that comes before it sleeps', async () => {
    let isPressed = false;
    kit.chat.holdWhen((operation, message) => {
      if (operation !== 'post' || message?.fallback !== 'Approve 3?' || isPressed) return undefined;
      isPressed = true;
      return Promise.resolve().then(() => {
        const token = message.blocks.flatMap((block) => (block.kind === 'buttons' ? block.buttons : []))[0];
        if (token?.kind !== 'action') throw new Error('No button');
        const event = { kind: 'action' as const, id: 'early', user: ANN, conversation: { ...CHANNEL }, values: {} };
        return kit.handleEvent({ ...event, token: token.token });
      });
    });
    await kit.say('approve amount: 3');
    await eventually(async () => (await statuses())[0] === 'succeeded');
    expect(names()).toEqual([{ name: 'before' }, { name: 'Approve' }]);
  });
});
