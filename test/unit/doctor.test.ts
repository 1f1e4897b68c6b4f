import type { OAuthClient } from '../../src/connections/oauth-client.port.js';
import type { OAuthApp, ParentConnection } from '../../src/connections/parent-connection.js';
import { examineClock } from '../../src/doctor/examine-clock.js';
import { examineConnections } from '../../src/doctor/examine-connections.js';
import { examineProxy } from '../../src/doctor/examine-proxy.js';
import { examined } from '../../src/doctor/examined.js';
import { BehalfError, type ErrorCode } from '../../src/kernel/errors.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';

const NOW = Date.parse('2026-11-27T10:00:00Z');

const app: OAuthApp = {
  connection: 'crm',
  tokenUrl: 'https://crm.example/token',
  authorizationUrl: 'https://crm.example/authorize',
  clientId: 'our-client',
  clientSecret: new Secret('client-secret-canary'),
  scopes: ['read'],
  scopeSeparator: ' ',
  clientAuthentication: 'header',
  tokenParameters: {},
  reauthorizeErrors: [],
  redirectUri: 'https://behalf.example.com/oauth/callback/crm',
  pkce: 'S256',
  authorizationParameters: {},
  codeLifetimeSeconds: 60,
};

function parent(auth: ParentConnection['auth']): ParentConnection {
  return { name: 'crm', connector: 'crm', title: 'CRM', settings: {}, auth };
}

/** Refuses every request of a token with this code; without one it gives a token for anything. */
function server(code?: ErrorCode): OAuthClient {
  const answer = async () => {
    if (code !== undefined) throw new BehalfError(code, 'refused');
    return { accessToken: new Secret('t'), issuedAt: 0, scopes: [] };
  };
  return {
    authorizationUrl: () => '',
    exchangeCode: answer,
    requestToken: answer,
    refresh: answer,
    exchangeAssertion: answer,
    revoke: async () => 'unsupported',
  };
}

/** Of no server is anything known but its tokens. */
const parts = {
  clock: systemClock,
  http: {
    request: () => Promise.reject(new BehalfError('app.unavailable', 'Away')),
    close: () => Promise.resolve(),
  },
};

describe('the clock', () => {
  const times = { asked: NOW, answered: NOW + 400 };

  it.each([
    ['goes as theirs does', 0, 'ok'],
    ['may be half a minute off', -30_000, 'ok'],
    ['is wrong two minutes ahead of theirs', -120_000, 'wrong'],
    ['is wrong two minutes behind theirs', 120_000, 'wrong'],
  ])('%s', (_, offMs, state) => {
    const [finding] = examineClock('Slack', new Date(NOW + offMs).toUTCString(), times);

    expect(finding).toMatchObject({ subject: 'clock', state });
    if (offMs < -60_000) expect(finding?.says).toBe('it is 119 s ahead of that of Slack');
    if (offMs > 60_000) expect(finding?.says).toBe('it is 120 s behind that of Slack');
  });

  it('says nothing where the answer had no time', () => {
    expect(examineClock('Slack', undefined, times)).toEqual([]);
    expect(examineClock('Slack', 'yesterday', times)).toEqual([]);
  });
});

describe('the client of a connection', () => {
  it.each<[string, ErrorCode | undefined, string, RegExp]>([
    ['is known where the server refuses only the code', 'oauth.invalid_grant', 'ok', /knows the client our-client/],
    ['is wrong where the server refuses it', 'oauth.operator', 'wrong', /refuses the client our-client/],
    ['is not known where the server is away', 'oauth.transient', 'unknown', /cannot be reached now/],
    ['is not known where the answer says neither', 'oauth.protocol', 'unknown', /did not say .* \(oauth\.protocol\)/],
    ['is wrong where any code will do', undefined, 'wrong', /a code that does not exist/],
  ])('%s', async (_, code, state, says) => {
    const findings = await examineConnections([parent({ kind: 'oauth2', app })], { ...parts, oauth: server(code) });

    expect(findings[0]).toMatchObject({ subject: 'connection crm', state, says: expect.stringMatching(says) });
    expect(findings.map(({ says: words }) => words)).toContain(`logins come back to ${app.redirectUri}`);
    expect(JSON.stringify(findings)).not.toContain('canary');
  });

  it('is not called in a private network that is not allowed, which is another matter', async () => {
    const refused = new BehalfError('oauth.operator', 'Not allowed', { details: { reason: 'egress.refused' } });
    const oauth = { ...server(), exchangeCode: () => Promise.reject(refused) };
    const [finding] = await examineConnections([parent({ kind: 'oauth2', app })], { ...parts, oauth });

    expect(finding).toMatchObject({ state: 'wrong', fix: expect.stringContaining('EGRESS_ALLOW') });
    expect(finding?.says).not.toContain('our-client');
  });

  it('gets a token of its own where it has that kind', async () => {
    const findings = await examineConnections([parent({ kind: 'client_credentials', app })], {
      ...parts,
      oauth: server(),
    });

    expect(findings).toEqual([
      { subject: 'connection crm', state: 'ok', says: 'https://crm.example/token knows the client our-client' },
    ]);
  });

  it('is looked at twice where it goes without PKCE', async () => {
    const plain = parent({ kind: 'oauth2', app: { ...app, pkce: 'none' } });
    const findings = await examineConnections([plain], { ...parts, oauth: server('oauth.invalid_grant') });

    expect(findings).toContainEqual(expect.objectContaining({ state: 'warning', says: 'its logins go without PKCE' }));
  });
});

describe('the account for everybody', () => {
  const stored = parent({
    kind: 'stored',
    method: 'api_key',
    fields: [],
    credentialOf: async () => ({ kind: 'placed', values: [] }),
  });

  it.each([
    ['was never connected', undefined, 'warning'],
    ['is disconnected', 'disconnected', 'warning'],
    ['has to be connected anew', 'needs_login', 'warning'],
    ['is connected', 'connected', 'ok'],
  ] as const)('%s', async (words, status, state) => {
    const states = new Map(status === undefined ? [] : [['crm', { status }]]);
    const [finding] = await examineConnections([stored], { ...parts, oauth: server(), states });

    expect(finding).toMatchObject({ state, says: `the account for everybody ${words}` });
  });

  it('is passed over where the store could not be looked at', async () => {
    expect(await examineConnections([stored], { ...parts, oauth: server() })).toEqual([]);
  });
});

describe('a connection with secrets of its own', () => {
  it('is not tried here, which is said, with what tries it', async () => {
    const credential = { kind: 'placed' as const, values: [] };
    const fixed = parent({ kind: 'static', method: 'api_key', credential });
    expect(await examineConnections([fixed], { ...parts, oauth: server() })).toEqual([
      {
        subject: 'connection crm',
        state: 'ok',
        says: 'its secrets (api_key) are there; whether the app takes them is not asked here',
        fix: 'behalf connections test crm tries them.',
      },
    ]);
  });

  it('has a redirect URI to register, where a login of OAuth 1.0a obtains them', async () => {
    const redirectUri = 'https://behalf.example.com/oauth/callback/crm';
    const urls = { requestTokenUrl: 'https://crm.example/r', authorizationUrl: 'https://crm.example/a' };
    const signer = { consumerKey: 'key', consumerSecret: new Secret('canary'), signatureMethod: 'HMAC-SHA1' as const };
    const login = { connection: 'crm', ...urls, accessTokenUrl: 'https://crm.example/t', redirectUri, signer };
    const credentialOf = async () => ({ kind: 'placed' as const, values: [] });
    const found = await examineConnections(
      [parent({ kind: 'stored', method: 'oauth1', fields: [], login, credentialOf })],
      { ...parts, oauth: server() },
    );
    expect(found).toEqual([expect.objectContaining({ state: 'ok', says: `logins come back to ${redirectUri}` })]);
  });
});

describe('a proxy', () => {
  it('is told of where one is set, for the service does not use it, without its password', () => {
    expect(examineProxy({ https_proxy: 'http://user:canary@proxy:3128', HTTP_PROXY: '' })).toEqual([
      {
        subject: 'network',
        state: 'warning',
        says: expect.stringMatching(/^https_proxy is set, and the service calls .* without a proxy$/),
        fix: expect.not.stringContaining('canary'),
      },
    ]);
    expect(examineProxy({ HTTPS_PROXY: '', PATH: '/bin' })).toEqual([]);
  });
});

describe('an examination that fails', () => {
  it.each<[ErrorCode, string]>([
    ['config.invalid', 'wrong'],
    ['app.unavailable', 'unknown'],
  ])('is a finding like any other: %s', async (code, state) => {
    const examine = async () => {
      throw new BehalfError(code, 'It does not work');
    };

    expect(await examined('slack', examine, 'Do this.')).toEqual([
      { subject: 'slack', state, says: 'It does not work', fix: 'Do this.' },
    ]);
  });
});
