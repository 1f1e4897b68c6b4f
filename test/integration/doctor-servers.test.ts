import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createOAuthClient } from '../../adapters/oauth/index.js';
import { createHttpClient } from '../../adapters/undici/index.js';
import type { OAuthApp } from '../../src/connections/parent-connection.js';
import { examineConnections } from '../../src/doctor/examine-connections.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { oauthApp, oauthParent } from '../support/oauth-app.js';
import { startProvider } from '../support/oidc-provider.js';
import { RecordingLogger } from '../support/recording-logger.js';

const OIDC = '/.well-known/openid-configuration';
const OAUTH = '/.well-known/oauth-authorization-server';

/** What a path answers; 404 for all others, and for the token endpoint that the code is unknown. */
type Answers = Readonly<Record<string, { readonly status?: number; readonly body?: unknown; readonly date?: string }>>;

describe('what doctor says of an OAuth server', () => {
  let server: Server;
  let origin: string;
  let answers: Answers = {};
  const asked: string[] = [];
  const http = createHttpClient({
    allowPrivateHosts: ['127.0.0.1'],
    logger: new RecordingLogger(),
    clock: systemClock,
  });

  beforeAll(async () => {
    server = createServer(answer);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
    origin = `http://127.0.0.1:${address.port}`;
  });

  beforeEach(() => {
    answers = {};
    asked.length = 0;
  });

  afterAll(async () => {
    await http.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '' } = request;
    if (method === 'POST') {
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
      return;
    }
    asked.push(`${method} ${url} ${request.headers.authorization ?? ''}`.trim());
    const { body = {}, date, status = url in answers ? 200 : 404 } = answers[url] ?? {};
    const headers = { 'content-type': 'application/json', ...(date === undefined ? {} : { date }) };
    response.writeHead(status, headers).end(JSON.stringify(body));
  }

  function metadata(change: Readonly<Record<string, unknown>> = {}) {
    const endpoints = { authorization_endpoint: `${origin}/authorize`, token_endpoint: `${origin}/token` };
    return { body: { issuer: origin, ...endpoints, code_challenge_methods_supported: ['S256'], ...change } };
  }

  /** Each finding in one line. */
  async function examine(change: Partial<OAuthApp> = {}, clock: Clock = systemClock): Promise<readonly string[]> {
    const parts = { http, clock, oauth: createOAuthClient({ httpClient: http, clock }) };
    const findings = await examineConnections([oauthParent(oauthApp(origin, change))], parts);
    for (const { fix, state } of findings) if (state !== 'ok') expect(fix).toMatch(/\.$/);
    expect(JSON.stringify([findings, asked])).not.toContain('canary');
    return findings.map(({ says, state, subject }) => `${state} ${subject}: ${says}`.replaceAll(origin, 'ORIGIN'));
  }

  it('is that all is well where it says the same as the connector, at either place', async () => {
    for (const place of [OAUTH, OIDC]) {
      answers = { [place]: metadata() };

      expect(await examine({ issuer: origin })).toEqual([
        'ok connection crm: ORIGIN/token knows the client behalf',
        'ok connection crm: its URLs are those that ORIGIN names',
        'ok connection crm: its logins go with PKCE, which the server knows (S256)',
        'ok connection crm: there is a login page at ORIGIN/authorize',
        'ok connection crm: logins come back to http://localhost:3000/oauth/callback/crm',
        expect.stringMatching(/^ok clock: it goes as that of 127\.0\.0\.1:\d+ does$/),
      ]);
    }
  });

  it('comes from where an issuer with a path has its metadata', async () => {
    const issuer = `${origin}/tenant`;
    for (const place of [`${OAUTH}/tenant`, `/tenant${OIDC}`]) {
      answers = { [place]: metadata({ issuer }) };

      expect(await examine({ issuer })).toContain('ok connection crm: its URLs are those that ORIGIN/tenant names');
    }
  });

  it('is what differs: each URL, and the issuer', async () => {
    answers = {
      [OIDC]: metadata({
        issuer: `${origin}/`,
        authorization_endpoint: `${origin}/new`,
        token_endpoint: `${origin}/v2`,
      }),
    };
    const lines = await examine({ issuer: origin });

    expect(lines).toContain('wrong connection crm: its issuer is ORIGIN, and the server there says that it is ORIGIN/');
    expect(lines).toContain(
      'warning connection crm: its authorization_url is ORIGIN/authorize, and the server names ORIGIN/new',
    );
    expect(lines).toContain('warning connection crm: its token_url is ORIGIN/token, and the server names ORIGIN/v2');
    expect(lines.join()).not.toContain('its URLs are those');
  });

  it.each<[string, OAuthApp['pkce'], unknown, string | undefined]>([
    ['offered and not used', 'none', ['plain', 'S256'], 'warning.*without PKCE, though the server knows it'],
    ['neither offered nor used', 'none', ['plain'], 'warning.*go without PKCE$'],
    ['used and not offered', 'S256', ['plain'], 'warning.*not among what the server knows \\(plain\\)'],
    ['used where the server says nothing of it', 'S256', undefined, undefined],
  ])('is whether PKCE is %s', async (_, pkce, methods, line) => {
    answers = { [OIDC]: metadata({ code_challenge_methods_supported: methods }) };
    const lines = (await examine({ issuer: origin, pkce })).filter((each) => each.includes('PKCE'));

    expect(lines).toEqual(line === undefined ? [] : [expect.stringMatching(line)]);
  });

  it('is compared without an issuer where the origin of its tokens tells of the same endpoints', async () => {
    answers = { [OIDC]: metadata({ authorization_endpoint: `${origin}/new` }) };
    expect(await examine()).toContainEqual(expect.stringMatching(/^warning .* its authorization_url is /));

    answers = {
      [OIDC]: metadata({ authorization_endpoint: `${origin}/openid`, token_endpoint: `${origin}/openid.token` }),
    };
    expect((await examine()).filter((line) => !line.startsWith('ok'))).toEqual([]);
  });

  it('is nothing where it has no metadata, or something else in their place', async () => {
    for (const there of [{}, { [OIDC]: { body: ['a', 'list'] } }, { [OAUTH]: { status: 302 } }]) {
      answers = there;
      for (const change of [{}, { issuer: origin }])
        expect((await examine(change)).filter((line) => !line.startsWith('ok'))).toEqual([]);
    }
  });

  it('is unknown, and never wrong, where it cannot be asked', async () => {
    answers = { [OIDC]: { status: 503 }, '/authorize': { status: 503 } };
    const lines = await examine({ issuer: origin });
    expect(lines).toContain('unknown connection crm: the metadata of ORIGIN cannot be read now');
    expect(lines).toContain('unknown connection crm: the login page at ORIGIN/authorize answers 503');

    const away = 'http://127.0.0.1:9';
    const gone = await examine({ issuer: away, authorizationUrl: `${away}/authorize`, tokenUrl: `${away}/token` });
    expect(gone).toContain(`unknown connection crm: the login page at ${away}/authorize cannot be reached from here`);
    expect(gone.filter((line) => !/^(?:unknown|ok) /.test(line))).toEqual([]);
    expect(gone.join()).not.toContain('clock');
  });

  it('is asked without anything of the client, and without following where its login page leads', async () => {
    answers = { '/authorize': { status: 302 } };

    expect(await examine()).toContain('ok connection crm: there is a login page at ORIGIN/authorize');
    expect([...asked].sort()).toEqual([`GET ${OAUTH}`, `GET ${OIDC}`, 'GET /authorize', 'GET /token'].sort());
  });

  it('is how far our clock is from its own', async () => {
    answers = { '/token': { status: 405, date: new Date(Date.now() + 600_000).toUTCString() } };

    expect(await examine()).toContainEqual(
      expect.stringMatching(/^wrong clock: it is \d+ s behind that of 127\.0\.0\.1/),
    );
  });

  it('fits with what a certified provider publishes', async () => {
    const provider = await startProvider({ kind: 'slack', tenant: 'T1', client: { client_secret: 'x' }, people: {} });
    const change = {
      tokenUrl: `${provider.origin}/api/openid.connect.token`,
      authorizationUrl: `${provider.origin}/openid/connect/authorize`,
    };
    const lines = await examine({ ...change, issuer: provider.origin });
    await provider.stop();

    expect(lines).toContain(`ok connection crm: its URLs are those that ${provider.origin} names`);
    expect(lines).toContain('ok connection crm: its logins go with PKCE, which the server knows (S256)');
  });
});
