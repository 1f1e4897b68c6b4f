import type { BrowserIdentity, SignedInPerson } from '../../../src/connections/browser-identity.port.js';
import type { Logins } from '../../../src/connections/logins.js';
import { BehalfError } from '../../../src/kernel/errors.js';
import type { HttpResponse } from '../../../src/kernel/http.js';
import { loginRoutes } from '../../../src/web/login-routes.js';
import { ANN, BOB } from '../../support/connection-kit.js';
import { type LoginKit, startLoginKit } from '../../support/login-kit.js';
import { get, send } from './requests.js';

const SAME_SITE = { 'sec-fetch-site': 'same-origin', origin: 'https://behalf.example.com' };
const { platform: _, ...ANN_IN_SLACK } = ANN;
const { platform: __, ...BOB_IN_SLACK } = BOB;

let kit: LoginKit;
let signedIn: () => Promise<SignedInPerson>;

const slack: BrowserIdentity = {
  platform: 'slack',
  title: 'Slack',
  path: '/slack/openid_redirect',
  origin: 'http://slack.test',
  authorizationUrl: ({ nonce, state }) => `http://slack.test/authorize?state=${state}&nonce=${nonce}`,
  prove: () => signedIn(),
};

beforeEach(async () => {
  kit = await startLoginKit();
  signedIn = async () => ANN_IN_SLACK;
});

afterEach(() => kit.stop());

function routes(identityCheck: 'auto' | 'sign-in' = 'auto') {
  const logins: Logins = kit.loginsWith({ policy: { identityCheck }, signInOf: () => slack });
  return loginRoutes({
    logins,
    publicUrl: 'https://behalf.example.com',
    providerOrigin: () => 'https://provider.example',
    platformTitle: () => 'Slack',
    popUpScripts: () => [],
    signIns: [slack],
    logger: kit.logger,
  });
}

const link = async () => `/login/${await kit.link(ANN)}`;
const headerOf = ({ headers }: HttpResponse, name: string) => String(headers?.[name] ?? '');
const cookieOf = (response: HttpResponse) => headerOf(response, 'set-cookie').split(';')[0] ?? '';

async function toSlack(url: string, used = routes()) {
  const response = await send(used, 'POST', url, SAME_SITE);
  const target = new URL(headerOf(response, 'location'));
  return { target, cookie: cookieOf(response), state: target.searchParams.get('state') ?? '' };
}

const back = (state: string, rest = 'code=c') => `/slack/openid_redirect?${rest}&state=${state}`;

describe('the login page, where people sign in first', () => {
  test('says so, and lets its form lead to both pages', async () => {
    const { body, headers } = await get(routes(), await link());
    expect(String(body)).toContain('First you sign in with Slack');
    expect(String(body)).toContain('<button type="submit">Continue with Slack</button>');
    expect(String(headers?.['content-security-policy'])).toContain(
      "form-action 'self' https: https://provider.example http://slack.test;",
    );
  });

  test('has another way where other checks count, and none where nothing else does', async () => {
    const url = await link();
    expect(String((await get(routes(), url)).body)).toContain(`action="${url}/another-way"`);
    expect(String((await get(routes('sign-in'), url)).body)).not.toContain('another-way');
  });

  test('leads to Slack, and the other way to the app', async () => {
    const url = await link();
    expect((await toSlack(url)).target.origin).toBe('http://slack.test');
    expect((await toSlack(`${url}/another-way`)).target.href).toMatch(/\/authorize\?.*redirect_uri=/);
    expect((await toSlack(`${url}/another-way`, routes('sign-in'))).target.origin).toBe('http://slack.test');
  });

  test('lets no foreign page go the other way', async () => {
    const response = await send(routes(), 'POST', `${await link()}/another-way`, { origin: 'https://evil.example' });
    expect(response.status).toBe(403);
  });
});

describe('the way back from Slack', () => {
  test('leads on to the app with a fresh cookie, and from there to the end', async () => {
    const used = routes();
    const { cookie, state } = await toSlack(await link(), used);
    const on = await get(used, back(state), { cookie });
    expect(on.status).toBe(303);
    expect(headerOf(on, 'set-cookie')).toMatch(
      /^__Host-behalf-login=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; .*Secure$/,
    );
    expect(headerOf(on, 'cache-control')).toBe('no-store');
    expect(headerOf(on, 'referrer-policy')).toBe('no-referrer');
    const atProvider = new URL(headerOf(on, 'location')).searchParams.get('state') ?? '';
    const callback = `/oauth/callback/crm?code=code-ann&state=${atProvider}`;
    expect(cookieOf(on)).not.toBe(cookie);
    const end = await get(used, callback, { cookie: cookieOf(on) });
    expect([end.status, String(end.body)]).toEqual([200, expect.stringContaining('Acme CRM is connected')]);
  });

  test('ends on a page for whoever is somebody else, once and for all', async () => {
    signedIn = async () => BOB_IN_SLACK;
    const used = routes();
    const url = await link();
    const { cookie, state } = await toSlack(url, used);
    const page = await get(used, back(state), { cookie });
    expect([page.status, String(page.body)]).toEqual([403, expect.stringContaining('This login is for somebody else')]);
    expect((await get(used, url)).status).toBe(404);
  });

  test.each<[string, string, number, string]>([
    ['who does not want to', 'error=access_denied', 200, 'You did not sign in with Slack'],
    ['whose app is not set up for it', 'error=invalid_scope', 502, 'Your administrator must set up signing in'],
    ['who brings markup', 'error=%3Cb%3Ecanary', 502, 'Your administrator must set up signing in'],
    ['who brings no code', '', 502, 'I could not make sure who signed in with Slack'],
  ])('says what is the matter to somebody %s', async (_name, rest, status, text) => {
    const used = routes();
    const { cookie, state } = await toSlack(await link(), used);
    const page = await get(used, back(state, rest), { cookie });
    expect([page.status, String(page.body)]).toEqual([status, expect.stringContaining(text)]);
    expect(String(page.body)).not.toContain('canary');
    expect(String(page.body)).toContain(
      'press Login in Slack. If you cannot sign in, choose Continue another way there.',
    );
  });

  test('speaks the language of whoever asked for the login', async () => {
    const used = routes();
    const url = `/login/${await kit.link(ANN, { locale: 'de-AT' })}`;
    const first = String((await get(used, url)).body);
    expect(first).toContain('<button type="submit">Weiter mit Slack</button>');
    expect(first).toContain('Zuerst melden Sie sich mit Slack an');
    const { cookie, state } = await toSlack(url, used);
    const denied = await get(used, back(state, 'error=access_denied'), { cookie });
    expect(String(denied.body)).toContain('Sie haben sich nicht mit Slack angemeldet');
    signedIn = async () => BOB_IN_SLACK;
    const again = await toSlack(url, used);
    const other = await get(used, back(again.state), { cookie: again.cookie });
    expect(String(other.body)).toContain('Diese Anmeldung ist für jemand anderen');
  });

  test.each<[BehalfError['code'], number, string]>([
    ['oauth.invalid_grant', 502, 'took too long'],
    ['oauth.operator', 502, 'does not let me ask who you are'],
    ['oauth.protocol', 502, 'I could not make sure who signed in'],
    ['store.unavailable', 502, 'I could not make sure who signed in'],
  ])('never leads on after %s', async (code, status, text) => {
    signedIn = () => Promise.reject(new BehalfError(code, 'canary'));
    const used = routes();
    const { cookie, state } = await toSlack(await link(), used);
    const page = await get(used, back(state), { cookie });
    expect([page.status, String(page.body)]).toEqual([status, expect.stringContaining(text)]);
    expect(page.headers?.['location']).toBeUndefined();
  });

  test('leads on to the other checks where Slack is away, unless nothing else counts', async () => {
    signedIn = () => Promise.reject(new BehalfError('oauth.transient', 'away'));
    for (const [policy, rest] of [
      ['auto', 'code=c'],
      ['auto', 'error=temporarily_unavailable'],
      ['sign-in', 'code=c'],
    ] as const) {
      const used = routes(policy);
      const { cookie, state } = await toSlack(await link(), used);
      const answer = await get(used, back(state, rest), { cookie });
      expect(answer.status).toBe(policy === 'auto' ? 303 : 502);
      expect(String(answer.body)).not.toContain('another way');
    }
  });

  test('is worth nothing in another browser, a second time, or without a state', async () => {
    const used = routes();
    const { cookie, state } = await toSlack(await link(), used);
    expect((await get(used, back(state))).status).toBe(403);
    expect((await get(used, back(state), { cookie })).status).toBe(404);
    expect((await get(used, '/slack/openid_redirect', { cookie })).status).toBe(404);
  });
});
