import nock from 'nock';
import { createOAuthClient } from '../../../adapters/oauth/index.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { fetchHttpClient } from '../../support/fetch-http-client.js';
import { oauthApp } from '../../support/oauth-app.js';

const CODE = { code: new Secret('code-canary'), codeVerifier: new Secret('v'.repeat(43)), scopes: ['api'] };

/** The code exchange at the token endpoints of well-known apps, with the answers that their documentation shows. */
describe('the code exchange at real vendors', () => {
  const client = createOAuthClient({ httpClient: fetchHttpClient, clock: systemClock });

  beforeAll(() => nock.disableNetConnect());
  afterEach(() => expect(nock.pendingMocks()).toEqual([]));
  afterAll(() => {
    nock.cleanAll();
    nock.enableNetConnect();
  });

  it('takes a token of GitHub, which names scopes with commas and no expiry', async () => {
    nock('https://github.com')
      .post('/login/oauth/access_token', (form) => form.code === 'code-canary' && form.client_id === 'behalf')
      .reply(200, { access_token: 'gho_1', scope: 'repo,user', token_type: 'bearer' });
    const app = oauthApp('https://vendor.example', {
      tokenUrl: 'https://github.com/login/oauth/access_token',
      clientAuthentication: 'body',
      scopeSeparator: ',',
    });

    const tokens = await client.exchangeCode(app, CODE);

    expect(tokens.accessToken.reveal()).toBe('gho_1');
    expect(tokens.scopes).toEqual(['repo', 'user']);
    expect(tokens.expiresAt).toBeUndefined();
  });

  it("calls GitHub's refusal with status 200 a refusal", async () => {
    nock('https://github.com')
      .post('/login/oauth/access_token')
      .reply(200, { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' });
    const app = oauthApp('https://vendor.example', {
      tokenUrl: 'https://github.com/login/oauth/access_token',
      clientAuthentication: 'body',
      reauthorizeErrors: ['bad_verification_code'],
    });

    const error: unknown = await client.exchangeCode(app, CODE).catch((reason: unknown) => reason);

    expect(isBehalfError(error, 'oauth.invalid_grant')).toBe(true);
  });

  it('takes tokens of Google, with the header for the client and an id token beside', async () => {
    const basic = Buffer.from('behalf:client-secret-canary').toString('base64');
    nock('https://oauth2.googleapis.com', { reqheaders: { authorization: `Basic ${basic}` } })
      .post('/token')
      .reply(200, {
        access_token: 'ya29.a',
        expires_in: 3599,
        refresh_token: '1//r',
        scope: 'openid',
        token_type: 'Bearer',
        id_token: 'e.y.J',
      });
    const app = oauthApp('https://vendor.example', { tokenUrl: 'https://oauth2.googleapis.com/token' });

    const tokens = await client.exchangeCode(app, CODE);

    expect(tokens.refreshToken?.reveal()).toBe('1//r');
    expect((tokens.expiresAt ?? 0) - tokens.issuedAt).toBe(3_599_000);
  });

  it('tells that Salesforce refuses the client, not the person', async () => {
    nock('https://login.salesforce.com')
      .post('/services/oauth2/token')
      .reply(400, { error: 'invalid_client_id', error_description: 'client identifier invalid' })
      .post('/services/oauth2/token')
      .reply(401, { error: 'invalid_client', error_description: 'invalid client credentials' });
    const app = oauthApp('https://vendor.example', { tokenUrl: 'https://login.salesforce.com/services/oauth2/token' });

    await client.exchangeCode(app, CODE).catch(() => undefined);
    const error: unknown = await client.exchangeCode(app, CODE).catch((reason: unknown) => reason);

    expect(isBehalfError(error, 'oauth.operator')).toBe(true);
  });
});
