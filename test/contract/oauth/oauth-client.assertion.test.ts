import { createOAuthClient } from '../../../adapters/oauth/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { oauthApp } from '../../support/oauth-app.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { startTokenServer, type TokenServer } from '../../support/token-server.js';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const EXCHANGE = { assertion: new Secret('assertion-canary'), scopes: ['User.Read', 'offline_access'] };

describe('the exchange of an assertion', () => {
  const logger = new RecordingLogger();
  const http = createHttpClient({ allowPrivateHosts: ['127.0.0.1'], logger, clock: systemClock });
  const client = createOAuthClient({ httpClient: http, clock: systemClock });
  let server: TokenServer;

  beforeEach(async () => {
    server = await startTokenServer();
  });
  afterEach(() => server.stop());
  afterAll(() => http.close());

  const app = () =>
    oauthApp(server.url, {
      clientAuthentication: 'body',
      reauthorizeErrors: ['interaction_required'],
      onBehalfOf: { tokenParameters: { requested_token_use: 'on_behalf_of' } },
    });

  it('sends what Entra ID asks for, and gives the tokens of the person', async () => {
    server.script(() => ({
      body: {
        token_type: 'Bearer',
        scope: 'User.Read',
        expires_in: 3269,
        ext_expires_in: 0,
        access_token: 'access-1',
        refresh_token: 'refresh-1',
      },
    }));

    const tokens = await client.exchangeAssertion(app(), EXCHANGE);

    expect(Object.fromEntries(server.callsOf(JWT_BEARER)[0]?.form ?? [])).toEqual({
      grant_type: JWT_BEARER,
      requested_token_use: 'on_behalf_of',
      assertion: 'assertion-canary',
      scope: 'User.Read offline_access',
      client_id: 'behalf',
      client_secret: 'client-secret-canary',
    });
    expect(tokens.accessToken.reveal()).toBe('access-1');
    expect(tokens.refreshToken?.reveal()).toBe('refresh-1');
    expect(tokens.scopes).toEqual(['User.Read']);
    expect(tokens.expiresAt).toBe(tokens.issuedAt + 3_269_000);
  });

  it('is without scopes where none are asked for', async () => {
    server.script(() => ({ body: { token_type: 'Bearer', access_token: 'access-1' } }));
    await client.exchangeAssertion(app(), { ...EXCHANGE, scopes: [] });
    expect(server.calls[0]?.form.has('scope')).toBe(false);
  });

  it.each<[string, object, string]>([
    [
      'a consent is missing',
      {
        error: 'invalid_grant',
        error_description: 'AADSTS65001: The user has not consented: canary',
        suberror: 'consent_required',
      },
      'oauth.invalid_grant',
    ],
    [
      'a second factor is due',
      { error: 'interaction_required', error_description: 'AADSTS50079: canary', claims: '{"access_token":{}}' },
      'oauth.invalid_grant',
    ],
    ['the secret is wrong', { error: 'invalid_client', error_description: 'canary' }, 'oauth.operator'],
    ['the app may not', { error: 'unauthorized_client' }, 'oauth.operator'],
    ['it is busy', { error: 'temporarily_unavailable' }, 'oauth.transient'],
  ])('fails where %s, without the words of the server', async (_what, body, code) => {
    server.script(() => ({ status: 400, body }));
    const failure: unknown = await client.exchangeAssertion(app(), EXCHANGE).catch((error: unknown) => error);
    if (!isBehalfError(failure)) throw new Error('it did not fail');
    expect(failure.code).toBe(code);
    expect(JSON.stringify([failure.message, failure.details, failure.stack])).not.toContain('canary');
  });

  it.each<[string, object, object]>([
    [
      'which of the reasons behind an error it is',
      { error: 'invalid_grant', error_codes: [65001], suberror: 'canary' },
      { error: 'invalid_grant', errorCodes: '65001' },
    ],
    [
      'an error that the app is known to have',
      { error: 'interaction_required', error_codes: [50076, 'canary', 50079] },
      { error: 'interaction_required', errorCodes: '50076,50079' },
    ],
    ['no error that nobody knows', { error: 'canary', error_codes: 'canary' }, { error: 'other' }],
  ])('tells the operator %s', async (_what, body, details) => {
    server.script(() => ({ status: 400, body }));
    const failure: unknown = await client.exchangeAssertion(app(), EXCHANGE).catch((error: unknown) => error);
    expect(isBehalfError(failure) && failure.details).toEqual({ status: 400, ...details });
  });
});
