import type { ChatFile } from '../../src/chat/chat-file.js';
import { loginButtonsOf, textOf } from '../support/recording-chat.js';
import { callable, recipe } from '../support/service-files.js';
import { type ServiceKit, startServiceKit } from '../support/service-kit.js';

const PARAMETERS = '[{ name: contract, type: file, prompt: "Which file?", validate: { max_size_mb: 0.0001 } }]';
const UPLOAD = `  - { action: crm.upload, input: { file: "{{ parameters.contract }}" } }
  - reply: { text: "Stored {{ parameters.contract.name }}" }`;

const RECIPES = {
  store: recipe({ command: 'store', parameters: PARAMETERS, steps: UPLOAD }),
  patient: recipe({
    command: 'patient',
    connections: 'crm: { use: crm-shared }',
    parameters: PARAMETERS,
    steps: `  - try:
      - { action: crm.upload, input: { file: "{{ parameters.contract }}" } }
    retry: { times: 2, wait: 1 }
    on_error:
      - reply: { text: "Did not work: {{ error.message }}" }`,
  }),
  hand_over: recipe({
    command: 'hand over',
    connections: 'crm: { use: crm-shared }',
    parameters: PARAMETERS,
    steps: `  - call: { recipe: helper, input: { document: "{{ parameters.contract }}" } }
  - reply: { text: Handed over }`,
  }),
  helper: callable({
    name: 'Helper',
    inputs: '[{ name: document, type: any }]',
    connections: 'crm: { use: crm-shared }',
    steps: '  - { action: crm.upload, input: { file: "{{ parameters.document }}" } }',
  }),
};

const CONTENT = Buffer.from('%PDF-1.7 signed');
const PDF: ChatFile = { reference: { file: 'F1' }, name: 'contract.pdf', mimeType: 'application/pdf', size: 15 };
const UPLOADED = { name: 'contract.pdf', data: CONTENT.toString('base64') };

describe('a job with a file', () => {
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
    kit.chat.contents.set('F1', CONTENT);
  });

  afterEach(() => kit.stop());

  const reads = () => kit.chat.operations.filter((operation) => operation === 'readFile').length;
  const uploads = () => kit.crm.callsOf('POST').map(({ body }) => body);

  test('reads it only when a step sends it, after the login that it waited for', async () => {
    await kit.say('store', { files: [PDF] });
    await kit.idle();
    expect(reads()).toBe(0);
    const prompt = kit.chat.messages.find((message) => loginButtonsOf(message).length > 0);
    if (!prompt) throw new Error('nobody was asked to log in');
    await kit.logIn(prompt, 'ann@acme.example');
    await kit.idle();
    expect(uploads()).toEqual([UPLOADED]);
    expect(reads()).toBe(1);
    expect(textOf(prompt)).toBe('Stored contract.pdf');
  });

  test('reads it anew when the step is done once more with a fresh token', async () => {
    await kit.say('store', { files: [PDF] });
    await kit.idle();
    const prompt = kit.chat.messages.find((message) => loginButtonsOf(message).length > 0);
    if (!prompt) throw new Error('nobody was asked to log in');
    let refused = 0;
    kit.crm.answer(({ method }) => {
      if (method !== 'POST' || refused > 0) return undefined;
      refused += 1;
      return { status: 401, body: {} };
    });
    await kit.logIn(prompt, 'ann@acme.example');
    await kit.idle();
    expect(uploads()).toEqual([UPLOADED, UPLOADED]);
    expect(reads()).toBe(2);
  });

  test('says that the file is gone, and calls no app', async () => {
    kit.chat.contents.delete('F1');
    await kit.say('hand over', { files: [PDF] });
    await kit.idle();
    expect(textOf(kit.chat.last())).toMatch(/That file is not there any more\. Please send it again\./);
    expect(uploads()).toEqual([]);
    expect(await kit.jobList()).toMatchObject([{ status: 'failed' }]);
  });

  test('does not take more of a file than its parameter allows, whatever the platform had said', async () => {
    kit.chat.contents.set('F1', Buffer.alloc(200));
    await kit.say('hand over', { files: [PDF] });
    await kit.idle();
    expect(textOf(kit.chat.last())).toMatch(/That file is too large/);
    expect(uploads()).toEqual([]);
  });

  test('hands the file over to a recipe that it calls', async () => {
    await kit.say('hand over', { files: [PDF] });
    await kit.idle();
    expect(uploads()).toEqual([UPLOADED]);
    expect(textOf(kit.chat.last())).toBe('Handed over');
  });

  test('tells the steps of on_error what became of the file', async () => {
    kit.chat.contents.delete('F1');
    await kit.say('patient', { files: [PDF] });
    await kit.idle();
    expect(textOf(kit.chat.last())).toBe('Did not work: That file is not there any more. Please send it again.');
    expect(uploads()).toEqual([]);
  });
});
