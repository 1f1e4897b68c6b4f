import { createConnections } from '../../src/connections/connections.js';
import type { OAuth1App, ParentConnection } from '../../src/connections/parent-connection.js';
import { createRevocationPlan } from '../../src/connections/revocation-plan.js';
import { Secret } from '../../src/kernel/secret.js';
import { ANN } from '../support/connection-kit.js';
import { Browser, type LoginKit, startLoginKit } from '../support/login-kit.js';
import { oauthApp } from '../support/oauth-app.js';
import { inWords } from '../support/wordings.js';

const TELLER = { kind: 'api_key', in: 'header', name: 'x', key: new Secret('k') } as const;

let kit: LoginKit;

beforeEach(async () => {
  kit = await startLoginKit();
});

afterEach(() => kit.stop());

function sharedLink(connection = 'crm'): Promise<string> {
  return kit.logins.createLink({ owner: 'shared', connection, context: {}, popUp: false }).then(({ token }) => token);
}

describe('a login for everybody', () => {
  it('connects without a check of the person, and says whose account it is', async () => {
    const outcome = await kit.walk(await sharedLink(), new Browser('bob'));
    expect(outcome).toMatchObject({ kind: 'connected', account: { label: 'bob@acme.example' } });
    const found = await kit.connections.credentialFor('shared', kit.parent);
    expect(found).toMatchObject({ kind: 'ready', account: { id: 'id-bob' } });
    expect(await kit.connections.credentialFor(ANN, kit.parent)).toEqual({ kind: 'login_required' });
  });

  it('cannot be finished in another browser, or by a chat user with a link of their own', async () => {
    const token = await sharedLink();
    const admin = new Browser('bob');
    const url = await kit.begin(token, admin);
    expect(await kit.arrive(kit.consent(url, new Browser('ann')), new Browser('ann'))).toEqual({
      kind: 'wrong_browser',
    });
    const own = await kit.walk(await kit.link(ANN), new Browser('ann'));
    expect(own.kind).toBe('connected');
    expect(await kit.connections.get('shared', 'crm')).toBeUndefined();
  });

  it('keeps the row and the personal connections when it is done again', async () => {
    await kit.walk(await kit.link(ANN), new Browser('ann'));
    await kit.walk(await sharedLink(), new Browser('bob'));
    await kit.walk(await sharedLink(), new Browser('bob'));
    expect((await kit.connections.get('shared', 'crm'))?.generation).toBe(2);
    expect((await kit.connections.get(ANN, 'crm'))?.status).toBe('connected');
    expect(await kit.connections.countChildren('crm')).toBe(1);
  });
});

describe('an account that may not be connected', () => {
  const strict = () => ({ ...kit.parent, accounts: { emailDomains: ['other.example'] } });

  it('is refused after the login, its tokens are revoked, and page and chat say which may be', async () => {
    const logins = kit.loginsWith({ parents: strict });
    const outcome = await kit.walk(await kit.link(ANN), new Browser('ann'), logins);
    expect(inWords(outcome)).toMatchObject({
      kind: 'account_refused',
      text: expect.stringContaining('at other.example'),
    });
    expect(kit.failed).toMatchObject([{ reason: 'account_refused', owner: ANN }]);
    expect(await kit.connections.get(ANN, 'crm')).toBeUndefined();
    expect(await kit.revokedTokens()).toEqual(['refresh-ann-1', 'access-ann-1']);
  });

  it('is told of by the choice that the login page of the app is asked for', async () => {
    const parents = (): ParentConnection => ({ ...kit.parent, prompt: 'select_account', loginHint: true });
    const url = await kit.begin(await kit.link(ANN), new Browser('ann'), kit.loginsWith({ parents }));
    expect(url.searchParams.get('prompt')).toBe('select_account');
    expect(url.searchParams.get('login_hint')).toBe('ann@acme.example');
  });

  it('leaves what the app itself asks of its login page in any case', async () => {
    const app = { ...oauthApp(kit.provider.url), authorizationParameters: { prompt: 'consent' } };
    const auth = { kind: 'oauth2' as const, app };
    const parents = (): ParentConnection => ({ ...kit.parent, auth, prompt: 'select_account' });
    const url = await kit.begin(await kit.link(ANN), new Browser('ann'), kit.loginsWith({ parents }));
    expect(url.searchParams.get('prompt')).toBe('consent select_account');
  });
});

describe('a connection whose client or host has changed', () => {
  it('ends with a reason before anything is sent to the new host', async () => {
    await kit.walk(await kit.link(ANN), new Browser('ann'));
    const moved: ParentConnection = { ...kit.parent, host: 'evil.example' };
    const before = kit.provider.calls.length;
    expect(await kit.connections.credentialFor(ANN, moved)).toEqual({
      kind: 'login_required',
      reason: 'client_changed',
    });
    await kit.revoker.work();
    expect(kit.provider.calls).toHaveLength(before);
    expect((await kit.connections.get(ANN, 'crm'))?.status).toBe('disconnected');
  });

  it('ends for everybody at once where that is asked for, and others stay', async () => {
    await kit.walk(await kit.link(ANN), new Browser('ann'));
    expect(await kit.connections.endForeign(kit.parent)).toBe(0);
    expect(await kit.connections.endForeign({ ...kit.parent, host: 'new.example' })).toBe(1);
    expect(await kit.connections.endForeign({ ...kit.parent, host: 'new.example' })).toBe(0);
  });
});

describe('a client with credentials of its own', () => {
  function clientParent(): ParentConnection {
    const app = oauthApp(kit.provider.url, { connection: 'machine' });
    return { ...kit.parent, name: 'machine', auth: { kind: 'client_credentials', app } };
  }

  function issue(): void {
    let issued = 0;
    kit.provider.script(() => {
      issued += 1;
      return { body: { access_token: `token-${issued}`, token_type: 'Bearer', expires_in: 3600 } };
    });
  }

  async function token(options: { readonly refusedGeneration?: number } = {}): Promise<string> {
    const found = await kit.connections.credentialFor('shared', clientParent(), options);
    return found.kind === 'ready' && found.credential.kind === 'bearer' ? found.credential.token.reveal() : 'none';
  }

  it('gets one token for all who need it, and the next when it ends or is refused', async () => {
    issue();
    expect(await Promise.all([token(), token(), token()])).toEqual(['token-1', 'token-1', 'token-1']);
    const other = createConnections(kit.deps);
    expect(await other.credentialFor('shared', clientParent())).toMatchObject({ kind: 'ready' });
    expect(kit.provider.calls).toHaveLength(1);
    expect(await token({ refusedGeneration: 1 })).toBe('token-2');
    await kit.clock.advance(3_600_000);
    expect(await token()).toBe('token-3');
  });

  it('stays away while an administrator has disconnected it', async () => {
    issue();
    await token();
    await kit.connections.disconnect('shared', 'machine');
    expect(await token()).toBe('none');
  });

  it('says that the administrator must act when the app refuses it', async () => {
    kit.provider.script(() => ({ status: 400, body: { error: 'invalid_grant' } }));
    await expect(token()).rejects.toMatchObject({ code: 'oauth.operator' });
  });
});

describe('secrets that are kept in the store', () => {
  const parent = (): ParentConnection => ({
    ...kit.parent,
    name: 'keyed',
    host: 'app.example',
    auth: {
      kind: 'stored',
      method: 'api_key',
      fields: [{ name: 'key', title: 'API key', secret: true }],
      credentialOf: async ({ key = new Secret('') }) => ({ ...TELLER, key }),
    },
  });

  it('are what actions are carried out with until they are disconnected', async () => {
    expect(await kit.connections.credentialFor('shared', parent())).toEqual({ kind: 'login_required' });
    await kit.connections.keepSecrets(parent(), { key: new Secret('secret-canary') }, undefined);
    const found = await kit.connections.credentialFor('shared', parent());
    expect(found.kind === 'ready' && found.credential.kind === 'api_key' && found.credential.key.reveal()).toBe(
      'secret-canary',
    );
    expect(JSON.stringify(await kit.connections.list('shared'))).not.toContain('canary');
    await kit.connections.disconnect('shared', 'keyed');
    expect(await kit.connections.credentialFor('shared', parent())).toEqual({ kind: 'login_required' });
  });
});

describe('a login of OAuth 1.0a', () => {
  function signedParent(): ParentConnection {
    const login: OAuth1App = {
      connection: 'crm',
      requestTokenUrl: `${kit.provider.url}/request`,
      authorizationUrl: `${kit.provider.url}/authorize`,
      accessTokenUrl: `${kit.provider.url}/access`,
      redirectUri: 'http://localhost:3000/oauth/callback/crm',
      signer: { consumerKey: 'consumer', consumerSecret: new Secret('s'), signatureMethod: 'HMAC-SHA256' },
    };
    return {
      ...kit.parent,
      auth: {
        kind: 'stored',
        method: 'oauth1',
        fields: [],
        login,
        credentialOf: async ({ token = new Secret('') }) => ({ ...TELLER, key: token }),
      },
    };
  }

  it('connects for everybody, and never by the link of a person', async () => {
    kit.provider.script(({ path }) => ({
      body: path === '/request' ? 'oauth_token=t1&oauth_token_secret=s1' : 'oauth_token=t2&oauth_token_secret=s2',
    }));
    const parents = () => signedParent();
    const revocations = createRevocationPlan({ ...kit.deps, queue: kit.stores.revocations, parents });
    const logins = kit.loginsWith({ parents, revocations });
    expect(await logins.begin(await kit.link(ANN))).toEqual({ kind: 'unknown' });

    const browser = new Browser('bob');
    const url = await kit.begin(await sharedLink(), browser, logins);
    expect(url.searchParams.get('oauth_token')).toBe('t1');
    const query = new URLSearchParams({ oauth_token: 't1', oauth_verifier: 'v' });
    expect((await kit.arrive(query, browser, logins)).kind).toBe('connected');
    const [, access] = kit.provider.calls;
    expect(access?.headers.authorization).toContain('oauth_verifier="v"');
    const found = await kit.connections.credentialFor('shared', signedParent());
    expect(found.kind === 'ready' && found.credential.kind === 'api_key' && found.credential.key.reveal()).toBe('t2');
  });
});
