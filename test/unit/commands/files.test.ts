import type { ChatFile } from '../../../src/chat/chat-file.js';
import { isFileValue } from '../../../src/kernel/file-value.js';
import { buttonsOf, textOf } from '../../support/recording-chat.js';
import { recipe } from '../../support/service-files.js';
import { ANN, BOB, CHANNEL, DIRECT, type ServiceKit, startServiceKit } from '../../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const STEPS = `  - { action: crm.create, input: { name: "{{ parameters.contract.name }}" } }
  - reply: { text: Made, visible_to: channel, buttons: [{ text: Again, command: file, parameters: { contract: "{{ parameters.contract }}" } }] }`;
const MADE_UP = `  - { reply: { text: Made, buttons: [{ text: Again, command: file, parameters: { contract: { name: x.pdf, type: application/pdf, ref: file.AAAA } } }] } }`;

const RECIPES = {
  file: recipe({
    command: 'file',
    connections: SHARED,
    parameters: `
    - { name: contract, type: file, prompt: "Which file?", hint: as PDF, validate: { max_size_mb: 0.001, types: [.PDF, image/*] } }
    - { name: note, prompt: "Which note?" }
    - { name: second, type: file, optional: true }`,
    steps: STEPS,
  }),
  single: recipe({
    command: 'single',
    connections: SHARED,
    parameters: '[{ name: contract, type: file, prompt: "Which file?" }]',
    steps: STEPS,
  }),
  made: recipe({ command: 'made', connections: SHARED, steps: MADE_UP }),
  ping: recipe({ command: 'ping', connections: SHARED, steps: '  - { action: crm.find }' }),
};

const PDF: ChatFile = { reference: { file: 'F1' }, name: 'contract.pdf', mimeType: 'application/pdf', size: 100 };

describe('a file as a parameter', () => {
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
  });

  afterEach(() => kit.stop());

  const started = async () => (await kit.jobList()).map(({ state }) => state.parameters);
  const lastText = () => textOf(kit.chat.last());

  test('is taken from the message of the command', async () => {
    await kit.say('file note: urgent', { files: [PDF] });
    await kit.idle();
    const [parameters = {}] = await started();
    expect(parameters).toMatchObject({ note: 'urgent', contract: { name: 'contract.pdf', size: 100 } });
    expect(isFileValue(parameters['contract'])).toBe(true);
  });

  test('is asked for and taken from the answer, which need not have a word', async () => {
    await kit.say('file note: urgent');
    expect(lastText()).toBe('File\nWhich file? (as PDF)');
    await kit.say('', { files: [PDF] });
    await kit.idle();
    expect(await started()).toMatchObject([{ note: 'urgent', contract: { name: 'contract.pdf' } }]);
  });

  test('cannot be typed', async () => {
    await kit.say('single');
    await kit.say('contract.pdf');
    expect(lastText()).toBe('Please send the file for contract as an attachment.\nWhich file?');
    await kit.say('single contract: {"name":"x","type":"y","ref":"file.AAAA"}');
    expect(lastText()).toMatch(/as an attachment; a text is no file/);
    expect(await started()).toEqual([]);
  });

  test('of several files none is taken', async () => {
    await kit.say('single', { files: [PDF, PDF] });
    expect(lastText()).toMatch(/Please send one file for contract, not 2\.\nWhich file\?/);
    await kit.say('', { files: [PDF] });
    await kit.idle();
    expect(await started()).toHaveLength(1);
  });

  test.each<[string, Partial<ChatFile>, RegExp]>([
    ['too large', { size: 5000 }, /too large for contract: at most 2 KB/],
    ['empty', { size: 0 }, /empty/],
    [
      'of another type',
      { name: 'a.docx', mimeType: 'application/msword' },
      /must be a file of the type PDF or image \(any\)/,
    ],
    [
      'out of reach',
      { unreadable: 'only_in_own_chat' },
      /In channels and group chats Microsoft Teams does not let me read files/,
    ],
  ])('is refused when it is %s', async (_what, change, words) => {
    await kit.say('file note: x', { files: [{ ...PDF, ...change }] });
    expect(lastText()).toMatch(words);
    expect(await started()).toEqual([]);
  });

  test('is taken by the end of its name or by its media type', async () => {
    await kit.say('file note: x', { files: [{ ...PDF, mimeType: 'application/octet-stream' }] });
    await kit.say('file note: x', { files: [{ ...PDF, name: 'scan', mimeType: 'image/png' }] });
    await kit.idle();
    expect(await started()).toHaveLength(2);
  });

  test('is larger than the setting allows and is refused', async () => {
    await kit.say('single', { files: [{ ...PDF, size: 2_000_000 }] });
    expect(lastText()).toMatch(/at most 1 MB/);
  });

  test('may come with the answer to another question', async () => {
    await kit.say('file', { files: [{ ...PDF, name: 'first.pdf' }] });
    expect(lastText()).toBe('File\nWhich note?');
    await kit.say('a note', { files: [{ ...PDF, name: 'second.pdf' }] });
    await kit.idle();
    expect(await started()).toMatchObject([
      { contract: { name: 'first.pdf' }, second: { name: 'second.pdf' }, note: 'a note' },
    ]);
  });

  test('that no command wants is told so, and nothing is done', async () => {
    await kit.say('ping', { files: [PDF] });
    expect(lastText()).toMatch(/takes no file, so nothing was done/);
    expect(await started()).toEqual([]);
  });

  test('without a command is asked what it is for', async () => {
    await kit.say('', { files: [PDF] });
    expect(lastText()).toMatch(/I do not know what it is for/);
  });

  test('keeps its place in a job sealed: no reference of the platform is seen', async () => {
    await kit.say('single', {
      files: [{ ...PDF, reference: { download: 'https://acme.sharepoint.com/?tempauth=secret' } }],
    });
    await kit.idle();
    const stored = JSON.stringify(await started());
    expect(stored).toContain('contract.pdf');
    expect(stored).not.toMatch(/tempauth|sharepoint/);
  });

  test('has a plain name, wherever it came from', async () => {
    const name = '../../etc\\pass\r\nwd\u202e.pdf';
    await kit.say('single', { files: [{ ...PDF, name, mimeType: 'text/html\r\nX-Evil: 1' }] });
    await kit.idle();
    const expected = { name: '.._.._etc_pass__wd.pdf', type: 'application/octet-stream' };
    expect(await started()).toMatchObject([{ contract: expected }]);
  });

  test('is given on by a button to the one who sent it, and to nobody else', async () => {
    await kit.say('single', { files: [PDF], conversation: CHANNEL });
    await kit.idle();
    const answer = kit.chat.last();
    await kit.press(answer, 'Again');
    expect(lastText()).toBe('File\nWhich note?');
    await kit.press(answer, 'Again', { user: BOB });
    expect(lastText()).toMatch(/Which file\?/);
  });

  test('that a recipe has made up is no file', async () => {
    await kit.say('made');
    await kit.idle();
    await kit.press(kit.chat.last(), 'Again');
    expect(lastText()).toMatch(/Which file\?/);
  });

  /** Opens the form below the last message. */
  async function openForm() {
    const opened: { name: string; kind: string }[] = [];
    let token = '';
    const button = buttonsOf(kit.chat.last()).find(({ label }) => label === 'Fill in a form');
    if (button?.kind !== 'action') throw new Error('there is no form');
    await kit.handleEvent({
      kind: 'action',
      id: 'opening',
      user: ANN,
      conversation: DIRECT,
      token: button.token,
      values: {},
      openForm: async (form) => {
        token = form.token;
        opened.push(...form.fields.map(({ kind, name }) => ({ kind, name })));
      },
    });
    return { opened, token };
  }

  test('is put into the form, where forms take files', async () => {
    await kit.say('file');
    const { opened, token } = await openForm();
    expect(opened).toEqual([
      { kind: 'file', name: 'contract' },
      { kind: 'text', name: 'note' },
      { kind: 'file', name: 'second' },
    ]);
    const refused: Record<string, string>[] = [];
    const base = { kind: 'form' as const, user: ANN, conversation: DIRECT, token, values: { note: 'n' } };
    const refuse = (_form: unknown, errors: Readonly<Record<string, string>>) => refused.push({ ...errors }) > 0;
    await kit.handleEvent({ ...base, id: 'f1', files: {}, refuseInTime: refuse });
    const docx = { ...PDF, name: 'a.docx', mimeType: 'application/msword' };
    await kit.handleEvent({ ...base, id: 'f2', files: { contract: [docx] }, refuseInTime: refuse });
    expect(refused).toEqual([
      { contract: 'Please put a file in.' },
      { contract: 'contract must be a file of the type PDF or image (any).' },
    ]);
    await kit.handleEvent({ ...base, id: 'f3', files: { contract: [PDF] }, refuseInTime: refuse });
    await kit.idle();
    expect(await started()).toMatchObject([{ contract: { name: 'contract.pdf' }, note: 'n' }]);
  });

  test('has to be put in again where the form has closed before it was judged', async () => {
    await kit.say('file');
    const { token } = await openForm();
    const sent = { values: {}, files: { contract: [PDF] }, refuseInTime: () => false };
    await kit.handleEvent({ kind: 'form', id: 'f1', user: ANN, conversation: DIRECT, token, ...sent });
    expect(lastText()).toContain('is kept, but files have to be put in again.');
  });

  test('that came with the command is not asked for in the form', async () => {
    await kit.say('file', { files: [PDF] });
    const { opened, token } = await openForm();
    expect(opened.map(({ name }) => name)).toEqual(['note', 'second']);
    const base = { kind: 'form' as const, id: 'f1', user: ANN, conversation: DIRECT };
    await kit.handleEvent({ ...base, token, values: { note: 'n' }, files: {}, refuseInTime: () => true });
    await kit.idle();
    expect(await started()).toMatchObject([{ contract: { name: 'contract.pdf' }, note: 'n' }]);
  });

  test('is asked for in the chat after the form, where forms take none', async () => {
    kit.chat.files.inForms = false;
    await kit.say('file');
    const { opened, token } = await openForm();
    expect(opened.map(({ name }) => name)).toEqual(['note']);
    const base = { kind: 'form' as const, user: ANN, conversation: DIRECT, token, values: { note: 'n' } };
    await kit.handleEvent({ ...base, id: 'f1', refuseInTime: () => true });
    expect(lastText()).toMatch(/Which file\?/);
    const asked = kit.chat.messages.length;
    await kit.handleEvent({ ...base, id: 'f2', refuseInTime: () => true });
    expect(kit.chat.messages).toHaveLength(asked);
    await kit.say('', { files: [PDF] });
    await kit.idle();
    expect(await started()).toMatchObject([{ contract: { name: 'contract.pdf' }, note: 'n' }]);
  });

  test('alone makes no form where forms take none', async () => {
    kit.chat.files.inForms = false;
    await kit.say('single');
    expect(buttonsOf(kit.chat.last()).map(({ label }) => label)).toEqual(['Cancel']);
  });
});
