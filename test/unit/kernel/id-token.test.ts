import type { IncomingResponse } from '../../../src/kernel/http-client.port.js';
import { type ExpectedIdToken, verifyIdToken } from '../../../src/kernel/id-token.js';
import { createSigningKeys } from '../../../src/kernel/signing-keys.js';
import { createManualClock } from '../../support/clocks.js';
import { confusedToken, issuerKey, signedToken, unsignedToken } from '../../support/id-tokens.js';

const KEY = issuerKey('k1');
const OTHER = issuerKey('k2');
const NOW = Date.parse('2026-11-27T12:00:00Z');
const seconds = NOW / 1000;
const GOOD = {
  iss: 'https://slack.com',
  sub: 'U1',
  aud: '1.2',
  exp: seconds + 300,
  iat: seconds,
  nonce: 'n'.repeat(43),
  'https://slack.com/user_id': 'U1',
};

const published = new Map([KEY, OTHER].map((key) => [key.kid, key.publicKey]));
const expected: ExpectedIdToken = {
  keys: { find: async (id) => published.get(id) },
  issuer: 'https://slack.com',
  audience: '1.2',
  nonce: GOOD.nonce,
  now: NOW,
};

describe('an ID token', () => {
  test('gives its claims when everything is right', async () => {
    await expect(verifyIdToken(signedToken(KEY, GOOD), expected)).resolves.toEqual(GOOD);
  });

  test('may name several audiences, where it says that it was made for us', async () => {
    const claims = { ...GOOD, aud: ['other', '1.2'], azp: '1.2' };
    await expect(verifyIdToken(signedToken(KEY, claims), expected)).resolves.toEqual(claims);
  });

  test('may come from a clock that is a little off', async () => {
    for (const claims of [
      { ...GOOD, exp: seconds - 59 },
      { ...GOOD, iat: seconds + 59, nbf: seconds + 59 },
    ])
      await expect(verifyIdToken(signedToken(KEY, claims), expected)).resolves.toEqual(claims);
  });

  test.each<[string, object, string]>([
    ['of another issuer', { iss: 'https://evil.example' }, 'issuer'],
    ['of an issuer that looks alike', { iss: 'https://slack.com/' }, 'issuer'],
    ['for another client', { aud: '9.9' }, 'audience'],
    ['for others, among them no one of us', { aud: ['9.9', '8.8'] }, 'audience'],
    ['for several, without saying for whom', { aud: ['1.2', '9.9'] }, 'authorized party'],
    ['that was made for somebody else', { azp: '9.9' }, 'authorized party'],
    ['that has expired', { exp: seconds - 61 }, 'expired'],
    ['of the future', { iat: seconds + 61 }, 'from the future'],
    ['that does not count yet', { nbf: seconds + 61 }, 'from the future'],
    ['for another request', { nonce: 'm'.repeat(43) }, 'nonce'],
    ['without a nonce', { nonce: undefined }, 'claims'],
    ['without an end', { exp: undefined }, 'claims'],
    ['whose end is text', { exp: '9999999999' }, 'claims'],
  ])('%s is refused', async (_name, change, why) => {
    const token = signedToken(KEY, { ...GOOD, ...change });
    await expect(verifyIdToken(token, expected)).rejects.toMatchObject({ code: 'oauth.protocol', details: { why } });
  });

  test.each<[string, string, string]>([
    ['without a signature', unsignedToken(KEY, GOOD), 'form'],
    ['without an algorithm, but with something for a signature', `${unsignedToken(KEY, GOOD)}AAAA`, 'header'],
    ['signed with the public key as a secret', confusedToken(KEY, GOOD), 'header'],
    ['signed by somebody else', signedToken(OTHER, GOOD, { kid: 'k1' }), 'signature'],
    ['with an unknown key', signedToken(issuerKey('k9'), GOOD), 'key'],
    ['that names no key', signedToken(KEY, GOOD, { kid: undefined }), 'header'],
    ['with an extension that has to be understood', signedToken(KEY, GOOD, { crit: ['b64'] }), 'header'],
    ['with other claims than were signed', withClaims(signedToken(KEY, GOOD), { ...GOOD, sub: 'U2' }), 'signature'],
    ['that is none', 'canary', 'form'],
    ['that is longer than any', `a.${'b'.repeat(20_000)}.c`, 'form'],
  ])('%s is refused', async (_name, token, why) => {
    const failure = verifyIdToken(token, expected);
    await expect(failure).rejects.toMatchObject({ code: 'oauth.protocol', details: { why } });
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('canary') });
  });
});

function withClaims(token: string, claims: object): string {
  const [head, , signature] = token.split('.');
  return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
}

describe('the keys of an issuer', () => {
  let published: readonly object[];
  let answer: (() => IncomingResponse) | undefined;
  let calls: number;
  const clock = createManualClock(NOW);

  beforeEach(() => {
    published = [KEY.jwk];
    answer = undefined;
    calls = 0;
  });

  const keys = () =>
    createSigningKeys({
      url: 'https://slack.com/openid/connect/keys',
      clock,
      httpClient: {
        async request() {
          calls += 1;
          await Promise.resolve();
          return answer?.() ?? { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ keys: published })) };
        },
        close: async () => {},
      },
    });

  test('are fetched once, however many ask, and again after an hour', async () => {
    const known = keys();
    await Promise.all([1, 2, 3].map(() => known.find('k1')));
    await known.find('k1');
    expect(calls).toBe(1);
    await clock.advance(60 * 60_000);
    published = [];
    await expect(known.find('k1')).resolves.toBeUndefined();
    expect(calls).toBe(2);
  });

  test('are looked for again where one is not known, but not more than once a minute', async () => {
    const known = keys();
    await expect(known.find('k2')).resolves.toBeUndefined();
    published = [KEY.jwk, OTHER.jwk];
    await expect(known.find('k2')).resolves.toBeUndefined();
    expect(calls).toBe(1);
    await clock.advance(60_000);
    await expect(known.find('k2')).resolves.toBeDefined();
    expect(calls).toBe(2);
  });

  test('are RSA keys for signatures, of a length that protects', async () => {
    published = [
      issuerKey('short', 1024).jwk,
      { ...OTHER.jwk, kid: 'encrypts', use: 'enc' },
      { ...OTHER.jwk, kid: 'other', alg: 'PS256' },
      { kty: 'oct', kid: 'shared', k: 'c2VjcmV0' },
      { kty: 'RSA', kid: 'broken', n: '', e: '' },
      KEY.jwk,
    ];
    const known = keys();
    for (const id of ['short', 'encrypts', 'other', 'shared', 'broken'])
      await expect(known.find(id)).resolves.toBeUndefined();
    await expect(known.find('k1')).resolves.toBeDefined();
  });

  test.each<[IncomingResponse, string]>([
    [{ status: 503, headers: {}, body: Buffer.alloc(0) }, 'oauth.transient'],
    [{ status: 429, headers: {}, body: Buffer.alloc(0) }, 'oauth.transient'],
    [{ status: 404, headers: {}, body: Buffer.from('{"keys":[]}') }, 'oauth.protocol'],
    [{ status: 200, headers: {}, body: Buffer.from('<html>') }, 'oauth.protocol'],
    [{ status: 200, headers: {}, body: Buffer.from('{}') }, 'oauth.protocol'],
  ])('that cannot be had are an error that says who must act (%j)', async (response, code) => {
    answer = () => response;
    const known = keys();
    await expect(known.find('k1')).rejects.toMatchObject({ code });
    answer = undefined;
    await expect(known.find('k1')).resolves.toBeDefined();
  });
});
