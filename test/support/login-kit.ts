import { createOAuth1Client } from '../../adapters/oauth/index.js';
import type { Account, PersonOwner } from '../../src/connections/connection.js';
import { createConnections } from '../../src/connections/connections.js';
import type { LoginConnected, LoginFailed, LoginOutcome, LoginRequest } from '../../src/connections/login.js';
import type { HolderProfile, LoginsDeps } from '../../src/connections/login-parts.js';
import { createLogins, type Logins } from '../../src/connections/logins.js';
import type { OAuthApp } from '../../src/connections/parent-connection.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { ANN, BOB, type ConnectionKit, startConnectionKit } from './connection-kit.js';

/** The browser of one person: its cookie, and the account that it is logged in to at the provider. */
export class Browser {
  cookie: string | undefined;
  readonly account: string;

  constructor(account: string) {
    this.account = account;
  }
}

export interface LoginKit extends ConnectionKit {
  readonly logins: Logins;
  readonly connected: LoginConnected[];
  readonly failed: LoginFailed[];
  /** Accounts by user name; tokens of the provider are `access-<user name>-<n>`. */
  readonly accounts: Map<string, Account>;
  readonly profiles: Map<string, HolderProfile>;
  /** Logins on the same store with other dependencies. */
  loginsWith(change: Partial<LoginsDeps>): Logins;
  link(owner: PersonOwner, change?: Partial<LoginRequest>): Promise<string>;
  /** Opens the login page and presses its button; gives the provider's URL. */
  begin(token: string, browser: Browser, logins?: Logins): Promise<URL>;
  /** What the provider sends the browser back with, once the person has said yes. */
  consent(authorizationUrl: URL, browser: Browser): URLSearchParams;
  /** The browser arrives at the redirect URI. */
  arrive(query: URLSearchParams, browser: Browser, logins?: Logins): Promise<LoginOutcome>;
  /** All three. */
  walk(token: string, browser: Browser, logins?: Logins): Promise<LoginOutcome>;
  revokedTokens(): Promise<readonly (string | null)[]>;
}

/** Logins on a real embedded store against an HTTP server that plays the provider, and browsers that walk through them. */
export async function startLoginKit(change: Partial<OAuthApp> = {}): Promise<LoginKit> {
  const kit = await startConnectionKit(change);
  const connected: LoginConnected[] = [];
  const failed: LoginFailed[] = [];
  const accounts = new Map<string, Account>();
  const profiles = new Map<string, HolderProfile>();
  for (const [owner, name] of [
    [ANN, 'ann'],
    [BOB, 'bob'],
  ] as const) {
    const confirmedEmail = `${name}@acme.example`;
    accounts.set(name, { id: `id-${name}`, label: confirmedEmail, confirmedEmail });
    profiles.set(owner.userId, { name, place: 'Acme', confirmedEmail });
  }
  playProvider(kit);
  const deps: LoginsDeps = {
    ...kit.deps,
    connections: createConnections(kit.deps),
    store: kit.stores.expiring,
    oauth1: createOAuth1Client({ httpClient: kit.httpClient, clock: kit.clock }),
    trySecrets: async () => undefined,
    lookUpAccount: async (_parent, { accessToken }) => {
      const account = accounts.get(accessToken.reveal().split('-')[1] ?? '');
      if (account === undefined) throw new BehalfError('app.unavailable', 'No identity');
      return account;
    },
    profile: async (owner) => profiles.get(owner.userId) ?? { name: owner.userId, place: 'Acme' },
    onConnected: async (event) => {
      connected.push(event);
    },
    onFailed: async (event) => {
      failed.push(event);
    },
  };
  const logins = createLogins(deps);
  const redirectPath = new URL(redirectUri(kit)).pathname;

  const result: LoginKit = {
    ...kit,
    logins,
    connected,
    failed,
    accounts,
    profiles,
    loginsWith: (other) => createLogins({ ...deps, ...other }),
    async link(owner, request = {}) {
      const base = { owner, connection: 'crm', context: { conversation: 'D1' }, popUp: false };
      return (await logins.createLink({ ...base, ...request })).token;
    },
    async begin(token, browser, by = logins) {
      const start = await by.begin(token, browser.cookie);
      if (start.kind === 'unknown') throw new Error('The link is not known');
      browser.cookie = start.cookie.value;
      return new URL(start.redirectTo);
    },
    consent: (url, browser) =>
      new URLSearchParams({ code: `code-${browser.account}`, state: url.searchParams.get('state') ?? '' }),
    arrive: (query, browser, by = logins) =>
      by.complete({
        connection: redirectPath.split('/').at(-1) ?? '',
        query,
        ...(browser.cookie === undefined ? {} : { cookie: browser.cookie }),
      }),
    async walk(token, browser, by = logins) {
      const url = await result.begin(token, browser, by);
      return result.arrive(result.consent(url, browser), browser, by);
    },
    async revokedTokens() {
      await kit.revoker.work();
      return kit.provider.callsOf('revoke').map(({ form }) => form.get('token'));
    },
  };
  return result;
}

function redirectUri({ parent }: ConnectionKit): string {
  return parent.auth.kind === 'oauth2' ? parent.auth.app.redirectUri : '';
}

/** Codes are `code-<user name>`; each exchange gives a numbered pair. */
function playProvider({ provider }: ConnectionKit): void {
  let issued = 0;
  provider.script(({ path, form }) => {
    if (path === '/revoke') return { status: 200 };
    const name = /^code-(\w+)$/.exec(form.get('code') ?? '')?.[1];
    if (name === undefined) return { status: 400, body: { error: 'invalid_grant' } };
    issued += 1;
    const pair = { access_token: `access-${name}-${issued}`, refresh_token: `refresh-${name}-${issued}` };
    return { body: { ...pair, token_type: 'Bearer', expires_in: 3600 } };
  });
}
