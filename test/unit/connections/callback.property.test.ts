import fc from 'fast-check';
import { looksLikeCode, newLoginCode, readLoginCode } from '../../../src/connections/login-code.js';
import { addCookie, cookieHas } from '../../../src/connections/login-cookie.js';
import { randomToken, sha256 } from '../../../src/kernel/ids.js';
import { ANN } from '../../support/connection-kit.js';
import { Browser, type LoginKit, startLoginKit } from '../../support/login-kit.js';

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\0', '%00', '../crm', '__proto__', 'x'.repeat(5_000)),
);
const names = fc.constantFrom(
  'code',
  'state',
  'iss',
  'error',
  'error_description',
  'oauth_token',
  'oauth_verifier',
  'denied',
);
const pairs = fc.array(fc.tuple(names, anything), { maxLength: 5 });

describe('whatever comes back from a provider', () => {
  let kit: LoginKit;

  beforeAll(async () => {
    kit = await startLoginKit();
  });

  afterAll(() => kit.stop());

  test('without a state of ours connects nothing and asks the provider for nothing', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, anything, fc.option(anything, { nil: undefined }), async (query, connection, cookie) => {
        const answer = {
          connection,
          query: new URLSearchParams([...query]),
          ...(cookie === undefined ? {} : { cookie }),
        };
        expect(await kit.logins.complete(answer)).toEqual({ kind: 'expired' });
      }),
    );
    expect(kit.provider.calls).toHaveLength(0);
  });

  test('with a state of ours and anything else beside it connects nobody but who said yes, once', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, fc.boolean(), async (query, isOwnBrowser) => {
        const browser = new Browser('ann');
        const url = await kit.begin(await kit.link(ANN), browser);
        const others = query.filter(([name]) => name !== 'code' && name !== 'state');
        const back = new URLSearchParams([
          ['state', url.searchParams.get('state') ?? ''],
          ['code', 'code-nobody'],
          ...others,
        ]);
        if (!isOwnBrowser) browser.cookie = addCookie(undefined, randomToken());
        const { kind } = await kit.arrive(back, browser);
        expect(['expired', 'provider_error', 'denied', 'wrong_browser', 'wrong_connection']).toContain(kind);
        if (!isOwnBrowser) expect(kind).not.toBe('provider_error');
        // The state was taken, whatever came with it.
        expect(await kit.arrive(kit.consent(url, browser), browser)).toEqual({ kind: 'expired' });
      }),
      { numRuns: 60 },
    );
    expect(kit.connected).toHaveLength(0);
  });
});

test('a login cookie holds what was put into it, whatever it held before', () => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 8 }), (before) => {
      const value = randomToken();
      const cookie = addCookie(before.join('.'), value);
      expect(cookieHas(cookie, sha256(value))).toBe(true);
      expect(cookie.length).toBeLessThan(250);
      expect(cookie).toMatch(/^[\w.-]+$/u);
      expect(cookieHas(before.join('.'), sha256(value))).toBe(false);
    }),
  );
});

test('a code is read as it was given out, however it was typed, and nothing else is one', () => {
  const hyphen = fc.constantFrom('-', '\u2010', '\u2013', '\u2212');
  fc.assert(
    fc.property(hyphen, fc.boolean(), anything, (dash, isLower, other) => {
      const code = newLoginCode();
      const typed = ` ${code.replace('-', dash)} `;
      expect(readLoginCode(isLower ? typed.toLowerCase() : typed)).toBe(code);
      expect(looksLikeCode(`${code}${other}x`)).toBe(false);
      if (looksLikeCode(other)) expect(readLoginCode(other)).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/u);
    }),
  );
});
