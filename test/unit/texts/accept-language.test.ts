import { preferredLocale } from '../../../src/texts/accept-language.js';

describe('the language of a browser', () => {
  it.each([
    ['de', 'de'],
    ['fr, de;q=0.8, en;q=0.9', 'en'],
    ['en;q=0.5,de-AT;q=0.5', 'en'],
    ['de;q=0, en', 'en'],
    ['DE-de ; Q=0.4', 'DE-de'],
  ])('is the one of ours that is wanted most: %s', (header, locale) => {
    expect(preferredLocale(header)).toBe(locale);
  });

  it.each([undefined, '', '*', 'fr', 'de;q=0', 'de;q=x', ';;,,', 'x'.repeat(10_000), `${'fr,'.repeat(1_000)}de`])(
    'is not known where none of ours is named',
    (header) => {
      expect(preferredLocale(header)).toBeUndefined();
    },
  );
});
