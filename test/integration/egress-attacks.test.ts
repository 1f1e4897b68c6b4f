import type { LookupAddress } from 'node:dns';
import { createServer } from 'node:net';
import { createOAuth1Client, createOAuthClient } from '../../adapters/oauth/index.js';
import { createOpenApiDocumentCheck } from '../../adapters/openapi/index.js';
import { TeamsFiles } from '../../adapters/teams/files.js';
import { ServiceHosts } from '../../adapters/teams/service-hosts.js';
import { createHttpClient } from '../../adapters/undici/index.js';
import { runImport } from '../../src/cli/connector.js';
import type { Credential } from '../../src/connections/connection.js';
import type { OAuth1App, ParentConnection } from '../../src/connections/parent-connection.js';
import { lookUpAccount, tryConnection } from '../../src/connectors/account-lookup.js';
import { compileConnector } from '../../src/connectors/compile-connector.js';
import { performAction } from '../../src/connectors/perform-action.js';
import { isBehalfError } from '../../src/kernel/errors.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { oauthApp } from '../support/oauth-app.js';
import { RecordingLogger } from '../support/recording-logger.js';

/** Names whose address the attacker chooses, at each look anew. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'inside.example': ['10.0.0.1'],
  'mixed.example': ['93.184.216.34', '10.0.0.1'],
  'mapped.example': ['::ffff:169.254.169.254'],
  'translated.example': ['64:ff9b::a9fe:a9fe'],
  'tunnelled.example': ['2002:a9fe:a9fe::'],
  localhost: ['127.0.0.1', '::1'],
};

/** Where an attacker would have the service call: each is inside of the network, however it is written. */
const INSIDE = [
  ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0', '0.0.0.0', '10.0.0.1', '169.254.169.254'],
  ...['[::1]', '[::]', '[::127.0.0.1]', '[::ffff:127.0.0.1]', '[::ffff:a9fe:a9fe]', '[0:0:0:0:0:ffff:7f00:1]'],
  ...['[64:ff9b::a00:1]', '[64:ff9b:1::a00:1]', '[2002:7f00:1::]', '[2001:0:7f00:1::]', '[fe80::1]'],
  ...['[fc00::1]', '[fd00:ec2::254]', '[fec0::1]', ...Object.keys(NAMES)],
];

let connections = 0;
const server = createServer((socket) => {
  connections += 1;
  socket.destroy();
});
let port = 0;

const http = createHttpClient({
  allowPrivateHosts: [],
  logger: new RecordingLogger(),
  clock: systemClock,
  resolve: (hostname, _options, callback) => {
    const found = (NAMES[hostname] ?? []).map(
      (address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }),
    );
    callback(null, found);
  },
});
const oauth = createOAuthClient({ httpClient: http, clock: systemClock });
const oauth1 = createOAuth1Client({ httpClient: http, clock: systemClock });

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});

afterAll(async () => {
  await http.close();
  server.close();
});

const tokens = { accessToken: new Secret('access'), refreshToken: new Secret('refresh'), issuedAt: 0, scopes: [] };
const credential: Credential = { kind: 'api_key', in: 'header', name: 'X-Key', key: new Secret('key') };

/** A connection whose writer chose the address. */
function appAt(url: string) {
  const text = `
name: shelf
title: Shelf
settings: [{ name: url, title: Address }]
base_url: "{{ settings.url }}"
auth: { api_key: { name: X-Key } }
identity: { request: { path: /me }, id: "{{ body.id }}", label: "{{ body.id }}" }
actions: { list: { title: see books, request: { path: /books } } }
`;
  const compiled = compileConnector({ file: 'connectors/shelf.yaml', text });
  if (compiled.kind !== 'ok') throw new Error('the connector is broken');
  const parent: ParentConnection = {
    name: 'shelf',
    connector: 'shelf',
    title: 'Shelf',
    settings: { url },
    auth: { kind: 'static', method: 'api_key', credential },
  };
  return { connector: compiled.connector, parent, credential, http, clock: systemClock };
}

function oauth1App(url: string): OAuth1App {
  return {
    connection: 'shelf',
    requestTokenUrl: `${url}/request`,
    authorizationUrl: `${url}/authorize`,
    accessTokenUrl: `${url}/access`,
    redirectUri: 'https://behalf.example/oauth/callback/shelf',
    signer: { consumerKey: 'key', consumerSecret: new Secret('secret'), signatureMethod: 'HMAC-SHA1' },
  };
}

/** Every way in which the service calls an address that somebody else has written. */
const WAYS: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  'the call of an action': (url) => {
    const app = appAt(url);
    const action = app.connector.actions.get('list');
    if (!action) throw new Error('there is no action');
    return performAction({ ...app, action, input: {}, idempotencyKey: 'j:0' });
  },
  'the question whose login it is': (url) => lookUpAccount(appAt(url)),
  'the test of a connection': (url) => tryConnection(appAt(url)),
  'the exchange of a code': (url) => oauth.exchangeCode(oauthApp(url), { code: new Secret('code'), scopes: [] }),
  'a refresh': (url) => oauth.refresh(oauthApp(url), tokens),
  'a token of the client itself': (url) => oauth.requestToken(oauthApp(url)),
  'a revocation': (url) => oauth.revoke(oauthApp(url), tokens),
  'the first leg of OAuth 1.0a': (url) => oauth1.requestToken(oauth1App(url)),
  'the last leg of OAuth 1.0a': (url) =>
    oauth1.accessToken(oauth1App(url), { token: 'token', secret: new Secret('secret') }, 'verifier'),
  'the download of a file that was sent in Teams': async (url) => {
    const parts = { fileHosts: [new URL(url).host], serviceHosts: new ServiceHosts([]), fileClient: noting };
    const files = new TeamsFiles({
      ...parts,
      transport: () => {
        throw new Error('It is asked for pictures alone');
      },
    });
    const file = { reference: { download: url }, name: 'a.txt', mimeType: 'text/plain' };
    const user = { platform: 'teams', tenantId: 'T1', userId: 'ann' } as const;
    await files.read(user, file, { maxBytes: 1_000 }).catch(() => {});
    throw refusals.pop();
  },
  'the import of an OpenAPI document': async (url) => {
    const options = { source: `${url}/openapi.json`, operations: ['list'], http: noting };
    await runImport({ ...options, documentCheck: createOpenApiDocumentCheck() });
    throw refusals.pop();
  },
};

const refusals: unknown[] = [];
/** For ways whose own errors do not say why. */
const noting: HttpClient = {
  ...http,
  request: (request) =>
    http.request(request).catch((error: unknown) => {
      refusals.push(error);
      throw error;
    }),
};

describe.each(Object.entries(WAYS))('%s', (_way, call) => {
  test.each(INSIDE)('does not lead to %s', async (host) => {
    const before = connections;
    const failure: unknown = await call(`https://${host}:${port}`).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!isBehalfError(failure)) throw new Error(`It was not refused: ${failure}`);
    expect([failure.code, failure.details['reason']]).toContain('egress.refused');
    expect(connections).toBe(before);
  });
});
