import { judgeRevocation, judgeRevocationCall, revocationRequest } from '../../../adapters/oauth/revocation.js';
import type { IncomingResponse } from '../../../src/kernel/http-client.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { oauthApp } from '../../support/oauth-app.js';

const TOKEN = new Secret('token-canary');
const AS_CLIENT = { method: 'DELETE', authentication: 'client', json: 'access_token' } as const;
const AS_TOKEN = { method: 'POST', authentication: 'token' } as const;

function answer(
  status: number,
  body: unknown = undefined,
  headers: Readonly<Record<string, string>> = {},
): IncomingResponse {
  return { status, headers, body: Buffer.from(body === undefined ? '' : JSON.stringify(body)) };
}

describe("an app's own call for ending a token", () => {
  const app = oauthApp('https://app.example');
  const url = 'https://app.example/token';

  it('is made with the credentials of the client, and the token in its body', () => {
    const { method, headers, body } = revocationRequest(app, { ...AS_CLIENT, url }, TOKEN);

    expect(method).toBe('DELETE');
    expect(headers?.['authorization']).toBe(`Basic ${Buffer.from('behalf:client-secret-canary').toString('base64')}`);
    expect(body).toBe('{"access_token":"token-canary"}');
  });

  it('is made with the token itself, and no body', () => {
    const { headers, body } = revocationRequest(app, { ...AS_TOKEN, url }, TOKEN);

    expect(headers?.['authorization']).toBe('Bearer token-canary');
    expect(body).toBeUndefined();
  });

  it.each([
    [204, undefined],
    [404, { message: 'Not Found' }],
    [401, { error: 'invalid_token' }],
    [200, { ok: true }],
    [200, { ok: false, error: 'token_revoked' }],
  ])('has worked, or was not needed any more: %d %j', (status, body) => {
    expect(judgeRevocationCall(answer(status, body), AS_TOKEN)).toBe('revoked');
  });

  it('has not worked where the client is refused, or where the app says so', () => {
    expect(() => judgeRevocationCall(answer(401, { message: 'Bad credentials' }), AS_CLIENT)).toThrow(
      expect.objectContaining({ code: 'oauth.operator' }),
    );
    expect(() => judgeRevocationCall(answer(200, { ok: false, error: 'not_allowed' }), AS_TOKEN)).toThrow(
      expect.objectContaining({ code: 'oauth.operator' }),
    );
  });

  it.each([429, 503])('is tried again later after %d', (status) => {
    expect(() => judgeRevocationCall(answer(status, undefined, { 'retry-after': '3' }), AS_TOKEN)).toThrow(
      expect.objectContaining({ code: 'oauth.transient', retryAfterMs: 3_000 }),
    );
  });
});

it('a revocation by the standard is over with any 200', () => {
  expect(judgeRevocation(answer(200, 'whatever'))).toBe('revoked');
  expect(judgeRevocation(answer(400, { error: 'unsupported_token_type' }))).toBe('unsupported');
});
