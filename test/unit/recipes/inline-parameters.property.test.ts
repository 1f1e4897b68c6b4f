import fc from 'fast-check';
import { parseInlineParameters } from '../../../src/recipes/parameters.js';

const DECLARED = [{ name: 'account' }, { name: 'amount' }];

describe('inline parameters of any text', () => {
  test('never fail, and only declared names get a value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { values } = parseInlineParameters(text, DECLARED);
        expect(Object.keys(values).every((name) => name === 'account' || name === 'amount')).toBe(true);
      }),
    );
  });

  test('a quoted value comes back as it is, whatever names it holds', () => {
    const value = fc.string().filter((text) => !text.includes('"') && text !== '');
    fc.assert(
      fc.property(value, value, (account, amount) => {
        const { values } = parseInlineParameters(`account: "${account} amount: x" amount: "${amount}"`, DECLARED);
        expect(values).toEqual({ account: `${account} amount: x`, amount });
      }),
    );
  });

  test('a text without a declared name is not split', () => {
    const words = fc.array(fc.constantFrom('http://a.example', 'note:', 'x', '10:30', 'account', 'name: y'));
    fc.assert(
      fc.property(words, (parts) => {
        const text = parts.join(' ');
        expect(parseInlineParameters(text, DECLARED)).toEqual({ values: {}, rest: text });
      }),
    );
  });
});
