import { addCookie, cookieHas, dropCookie } from '../../../src/connections/login-cookie.js';
import { randomToken, sha256 } from '../../../src/kernel/ids.js';

describe('the login cookie', () => {
  it('holds the logins of one browser side by side, the newest five', () => {
    const values = Array.from({ length: 7 }, () => randomToken());
    const cookie = values.reduce<string | undefined>((held, value) => addCookie(held, value), undefined);
    expect(values.map((value) => cookieHas(cookie, sha256(value)))).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
      true,
    ]);
  });

  it('takes over nothing that is not of its own form', () => {
    const value = randomToken();
    expect(addCookie(`x.${'a'.repeat(5_000)}.;\r\n`, value)).toBe(value);
  });

  it('gives up the value that has served, and no other', () => {
    const [first, second, third] = [randomToken(), randomToken(), randomToken()];
    const cookie = [first, second, third].reduce<string | undefined>(
      (held, value) => addCookie(held, value),
      undefined,
    );
    expect(dropCookie(cookie, sha256(second))).toBe(`${third}.${first}`);
    expect(dropCookie(cookie, sha256(randomToken()))).toBe(cookie);
    expect(dropCookie(undefined, sha256(first))).toBe('');
  });

  it.each([undefined, '', 'x', randomToken()])('is not recognised from %j', (cookie) => {
    expect(cookieHas(cookie, sha256(randomToken()))).toBe(false);
  });
});
