import { createHash } from 'node:crypto';
import { createOAuthClient } from '../../../adapters/oauth/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import type { TokenSet } from '../../../src/connections/connection.js';
import type { OAuthApp } from '../../../src/connections/parent-connection.js';
import { randomToken } from '../../../src/kernel/ids.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { type DemoAppsProcess, logInByForms, startDemoAppsProcess } from '../../support/demo-apps.js';
import { oauthApp } from '../../support/oauth-app.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const REDIRECT_URI = 'http://localhost:3000/oauth/callback/crm';
/** Characters that have to be encoded on their way into the header. */
const SECRET = 'p+l:us/%and more!';

const httpClient = createHttpClient({
  allowPrivateHosts: ['localhost'],
  logger: new RecordingLogger(),
  clock: systemClock,
});
const client = createOAuthClient({ httpClient, clock: systemClock });
let apps: DemoAppsProcess;

beforeAll(async () => {
  const registration = { id: 'behalf:crm', secret: SECRET, redirectUris: [REDIRECT_URI] };
  apps = await startDemoAppsProcess({
    clients: { crm: registration, files: { ...registration, id: 'behalf-files', authMethod: 'client_secret_post' } },
    controlToken: 'control',
  });
});

beforeEach(() => Promise.all([apps.crm.control.reset(), apps.files.control.reset()]));

afterAll(() => Promise.all([httpClient.close(), apps.stop()]));

function appOf(demo: 'crm' | 'files', change: Partial<OAuthApp> = {}): OAuthApp {
  const { authorizationEndpoint, tokenEndpoint, revocationEndpoint, clientId, scope } = apps[demo];
  return oauthApp(apps[demo].url, {
    authorizationUrl: authorizationEndpoint,
    tokenUrl: tokenEndpoint,
    revocationUrl: revocationEndpoint,
    clientId,
    clientSecret: new Secret(SECRET),
    redirectUri: REDIRECT_URI,
    scopes: scope.split(' '),
    clientAuthentication: demo === 'crm' ? 'header' : 'body',
    authorizationParameters: { prompt: 'consent' },
    ...change,
  });
}

interface Walk {
  readonly code: Secret;
  readonly codeVerifier: Secret;
  readonly scopes: readonly string[];
}

async function walk(app: OAuthApp, username = 'rita'): Promise<Walk> {
  const state = randomToken();
  const codeVerifier = new Secret(randomToken());
  const url = client.authorizationUrl(app, { state, codeVerifier, scopes: app.scopes });
  const back = await logInByForms(url, { username, allow: true });
  expect(back.searchParams.get('state')).toBe(state);
  return { code: new Secret(back.searchParams.get('code') ?? ''), codeVerifier, scopes: app.scopes };
}

async function logIn(app: OAuthApp): Promise<TokenSet> {
  return client.exchangeCode(app, await walk(app));
}

async function statusOfApi(demo: 'crm' | 'files', token: Secret): Promise<number> {
  const response = await fetch(apps[demo].userinfoEndpoint, {
    headers: { authorization: `Bearer ${token.reveal()}` },
  });
  await response.text();
  return response.status;
}

describe.each(['crm', 'files'] as const)('at a certified provider, client of %s', (demo) => {
  it('exchanges the code for tokens that work', async () => {
    const tokens = await logIn(appOf(demo));
    expect(tokens.refreshToken).toBeDefined();
    expect(tokens.expiresAt).toBe(tokens.issuedAt + 300_000);
    expect(tokens.scopes).toContain('api');
    expect(await statusOfApi(demo, tokens.accessToken)).toBe(200);
  });

  it('refreshes with rotation; the rotated token is dead and ends the grant', async () => {
    const app = appOf(demo);
    const first = await logIn(app);
    const second = await client.refresh(app, first);
    expect(second.refreshToken?.reveal()).not.toBe(first.refreshToken?.reveal());
    expect(await statusOfApi(demo, second.accessToken)).toBe(200);
    await expect(client.refresh(app, first)).rejects.toMatchObject({ code: 'oauth.invalid_grant' });
    await expect(client.refresh(app, second)).rejects.toMatchObject({ code: 'oauth.invalid_grant' });
  });

  it('revokes both tokens', async () => {
    const app = appOf(demo);
    const tokens = await logIn(app);
    await expect(client.revoke(app, tokens)).resolves.toBe('revoked');
    expect(await statusOfApi(demo, tokens.accessToken)).toBe(401);
    await expect(client.refresh(app, tokens)).rejects.toMatchObject({ code: 'oauth.invalid_grant' });
    const revoked = (await apps[demo].control.revocations()).map(({ sha256 }) => sha256);
    const refreshHash = createHash('sha256')
      .update(tokens.refreshToken?.reveal() ?? '')
      .digest('hex');
    expect(revoked).toContain(refreshHash);
  });

  it('revokes tokens that are dead already', async () => {
    const app = appOf(demo);
    const tokens = await logIn(app);
    await client.revoke(app, tokens);
    await expect(client.revoke(app, tokens)).resolves.toBe('revoked');
  });

  it('cannot use a code twice', async () => {
    const app = appOf(demo);
    const request = await walk(app);
    await client.exchangeCode(app, request);
    await expect(client.exchangeCode(app, request)).rejects.toMatchObject({ code: 'oauth.invalid_grant' });
  });

  it('cannot use a code without its verifier', async () => {
    const app = appOf(demo);
    const request = { ...(await walk(app)), codeVerifier: new Secret(randomToken()) };
    await expect(client.exchangeCode(app, request)).rejects.toMatchObject({ code: 'oauth.invalid_grant' });
  });

  it('tells a wrong client secret from a dead grant', async () => {
    const app = appOf(demo);
    const tokens = await logIn(app);
    const wrong = appOf(demo, { clientSecret: new Secret('wrong') });
    await expect(client.refresh(wrong, tokens)).rejects.toMatchObject({ code: 'oauth.operator' });
    await expect(client.exchangeCode(wrong, await walk(app))).rejects.toMatchObject({ code: 'oauth.operator' });
    await expect(client.refresh(app, tokens)).resolves.toBeDefined();
  });

  it('survives a provider in trouble', async () => {
    const app = appOf(demo);
    const tokens = await logIn(app);
    await apps[demo].control.setTokenFault({ kind: 'html' });
    await expect(client.refresh(app, tokens)).rejects.toMatchObject({ code: 'oauth.transient' });
    await apps[demo].control.setTokenFault({ kind: 'error' });
    await expect(client.refresh(app, tokens)).rejects.toMatchObject({ code: 'oauth.transient' });
    await expect(client.refresh(app, tokens)).resolves.toBeDefined();
  });
});
