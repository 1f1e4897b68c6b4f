import { createHash, randomBytes } from 'node:crypto';
import type { DemoApp } from '../../playground/apps/index.js';
import { CookieJar, type DemoAppsProcess, logInByForms, startDemoAppsProcess } from '../support/demo-apps.js';

const REDIRECT_URI = 'http://localhost:3999/oauth/callback/acme-crm';
const SECRET = 'a secret: with/odd&characters';

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
}

let apps: DemoAppsProcess;

beforeAll(async () => {
  apps = await startDemoAppsProcess({
    clients: {
      crm: { id: 'behalf', secret: SECRET, redirectUris: [REDIRECT_URI] },
      files: { id: 'behalf-files', secret: SECRET, redirectUris: [REDIRECT_URI], authMethod: 'client_secret_post' },
    },
    accessTokenSeconds: 120,
  });
});

beforeEach(async () => {
  await Promise.all([apps.crm.control.reset(), apps.files.control.reset()]);
});

afterAll(() => apps.stop());

describe('authorization', () => {
  test('publishes RFC 8414 metadata with its own issuer in each app', async () => {
    const crm = await json(apps.crm.metadataUrl);
    expect(crm).toMatchObject({
      issuer: apps.crm.url,
      authorization_endpoint: apps.crm.authorizationEndpoint,
      token_endpoint: apps.crm.tokenEndpoint,
      revocation_endpoint: apps.crm.revocationEndpoint,
      introspection_endpoint: apps.crm.introspectionEndpoint,
      userinfo_endpoint: apps.crm.userinfoEndpoint,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    });
    expect(await json(apps.files.metadataUrl)).toMatchObject({ issuer: apps.files.url });
    expect(apps.files.url).not.toBe(apps.crm.url);
  });

  test('walks the real pages to a code with state and issuer, and the code to tokens', async () => {
    const { url, verifier } = authorization(apps.crm);
    const callback = await logInByForms(url, { username: 'rita', allow: true });
    expect(`${callback.origin}${callback.pathname}`).toBe(REDIRECT_URI);
    expect(callback.searchParams.get('state')).toBe('the-state');
    expect(callback.searchParams.get('iss')).toBe(apps.crm.issuer);

    const response = await exchange(apps.crm, callback, verifier);
    expect(response.status).toBe(200);
    const tokens = await tokensOf(response);
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 120 });
    expect(tokens.access_token).not.toContain('.');

    const userinfo = await json(apps.crm.userinfoEndpoint, bearer(tokens));
    expect(userinfo).toEqual({
      sub: 'acme_crm-rita',
      email: 'rita@acme.example',
      email_verified: true,
      name: 'Rita Rep',
      preferred_username: 'rita',
    });
  });

  test('refuses a code without the right verifier', async () => {
    const callback = await logInByForms(authorization(apps.crm).url, { username: 'rita', allow: true });
    const response = await exchange(apps.crm, callback, randomBytes(32).toString('base64url'));
    expect([response.status, await errorOf(response)]).toEqual([400, 'invalid_grant']);
  });

  test('refuses an authorization request without PKCE', async () => {
    const url = new URL(authorization(apps.crm).url);
    url.searchParams.delete('code_challenge');
    url.searchParams.delete('code_challenge_method');
    const callback = await logInByForms(url.href, { username: 'rita', allow: true });
    expect(callback.searchParams.get('error')).toBe('invalid_request');
  });

  test('ends with access_denied at the redirect URI when the person denies', async () => {
    const callback = await logInByForms(authorization(apps.crm).url, { username: 'rita', allow: false });
    expect(`${callback.origin}${callback.pathname}`).toBe(REDIRECT_URI);
    expect(Object.fromEntries(callback.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'the-state',
      iss: apps.crm.issuer,
    });
  });

  test('refuses a wrong password on the login page', async () => {
    const login = logInByForms(authorization(apps.crm).url, { username: 'rita', allow: true, password: 'wrong' });
    await expect(login).rejects.toThrow('Unknown username or wrong password');
  });
});

describe('tokens', () => {
  test('rotates the refresh token, and an old one that is used again ends the grant', async () => {
    const first = await connect(apps.crm, 'rita');
    const rotated = await refresh(apps.crm, first.refresh_token);
    const second = await tokensOf(rotated);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await call(apps.crm, '/me', second)).status).toBe(200);

    const reused = await refresh(apps.crm, first.refresh_token);
    expect([reused.status, await errorOf(reused)]).toEqual([400, 'invalid_grant']);
    const successor = await refresh(apps.crm, second.refresh_token);
    expect([successor.status, await errorOf(successor)]).toEqual([400, 'invalid_grant']);
    expect((await call(apps.crm, '/me', second)).status).toBe(401);
    expect((await apps.crm.control.counts()).tokenCalls).toEqual({ authorization_code: 1, refresh_token: 3 });
  });

  test('does not accept a revoked token, and shows who revoked what', async () => {
    const tokens = await connect(apps.crm, 'rita');
    const revoked = await oauth(apps.crm, apps.crm.revocationEndpoint, { token: tokens.refresh_token });
    expect(revoked.status).toBe(200);

    const response = await call(apps.crm, '/me', tokens);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(await apps.crm.control.revocations()).toMatchObject([
      {
        kind: 'RefreshToken',
        username: 'rita',
        sha256: createHash('sha256').update(tokens.refresh_token).digest('hex'),
      },
    ]);
  });

  test('expires access tokens on request and keeps the refresh token', async () => {
    const tokens = await connect(apps.crm, 'rita');
    await apps.crm.control.expire('rita');
    expect((await call(apps.crm, '/me', tokens)).status).toBe(401);
    const renewed = await tokensOf(await refresh(apps.crm, tokens.refresh_token));
    expect((await call(apps.crm, '/me', renewed)).status).toBe(200);
  });

  test('ends every grant of one person when the administrator revokes them, and of nobody else', async () => {
    const rita = await connect(apps.crm, 'rita');
    const carl = await connect(apps.crm, 'carl');
    await apps.crm.control.revoke('rita');
    expect((await call(apps.crm, '/me', rita)).status).toBe(401);
    expect(await errorOf(await refresh(apps.crm, rita.refresh_token))).toBe('invalid_grant');
    expect((await call(apps.crm, '/me', carl)).status).toBe(200);
  });

  test('accepts tokens of its own issuer only', async () => {
    const tokens = await connect(apps.files, 'rita');
    expect((await call(apps.files, '/me', tokens)).status).toBe(200);
    expect((await call(apps.crm, '/me', tokens)).status).toBe(401);
  });

  test('asks who it is at every login, so that two people can share a browser', async () => {
    const browser = new CookieJar();
    const rita = await connect(apps.crm, 'rita', browser);
    const carl = await connect(apps.crm, 'carl', browser);
    expect(await (await call(apps.crm, '/me', rita)).json()).toMatchObject({ username: 'rita' });
    expect(await (await call(apps.crm, '/me', carl)).json()).toMatchObject({ username: 'carl' });
  });

  test.each([
    ['error', 500, 'application/json'],
    ['html', 502, 'text/html'],
  ] as const)('answers the next token call with %s, and the one after it rightly', async (kind, status, type) => {
    const tokens = await connect(apps.crm, 'rita');
    await apps.crm.control.setTokenFault({ kind, status });
    const broken = await refresh(apps.crm, tokens.refresh_token);
    expect(broken.status).toBe(status);
    expect(broken.headers.get('content-type')).toContain(type);
    expect((await refresh(apps.crm, tokens.refresh_token)).status).toBe(200);
  });

  test('rotates, but loses the answer, when told so', async () => {
    const tokens = await connect(apps.crm, 'rita');
    await apps.crm.control.setTokenFault({ kind: 'lost' });
    await expect(refresh(apps.crm, tokens.refresh_token)).rejects.toThrow();
    expect(await errorOf(await refresh(apps.crm, tokens.refresh_token))).toBe('invalid_grant');
  });
});

describe('Acme CRM', () => {
  test('says that the person created the opportunity', async () => {
    const tokens = await connect(apps.crm, 'rita');
    const response = await call(apps.crm, '/opportunities', tokens, { account: 'acme', amount: 5000 });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      name: 'Acme opportunity',
      account: 'Acme',
      amount: 5000,
      stage: 'Prospecting',
      created_by: { username: 'rita', name: 'Rita Rep' },
    });
    const found = await call(apps.crm, '/opportunities?account=Acme', tokens);
    expect(await found.json()).toMatchObject({ total: 1 });
    expect((await apps.crm.control.records()).opportunities).toHaveLength(1);
  });

  test('says that the integration user created it, by API key and by password', async () => {
    const { username, password } = apps.crm.basic;
    const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    for (const headers of [{ 'x-api-key': apps.crm.apiKey }, { authorization: basic }]) {
      const response = await post(`${apps.crm.apiUrl}/notes`, headers, { text: 'Called them' });
      expect(await response.json()).toMatchObject({ created_by: { name: 'Integration User' } });
    }
    expect((await post(`${apps.crm.apiUrl}/notes`, { 'x-api-key': 'guessed' }, { text: 'Hi' })).status).toBe(401);
  });

  test('forbids the colleague to create, until the profile permits it', async () => {
    const tokens = await connect(apps.crm, 'carl');
    const refused = await call(apps.crm, '/opportunities', tokens, { account: 'Acme' });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toEqual({
      error: 'forbidden',
      message: 'Your profile may not create opportunities',
    });
    await apps.crm.control.changeAccount('carl', { mayCreate: true });
    expect((await call(apps.crm, '/opportunities', tokens, { account: 'Acme' })).status).toBe(201);
  });

  test.each([
    [{}, 'account', 'The account is required'],
    [{ account: 'Acme', amount: -1 }, 'amount', 'The amount must be a positive number'],
    [{ account: 'Acme', amount: 'much' }, 'amount', 'The amount must be a positive number'],
    [{ account: 'Nobody Inc' }, 'account', 'There is no account named Nobody Inc'],
  ])('answers %j with a message for the field', async (input, field, message) => {
    const response = await post(`${apps.crm.apiUrl}/opportunities`, { 'x-api-key': apps.crm.apiKey }, input);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ error: 'invalid_input', fields: { [field]: message } });
  });

  test('changes the stage of an opportunity', async () => {
    const tokens = await connect(apps.crm, 'rita');
    await call(apps.crm, '/opportunities', tokens, { account: 'Globex' });
    const id = (await apps.crm.control.records()).opportunities[0]?.id;
    const headers = { ...bearer(tokens), 'content-type': 'application/json' };
    const body = JSON.stringify({ stage: 'Closed Won' });
    const response = await fetch(`${apps.crm.apiUrl}/opportunities/${id}`, { method: 'PATCH', headers, body });
    expect(await response.json()).toMatchObject({ id, stage: 'Closed Won' });
  });

  test('creates once for the same Idempotency-Key', async () => {
    const headers = { 'x-api-key': apps.crm.apiKey, 'idempotency-key': 'job-1' };
    const url = `${apps.crm.apiUrl}/opportunities`;
    const first = await (await post(url, headers, { account: 'Acme' })).json();
    const second = await (await post(url, headers, { account: 'Acme' })).json();
    expect(second).toEqual(first);
    expect((await post(url, headers, { account: 'Globex' })).status).toBe(422);
    expect((await apps.crm.control.records()).opportunities).toHaveLength(1);
  });

  test('fails for as many calls as ordered, and carries nothing out meanwhile', async () => {
    await apps.crm.control.setApiFault({ failNext: 1, status: 503 });
    const headers = { 'x-api-key': apps.crm.apiKey };
    const url = `${apps.crm.apiUrl}/opportunities`;
    expect((await post(url, headers, { account: 'Acme' })).status).toBe(503);
    expect((await post(url, headers, { account: 'Acme' })).status).toBe(201);
    expect((await apps.crm.control.records()).opportunities).toHaveLength(1);
    expect((await apps.crm.control.counts()).apiCalls).toEqual({ total: 2, byRoute: { 'POST /api/opportunities': 2 } });
  });

  test('answers broken JSON and a missing authentication with 4xx', async () => {
    const headers = { 'x-api-key': apps.crm.apiKey, 'content-type': 'application/json' };
    const broken = await fetch(`${apps.crm.apiUrl}/opportunities`, { method: 'POST', headers, body: '{' });
    expect(broken.status).toBe(400);
    const anonymous = await fetch(`${apps.crm.apiUrl}/me`);
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers.get('www-authenticate')).toBe('Bearer realm="Acme CRM"');
  });

  test('shows its records on a page, with every text escaped', async () => {
    await post(`${apps.crm.apiUrl}/notes`, { 'x-api-key': apps.crm.apiKey }, { text: '<img src=x>' });
    const page = await (await fetch(apps.crm.url)).text();
    expect(page).toContain('&lt;img src=x&gt;');
    expect(page).not.toContain('<img');
  });
});

describe('Acme Files', () => {
  test('stores a file for its owner and shows it to nobody else', async () => {
    const rita = await connect(apps.files, 'rita');
    const carl = await connect(apps.files, 'carl');
    const stored = await call(apps.files, '/files', rita, { name: 'Proposal.md', content: 'Dear Acme' });
    expect(stored.status).toBe(201);
    expect(await stored.json()).toMatchObject({ name: 'Proposal.md', size: 9, owner: { username: 'rita' } });
    expect(await (await call(apps.files, '/files', rita)).json()).toMatchObject({ total: 1 });
    expect(await (await call(apps.files, '/files', carl)).json()).toMatchObject({ total: 0 });
    expect((await apps.files.control.records()).files).toMatchObject([{ content: 'Dear Acme' }]);
  });
});

describe('control', () => {
  test('takes JSON only, which a page of another site cannot send', async () => {
    const response = await fetch(`${apps.crm.controlUrl}/revoke`, { method: 'POST', body: 'username=rita' });
    expect(response.status).toBe(415);
  });

  test('wants the control token where one is set', async () => {
    const client = { id: 'behalf', secret: SECRET, redirectUris: [REDIRECT_URI] };
    const guarded = await startDemoAppsProcess({ clients: { crm: client, files: client }, controlToken: 'let-me' });
    try {
      expect((await fetch(`${guarded.crm.controlUrl}/records`)).status).toBe(403);
      expect(await guarded.crm.control.records()).toEqual({ opportunities: [], notes: [] });
    } finally {
      await guarded.stop();
    }
  });
});

function authorization(app: DemoApp): { url: string; verifier: string } {
  const verifier = randomBytes(32).toString('base64url');
  const url = new URL(app.authorizationEndpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: REDIRECT_URI,
    scope: app.scope,
    state: 'the-state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  return { url: url.href, verifier };
}

async function connect(app: DemoApp, username: string, cookies = new CookieJar()): Promise<Tokens> {
  const { url, verifier } = authorization(app);
  const callback = await logInByForms(url, { username, allow: true, cookies });
  return tokensOf(await exchange(app, callback, verifier));
}

async function tokensOf(response: Response): Promise<Tokens> {
  return JSON.parse(await response.text());
}

function exchange(app: DemoApp, callback: URL, verifier: string): Promise<Response> {
  return oauth(app, app.tokenEndpoint, {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
  });
}

function refresh(app: DemoApp, refreshToken: string): Promise<Response> {
  return oauth(app, app.tokenEndpoint, { grant_type: 'refresh_token', refresh_token: refreshToken });
}

function oauth(app: DemoApp, url: string, fields: Record<string, string>): Promise<Response> {
  if (app === apps.files) {
    const body = new URLSearchParams({ ...fields, client_id: app.clientId, client_secret: app.clientSecret });
    return fetch(url, { method: 'POST', body });
  }
  const credentials = `${encodeURIComponent(app.clientId)}:${encodeURIComponent(app.clientSecret)}`;
  const headers = { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  return fetch(url, { method: 'POST', headers, body: new URLSearchParams(fields) });
}

function bearer(tokens: Tokens): { authorization: string } {
  return { authorization: `Bearer ${tokens.access_token}` };
}

function call(app: DemoApp, path: string, tokens: Tokens, body?: object): Promise<Response> {
  if (body) return post(`${app.apiUrl}${path}`, bearer(tokens), body);
  return fetch(`${app.apiUrl}${path}`, { headers: bearer(tokens) });
}

function post(url: string, headers: Record<string, string>, body: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

async function json(url: string, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(url, { headers });
  expect(response.status).toBe(200);
  return response.json();
}

async function errorOf(response: Response): Promise<unknown> {
  const body: { error?: string } = JSON.parse(await response.text());
  return body.error;
}
