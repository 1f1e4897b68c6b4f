import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createHttpClient } from '../../adapters/undici/index.js';
import type { Credential } from '../../src/connections/connection.js';
import type { ParentConnection } from '../../src/connections/parent-connection.js';
import { compileConnector } from '../../src/connectors/compile-connector.js';
import { performAction } from '../../src/connectors/perform-action.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { RecordingLogger } from '../support/recording-logger.js';

const CONNECTOR = `
name: shelf
title: Shelf
settings: [{ name: url, title: Address }]
base_url: "{{ settings.url }}"
auth: { api_key: { name: X-Key } }
actions:
  list:
    title: see books
    request: { path: /books }
    pagination: { kind: link, items: "{{ body }}", limit_parameter: per_page, page_size: 2 }
    output: { titles: "{{ items.title }}", truncated: "{{ truncated }}" }
  moved:
    title: see the shelf
    request: { path: "/moved/{{ input.to }}" }
    input: { to: {} }
  upload:
    title: store files
    request:
      method: POST
      path: /files
      multipart: { fields: { tag: "{{ input.tag }}" }, file: { name: "{{ input.name }}", text: "{{ input.content }}" } }
    input: { tag: {}, name: {}, content: {} }
`;

const asked: { readonly host: string; readonly url: string; readonly key: unknown }[] = [];
const strangers: string[] = [];
let url = '';
let strangerUrl = '';

const app = createServer((request, response) => {
  asked.push({ host: request.headers.host ?? '', url: request.url ?? '', key: request.headers['x-key'] });
  void answer(request, response);
});
const stranger = createServer((request, response) => {
  strangers.push(request.url ?? '');
  response.end('{}');
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', url);
  const json = { 'content-type': 'application/json' };
  switch (pathname) {
    case '/books': {
      const page = Number(searchParams.get('page') ?? '1');
      const link = page < 3 ? { link: `<${url}/books?per_page=2&page=${page + 1}>; rel="next"` } : {};
      const books = [{ title: `${page}a` }, { title: `${page}b` }];
      response.writeHead(200, { ...json, ...link, 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(books)));
      return;
    }
    case '/moved/here':
      response.writeHead(301, { location: '/shelf' }).end();
      return;
    case '/moved/away':
      response.writeHead(302, { location: `${strangerUrl}/shelf` }).end();
      return;
    case '/files': {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      const type = request.headers['content-type'] ?? '';
      const form = await new Response(Buffer.concat(chunks), { headers: { 'content-type': type } }).formData();
      const file = form.get('file');
      const found = typeof file === 'object' && file ? { name: file.name, text: await file.text() } : {};
      response.writeHead(201, json).end(JSON.stringify({ tag: form.get('tag'), ...found }));
      return;
    }
    default:
      response.writeHead(200, json).end('{"id":"shelf"}');
  }
}

const http = createHttpClient({ allowPrivateHosts: ['127.0.0.1'], logger: new RecordingLogger(), clock: systemClock });

beforeAll(async () => {
  for (const server of [app, stranger]) {
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
  }
  const addressOf = (server: typeof app) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  url = addressOf(app);
  strangerUrl = addressOf(stranger);
});
beforeEach(() => {
  asked.length = 0;
});
afterAll(async () => {
  await http.close();
  for (const server of [app, stranger]) server.close();
});

function perform(name: string, input: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
  const compiled = compileConnector({ file: 'connectors/shelf.yaml', text: CONNECTOR });
  const action = compiled.kind === 'ok' ? compiled.connector.actions.get(name) : undefined;
  if (compiled.kind !== 'ok' || !action) throw new Error('the connector is broken');
  const credential: Credential = { kind: 'api_key', in: 'header', name: 'X-Key', key: new Secret('k1') };
  const parent: ParentConnection = {
    name: 'shelf',
    connector: 'shelf',
    title: 'Shelf',
    settings: { url },
    auth: { kind: 'static', method: 'api_key', credential },
  };
  const { connector } = compiled;
  return performAction({
    connector,
    action,
    parent,
    credential,
    input,
    idempotencyKey: 'j:0',
    http,
    clock: systemClock,
  });
}

describe('over HTTP, an action', () => {
  test('reads all pages of a list, compressed as they are, with its key on each', async () => {
    expect(await perform('list')).toEqual({ titles: ['1a', '1b', '2a', '2b', '3a', '3b'], truncated: false });
    expect(asked.map((request) => [request.url, request.key])).toEqual([
      ['/books?per_page=2', 'k1'],
      ['/books?per_page=2&page=2', 'k1'],
      ['/books?per_page=2&page=3', 'k1'],
    ]);
  });

  test('follows a redirect at its own host', async () => {
    expect(await perform('moved', { to: 'here' })).toEqual({ id: 'shelf' });
    expect(asked.map((request) => request.key)).toEqual(['k1', 'k1']);
  });

  test('does not follow a redirect to a stranger, who learns nothing', async () => {
    await expect(perform('moved', { to: 'away' })).rejects.toMatchObject({ code: 'app.unexpected_answer' });
    expect(strangers).toEqual([]);
  });

  test('sends a file', async () => {
    const input = { tag: 'notes', name: 'Übersicht "1".txt', content: 'line\r\nline' };
    expect(await perform('upload', input)).toEqual({ tag: 'notes', name: input.name, text: input.content });
  });
});
