import { createOAuthClient } from '../../../adapters/oauth/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import { Secret } from '../../../src/kernel/secret.js';
import { createManualClock } from '../../support/clocks.js';
import { oauthApp } from '../../support/oauth-app.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { startTokenServer, type TokenServer } from '../../support/token-server.js';

const clock = createManualClock();
const tokens = {
  accessToken: new Secret('access-canary'),
  refreshToken: new Secret('refresh-canary'),
  issuedAt: 0,
  scopes: [],
};

let server: TokenServer;

const CODE = { code: new Secret('code-canary'), scopes: [] };

beforeAll(async () => {
  server = await startTokenServer();
});

afterAll(() => server.stop());

/** Who writes connections or connectors leads the token and revocation endpoints into the private network of the service. */
describe.each(['private', 'allowed'])('an OAuth server whose address is %s', (kind) => {
  const isAllowed = kind === 'allowed';
  const httpClient = createHttpClient({
    allowPrivateHosts: isAllowed ? ['127.0.0.1'] : [],
    logger: new RecordingLogger(),
    clock,
  });
  const client = createOAuthClient({ httpClient, clock, timeoutMs: 2_000 });

  afterAll(() => httpClient.close());

  it.each([
    ['a code', () => client.exchangeCode(oauthApp(server.url), CODE)],
    [
      'a code of a client whose secret stands in the form',
      () => client.exchangeCode(oauthApp(server.url, { clientAuthentication: 'body' }), CODE),
    ],
    [
      'a code of a public client',
      () => client.exchangeCode(oauthApp(server.url, { clientAuthentication: 'none' }), CODE),
    ],
    ['a request for a token of the client itself', () => client.requestToken(oauthApp(server.url))],
    ['a refresh token', () => client.refresh(oauthApp(server.url), tokens)],
    ['a token to revoke', () => client.revoke(oauthApp(server.url, { revocationUrl: `${server.url}/revoke` }), tokens)],
  ] as const)(`is ${isAllowed ? '' : 'not '}told %s`, async (_what, call) => {
    server.calls.length = 0;
    server.script(() => ({ body: { access_token: 'new-access', token_type: 'Bearer' } }));
    const failure: unknown = await Promise.resolve(call()).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(server.calls.length > 0).toBe(isAllowed);
    expect(failure === undefined).toBe(isAllowed);
    if (!isAllowed) expect(failure).toMatchObject({ code: 'oauth.operator', details: { reason: 'egress.refused' } });
  });
});
