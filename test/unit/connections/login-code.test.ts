import { looksLikeCode, newLoginCode, readLoginCode } from '../../../src/connections/login-code.js';

describe('a login code', () => {
  it('has eight characters that are not mistaken for others, a hyphen, and a digit', () => {
    for (let count = 0; count < 500; count += 1) {
      const code = newLoginCode();
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
      expect(code).toMatch(/\d/);
      expect(readLoginCode(code)).toBe(code);
    }
  });

  it('is not given out twice in thousands', () => {
    expect(new Set(Array.from({ length: 5_000 }, newLoginCode)).size).toBe(5_000);
  });

  it.each([' ab12-cd34 ', 'AB12-CD34', 'ab12\u2013cd34', 'AB12\u2011CD34\n'])('is understood as %j', (text) => {
    expect(readLoginCode(text)).toBe('AB12-CD34');
  });

  it.each([
    'help',
    'data-base',
    'task 2024',
    'test1234',
    'create opportunity',
    'AB12-CD34 please',
    'AB12-CD3',
    'AB12-CDL4',
    '',
    '----',
  ])('is not seen in %j', (text) => {
    expect(looksLikeCode(text)).toBe(false);
  });
});
