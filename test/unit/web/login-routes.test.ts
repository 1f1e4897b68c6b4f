import type { Logins } from '../../../src/connections/logins.js';
import { BehalfError } from '../../../src/kernel/errors.js';
import type { HttpResponse } from '../../../src/kernel/http.js';
import { type LoginRoutesDeps, loginRoutes } from '../../../src/web/login-routes.js';
import { ANN } from '../../support/connection-kit.js';
import { type LoginKit, startLoginKit } from '../../support/login-kit.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { get, send } from './requests.js';

const SAME_SITE = { 'sec-fetch-site': 'same-origin', origin: 'https://behalf.example.com' };

let kit: LoginKit;
let logger: RecordingLogger;

beforeEach(async () => {
  kit = await startLoginKit();
  logger = new RecordingLogger();
});

afterEach(async () => {
  await kit.stop();
});

function routes(change: Partial<LoginRoutesDeps> = {}) {
  return loginRoutes({
    logins: kit.logins,
    publicUrl: 'https://behalf.example.com',
    providerOrigin: () => 'https://provider.example',
    platformTitle: () => 'Slack',
    popUpScripts: () => ['/assets/teams.js'],
    logger,
    ...change,
  });
}

const link = async (change: Parameters<LoginKit['link']>[1] = {}) => `/login/${await kit.link(ANN, change)}`;

function headerOf({ headers }: HttpResponse, name: string): string {
  return String(headers?.[name] ?? '');
}

/** The cookie as the browser sends it back. */
function cookieOf(response: HttpResponse): string {
  return headerOf(response, 'set-cookie').split(';')[0] ?? '';
}

async function toProvider(url: string) {
  const started = await send(routes(), 'POST', url, SAME_SITE);
  return { cookie: cookieOf(started), state: new URL(headerOf(started, 'location')).searchParams.get('state') ?? '' };
}

const callback = (state: string, rest = 'code=code-ann') => `/oauth/callback/crm?${rest}&state=${state}`;

describe('the login page', () => {
  test('says who connects what to whom, and can be looked at as often as one likes', async () => {
    const url = await link();
    for (let time = 0; time < 3; time += 1) {
      const { body, headers, status } = await get(routes(), url);
      expect(status).toBe(200);
      expect(headers?.['set-cookie']).toBeUndefined();
      expect(String(body)).toContain('Connect Acme CRM');
      expect(String(body)).toContain('<strong>ann</strong><br>Acme, Slack');
      expect(String(body)).toContain(`<form method="post" action="${url}">`);
    }
    expect((await send(routes(), 'POST', url, SAME_SITE)).status).toBe(303);
  });

  test('lets its form lead to the provider', async () => {
    const policy = headerOf(await get(routes(), await link()), 'content-security-policy');
    expect(policy).toContain("form-action 'self' https: https://provider.example");
  });

  test.each(['/login/unknown', '/login/', `/login/${'x'.repeat(500)}`])(
    'says the same of every link that is none: %s',
    async (url) => {
      for (const method of ['GET', 'POST'] as const) {
        const { body, status } = await send(routes(), method, url, SAME_SITE);
        expect(status).toBe(404);
        expect(String(body)).toContain('This link does not work any more');
      }
    },
  );
});

describe('the way to the provider', () => {
  test('is a 303 with a cookie that only this host gets back', async () => {
    const response = await send(routes(), 'POST', await link(), SAME_SITE);
    expect(response.status).toBe(303);
    expect(headerOf(response, 'location')).toMatch(/\/authorize\?/);
    expect(headerOf(response, 'cache-control')).toBe('no-store');
    expect(headerOf(response, 'referrer-policy')).toBe('no-referrer');
    expect(headerOf(response, 'set-cookie')).toMatch(
      /^__Host-behalf-login=[\w.~-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600; Secure$/,
    );
  });

  test('is the same with http on this machine, but for what needs https', async () => {
    const local = routes({ publicUrl: 'http://localhost:3000' });
    const response = await send(local, 'POST', await link(), { origin: 'http://localhost:3000' });
    expect(headerOf(response, 'set-cookie')).toMatch(
      /^behalf-login=[\w.~-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/,
    );
  });

  test.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'https://behalf.example.com.evil.example', 'sec-fetch-site': 'same-origin' }],
  ])('is not begun by a foreign page (%j)', async (headers) => {
    const url = await link();
    const response = await send(routes(), 'POST', url, headers);
    expect(response.status).toBe(403);
    expect(response.headers?.['set-cookie']).toBeUndefined();
    expect((await send(routes(), 'POST', url, SAME_SITE)).status).toBe(303);
  });

  // A page that sends no referrer has its forms posted with this origin (Fetch Standard, section 3.2.5).
  test('is begun by our own page, which sends no referrer and so no origin', async () => {
    const headers = { origin: 'null', 'sec-fetch-site': 'same-origin' };
    expect((await send(routes(), 'POST', await link(), headers)).status).toBe(303);
  });
});

describe('the way back', () => {
  test('ends on a page that names the account', async () => {
    const { cookie, state } = await toProvider(await link());
    const { body, status } = await get(routes(), callback(state), { cookie: `other=1; ${cookie}` });
    expect(status).toBe(200);
    expect(String(body)).toContain('Acme CRM is connected as <strong>ann@acme.example</strong>.');
    expect(String(body)).toContain('return to Slack');
    expect(String(body)).not.toContain('code-ann');
  });

  test('sends whoever loads its end again to the chat, which knows whether they are connected', async () => {
    const { cookie, state } = await toProvider(await link());
    await get(routes(), callback(state), { cookie });
    for (const path of [callback(state), '/oauth/callback/crm']) {
      const { body, status } = await get(routes(), path, { cookie });
      expect(status).toBe(404);
      expect(String(body)).toContain('<h1>This login is over</h1>');
      expect(String(body)).toContain('Your chat says whether you are connected');
      expect(String(body)).not.toContain('expired');
    }
  });

  test('is worth nothing in another browser, and used up then', async () => {
    const { cookie, state } = await toProvider(await link());
    const stranger = await get(routes(), callback(state));
    expect(stranger.status).toBe(403);
    expect(String(stranger.body)).toContain('Another browser');
    expect((await get(routes(), callback(state), { cookie })).status).toBe(404);
    expect(kit.connected).toEqual([]);
  });

  test('is not taken from a cookie of another name', async () => {
    const { cookie, state } = await toProvider(await link());
    const value = cookie.replace('__Host-behalf-login=', '');
    expect((await get(routes(), callback(state), { cookie: `behalf-login=${value}` })).status).toBe(403);
  });

  test('says what to do when the person pressed Deny', async () => {
    const { cookie, state } = await toProvider(await link());
    const { body, status } = await get(routes(), callback(state, 'error=access_denied'), { cookie });
    expect(status).toBe(200);
    expect(String(body)).toContain('You did not allow the access to Acme CRM, so nothing was connected.');
  });

  test('makes a sentence of an error of the provider, and quotes nothing', async () => {
    const { cookie, state } = await toProvider(await link());
    const rest = 'error=server_error&error_description=<b>canary</b>';
    const { body, status } = await get(routes(), callback(state, rest), { cookie });
    expect(status).toBe(502);
    expect(String(body)).not.toContain('canary');
    expect(String(body)).toContain('To try again, press Login in Slack.');
  });

  test('says that it came to the wrong place', async () => {
    const { cookie, state } = await toProvider(await link());
    const { status } = await get(routes(), `/oauth/callback/files?code=c&state=${state}`, { cookie });
    expect(status).toBe(400);
  });

  test.each(['', '?state=x', '?code=c', '?code=c&state=a&state=b'])(
    'says that %j is nothing (any more)',
    async (query) => {
      const { body, status } = await get(routes(), `/oauth/callback/crm${query}`);
      expect(status).toBe(404);
      expect(String(body)).toContain('This login is over');
    },
  );

  test('shows a code where the chat has to say who it is, and hands it to the pop-up', async () => {
    kit.profiles.set(ANN.userId, { name: 'ann', place: 'Acme' });
    const pasted = await toProvider(await link());
    const page = await get(routes(), callback(pasted.state), { cookie: pasted.cookie });
    expect(String(page.body)).toMatch(/<output id="code" aria-label="Code">[0-9A-Z]{4}-[0-9A-Z]{4}<\/output>/);
    expect(String(page.body)).toContain('The code works for 10 minutes.');
    expect(String(page.body)).not.toContain('/assets/teams.js');
    const popUp = await toProvider(await link({ popUp: true }));
    const handed = await get(routes(), callback(popUp.state), { cookie: popUp.cookie });
    expect(String(handed.body)).toMatch(/<body data-login-code="[0-9A-Z]{4}-[0-9A-Z]{4}">/);
    expect(String(handed.body)).toContain('<script src="/assets/teams.js" defer></script>');
    // As long as the authorization code that waits for it: who has no pop-up has to be quick.
    expect(String(handed.body)).toContain('The code works for 1 minute.');
  });
});

test.each([
  [new BehalfError('store.unavailable', 'redis://:canary@host'), 503, 'I can&#39;t reach my memory right now.'],
  [new Error('canary'), 500, 'Something went wrong on my side.'],
])('what goes wrong is a page with a reference and without details', async (error, status, text) => {
  const broken: Logins = { ...kit.logins, view: () => Promise.reject(error) };
  const page = await get(routes({ logins: broken }), '/login/x');
  expect(page.status).toBe(status);
  expect(String(page.body)).toContain(text);
  expect(String(page.body)).not.toContain('canary');
  const [, reference] = /Reference ([0-9a-f]{8})/.exec(String(page.body)) ?? [];
  expect(logger.dump()).toContain(reference);
});

test('two logins of one browser do not get in the way of each other', async () => {
  const first = await toProvider(await link());
  const started = await send(routes(), 'POST', await link(), { ...SAME_SITE, cookie: first.cookie });
  const second = new URL(headerOf(started, 'location')).searchParams.get('state') ?? '';
  const cookie = cookieOf(started);
  expect((await get(routes(), callback(second), { cookie })).status).toBe(200);
  expect((await get(routes(), callback(first.state), { cookie })).status).toBe(200);
});
