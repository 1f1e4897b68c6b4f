import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createOpenApiDocumentCheck } from '../../../../adapters/openapi/index.js';
import { runImport } from '../../../../src/cli/connector.js';
import type { IncomingResponse } from '../../../../src/kernel/http-client.port.js';
import { AnsweringHttpClient, answer, connector } from '../parts.js';
import { DESK, PETS } from './documents.js';

const PAGE = 'https://desk.example/docs/openapi.json';

function imported(
  source: string,
  response: IncomingResponse,
  operations: readonly string[],
  more: { out?: string; name?: string } = {},
) {
  const http = new AnsweringHttpClient(() => response);
  return runImport({ source, operations, http, documentCheck: createOpenApiDocumentCheck(), ...more });
}

const pets = (...operations: readonly string[]) =>
  imported('https://pets.example/openapi.yaml', answer(200, PETS), operations);
const desk = (...operations: readonly string[]) => imported(PAGE, answer(200, DESK), operations);

describe('an OpenAPI document with an API key', () => {
  test('becomes a connector that can be used', async () => {
    const { exitCode, output } = await pets('getPetById', 'addPet');
    expect(exitCode).toBe(0);
    expect(parse(output)).toEqual({
      name: 'happy_pets_api',
      title: 'Happy Pets API',
      settings: [{ name: 'region', title: 'Where your shop is', default: 'eu' }],
      base_url: 'https://{{ settings.region }}.pets.example/v1',
      auth: { api_key: { in: 'header', name: 'X-Api-Key' } },
      error_message: '{{ body.error.message }}',
      actions: {
        get_pet_by_id: {
          title: 'find pet by ID',
          description: 'Returns a single pet, with its tags.',
          request: {
            method: 'GET',
            path: '/pets/{{ input.pet_id }}',
            query: { fields: '{{ $join(input.fields, ",") }}', tags: '{{ input.tags }}' },
            headers: { 'X-Trace': '{{ input.x_trace }}' },
          },
          input: {
            pet_id: { type: 'integer', title: 'Pet id', description: 'Number of the pet', required: true },
            fields: { type: 'array', title: 'Fields', items: { type: 'string' } },
            tags: { type: 'array', title: 'Tags', items: { type: 'string', enum: ['cat', 'dog'] } },
            x_trace: { type: 'string', title: 'X trace', max_length: 64 },
          },
          output_schema: PET_SHAPE,
        },
        add_pet: {
          title: 'add a pet',
          request: {
            method: 'POST',
            path: '/pets',
            json: {
              born: '{{ input.born }}',
              extra: '{{ input.extra }}',
              name: '{{ input.name }}',
              parent: '{{ input.parent }}',
              secret: '{{ input.secret }}',
              status: '{{ input.status }}',
              tags: '{{ input.tags }}',
            },
          },
          input: {
            name: { type: 'string', title: 'Name', required: true, max_length: 80 },
            born: { type: 'string', title: 'Born', format: 'date' },
            status: { type: 'string', title: 'Status', default: 'available', enum: ['available', 'sold'] },
            tags: { type: 'array', title: 'Tags', items: { type: 'string' } },
            secret: { type: 'string', title: 'Secret' },
            parent: { type: 'object', title: 'Parent' },
            extra: { type: 'any', title: 'Extra' },
          },
          idempotency_key_header: 'Idempotency-Key',
          output_schema: PET_SHAPE,
        },
      },
    });
    expect(connector(output).actions.size).toBe(2);
  });

  test('says what is left out, and where a person has to look', async () => {
    const { messages, output } = await pets('getPetById', 'GET /pets', 'addPhoto', 'putFilm');
    expect(messages).toEqual([
      'base_url: the document has 1 more servers; this is the first',
      'actions.get_pet_by_id: the parameter "filter" is left out: it is written in the style deepObject',
      'actions.get_pet_by_id: the parameter "session" is left out: it is no part of the address or the headers',
      'actions.get_pets: "cursor" looks like pages: "pagination" can read them',
      'actions.add_photo: complete the title: "Your account may not …"',
      'actions.add_photo: the file is sent as a text; "base64" in place of "text" sends any bytes',
      'actions.add_photo: its answer (image/png) is not read',
      'actions: putFilm is left out: its body is video/mp4',
      'https://pets.example/links.json#/Links is in another document, which was not read',
    ]);
    expect(output).toContain('# the document has 1 more servers; this is the first\nbase_url:');
    expect(output).toContain('  # "cursor" looks like pages: "pagination" can read them\n  get_pets:');
    expect(output).toMatch(
      /^# yaml-language-server: \$schema=.*\n# Imported from https:\/\/pets\.example\/openapi\.yaml\n/,
    );
    expect(parse(output)).toMatchObject({
      actions: {
        get_pets: { title: 'list pets', output_schema: { items: [PET_SHAPE], 'next?': 'string' } },
        add_photo: {
          response: 'none',
          request: {
            multipart: {
              fields: { caption: '{{ input.caption }}' },
              file: { field: 'photo', name: '{{ input.file_name }}', text: '{{ input.content }}' },
            },
          },
        },
      },
    });
  });

  test('is refused where nothing is left of it', async () => {
    expect(await pets('putFilm')).toMatchObject({
      exitCode: 2,
      messages: [expect.stringContaining('putFilm is left out: its body is video/mp4')],
    });
  });
});

const PET_SHAPE = {
  id: 'integer',
  name: 'string',
  'born?': 'string',
  'status?': 'string',
  'tags?': ['string'],
  'parent?': 'any',
  'extra?': 'any',
};

describe('an OpenAPI document with logins', () => {
  test('becomes a connector with scopes for each action', async () => {
    const { exitCode, messages, output } = await desk('tickets/list', 'tickets/create', 'putNote', 'search');
    expect(messages.filter((message) => !message.includes('complete the title'))).toEqual([
      'identity: /users/me looks like the call that tells whose token it is; check it, and what is read of it',
    ]);
    expect(exitCode).toBe(0);
    const made = parse(output);
    expect(made).toMatchObject({
      base_url: 'https://desk.example/api/v2',
      hosts: ['files.desk.example'],
      auth: {
        oauth2: {
          authorization_url: 'https://desk.example/oauth/authorizations/new',
          token_url: 'https://desk.example/oauth/tokens',
          scopes: ['read'],
        },
        api_key: { in: 'header', name: 'Authorization', prefix: 'Bearer ' },
      },
      identity: { request: { path: '/users/me' } },
      error_message: '{{ body.message }}',
      actions: {
        tickets_list: {
          output_schema: [{ id: 'integer', subject: 'string', 'open?': 'boolean', 'related?': ['any'], 'odd?': 'any' }],
        },
        tickets_create: {
          title: 'create ticket',
          scopes: ['tickets:write'],
          request: {
            form: { subject: '{{ input.subject }}', priority: '{{ input.priority }}', due: '{{ input.due }}' },
          },
          input: {
            subject: { type: 'string', required: true, description: 'In a line' },
            priority: { type: 'string', enum: ['low', 'high'] },
            due: { type: 'string', format: 'date-time' },
          },
        },
        put_note: {
          response: 'text',
          output_schema: 'string',
          request: { base_url: 'https://files.desk.example', text: '{{ input.body }}' },
        },
        search: { request: { json: '{{ input.body }}' }, input: { body: { type: 'any' } } },
      },
    });
    expect(made.actions.tickets_create.input.due).not.toHaveProperty('default');
    expect(made.actions.tickets_list).not.toHaveProperty('scopes');
    expect(connector(output).actions.get('put_note')).toBeDefined();
  });
});

test('a body of a kind of JSON of its own is sent as that', async () => {
  const plain = '"application/json":{"schema":{"oneOf"';
  const own = DESK.replace(plain, plain.replace('application/json', 'application/vnd.desk+json; charset=utf-8'));
  const { output } = await imported(PAGE, answer(200, own), ['search']);
  expect(parse(output)).toMatchObject({
    actions: {
      search: { request: { headers: { 'Content-Type': 'application/vnd.desk+json' }, json: '{{ input.body }}' } },
    },
  });
  expect(connector(output).actions.get('search')).toBeDefined();
});

describe('an import', () => {
  test('writes a new file, and never over one that is there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'behalf-import-'));
    const out = join(folder, 'connectors', 'desk.yaml');
    const first = await imported(PAGE, answer(200, DESK), ['search'], { out, name: 'my_desk' });
    expect(first).toMatchObject({ exitCode: 0, output: '', messages: expect.arrayContaining([`wrote ${out}`]) });
    expect(connector(await readFile(out, 'utf8')).name).toBe('my_desk');
    const second = await imported(PAGE, answer(200, DESK), ['search'], { out });
    expect(second).toMatchObject({ exitCode: 2, messages: [expect.stringContaining('is there already')] });
  });

  test('survives references that lead in a circle or nowhere', async () => {
    const circle = PETS.replace(
      '  parameters:\n    petId: {',
      '  parameters:\n    petId: { $ref: "#/components/parameters/petId" }\n    other: {',
    );
    const { exitCode, messages } = await imported('https://pets.example/x', answer(200, circle), [
      'getPetById',
      'addPet',
    ]);
    expect(exitCode).toBe(0);
    expect(messages).toContainEqual(expect.stringContaining('getPetById is left out: its path /pets/{petId}'));
  });

  test('reads a file', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'behalf-import-')), 'pets.yaml');
    await writeFile(path, PETS);
    const { exitCode, output } = await imported(path, answer(500, ''), ['delete-pet']);
    expect(exitCode).toBe(0);
    expect(connector(output).actions.get('delete_pet')).toMatchObject({ title: 'do delete-pet', isSafeToRepeat: true });
  });

  test('tells mistakes of the document, and goes on', async () => {
    const { exitCode, messages } = await imported(PAGE, answer(200, DESK.replace('"version":"2026-01"', '"x":1')), [
      'search',
    ]);
    expect(exitCode).toBe(0);
    expect(messages[0]).toMatch(/^the document has a mistake: .*version/);
  });

  test.each<[string, IncomingResponse, string, RegExp]>([
    ['an unknown operation', answer(200, PETS), 'getPetByID', /no operation "getPetByID"; did you mean "getPetById"\?/],
    ['Swagger 2.0', answer(200, '{"swagger":"2.0"}'), 'x', /is no OpenAPI document of version 3\.0 or 3\.1/],
    ['a page', answer(200, '<html>: [}'), 'x', /is neither JSON nor YAML/],
    ['a text', answer(200, 'hello'), 'x', /is no OpenAPI document/],
    ['a missing document', answer(404, ''), 'x', /was answered 404/],
    [
      'a document that has moved',
      answer(302, '', { location: 'https://new.example/' }),
      'x',
      /has moved to https:\/\/new\.example\//,
    ],
  ])('refuses %s in one line', async (_name, response, operation, expected) => {
    const result = await imported('https://pets.example/openapi.yaml', response, [operation]);
    expect(result).toMatchObject({ exitCode: 2, output: '', messages: [expect.stringMatching(expected)] });
  });
});

test('a document check reads nothing but the document', async () => {
  const check = createOpenApiDocumentCheck();
  const reference = { $ref: 'http://127.0.0.1:9/schema.json' };
  const document = {
    openapi: '3.1.0',
    info: { title: 'x', version: '1' },
    paths: {
      '/x': {
        get: { responses: { '200': { description: 'x', content: { 'application/json': { schema: reference } } } } },
      },
    },
  };
  expect(await check.check(document)).toEqual([]);
  expect(document.paths['/x'].get.responses['200'].content['application/json'].schema).toBe(reference);
});
