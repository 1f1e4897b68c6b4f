import fc from 'fast-check';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { type ExpectedIdToken, verifyIdToken } from '../../../src/kernel/id-token.js';
import { damaged } from '../../support/hostile.js';
import { confusedToken, issuerKey, signedToken, unsignedToken } from '../../support/id-tokens.js';

const KEY = issuerKey('k1');
const STRANGER = issuerKey('k1');
const NOW = Date.parse('2026-11-27T12:00:00Z');
const GOOD = {
  iss: 'https://slack.com',
  sub: 'U1',
  aud: '1.2',
  exp: NOW / 1_000 + 300,
  iat: NOW / 1_000,
  nonce: 'n'.repeat(43),
};
const published = new Map([[KEY.kid, KEY.publicKey]]);
const expected: ExpectedIdToken = {
  keys: { find: async (id) => published.get(id) },
  issuer: GOOD.iss,
  audience: GOOD.aud,
  nonce: GOOD.nonce,
  now: NOW,
};

/** The claims that were taken, or nothing where it was refused; anything else that is thrown is a fault. */
async function taken(token: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    return await verifyIdToken(token, expected);
  } catch (error) {
    if (isBehalfError(error, 'oauth.protocol')) return undefined;
    throw error;
  }
}

const objects = (whole: object) =>
  damaged(whole).map((value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}));

describe('an ID token of any shape', () => {
  test('is taken only with the claims of this issuer, client and request, though it is genuinely signed', async () => {
    await fc.assert(
      fc.asyncProperty(objects(GOOD), async (claims) => {
        const found = await taken(signedToken(KEY, claims));
        if (found === undefined) return;
        expect(found).toMatchObject({ iss: GOOD.iss, nonce: GOOD.nonce });
        expect([found['aud']].flat()).toContain(GOOD.aud);
      }),
      { numRuns: 200 },
    );
  });

  test('is refused whatever its header says, where it was not signed by the key', async () => {
    const header = fc.dictionary(fc.constantFrom('alg', 'kid', 'jwk', 'jku', 'x5c', 'crit', 'typ'), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(header, async (more) => {
        expect(await taken(signedToken(STRANGER, GOOD, more))).toBeUndefined();
        expect(await taken(unsignedToken(KEY, { ...GOOD, ...more }))).toBeUndefined();
        expect(await taken(confusedToken(KEY, { ...GOOD, ...more }))).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });

  test('is refused when anything of it was changed, cut or put elsewhere', async () => {
    const token = signedToken(KEY, GOOD);
    const signedPart = token.slice(0, token.lastIndexOf('.'));
    const change = fc.oneof(
      fc
        .tuple(fc.nat(signedPart.length - 1), fc.string({ maxLength: 3 }))
        .map(([at, by]) => token.slice(0, at) + by + token.slice(at + 1)),
      fc.nat(signedPart.length).map((end) => token.slice(0, end)),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '.', '..', '...', `${token}.`, `.${token}`, `${signedPart}.`),
    );
    await fc.assert(
      fc.asyncProperty(change, async (changed) => {
        fc.pre(changed !== token);
        expect(await taken(changed)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});
