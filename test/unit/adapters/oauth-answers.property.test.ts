import fc from 'fast-check';
import { createOAuth1Client, createOAuthClient } from '../../../adapters/oauth/index.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { Secret } from '../../../src/kernel/secret.js';
import { createManualClock } from '../../support/clocks.js';
import { damaged } from '../../support/hostile.js';
import { oauthApp } from '../../support/oauth-app.js';
import { AnsweringHttpClient, answer } from '../connectors/parts.js';

const clock = createManualClock();
const APP = oauthApp('https://provider.example');
const GOOD = {
  access_token: 'access',
  refresh_token: 'refresh',
  token_type: 'Bearer',
  expires_in: 3_600,
  scope: 'api',
  authed_user: { access_token: 'other' },
};
const TOKENS = { accessToken: new Secret('old'), refreshToken: new Secret('old'), issuedAt: 0, scopes: [] };

const body = fc.oneof(
  damaged(GOOD).map((value) => JSON.stringify(value) ?? ''),
  fc
    .dictionary(fc.constantFrom(...Object.keys(GOOD), 'error'), fc.string())
    .map((form) => new URLSearchParams(form).toString()),
  fc.string({ unit: 'binary' }),
);
const headers = fc.dictionary(fc.constantFrom('content-type', 'retry-after', 'location'), fc.string());
const response = fc.tuple(fc.integer({ min: 200, max: 599 }), body, headers);

test('whatever an OAuth server answers, it is tokens in the right form, or an error that says who must act', async () => {
  await fc.assert(
    fc.asyncProperty(response, async ([status, text, more]) => {
      const httpClient = new AnsweringHttpClient(() => answer(status, text, more));
      const client = createOAuthClient({ httpClient, clock });
      const calls = [
        client.exchangeCode(APP, { code: new Secret('code'), scopes: ['api'] }),
        client.refresh(APP, TOKENS),
        client.requestToken(APP),
      ];
      for (const outcome of await Promise.allSettled(calls)) {
        if (outcome.status === 'rejected') {
          expect(isBehalfError(outcome.reason)).toBe(true);
          expect(String(outcome.reason.code)).toMatch(/^oauth\./u);
          continue;
        }
        const { accessToken, expiresAt, refreshToken, scopes } = outcome.value;
        expect(status).toBeLessThan(300);
        expect(accessToken.reveal()).not.toBe('');
        expect(refreshToken?.reveal()).not.toBe('');
        expect(expiresAt === undefined || Number.isSafeInteger(expiresAt)).toBe(true);
        expect(scopes.every((scope) => typeof scope === 'string')).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test('whatever it answers to a revocation or a leg of OAuth 1.0a, nothing else comes of it than an outcome or such an error', async () => {
  const signer = { consumerKey: 'key', consumerSecret: new Secret('secret'), signatureMethod: 'HMAC-SHA1' as const };
  const app1 = {
    connection: 'crm',
    requestTokenUrl: 'https://provider.example/request',
    authorizationUrl: 'https://provider.example/authorize',
    accessTokenUrl: 'https://provider.example/access',
    redirectUri: APP.redirectUri,
    signer,
  };
  await fc.assert(
    fc.asyncProperty(response, async ([status, text, more]) => {
      const httpClient = new AnsweringHttpClient(() => answer(status, text, more));
      const calls: readonly Promise<unknown>[] = [
        createOAuthClient({ httpClient, clock }).revoke(APP, TOKENS),
        createOAuth1Client({ httpClient, clock }).requestToken(app1),
      ];
      for (const outcome of await Promise.allSettled(calls))
        if (outcome.status === 'rejected') expect(String(outcome.reason.code)).toMatch(/^oauth\./u);
    }),
    { numRuns: 300 },
  );
});
