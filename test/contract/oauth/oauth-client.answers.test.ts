import { inspect } from 'node:util';
import { createOAuthClient } from '../../../adapters/oauth/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import type { TokenSet } from '../../../src/connections/connection.js';
import type { OAuthClient } from '../../../src/connections/oauth-client.port.js';
import type { OAuthApp } from '../../../src/connections/parent-connection.js';
import { type BehalfError, isBehalfError } from '../../../src/kernel/errors.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { createManualClock } from '../../support/clocks.js';
import { oauthApp } from '../../support/oauth-app.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { startTokenServer, type TokenAnswer, type TokenServer } from '../../support/token-server.js';

/** Everything that must never be seen in an error. */
const CANARIES = ['client-secret-canary', 'code-canary', 'verifier-canary', 'access-canary', 'refresh-canary'];

const clock = createManualClock();
const httpClient = createHttpClient({
  allowPrivateHosts: ['127.0.0.1'],
  logger: new RecordingLogger(),
  clock: systemClock,
});
let server: TokenServer;
let app: OAuthApp;
let client: OAuthClient;

beforeAll(async () => {
  server = await startTokenServer();
  client = createOAuthClient({ httpClient, clock, timeoutMs: 300 });
});

beforeEach(() => {
  server.calls.length = 0;
  app = oauthApp(server.url);
});

afterAll(() => Promise.all([httpClient.close(), server.stop()]));

function held(change: Partial<TokenSet> = {}): TokenSet {
  return {
    accessToken: new Secret('access-canary'),
    refreshToken: new Secret('refresh-canary'),
    issuedAt: clock.now(),
    scopes: ['api', 'files'],
    ...change,
  };
}

/** The two ways to the token endpoint: what must hold, holds on both. */
const WAYS: readonly [name: string, run: () => Promise<TokenSet>][] = [
  [
    'code exchange',
    () =>
      client.exchangeCode(app, {
        code: new Secret('code-canary'),
        codeVerifier: new Secret('verifier-canary'),
        scopes: ['api', 'files'],
      }),
  ],
  ['refresh', () => client.refresh(app, held())],
];

function answer(answer: TokenAnswer): void {
  server.script(() => answer);
}

async function failureOf(run: () => Promise<unknown>): Promise<BehalfError> {
  const error: unknown = await run().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isBehalfError(error)) throw new Error(`No error of ours: ${inspect(error)}`);
  return error;
}

const GOOD = { access_token: 'new-access', token_type: 'Bearer', refresh_token: 'new-refresh', expires_in: 3600 };

describe.each(WAYS)('the answer to a %s', (_way, run) => {
  it('gives the tokens with absolute times', async () => {
    answer({ body: { ...GOOD, scope: 'api' } });
    const tokens = await run();
    expect(tokens.accessToken.reveal()).toBe('new-access');
    expect(tokens.refreshToken?.reveal()).toBe('new-refresh');
    expect(tokens.issuedAt).toBe(clock.now());
    expect(tokens.expiresAt).toBe(clock.now() + 3_600_000);
    expect(tokens.scopes).toEqual(['api']);
  });

  it('means the scopes that were asked for when it names none', async () => {
    answer({ body: GOOD });
    expect((await run()).scopes).toEqual(['api', 'files']);
  });

  it.each([
    ['a numeric string', '1800', 1_800_000],
    ['a number', 60, 60_000],
  ])('may tell its lifetime as %s', async (_name, told, ms) => {
    answer({ body: { ...GOOD, expires_in: told } });
    expect((await run()).expiresAt).toBe(clock.now() + ms);
  });

  it.each([null, '', 'soon', 0, -5, 1e12, Number.MAX_VALUE, {}, true])(
    'tells no lifetime with expires_in %j',
    async (told) => {
      answer({ body: { ...GOOD, expires_in: told } });
      expect((await run()).expiresAt).toBeUndefined();
      app = oauthApp(server.url, { defaultExpiresInSeconds: 900 });
      expect((await run()).expiresAt).toBe(clock.now() + 900_000);
    },
  );

  it('may be a form, as some servers send it whatever they are asked for', async () => {
    answer({
      body: 'access_token=new-access&scope=api%2Cfiles&token_type=bearer',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    app = oauthApp(server.url, { scopeSeparator: ',' });
    const tokens = await run();
    expect(tokens.accessToken.reveal()).toBe('new-access');
    expect(tokens.scopes).toEqual(['api', 'files']);
  });

  it('may refuse in a form', async () => {
    answer({ body: 'error=invalid_grant&error_description=gone' });
    expect((await failureOf(run)).code).toBe('oauth.invalid_grant');
  });

  it('leaves the fields that the connector keeps, and no others', async () => {
    answer({ body: { ...GOOD, instance_url: 'https://eu5.example', expires: 1, api_calls: 7, id: { no: 'text' } } });
    app = oauthApp(server.url, { tokenFields: ['instance_url', 'api_calls', 'id', 'missing'] });
    expect((await run()).fields).toEqual({ instance_url: 'https://eu5.example', api_calls: '7' });
  });

  it('may hold the tokens of the person one level down', async () => {
    const inner = { access_token: 'xoxp-ann', scope: 'chat:write', token_type: 'user', id: 'U1' };
    answer({ body: { ok: true, access_token: 'xoxb-bot', authed_user: inner, team_id: 'T1' } });
    app = oauthApp(server.url, { tokenPath: 'authed_user', tokenFields: ['team_id'] });
    const tokens = await run();
    expect(tokens.accessToken.reveal()).toBe('xoxp-ann');
    expect(tokens.scopes).toEqual(['chat:write']);
    expect(tokens.fields).toEqual({ team_id: 'T1' });
  });

  it('is a refusal when it says so beside the tokens one level down', async () => {
    answer({ body: { ok: false, error: 'invalid_code', authed_user: { access_token: 'xoxp-ann' } } });
    app = oauthApp(server.url, { tokenPath: 'authed_user', reauthorizeErrors: ['invalid_code'] });
    expect((await failureOf(run)).code).toBe('oauth.invalid_grant');
  });

  it('is read whatever content type it claims', async () => {
    answer({ body: JSON.stringify(GOOD) });
    expect((await run()).accessToken.reveal()).toBe('new-access');
  });

  it.each(['bearer', 'BEARER', undefined])('may call its type %s', async (type) => {
    answer({ body: { ...GOOD, token_type: type } });
    expect((await run()).accessToken.reveal()).toBe('new-access');
  });

  it.each([
    ['an unknown token type', { body: { ...GOOD, token_type: 'mac' } }],
    ['no access token', { body: { token_type: 'Bearer' } }],
    ['an access token that is no text', { body: { ...GOOD, access_token: 12 } }],
    ['an access token with a line break', { body: { ...GOOD, access_token: 'a\r\nx-evil: 1' } }],
    ['an HTML page with 200', { body: '<html>access-canary</html>' }],
    ['an empty body', { body: '' }],
    ['a JSON array', { body: [] }],
    ['a JSON string', { body: '"access-canary"' }],
    ['JSON null', { body: 'null' }],
    ['an unknown error with 200', { body: { error: 'access-canary' } }],
    ['a 400 without JSON', { status: 400, body: 'access-canary' }],
  ])('is a protocol error with %s', async (_name, wrong) => {
    answer(wrong);
    expect((await failureOf(run)).code).toBe('oauth.protocol');
  });

  it.each([
    ['invalid_grant', { status: 400, body: { error: 'invalid_grant', error_description: 'access-canary' } }],
    ['invalid_grant with 200', { status: 200, body: { error: 'invalid_grant' } }],
    ['invalid_grant beside a token', { status: 200, body: { ...GOOD, error: 'invalid_grant' } }],
    ["one of the app's own errors", { status: 200, body: { error: 'bad_refresh_token' } }],
  ])('means that the grant is dead with %s', async (_name, wrong) => {
    app = oauthApp(server.url, { reauthorizeErrors: ['bad_refresh_token'] });
    answer(wrong);
    expect((await failureOf(run)).code).toBe('oauth.invalid_grant');
  });

  it.each([
    ['invalid_client', { status: 401, body: { error: 'invalid_client' } }],
    ['unauthorized_client', { status: 400, body: { error: 'unauthorized_client' } }],
    ['invalid_scope with 200', { status: 200, body: { error: 'invalid_scope' } }],
    ['a bare 401', { status: 401, body: 'no' }],
  ])("is the operator's to solve with %s", async (_name, wrong) => {
    answer(wrong);
    expect((await failureOf(run)).code).toBe('oauth.operator');
  });

  it.each([
    ['an HTML page with 500', { status: 500, body: '<html>access-canary</html>' }],
    ['a JSON error with 503', { status: 503, body: { error: 'invalid_grant' } }],
    ['temporarily_unavailable', { status: 400, body: { error: 'temporarily_unavailable' } }],
    ['a redirect to a page', { status: 302, headers: { location: '/elsewhere' }, body: '<html>moved</html>' }],
    ['a closed connection', { hangUp: true }],
    ['a body that breaks off', { hangUp: true, body: '{"access_token":' }],
    ['silence', { delayMs: 900 }],
  ])('will pass with %s', async (_name, wrong) => {
    answer(wrong);
    expect((await failureOf(run)).code).toBe('oauth.transient');
  });

  it('is not read to the end when it is beyond all measure', async () => {
    answer({ body: { ...GOOD, padding: 'x'.repeat(400_000) } });
    expect((await failureOf(run)).code).toBe('oauth.protocol');
  });

  it('never makes the client follow a redirect', async () => {
    answer({ status: 307, headers: { location: `${server.url}/token` }, body: '<html>moved</html>' });
    await failureOf(run);
    expect(server.calls).toHaveLength(1);
  });

  it('passes on when a repeat makes sense', async () => {
    answer({ status: 429, headers: { 'retry-after': '7' }, body: {} });
    expect((await failureOf(run)).retryAfterMs).toBe(7_000);
  });

  it.each<[name: string, wrong: TokenAnswer]>([
    ['a server error', { status: 500, body: 'access-canary refresh-canary' }],
    ['a refusal', { status: 400, body: { error: 'invalid_grant', error_description: 'access-canary' } }],
    ['an error named like a secret', { status: 400, body: { error: 'client-secret-canary' } }],
    ['a lost connection', { hangUp: true }],
    ['silence', { delayMs: 900 }],
    ['a page', { body: '<html>code-canary</html>' }],
  ])('leaves no secret in the error of %s', async (_name, wrong) => {
    answer(wrong);
    const error = await failureOf(run);
    const printed = [
      inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
      JSON.stringify(error),
      JSON.stringify(Object.getOwnPropertyNames(error).map((name) => [name, Reflect.get(error, name)])),
      error.stack,
      error.userText,
    ].join('\n');
    const basic = Buffer.from('behalf:client-secret-canary').toString('base64');
    for (const canary of [...CANARIES, basic]) expect(printed).not.toContain(canary);
  });

  it('is asked for with HTTP basic, id and secret form-encoded', async () => {
    app = oauthApp(server.url, { clientId: 'be:half', clientSecret: new Secret('s e+c:ret/%') });
    answer({ body: GOOD });
    await run();
    const [call] = server.calls;
    const basic = Buffer.from('be%3Ahalf:s+e%2Bc%3Aret%2F%25').toString('base64');
    expect(call?.headers.authorization).toBe(`Basic ${basic}`);
    expect(call?.form.has('client_secret')).toBe(false);
  });

  it('is asked for with the credentials in the form where the app wants that', async () => {
    app = oauthApp(server.url, { clientAuthentication: 'body', tokenParameters: { resource: 'https://crm.example' } });
    answer({ body: GOOD });
    await run();
    const [call] = server.calls;
    expect(call?.headers.authorization).toBeUndefined();
    expect(call?.form.get('client_id')).toBe('behalf');
    expect(call?.form.get('client_secret')).toBe('client-secret-canary');
    expect(call?.form.get('resource')).toBe('https://crm.example');
  });
});

describe('a public client', () => {
  it('names itself and sends no secret', async () => {
    const { clientSecret: _, ...rest } = oauthApp(server.url, { clientAuthentication: 'none', clientId: 'be:half' });
    answer({ body: GOOD });
    await client.exchangeCode(rest, {
      code: new Secret('code'),
      codeVerifier: new Secret('verifier'),
      scopes: ['api'],
    });
    await client.refresh(rest, held());
    const [exchanged, refreshed] = server.calls.slice(-2);
    expect(exchanged?.form.get('grant_type')).toBe('authorization_code');
    expect(exchanged?.form.get('code_verifier')).toBe('verifier');
    for (const call of [exchanged, refreshed]) {
      expect(call?.form.get('client_id')).toBe('be:half');
      expect(call?.form.has('client_secret')).toBe(false);
      expect(call?.headers.authorization).toBeUndefined();
    }
  });
});

describe('a token of the client itself', () => {
  it('is asked for with the scopes and the extra parameters of the app', async () => {
    answer({ body: { ...GOOD, scope: undefined } });
    const named = oauthApp(server.url, {
      scopes: ['api', 'files'],
      scopeSeparator: ',',
      tokenParameters: { audience: 'https://api.example' },
    });
    const tokens = await client.requestToken(named);
    const call = server.calls.at(-1);
    expect(Object.fromEntries(call?.form ?? [])).toEqual({
      grant_type: 'client_credentials',
      scope: 'api,files',
      audience: 'https://api.example',
    });
    expect(call?.headers.authorization).toMatch(/^Basic /);
    expect(tokens.scopes).toEqual(['api', 'files']);
    expect(tokens.refreshToken).toBeUndefined();
  });

  it("is the operator's to solve when the client is refused", async () => {
    answer({ status: 401, body: { error: 'invalid_client' } });
    expect((await failureOf(() => client.requestToken(app))).code).toBe('oauth.operator');
  });
});

describe('a refresh', () => {
  it('keeps the fields that its answer does not name anew', async () => {
    answer({ body: { ...GOOD, team: 'new' } });
    app = oauthApp(server.url, { tokenFields: ['instance_url', 'team'] });
    const tokens = await client.refresh(app, {
      ...held(),
      fields: { instance_url: 'https://eu5.example', team: 'old' },
    });
    expect(tokens.fields).toEqual({ instance_url: 'https://eu5.example', team: 'new' });
  });

  it.each([undefined, null, ''])('keeps the refresh token when the answer has %j instead', async (sent) => {
    answer({ body: { ...GOOD, refresh_token: sent } });
    expect((await client.refresh(app, held())).refreshToken?.reveal()).toBe('refresh-canary');
  });

  it('without a refresh token means that the grant is dead', async () => {
    const { refreshToken: _, ...tokens } = held();
    expect((await failureOf(() => client.refresh(app, tokens))).code).toBe('oauth.invalid_grant');
    expect(server.calls).toHaveLength(0);
  });
});

describe('the authorization URL', () => {
  it('names the scopes as the app calls them', () => {
    const slack = oauthApp(server.url, { scopeParameter: 'user_scope', scopeSeparator: ',' });
    const url = new URL(client.authorizationUrl(slack, { state: 's', scopes: ['chat:write', 'users:read'] }));
    expect(url.searchParams.get('user_scope')).toBe('chat:write,users:read');
    expect(url.searchParams.has('scope')).toBe(false);
  });

  it('carries state, redirect URI, scopes and the S256 challenge, never the verifier', () => {
    const url = new URL(
      client.authorizationUrl(app, {
        state: 'a-state',
        codeVerifier: new Secret('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'),
        scopes: ['api', 'files'],
      }),
    );
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'behalf',
      redirect_uri: app.redirectUri,
      scope: 'api files',
      state: 'a-state',
      // The pair of RFC 7636 appendix B.
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    });
  });

  it("keeps the endpoint's own query, and no parameter of the app replaces ours", () => {
    app = oauthApp(server.url, {
      authorizationUrl: `${server.url}/authorize?tenant=t1`,
      authorizationParameters: { prompt: 'consent', state: 'fixed', redirect_uri: 'https://evil.example' },
      scopeSeparator: ',',
    });
    const url = new URL(client.authorizationUrl(app, { state: 'a-state', scopes: ['a', 'b'] }));
    expect(url.searchParams.get('tenant')).toBe('t1');
    expect(url.searchParams.get('prompt')).toBe('consent');
    expect(url.searchParams.getAll('state')).toEqual(['a-state']);
    expect(url.searchParams.get('redirect_uri')).toBe(app.redirectUri);
    expect(url.searchParams.get('scope')).toBe('a,b');
    expect(url.searchParams.has('code_challenge')).toBe(false);
  });

  it('of a client with an impossible secret fails without showing it', async () => {
    app = oauthApp(server.url, { clientSecret: new Secret('sécret-canary') });
    const error = await failureOf(async () => client.authorizationUrl(app, { state: 's', scopes: [] }));
    expect(error.code).toBe('oauth.operator');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
  });
});

describe('a revocation', () => {
  it.each([
    ['an empty answer', { status: 200 }],
    ['a page', { status: 200, body: '<html>' }],
    ['204', { status: 204 }],
    ['the news that it is dead already', { status: 400, body: { error: 'invalid_token' } }],
  ])('is done with %s', async (_name, good) => {
    answer(good);
    await expect(client.revoke(app, held())).resolves.toBe('revoked');
    expect(server.calls.map(({ form }) => [form.get('token'), form.get('token_type_hint')])).toEqual([
      ['refresh-canary', 'refresh_token'],
      ['access-canary', 'access_token'],
    ]);
  });

  it('is done when the server can end refresh tokens only', async () => {
    server.script(({ form }) =>
      form.get('token_type_hint') === 'access_token'
        ? { status: 400, body: { error: 'unsupported_token_type' } }
        : { status: 200 },
    );
    await expect(client.revoke(app, held())).resolves.toBe('revoked');
  });

  it('is not supported where the server can end neither, or there is no endpoint', async () => {
    answer({ status: 400, body: { error: 'unsupported_token_type' } });
    await expect(client.revoke(app, held())).resolves.toBe('unsupported');
    const { revocationUrl: _, ...without } = app;
    await expect(client.revoke(without, held())).resolves.toBe('unsupported');
  });

  it('can be repeated after 503, when the server says', async () => {
    answer({ status: 503, headers: { 'retry-after': '120' } });
    const error = await failureOf(() => client.revoke(app, held()));
    expect(error.code).toBe('oauth.transient');
    expect(error.retryAfterMs).toBe(120_000);
  });

  it("is the operator's to solve when the client is refused", async () => {
    answer({ status: 401, body: { error: 'invalid_client' } });
    expect((await failureOf(() => client.revoke(app, held()))).code).toBe('oauth.operator');
  });
});
