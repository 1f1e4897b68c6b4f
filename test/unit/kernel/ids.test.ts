import {
  equalSecrets,
  joinKey,
  newId,
  randomFraction,
  randomText,
  randomToken,
  sha256,
} from '../../../src/kernel/ids.js';

describe('ids', () => {
  test('sort by their time, are safe anywhere, and differ', () => {
    const times = [0, 1, 35, 36, Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1) + 1, Date.UTC(2500, 0, 1)];
    const ids = times.map(newId);
    expect([...ids].sort()).toEqual(ids);
    for (const id of ids) expect(id).toMatch(/^[0-9a-z]{25}$/);
    expect(new Set(Array.from({ length: 1_000 }, () => newId(5))).size).toBe(1_000);
  });

  test('tokens have as many bits as asked for', () => {
    expect(Buffer.from(randomToken(), 'base64url')).toHaveLength(32);
    expect(Buffer.from(randomToken(128), 'base64url')).toHaveLength(16);
    expect(randomToken()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test('keys of different parts never meet', () => {
    const keys = [
      joinKey('a', 'b'),
      joinKey('ab'),
      joinKey('a:b'),
      joinKey('a', 'b', ''),
      joinKey('', 'a', 'b'),
      joinKey('1:a|1:b'),
      joinKey('a|1', 'b'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('secrets are compared whole', () => {
    expect(equalSecrets('abc', 'abc')).toBe(true);
    expect(equalSecrets('abc', 'abcd')).toBe(false);
    expect(equalSecrets('', 'a')).toBe(false);
    expect(sha256('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });

  test('random texts use the whole alphabet and nothing else', () => {
    const text = randomText('ABCDEFGH', 4_000);
    expect(text).toHaveLength(4_000);
    expect(new Set(text).size).toBe(8);
    expect(text).toMatch(/^[A-H]+$/);
    const fractions = Array.from({ length: 100 }, randomFraction);
    for (const fraction of fractions) expect(fraction >= 0 && fraction < 1).toBe(true);
    expect(new Set(fractions).size).toBeGreaterThan(90);
  });
});
