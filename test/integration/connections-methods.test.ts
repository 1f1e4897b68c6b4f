import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHttpClient } from '../../adapters/undici/index.js';
import type { Credential } from '../../src/connections/connection.js';
import { compileConnector } from '../../src/connectors/compile-connector.js';
import type { Connector } from '../../src/connectors/connector.js';
import { loadConnections } from '../../src/connectors/load-connections.js';
import { performAction } from '../../src/connectors/perform-action.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { formatProblem } from '../../src/language/problem.js';
import { RecordingLogger } from '../support/recording-logger.js';

const ACTIONS = `
actions:
  see: { title: see things, request: { path: "/things/{{ input.name }}", query: { q: "{{ input.q }}", a: b } }, input: { name: {}, q: {} } }
  send:
    title: send things
    request: { method: POST, path: /things, query: { q: "{{ input.q }}" }, form: { text: "{{ input.name }}", empty: "" } }
    input: { name: {}, q: {} }
`;

const AUTH = {
  keys: `api_key: { fields: [{ name: app, title: App key, in: header, as: X-App }, { name: user, title: User key, in: query, as: user_key }, { name: third, title: Token, in: header, as: Authorization, prefix: "Token " }] }`,
  basic: 'basic: { username_suffix: /token }',
  custom: `custom: { fields: [{ name: tenant, title: Tenant, secret: false }, { name: key, title: Key }], headers: { X-Tenant: "{{ fields.tenant }}", Authorization: "HOUSE {{ fields.tenant }}:{{ fields.key }}" }, query: { sig: "{{ fields.key }}" } }`,
  sha1: oauth1('HMAC-SHA1'),
  sha256: oauth1('HMAC-SHA256'),
};

function oauth1(method: string): string {
  return `oauth1: { request_token_url: "{{ settings.url }}/r", authorization_url: "{{ settings.url }}/z", access_token_url: "{{ settings.url }}/a", signature_method: ${method} }`;
}

const ENTRIES: Readonly<Record<keyof typeof AUTH, string>> = {
  keys: `{ method: api_key, fields: { app: "\${A}", user: "\${B}", third: "\${C}" } }`,
  basic: `{ method: basic, username: ann@acme.example, password: "\${A}" }`,
  custom: `{ method: custom, fields: { tenant: acme, key: "\${A}" } }`,
  sha1: `{ method: oauth1, consumer_key: consumer, consumer_secret: "\${A}", token: "\${B}", token_secret: "\${C}" }`,
  sha256: `{ method: oauth1, consumer_key: consumer, consumer_secret: "\${A}", token: "\${B}", token_secret: "\${C}" }`,
};
/** Signs that have to be encoded, each in another way. */
const SECRETS = { A: "a +&=%/'(*)!", B: 'b~ü', C: 'c:"c' };

interface Received {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const received: Received[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => {
    const { headers, method = '', url: target = '' } = request;
    received.push({ method, target, headers, body });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
});
const http = createHttpClient({ allowPrivateHosts: ['127.0.0.1'], logger: new RecordingLogger(), clock: systemClock });
let url: string;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'behalf-methods-'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  received.length = 0;
});

afterAll(async () => {
  await http.close();
  server.close();
  rmSync(folder, { recursive: true });
});

/** A connection of this method, as the two files make it. */
async function open(method: keyof typeof AUTH, entry = ENTRIES[method]) {
  const text = `name: app\ntitle: App\nsettings: [{ name: url, title: Address }]\nbase_url: "{{ settings.url }}"\nauth:\n  ${AUTH[method]}\n${ACTIONS}`;
  const compiled = compileConnector({ file: 'connectors/app.yaml', text });
  if (compiled.kind === 'broken') throw new Error(compiled.problems.map(formatProblem).join('\n'));
  const { connector } = compiled;
  const file = path.join(folder, `${method}.yaml`);
  writeFileSync(file, `connections:\n  app: { connector: app, settings: { url: "${url}" }, auth: ${entry} }\n`);
  const { parents, problems } = await loadConnections({
    path: file,
    environment: SECRETS,
    connectors: new Map<string, Connector>([['app', connector]]),
    publicUrl: 'http://localhost:3000',
    egressAllow: ['127.0.0.1'],
  });
  const parent = parents.get('app');
  if (!parent) throw new Error(problems.map(formatProblem).join('\n'));
  const { auth } = parent;
  const stored = Object.fromEntries(
    Object.entries({ app: 'A', user: 'B', third: 'C' }).map(([to, from]) => [to, from]),
  );
  const secrets = Object.fromEntries(
    Object.entries(stored).map(([name, from]) => [name, new Secret(Reflect.get(SECRETS, from))]),
  );
  const credential: Credential | undefined =
    auth.kind === 'static' ? auth.credential : auth.kind === 'stored' ? await auth.credentialOf(secrets) : undefined;
  if (!credential) throw new Error('it has a login');
  return async (action: string, input: Readonly<Record<string, unknown>> = {}): Promise<Received> => {
    const found = connector.actions.get(action);
    if (!found) throw new Error(action);
    await performAction({
      connector,
      action: found,
      parent,
      credential,
      input,
      http,
      clock: systemClock,
      idempotencyKey: 'j:0',
    });
    const last = received.at(-1);
    if (!last) throw new Error('nothing arrived');
    return last;
  };
}

describe('a request that goes out', () => {
  test.each([
    ['out of the file', ENTRIES.keys],
    ['kept in the store', '{ method: api_key }'],
  ])('carries each of several keys at its place, %s', async (_where, entry) => {
    const { headers, target } = await (await open('keys', entry))('see', { name: 'x' });

    expect(headers['x-app']).toBe(SECRETS.A);
    expect(headers['authorization']).toBe(`Token ${SECRETS.C}`);
    expect(new URL(target, url).searchParams.get('user_key')).toBe(SECRETS.B);
  });

  test('carries a user with the suffix of the app and a password, as UTF-8', async () => {
    const { headers } = await (await open('basic'))('see', { name: 'x' });

    const [scheme, text = ''] = (headers.authorization ?? '').split(' ');
    expect(scheme).toBe('Basic');
    expect(Buffer.from(text, 'base64').toString('utf8')).toBe(`ann@acme.example/token:${SECRETS.A}`);
  });

  test('carries the headers and the query of a method that the app made up', async () => {
    const { headers, target } = await (await open('custom'))('see', { name: 'x' });

    expect(headers['x-tenant']).toBe('acme');
    expect(headers.authorization).toBe(`HOUSE acme:${SECRETS.A}`);
    expect(new URL(target, url).searchParams.get('sig')).toBe(SECRETS.A);
  });
});

/** Checks a signature as a server does (RFC 5849 section 3.2), out of what arrived and with code of its own. */
function isSigned({ body, headers, method, target }: Received, hash: 'sha1' | 'sha256'): boolean {
  const given = [...(headers.authorization ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(
    ([, name = '', value = '']): [string, string] => [name, decodeURIComponent(value)],
  );
  const signature = given.find(([name]) => name === 'oauth_signature')?.[1];
  const [pathname = '', query = ''] = target.split('?');
  const pairs = (text: string) =>
    text
      .split('&')
      .filter((part) => part !== '')
      .map((part): [string, string] => {
        const [name = '', value = ''] = part.replaceAll('+', ' ').split('=');
        return [decodeURIComponent(name), decodeURIComponent(value)];
      });
  const all = [...pairs(query), ...pairs(body), ...given.filter(([name]) => name !== 'oauth_signature')];
  const lines = all.map(([name, value]) => `${strict(name)}=${strict(value)}`).sort();
  const base = [method, strict(`${url}${pathname}`), strict(lines.join('&'))].join('&');
  const key = `${strict(SECRETS.A)}&${strict(SECRETS.C)}`;
  return createHmac(hash, key).update(base).digest('base64') === signature;
}

/** Byte by byte: all but the unreserved signs. */
function strict(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const sign = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(sign) ? sign : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

describe.each(['sha1', 'sha256'] as const)('a request signed with OAuth 1.0a and %s', (hash) => {
  test('is taken by a server that checks it, with a query and a path that must be encoded', async () => {
    const request = await (await open(hash))('see', { name: "o'neil & söhne", q: "100 % (sure)!*+'" });

    expect(isSigned(request, hash)).toBe(true);
    expect(request.headers.authorization).toContain(`oauth_signature_method="HMAC-${hash.toUpperCase()}"`);
    expect(request.headers.authorization).toContain('oauth_consumer_key="consumer"');
  });

  test('is taken with a form, whose fields are signed, too', async () => {
    const request = await (await open(hash))('send', { name: 'Grüße & "more" + =', q: 'ü ~' });

    expect(request.headers['content-type']).toContain('application/x-www-form-urlencoded');
    expect(isSigned(request, hash)).toBe(true);
    expect(isSigned({ ...request, body: request.body.replace('more', 'less') }, hash)).toBe(false);
    expect(isSigned({ ...request, target: `${request.target}&x=y` }, hash)).toBe(false);
  });

  test('never carries its secrets, and is different each time', async () => {
    const call = await open(hash);
    const [first, second] = [await call('see', { name: 'x' }), await call('see', { name: 'x' })];

    expect(JSON.stringify([first, second])).not.toContain(SECRETS.A);
    expect(first.headers.authorization).not.toBe(second.headers.authorization);
  });
});
