import { buildRequest } from '../../../src/connectors/build-request.js';
import { compileConnector } from '../../../src/connectors/compile-connector.js';
import { performAction } from '../../../src/connectors/perform-action.js';
import { BehalfError } from '../../../src/kernel/errors.js';
import type { FileValue } from '../../../src/kernel/file-value.js';
import { formatProblem } from '../../../src/language/problem.js';
import { createManualClock } from '../../support/clocks.js';
import { AnsweringHttpClient, actionOf, answer, BEARER, connector, PARENT } from './parts.js';

const FILES = `
name: acme_crm
title: Acme CRM
settings: [{ name: url, title: Address }, { name: region, title: Region, required: false }]
base_url: "{{ settings.url }}"
auth: { basic: {} }
test: { request: { path: /ping } }
actions:
  form:
    title: store files
    request:
      method: POST
      path: /files
      multipart: { fields: { title: "{{ input.title }}" }, file: { field: data, content: "{{ input.file }}" } }
    input: { title: {}, file: { type: file, title: File, required: true } }
  named:
    title: store files
    request:
      method: POST
      path: /files
      multipart: { file: { content: "{{ input.file }}", name: "{{ input.title }}", type: text/plain } }
    input: { title: {}, file: { type: file } }
  put:
    title: store files
    request: { method: PUT, path: "/files/{{ input.file.name }}", binary: "{{ input.file }}" }
    input: { file: { type: file } }
  json:
    title: store files
    request:
      method: POST
      path: /files
      json: { name: "{{ input.file.name }}", data: "{{ input.file.base64 }}", uri: "data:{{ input.file.type }};base64,{{ input.file.base64 }}" }
    input: { file: { type: file } }
`;

const CONTENT = Buffer.from([0, 255, 13, 10, 45, 45, 36, 38]);
const PDF: FileValue = { name: 'Vertrag "ü".pdf', type: 'application/pdf', size: 8, ref: 'file.AAAA' };

async function build(name: string, input: Readonly<Record<string, unknown>>) {
  const made = connector(FILES);
  const template = actionOf(name, made).request;
  const limits: unknown[] = [];
  const request = await buildRequest({
    connector: made,
    parent: PARENT,
    credential: BEARER,
    template,
    input,
    readContent: async (_file, limit) => {
      limits.push(limit);
      return CONTENT;
    },
  });
  return { ...request, limits };
}

async function parsed(name: string, input: Readonly<Record<string, unknown>>) {
  const { body, headers } = await build(name, input);
  return new Response(Buffer.from(body ?? ''), { headers: headers ?? {} }).formData();
}

function problems(text: string): readonly string[] {
  const result = compileConnector({ file: 'connectors/acme.yaml', text });
  return result.kind === 'broken' ? result.problems.map(formatProblem) : [];
}

describe('a file that a person sent', () => {
  test('is a part of a form, with its own name and type', async () => {
    const form = await parsed('form', { title: 'A', file: PDF });
    const file = form.get('data');
    if (!(file instanceof File)) throw new Error('there is no file');
    expect([form.get('title'), file.name, file.type]).toEqual(['A', PDF.name, 'application/pdf']);
    expect(Buffer.from(await file.arrayBuffer())).toEqual(CONTENT);
  });

  test('is a part of a form, with the name and type that the connector gives', async () => {
    const file = (await parsed('named', { title: 'other.txt', file: PDF })).get('file');
    if (!(file instanceof File)) throw new Error('there is no file');
    expect([file.name, file.type]).toEqual(['other.txt', 'text/plain']);
  });

  test('is a whole body', async () => {
    const { body, headers, url } = await build('put', { file: PDF });
    expect(Buffer.from(body ?? '')).toEqual(CONTENT);
    expect(headers?.['content-type']).toBe('application/pdf');
    expect(new URL(url).pathname).toBe(`/files/${encodeURIComponent(PDF.name)}`);
  });

  test('stands in JSON in base64, of ten megabytes at most', async () => {
    const { body, limits } = await build('json', { file: PDF });
    const base64 = CONTENT.toString('base64');
    const uri = `data:application/pdf;base64,${base64}`;
    expect(JSON.parse(String(body))).toEqual({ name: PDF.name, data: base64, uri });
    expect(limits).toEqual([{ maxBytes: 10 * 1024 * 1024 }]);
  });

  test('cannot break out of the header of its part', async () => {
    const evil = { ...PDF, name: 'a"\r\nX-Evil: 1\r\n\r\n<b>.pdf', type: 'text/html\r\nX-Evil: 1' };
    const { body } = await build('form', { file: evil });
    const text = Buffer.from(body ?? '').toString('latin1');
    expect(text).not.toMatch(/\r\nX-Evil/);
    expect(text).toContain('Content-Type: application/octet-stream\r\n');
  });

  test('leads nowhere else by its name', async () => {
    await expect(build('put', { file: { ...PDF, name: '../../admin' } })).rejects.toMatchObject({
      code: 'app.bad_input',
    });
    await expect(build('put', { file: { ...PDF, name: '..' } })).rejects.toMatchObject({ code: 'app.bad_input' });
  });

  test.each([['a text'], [{ name: 'x', type: 'y' }], [[PDF]], [7]])('is not %j', async (file) => {
    const made = connector(FILES);
    const calls: unknown[] = [];
    const call = performAction({
      connector: made,
      action: actionOf('form', made),
      parent: PARENT,
      credential: BEARER,
      input: { file },
      idempotencyKey: 'job:0',
      http: new AnsweringHttpClient(() => {
        calls.push('called');
        return answer(200, '{}');
      }),
      clock: createManualClock(0),
    });
    await expect(call).rejects.toMatchObject({
      code: 'app.bad_input',
      userText: 'File must be a file that was sent in the chat.',
    });
    expect(calls).toEqual([]);
  });

  test('that cannot be read keeps the app from being called', async () => {
    const made = connector(FILES);
    const calls: unknown[] = [];
    const call = performAction({
      connector: made,
      action: actionOf('form', made),
      parent: PARENT,
      credential: BEARER,
      input: { file: PDF },
      idempotencyKey: 'job:0',
      readFile: async () => {
        throw new BehalfError('chat.file_gone', 'gone');
      },
      http: new AnsweringHttpClient(() => {
        calls.push('called');
        return answer(200, '{}');
      }),
      clock: createManualClock(0),
    });
    await expect(call).rejects.toMatchObject({ code: 'chat.file_gone' });
    expect(calls).toEqual([]);
  });
});

describe('a connector that sends files', () => {
  test.each([
    [
      '{ title: "{{ input.title }}" }',
      '{ title: "{{ input.file }}" }',
      /"input\.file" is a file, which cannot stand here/,
    ],
    ['{ title: "{{ input.title }}" }', '{ title: "{{ input.file.base64 }}" }', /a file has no "base64" here/],
    ['{ title: "{{ input.title }}" }', '{ title: "{{ input.file.ref }}" }', /a file has no "ref" here/],
    ['content: "{{ input.file }}" }', 'content: "{{ input.title }}" }', /must be an input of the type file/],
    ['binary: "{{ input.file }}"', 'binary: "{{ input.file.name }}"', /must be an input of the type file/],
    ['binary: "{{ input.file }}"', 'binary: "{{ input.file }}", text: x', /one body, not text and binary/],
    ['field: data, content: "{{ input.file }}"', 'field: data, text: x', /the file has no name/],
    ['data: "{{ input.file.base64 }}"', 'data: "{{ input.file }}"', /"input\.file" is a file, which cannot stand here/],
    [
      'file: { type: file, title: File, required: true }',
      'file: { type: file, default: x }',
      /the default does not fit/,
    ],
  ])('with %s as %s has a mistake', (from, to, message) => {
    expect(FILES).toContain(from);
    expect(problems(FILES.replace(from, to))).toContainEqual(expect.stringMatching(message));
  });
});
