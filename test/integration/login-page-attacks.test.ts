import { createHttpServer } from '../../adapters/node-http/index.js';
import type { HttpServer } from '../../src/kernel/http-server.port.js';
import { loginRoutes } from '../../src/web/login-routes.js';
import { ANN } from '../support/connection-kit.js';
import { type LoginKit, startLoginKit } from '../support/login-kit.js';

const PUBLIC_URL = 'https://behalf.example.com';
const EVIL = 'evil.example';
const OWN_PAGE = { 'sec-fetch-site': 'same-origin', origin: PUBLIC_URL };

/** Where software of others lets itself be led to. */
const NAMES = ['next', 'returnTo', 'return_to', 'redirect', 'redirect_uri', 'redirectTo', 'url', 'continue', 'host'];
const HOSTS = ['x-forwarded-host', 'x-host', 'x-original-host', 'x-forwarded-server', 'forwarded', 'x-original-url'];

let kit: LoginKit;
let server: HttpServer;
let origin: string;

beforeEach(async () => {
  kit = await startLoginKit();
  server = createHttpServer({ logger: kit.logger, host: '127.0.0.1', isHttps: true });
  const routes = loginRoutes({
    logins: kit.logins,
    publicUrl: PUBLIC_URL,
    providerOrigin: () => kit.provider.url,
    platformTitle: () => 'Slack',
    popUpScripts: () => [],
    logger: kit.logger,
  });
  origin = `http://127.0.0.1:${await server.listen(routes, 0)}`;
});

afterEach(async () => {
  await server.close();
  await kit.stop();
});

const link = async () => `/login/${await kit.link(ANN)}`;

/** Everything that an answer says, and where it leads. */
async function told(response: Response): Promise<string> {
  return JSON.stringify([[...response.headers], await response.text()]);
}

describe('somebody makes an address of ours lead elsewhere', () => {
  test.each(NAMES)('by adding %s to it: neither page nor redirect names it', async (name) => {
    const query = `?${name}=https://${EVIL}/&${name}=//${EVIL}`;
    const url = await link();
    const shown = await fetch(`${origin}${url}${query}`);
    expect(await told(shown)).not.toContain(EVIL);
    const begun = await fetch(`${origin}${url}${query}`, { method: 'POST', headers: OWN_PAGE, redirect: 'manual' });
    expect(begun.status).toBe(303);
    expect(await told(begun)).not.toContain(EVIL);
    const back = await fetch(`${origin}/oauth/callback/crm${query}&state=x&error=${EVIL}&error_description=${EVIL}`);
    expect(await told(back)).not.toContain(EVIL);
  });

  test.each(HOSTS)('by the header %s: logins come back to the address that is configured', async (name) => {
    const value = name === 'forwarded' ? `host=${EVIL};proto=http` : EVIL;
    const headers = { ...OWN_PAGE, [name]: value };
    const begun = await fetch(`${origin}${await link()}`, { method: 'POST', headers, redirect: 'manual' });
    const to = new URL(begun.headers.get('location') ?? '');
    expect(to.origin).toBe(kit.provider.url);
    expect(new URL(to.searchParams.get('redirect_uri') ?? '').host).not.toBe(EVIL);
    expect(await told(begun)).not.toContain(EVIL);
  });

  test.each(['//evil.example', '/login//evil.example', '/\\evil.example', '/oauth/callback//evil.example/crm'])(
    'by the path %s: it leads nowhere',
    async (path) => {
      const response = await fetch(`${origin}${path}`, { redirect: 'manual' });
      expect(response.status).toBe(404);
      expect(response.headers.get('location')).toBeNull();
    },
  );
});

describe('a provider', () => {
  test.each(['<img src=x onerror=alert(1)>', '"><script>alert(1)</script>', "' onmouseover='alert(1)"])(
    'that calls an account %s puts no markup into our page',
    async (name) => {
      kit.accounts.set('ann', { id: 'id-ann', label: name, confirmedEmail: 'ann@acme.example' });
      const begun = await fetch(`${origin}${await link()}`, { method: 'POST', headers: OWN_PAGE, redirect: 'manual' });
      const cookie = (begun.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? '';
      const back = new URLSearchParams({ state, code: 'code-ann' });
      const page = await (await fetch(`${origin}/oauth/callback/crm?${back}`, { headers: { cookie } })).text();
      expect(page).toContain('Acme CRM is connected as');
      expect(page).not.toContain(name);
      expect(page).not.toMatch(/<(?:img|script(?! src="\/))/u);
    },
  );
});
