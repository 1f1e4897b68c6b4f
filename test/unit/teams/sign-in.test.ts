import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLOUD_NAMES, CLOUDS } from '../../../adapters/teams/clouds.js';
import { createTeamsSignIn, type TeamsSignInConfig } from '../../../adapters/teams/sign-in.js';
import type { OutgoingRequest } from '../../../src/kernel/http-client.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { createManualClock } from '../../support/clocks.js';
import { confusedToken, issuerKey, signedToken, unsignedToken } from '../../support/id-tokens.js';
import { selfSigned } from '../../support/self-signed.js';

const TENANT = 'aaaaaaaa-2222-4333-8444-555555555555';
const OTHER_TENANT = 'bbbbbbbb-2222-4333-8444-555555555555';
const ANN = '5b1f2c1e-0000-4000-8000-000000000001';
const owner = { platform: 'teams', tenantId: TENANT, userId: ANN };
const KEY = issuerKey('k1');
const clock = createManualClock();
const nonce = 'n'.repeat(43);
const codeVerifier = new Secret('v'.repeat(43));
const code = new Secret('code-canary');

const CONFIG: TeamsSignInConfig = {
  appId: 'app-1',
  credential: { kind: 'secret', password: new Secret('password-canary') },
  cloud: 'public',
  publicUrl: 'https://behalf.example.com',
};

function goodClaims() {
  const seconds = clock.now() / 1000;
  return {
    iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
    sub: 'pairwise',
    aud: 'app-1',
    exp: seconds + 3600,
    iat: seconds,
    nonce,
    tid: TENANT,
    oid: ANN,
    ver: '2.0',
  };
}

/** Entra ID with one answer to the exchange of the code. */
function entra(
  answer: { readonly status?: number; readonly body: string | object },
  config: Partial<TeamsSignInConfig> = {},
) {
  const requests: OutgoingRequest[] = [];
  const identity = createTeamsSignIn(
    { ...CONFIG, ...config },
    {
      clock,
      httpClient: {
        async request(request) {
          requests.push(request);
          const { status = 200, body } = request.method === 'GET' ? { body: { keys: [KEY.jwk] } } : answer;
          return { status, headers: {}, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) };
        },
        close: async () => {},
      },
    },
  );
  return { identity, requests };
}

const prove = (token: string, person = owner) =>
  entra({ body: { id_token: token } }).identity.prove({ owner: person, nonce, codeVerifier, code });

test.each(CLOUD_NAMES)('people of the cloud %s sign in at its Entra ID, in their own tenant', (cloud) => {
  const { identity } = entra({ body: '' }, { cloud });
  const url = new URL(identity.authorizationUrl({ owner, state: 's', nonce, codeVerifier }));
  expect(url.origin + url.pathname).toBe(`${CLOUDS[cloud].login}/${TENANT}/oauth2/v2.0/authorize`);
  expect(identity.origin).toBe(url.origin);
  expect(Object.fromEntries(url.searchParams)).toEqual({
    client_id: 'app-1',
    response_type: 'code',
    response_mode: 'query',
    redirect_uri: 'https://behalf.example.com/teams/openid_redirect',
    scope: 'openid profile',
    state: 's',
    nonce,
    code_challenge: createHash('sha256').update(codeVerifier.reveal()).digest('base64url'),
    code_challenge_method: 'S256',
  });
});

test('a person is the object id in the tenant, whichever letters are capitals', async () => {
  const token = signedToken(KEY, goodClaims());
  await expect(prove(token)).resolves.toEqual({ tenantId: TENANT, userId: ANN });
  const inCapitals = { ...owner, tenantId: TENANT.toUpperCase(), userId: ANN.toUpperCase() };
  const { tenantId, userId } = inCapitals;
  await expect(prove(token, inCapitals)).resolves.toEqual({ tenantId, userId });
});

test('somebody else is told as who they are', async () => {
  const token = signedToken(KEY, { ...goodClaims(), oid: 'other' });
  await expect(prove(token)).resolves.toEqual({ tenantId: TENANT, userId: 'other' });
});

test('the exchange goes to the tenant, with the verifier and the secret in the body', async () => {
  const { identity, requests } = entra({ body: { id_token: signedToken(KEY, goodClaims()) } });
  await identity.prove({ owner, nonce, codeVerifier, code });
  expect(requests.map(({ url }) => url)).toEqual([
    `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`,
    'https://login.microsoftonline.com/common/discovery/v2.0/keys',
  ]);
  expect(Object.fromEntries(new URLSearchParams(String(requests[0]?.body)))).toEqual({
    grant_type: 'authorization_code',
    client_id: 'app-1',
    client_secret: 'password-canary',
    code: 'code-canary',
    code_verifier: codeVerifier.reveal(),
    redirect_uri: 'https://behalf.example.com/teams/openid_redirect',
    scope: 'openid profile',
  });
});

test('an app with a certificate proves itself with it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'behalf-sign-in-'));
  const file = join(folder, 'bot.pem');
  const { certificate, key } = selfSigned('bot');
  writeFileSync(file, `${certificate}\n${key}`);
  const { identity, requests } = entra(
    { body: { id_token: signedToken(KEY, goodClaims()) } },
    { credential: { kind: 'certificate', certificateFile: file, keyFile: file } },
  );
  await identity.prove({ owner, nonce, codeVerifier, code });
  const form = new URLSearchParams(String(requests[0]?.body));
  expect(form.has('client_secret')).toBe(false);
  expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
  const [, claims = ''] = (form.get('client_assertion') ?? '').split('.');
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    aud: requests[0]?.url,
    iss: 'app-1',
  });
  rmSync(folder, { recursive: true });
});

test.each<[string, object]>([
  ['of another tenant', { iss: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0`, tid: OTHER_TENANT }],
  ['of another tenant that names this one', { iss: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0` }],
  ['of the older kind', { iss: `https://sts.windows.net/${TENANT}/`, ver: '1.0' }],
  ['of another cloud', { iss: `https://login.microsoftonline.us/${TENANT}/v2.0` }],
  ['for another app', { aud: 'app-2' }],
  ['for another request', { nonce: 'm'.repeat(43) }],
  ['that has expired', { exp: 1 }],
  ['without a tenant', { tid: undefined }],
  ['without an object id', { oid: undefined }],
])('a token %s is refused', async (_name, change) => {
  const proof = prove(signedToken(KEY, { ...goodClaims(), ...change }));
  await expect(proof).rejects.toMatchObject({ code: 'oauth.protocol' });
});

test('a token of the tenant that names another one proves somebody else', async () => {
  const token = signedToken(KEY, { ...goodClaims(), tid: OTHER_TENANT });
  await expect(prove(token)).resolves.toEqual({ tenantId: OTHER_TENANT, userId: ANN });
});

test('a token without a signature, or signed with something else than its key, is refused', async () => {
  for (const token of [
    unsignedToken(KEY, goodClaims()),
    confusedToken(KEY, goodClaims()),
    signedToken(issuerKey('k1'), goodClaims()),
  ])
    await expect(prove(token)).rejects.toMatchObject({ code: 'oauth.protocol' });
});

test.each<[number, string | object, string]>([
  [400, { error: 'invalid_grant', error_description: 'canary' }, 'oauth.invalid_grant'],
  [401, { error: 'invalid_client' }, 'oauth.operator'],
  [400, { error: 'unauthorized_client' }, 'oauth.operator'],
  [400, { error: 'temporarily_unavailable' }, 'oauth.transient'],
  [503, '<html>', 'oauth.transient'],
  [429, '', 'oauth.transient'],
  [200, '<html>', 'oauth.protocol'],
  [200, { access_token: 'canary' }, 'oauth.protocol'],
  [400, { error: '<b>canary</b>' }, 'oauth.protocol'],
])('an answer of %d with %j is %s', async (status, body, expected) => {
  const { identity } = entra({ status, body });
  const failure = await identity.prove({ owner, nonce, codeVerifier, code }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: expected });
  expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('canary');
});
