import { lookUpAccount } from '../../../src/connectors/account-lookup.js';
import { buildRequest } from '../../../src/connectors/build-request.js';
import { compileConnector } from '../../../src/connectors/compile-connector.js';
import { performAction } from '../../../src/connectors/perform-action.js';
import type { HttpClient, IncomingResponse } from '../../../src/kernel/http-client.port.js';
import { formatProblem } from '../../../src/language/problem.js';
import { createManualClock } from '../../support/clocks.js';
import { AnsweringHttpClient, actionOf, answer, BEARER, CONNECTOR, connector, json, PARENT } from './parts.js';

const FILES = `
name: acme_crm
title: Acme CRM
settings: [{ name: url, title: Address }, { name: region, title: Region, required: false }]
base_url: "{{ settings.url }}"
auth: { basic: {} }
test: { request: { path: /ping } }
actions:
  upload:
    title: store files
    request:
      method: POST
      path: /files
      multipart:
        fields: { attributes: { name: "{{ input.name }}", parent: { id: "0" } }, tag: "{{ input.tags }}" }
        file: { name: "{{ input.name }}", text: "{{ input.content }}", type: text/plain }
    input: { name: {}, content: {}, tags: { type: array } }
  upload_bytes:
    title: store files
    request:
      method: POST
      path: /files
      multipart: { file: { field: data, name: "{{ input.name }}", base64: "{{ input.content }}" } }
    input: { name: {}, content: {} }
  write:
    title: write texts
    request: { method: PUT, path: /text, text: "Hello {{ input.name }}" }
    input: { name: {} }
  write_xml:
    title: write texts
    request:
      method: POST
      path: /soap
      headers: { Content-Type: application/soap+xml; charset=utf-8, Accept: application/soap+xml }
      text: "<name>{{ input.name }}</name>"
    input: { name: {} }
  patch:
    title: change records
    request:
      method: PATCH
      path: /records
      headers: { content-type: application/json-patch+json }
      json: [{ op: add, path: /name, value: "{{ input.name }}" }]
    input: { name: {} }
`;

function build(name: string, input: Readonly<Record<string, unknown>>) {
  const made = connector(FILES);
  const template = actionOf(name, made).request;
  return buildRequest({ connector: made, parent: PARENT, credential: BEARER, template, input });
}

/** What a standard parser makes of a body. */
async function parsed(name: string, input: Readonly<Record<string, unknown>>): Promise<FormData> {
  const { body, headers } = await build(name, input);
  return new Response(Buffer.from(body ?? ''), { headers: headers ?? {} }).formData();
}

describe('a body', () => {
  test('may be one file with fields before it', async () => {
    const form = await parsed('upload', { name: 'Notes "1" ü.txt', content: 'line 1\r\n--x\nend', tags: ['a', 'b'] });
    expect(JSON.parse(String(form.get('attributes')))).toEqual({ name: 'Notes "1" ü.txt', parent: { id: '0' } });
    expect(form.getAll('tag')).toEqual(['a', 'b']);
    const file = form.get('file');
    if (!(file instanceof File)) throw new Error('there is no file');
    expect([file.name, file.type, await file.text()]).toEqual(['Notes "1" ü.txt', 'text/plain', 'line 1\r\n--x\nend']);
  });

  test('has the content type that its connector says, where that is none of ours', async () => {
    const xml = await build('write_xml', { name: 'Ü' });
    expect(xml.headers).toMatchObject({
      'content-type': 'application/soap+xml; charset=utf-8',
      accept: 'application/soap+xml',
    });
    expect(xml.body).toBe('<name>Ü</name>');
    const patch = await build('patch', { name: 'Ü' });
    expect(patch.headers).toMatchObject({ 'content-type': 'application/json-patch+json' });
    expect(patch.body).toBe('[{"op":"add","path":"/name","value":"Ü"}]');
    expect((await build('write', { name: 'Ü' })).headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
    });
  });

  test('may be a file of bytes', async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 45, 45]);
    const form = await parsed('upload_bytes', { name: 'a.bin', content: bytes.toString('base64') });
    const file = form.get('data');
    if (!(file instanceof File)) throw new Error('there is no file');
    expect(file.type).toBe('application/octet-stream');
    expect(Buffer.from(await file.arrayBuffer())).toEqual(bytes);
  });

  test.each([
    ['upload', { name: 'a\r\nb', content: 'x' }],
    ['upload', { name: '../a', content: 'x' }],
    ['upload', { name: '', content: 'x' }],
    ['upload', { name: 'a', content: 'x'.repeat(5 * 1024 * 1024 + 1) }],
    ['upload_bytes', { name: 'a', content: 'no base64!' }],
  ])('of %s is not made of %.60j', async (name, input) => {
    await expect(build(name, input)).rejects.toMatchObject({ code: 'app.bad_input' });
  });

  test('may be a text', async () => {
    expect(await build('write', { name: 'Jürgen' })).toMatchObject({
      body: 'Hello Jürgen',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
  });

  test('has its file as text or as base64, and stands alone', () => {
    const problems = (text: string) => {
      const result = compileConnector({ file: 'connectors/acme.yaml', text });
      return result.kind === 'broken' ? result.problems.map(formatProblem) : [];
    };
    expect(problems(FILES.replace(', text: "{{ input.content }}"', ''))).toContainEqual(
      expect.stringMatching(/a file has its content as text or as base64/),
    );
    expect(problems(FILES.replace('text: "Hello', 'json: {}, text: "Hello'))).toContainEqual(
      expect.stringMatching(/a request has one body, not json and text/),
    );
  });
});

function perform(response: IncomingResponse, as?: string) {
  const text =
    as === undefined ? CONNECTOR : CONNECTOR.replace('title: see records', `title: see records\n    response: ${as}`);
  const made = connector(text);
  return performAction({
    connector: made,
    action: actionOf('get', made),
    parent: PARENT,
    credential: BEARER,
    input: { id: '1', kind: 'k' },
    idempotencyKey: 'job:0',
    http: new AnsweringHttpClient(() => response),
    clock: createManualClock(0),
  });
}

describe('an answer', () => {
  const html = { 'content-type': 'text/html' };

  test.each<[string, IncomingResponse, string | undefined, unknown]>([
    [
      'in Latin 1',
      {
        ...answer(200, ''),
        headers: { 'content-type': 'text/plain; charset=iso-8859-1' },
        body: Buffer.from('caf\xe9', 'latin1'),
      },
      undefined,
      'café',
    ],
    [
      'with a byte order mark',
      answer(200, '\ufeff{"a":1}', { 'content-type': 'application/json' }),
      undefined,
      { a: 1 },
    ],
    ['of JSON in an odd type', answer(200, '{"a":1}', { 'content-type': 'text/javascript' }), 'json', { a: 1 }],
    ['of JSON without a type', answer(200, '{"a":1}'), 'json', { a: 1 }],
    ['that is a page, taken as text', answer(200, '<p>', html), 'text', '<p>'],
    ['that nobody needs', answer(200, '<p>', html), 'none', {}],
  ])('%s is read', async (_name, response, as, expected) => {
    expect(await perform(response, as)).toEqual(expected);
  });

  test.each<[string, IncomingResponse, string | undefined]>([
    ['in an unknown charset', answer(200, 'x', { 'content-type': 'text/plain; charset=klingon' }), undefined],
    ['that only claims to be JSON', answer(200, '<p>', { 'content-type': 'application/json' }), 'json'],
  ])('%s is not understood', async (_name, response, as) => {
    await expect(perform(response, as)).rejects.toMatchObject({ code: 'app.unexpected_answer' });
  });

  test('that is an error is read by its type, whatever a good one is', async () => {
    await expect(perform(json(400, { message: 'no such kind' }), 'none')).rejects.toMatchObject({
      userText: 'Acme CRM did not accept what was entered. Acme CRM says: no such kind',
    });
  });

  test('may have the words of one error elsewhere', async () => {
    const rule = '{ status: 422, class: bad_input, words: "{{ body.problems[0].text }}" }';
    const made = connector(CONNECTOR.replace('errors:\n', `errors:\n  - ${rule}\n`));
    const failing = performAction({
      connector: made,
      action: actionOf('get', made),
      parent: PARENT,
      credential: BEARER,
      input: { id: '1', kind: 'k' },
      idempotencyKey: 'job:0',
      http: new AnsweringHttpClient(() => json(422, { message: 'see problems', problems: [{ text: 'Too late' }] })),
      clock: createManualClock(0),
    });
    await expect(failing).rejects.toMatchObject({
      userText: 'Acme CRM did not accept what was entered. Acme CRM says: Too late',
    });
  });
});

describe('an identity', () => {
  const TWO = CONNECTOR.replace(
    '  request: { path: /me }',
    '  request: { path: /me }\n  more: { request: { path: /me/emails } }',
  )
    .replace('email: "{{ body.email }}"', 'email: "{{ more.body[primary].email }}"')
    .replace('email_verified: "{{ body.email_verified }}"', 'email_verified: "{{ more.body[primary].verified }}"');

  function lookUp(second: IncomingResponse) {
    const asked: string[] = [];
    const http: HttpClient = {
      request: ({ url }) => {
        asked.push(new URL(url).pathname);
        return Promise.resolve(asked.length === 1 ? json(200, { id: 7, email: 'rita' }) : second);
      },
      close: () => Promise.resolve(),
    };
    const clock = createManualClock(0);
    return {
      asked,
      account: lookUpAccount({ connector: connector(TWO), parent: PARENT, credential: BEARER, http, clock }),
    };
  }

  test('may need a second call', async () => {
    const emails = [
      { email: 'old@acme.example', primary: false, verified: true },
      { email: 'rita@acme.example', primary: true, verified: true },
    ];
    const { account, asked } = lookUp(json(200, emails));
    expect(await account).toEqual({ id: '7', label: 'rita', confirmedEmail: 'rita@acme.example' });
    expect(asked).toEqual(['/api/me', '/api/me/emails']);
  });

  test('is unknown where the second call fails', async () => {
    await expect(lookUp(json(403, {})).account).rejects.toMatchObject({ code: 'app.forbidden' });
  });
});

test('the test call of a connector is compiled', () => {
  expect(connector(FILES).test).toMatchObject({ method: 'GET', path: { kind: 'constant', value: '/ping' } });
});
