import { isAlive, isDue } from '../../../src/connections/token-freshness.js';
import { Secret } from '../../../src/kernel/secret.js';

const MINUTE = 60_000;

function tokens(lifetimeMs: number | undefined) {
  const base = { accessToken: new Secret('a'), issuedAt: 0, scopes: [] };
  return lifetimeMs === undefined ? base : { ...base, expiresAt: lifetimeMs };
}

describe('a token', () => {
  it.each([
    ['an hour', 60 * MINUTE, 5 * MINUTE],
    ['ten minutes', 10 * MINUTE, 2 * MINUTE],
    ['five seconds', 5_000, 1_000],
  ])('that lives %s is due 5 minutes or a fifth of it before its end', (_name, lifetime, margin) => {
    expect(isDue(tokens(lifetime), lifetime - margin - 1, 0.5)).toBe(false);
    expect(isDue(tokens(lifetime), lifetime - margin, 0.5)).toBe(true);
  });

  it('is due up to a tenth of the margin earlier or later, by chance', () => {
    const hour = tokens(60 * MINUTE);
    expect(isDue(hour, 60 * MINUTE - 5.5 * MINUTE, 1)).toBe(true);
    expect(isDue(hour, 60 * MINUTE - 4.6 * MINUTE, 0)).toBe(false);
    expect(isDue(hour, 60 * MINUTE - 4.5 * MINUTE, 0)).toBe(true);
  });

  it('without a known end is never due and always alive', () => {
    expect(isDue(tokens(undefined), Number.MAX_SAFE_INTEGER, 1)).toBe(false);
    expect(isAlive(tokens(undefined), Number.MAX_SAFE_INTEGER)).toBe(true);
  });

  it('is dead from its end on', () => {
    expect(isAlive(tokens(MINUTE), MINUTE - 1)).toBe(true);
    expect(isAlive(tokens(MINUTE), MINUTE)).toBe(false);
  });
});
