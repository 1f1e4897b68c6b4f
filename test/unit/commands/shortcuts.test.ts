import type { ChosenMessage, ShortcutEvent, SlashCommandEvent } from '../../../src/chat/chat-event.js';
import type { Form } from '../../../src/chat/form.js';
import { BehalfError } from '../../../src/kernel/errors.js';
import { textOf } from '../../support/recording-chat.js';
import { recipe } from '../../support/service-files.js';
import { ANN, BOB, CHANNEL, DIRECT, type ServiceKit, startServiceKit } from '../../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const DONE = '  - reply: { text: Made }';
const UNSEEN = { ...CHANNEL, unseen: true } as const;

const PARAMETERS = `
    - { name: description, type: text, validate: { max_length: 3000 } }
    - { name: source, optional: true }
    - { name: reporter, type: user, optional: true }
    - { name: amount, type: number, optional: true }
  slash_command: /case
  shortcut: { name: Create case }
  message_shortcut: { name: Case from message, text: description, link: source, author: reporter }`;

const RECIPES = {
  case: recipe({ command: 'create case', connections: SHARED, parameters: PARAMETERS, steps: DONE }),
  loud: recipe({
    command: 'loud',
    connections: SHARED,
    parameters: '[]\n  slash_command: /loud',
    steps: '  - reply: { text: For all, visible_to: channel }',
  }),
  plan: recipe({
    command: 'plan',
    connections: SHARED,
    parameters: '[{ name: about }, { name: plan, type: file }]\n  message_shortcut: { name: Plan, text: about }',
    steps: DONE,
  }),
  closed: recipe({
    command: 'closed',
    connections: SHARED,
    parameters:
      '[{ name: author }]\n  shortcut: { name: Closed }\n  message_shortcut: { name: Closed, author: author }',
    more: 'allow: { users: [bob@acme.example] }',
    steps: DONE,
  }),
};

const MESSAGE: ChosenMessage = {
  text: 'The printer burns',
  link: 'https://acme.slack.com/archives/C1/p1',
  author: { name: 'Bob', userId: 'bob' },
};

describe('shortcuts and slash commands of recipes', () => {
  let kit: ServiceKit;
  let forms: Form[];
  let serial = 0;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
    forms = [];
  });

  afterEach(() => kit.stop());

  const started = async () => (await kit.jobList()).map(({ state }) => state.parameters);
  const openForm = async (form: Form) => {
    forms.push(form);
  };

  async function choose(shortcut: string, change: Partial<ShortcutEvent> = {}): Promise<void> {
    serial += 1;
    await kit.clock.advance(1);
    const base = { kind: 'shortcut', id: `s${serial}`, user: ANN, conversation: UNSEEN, shortcut, openForm } as const;
    await kit.handleEvent({ ...base, ...change });
    await kit.idle();
  }

  async function type(command: string, text: string, change: Partial<SlashCommandEvent> = {}): Promise<void> {
    serial += 1;
    const where = { user: ANN, conversation: UNSEEN };
    await kit.handleEvent({ kind: 'slash-command', id: `s${serial}`, ...where, command, text, openForm, ...change });
    await kit.idle();
  }

  test('a message gives its text, its address and its author to the parameters, and the job runs at once', async () => {
    await choose('message:case', { message: MESSAGE });
    expect(await started()).toEqual([
      {
        description: 'The printer burns',
        source: 'https://acme.slack.com/archives/C1/p1',
        reporter: expect.objectContaining({ id: 'bob' }),
      },
    ]);
    expect(forms).toEqual([]);
    expect(kit.chat.last()).toMatchObject({ privateTo: ANN, conversation: UNSEEN });
    expect(textOf(kit.chat.last())).toBe('Made');
  });

  test('the author goes into a text by name', async () => {
    await choose('message:closed', { user: BOB, message: { text: '', author: { name: 'Monitor' } } });
    expect(await started()).toEqual([{ author: 'Monitor' }]);
  });

  test('what a message does not have is asked for in a form that opens at once', async () => {
    await choose('message:case', { message: { text: ' ' } });
    expect(forms.map(({ fields, title }) => [title, fields.map(({ name }) => name)])).toEqual([
      ['Create case', ['description', 'source', 'reporter', 'amount']],
    ]);
    expect([await started(), kit.chat.messages]).toEqual([[], []]);
    await submit({ description: 'Typed' });
    expect(await started()).toEqual([{ description: 'Typed' }]);
    expect(kit.chat.last().privateTo).toEqual(ANN);
  });

  async function submit(values: Record<string, string>): Promise<void> {
    const token = forms.at(-1)?.token ?? '';
    const refuse = () => {
      throw new Error('the form was refused');
    };
    await kit.handleEvent({
      kind: 'form',
      id: 'f1',
      user: ANN,
      conversation: UNSEEN,
      token,
      values,
      refuseInTime: refuse,
    });
    await kit.idle();
  }

  test('a message that is longer than a value may be is cut, and what does not fit the rules is asked for', async () => {
    const text = 'x'.repeat(40_000);
    await choose('message:case', { message: { text } });
    expect(textOf(kit.chat.last())).toContain('3000');
    expect([await started(), forms]).toEqual([[], []]);
    const files = [{ reference: { file: 'F1' }, name: 'plan.pdf', mimeType: 'application/pdf' }];
    await choose('message:plan', { message: { text, files } });
    expect(await started()).toMatchObject([{ about: `${'x'.repeat(3_999)}…` }]);
  });

  test('a file of the message goes where a file is taken, and nowhere else', async () => {
    const files = [{ reference: { file: 'F1' }, name: 'plan.pdf', mimeType: 'application/pdf' }];
    await choose('message:plan', { message: { ...MESSAGE, files } });
    await choose('message:case', { message: { ...MESSAGE, files } });
    expect(await started()).toMatchObject([{ plan: { name: 'plan.pdf' } }, { description: 'The printer burns' }]);
  });

  test('a shortcut without a message opens the form, and asks in the chat where none opens any more', async () => {
    await choose('global:case', { conversation: DIRECT });
    expect(forms).toHaveLength(1);
    const late = async () => {
      throw new BehalfError('chat.delivery_failed', 'expired_trigger_id');
    };
    await choose('global:case', { conversation: DIRECT, openForm: late });
    expect(textOf(kit.chat.last())).toContain('Description?');
    await kit.say('The printer burns');
    await kit.idle();
    expect(await started()).toEqual([{ description: 'The printer burns' }]);
  });

  test('a slash command takes what stands behind it, as the command in the chat does', async () => {
    await type('/case', 'The printer burns amount: 5');
    await type('/case', '');
    expect(await started()).toEqual([{ description: 'The printer burns', amount: 5 }]);
    expect(forms).toHaveLength(1);
    await type('/case', 'The printer burns amount: many');
    expect(textOf(kit.chat.last())).toContain('must be a number');
    expect(forms).toHaveLength(1);
  });

  test('an answer is for the person alone where nobody saw the question, unless the recipe says otherwise', async () => {
    await type('/case', 'quiet');
    expect(kit.chat.last()).toMatchObject({ privateTo: ANN });
    await type('/loud', '');
    expect(kit.chat.last()).not.toHaveProperty('privateTo');
    await kit.say('create case description: seen by all', { conversation: CHANNEL });
    await kit.idle();
    expect(kit.chat.last()).not.toHaveProperty('privateTo');
  });

  test('what is delivered twice runs once', async () => {
    for (const id of ['twice', 'twice', 'once more']) await choose('message:case', { id, message: MESSAGE });
    for (const id of ['typed twice', 'typed twice']) await type('/case', 'x', { id });
    expect(await started()).toHaveLength(3);
  });

  test('who may not run the recipe is told so, and it does not run', async () => {
    await choose('global:closed');
    await choose('message:closed', { message: MESSAGE });
    expect(kit.chat.messages).toHaveLength(2);
    for (const message of kit.chat.messages) expect(message.privateTo).toEqual(ANN);
    expect(textOf(kit.chat.last())).toContain('Closed');
    expect([await started(), forms]).toEqual([[], []]);
  });

  test.each(['global:loud', 'message:loud', 'global:none', 'case', '__proto__', '../case'])(
    'a shortcut that no recipe has (any more) leads nowhere, and says so once: %s',
    async (shortcut) => {
      for (const id of ['same', 'same']) await choose(shortcut, { id, message: MESSAGE });
      expect(kit.chat.messages.map(textOf)).toEqual([
        'This shortcut has been stopped, or is new and not ready yet. Write help to see what I can do.',
      ]);
      expect([await started(), forms]).toEqual([[], []]);
    },
  );

  test('a slash command that no recipe has (any more) says so, and never counts as a command that is typed', async () => {
    await type('/gone', 'create case description: x');
    expect(kit.chat.messages.map(textOf)).toEqual([
      '/gone has been stopped, or is new and not ready yet. Write help to see what I can do.',
    ]);
    expect(await started()).toEqual([]);
  });

  test('the form of a recipe that has stopped or changed since runs nothing', async () => {
    await choose('global:case');
    const later = await kit.replica({ recipes: { loud: RECIPES.loud }, queue: 'none' });
    const token = forms[0]?.token ?? '';
    const values = { description: 'x' };
    const refuse = () => true;
    await later.handleEvent({
      kind: 'form',
      id: 'f1',
      user: ANN,
      conversation: UNSEEN,
      token,
      values,
      refuseInTime: refuse,
    });
    expect(textOf(kit.chat.last())).toContain('stopped or changed');
    expect(await started()).toEqual([]);
  });

  test('what is typed behind the bot’s own slash command opens the form, too', async () => {
    await kit.handleEvent({ kind: 'text', id: 't1', user: ANN, conversation: UNSEEN, text: 'create case', openForm });
    expect(forms.map(({ title }) => title)).toEqual(['Create case']);
  });
});
