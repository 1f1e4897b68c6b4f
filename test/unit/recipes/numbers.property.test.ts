import fc from 'fast-check';
import { readNumber } from '../../../src/recipes/numbers.js';
import { formatsFor } from '../../../src/texts/formats.js';

const LOCALES = ['en', 'en-GB', 'en-DE', 'en-ZA', 'de', 'de-DE', 'de-AT', 'de-CH'];
const value = fc.integer({ min: -999_999_999, max: 999_999_999 }).map((hundredths) => hundredths / 100);

describe('numbers of any text', () => {
  test('are read as they are written where a person lives, and never as another number', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(...LOCALES), fc.boolean(), (number, locale, useGrouping) => {
        const text = new Intl.NumberFormat(locale, { useGrouping }).format(number).replace('−', '-');
        const read = readNumber(text, formatsFor(locale));
        if (read.kind === 'ambiguous') expect(formatsFor(locale).decimals).toHaveLength(2);
        else expect(read).toEqual({ kind: 'number', value: number });
      }),
    );
  });

  test('with a decimal point and without thousands are never read as another number', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(...LOCALES, undefined), (number, locale) => {
        expect(readNumber(String(number), locale === undefined ? undefined : formatsFor(locale))).toEqual({
          kind: 'number',
          value: number,
        });
      }),
    );
  });

  test('are told to be ambiguous with two ways out that are not', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9]\d{0,2}[.,]\d{3}$/u), (text) => {
        const read = readNumber(text, undefined);
        if (read.kind !== 'ambiguous') throw new Error(`${text} is ${read.kind}`);
        for (const way of [read.whole, read.fraction])
          expect(readNumber(way, undefined)).toEqual({ kind: 'number', value: Number(way) });
      }),
    );
  });

  test('are found or refused without delay, whatever is typed', () => {
    for (const text of ['1'.repeat(4_000), '1,'.repeat(2_000), `${'1.234'.repeat(800)}x`, '-'.repeat(4_000)])
      expect(readNumber(text, undefined)).toEqual({ kind: 'none' });
  });
});
