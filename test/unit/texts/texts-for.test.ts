import { BehalfError } from '../../../src/kernel/errors.js';
import { errorText } from '../../../src/texts/error-text.js';
import { reasonText } from '../../../src/texts/reason-text.js';
import { bold, rich } from '../../../src/texts/rich.js';
import { isSpoken, said, textsFor } from '../../../src/texts/texts-for.js';

describe('the language of a person', () => {
  it.each([
    ['de', 'de'],
    ['de-DE', 'de-DE'],
    ['de_DE', 'de-DE'],
    ['de_DE.UTF-8', 'de-DE'],
    ['DE-at', 'de-AT'],
    ['de-Latn-CH-1996', 'de-CH'],
    ['en-GB', 'en-GB'],
  ])('is that of %s: %s', (locale, found) => {
    expect(textsFor(locale).locale).toBe(found);
    expect(isSpoken(locale)).toBe(true);
  });

  it.each([undefined, '', 'fr-FR', 'not a tag', '*', 'constructor', 'x'.repeat(10_000), `de-${'a'.repeat(200)}`])(
    'is English where it is %p',
    (locale) => {
      expect(textsFor(locale).locale).toBe('en-GB');
    },
  );

  it('is found once and kept', () => {
    expect(textsFor('de_AT')).toBe(textsFor('de-AT'));
  });

  it('writes numbers that people may type as they would type them', () => {
    const bounds = { min: 0.125, max: 1_234_567.5 };

    expect(textsFor('de').parameters.bounds('days', bounds)).toBe(
      'Für „days“ gilt: mindestens 0,125 und höchstens 1234567,5.',
    );
    expect(textsFor('en').parameters.bounds('days', bounds)).toBe(
      '"days" must have at least 0.125 and at most 1234567.5.',
    );
    expect(textsFor('de').format.exact(0.1234567)).toBe('0,1234567');
    expect(textsFor('de').replies.moreRows(1_200)).toBe('… und 1.200 weitere Zeilen.');
  });

  it('has the spans of time and the lists of its region', () => {
    const { format } = textsFor('de-AT');

    expect(format.ago(3 * 86_400_000)).toBe('vor 3 Tagen');
    expect(format.duration(60_000)).toBe('1 Minute');
    expect(format.duration(30 * 60_000)).toBe('30 Minuten');
    expect(format.and(['A', 'B', 'C'])).toBe('A, B und C');
    expect(format.or(['A', 'B'])).toBe('A oder B');
    expect(format.orOf([bold('A'), bold('B')])).toEqual([bold('A'), { text: ' oder ' }, bold('B')]);
    expect(textsFor('en').format.ago(61_000)).toBe('1 minute ago');
    expect(textsFor('en').format.duration(1_500)).toBe('2 seconds');
  });
});

describe('the text of an error', () => {
  it('is that of its code where the thrower said nothing', () => {
    const error = new BehalfError('app.unavailable', 'no answer');

    expect(errorText(error, textsFor('de'))).toBe(
      'Die App ist gerade nicht erreichbar. Bitte versuchen Sie es später noch einmal.',
    );
    expect(errorText(error, textsFor('en'))).toBe(error.userText);
  });

  it('is written in the language of whoever reads it', () => {
    const error = new BehalfError('app.not_found', 'gone', { userText: said(({ apps }) => apps.notFound('Box')) });

    expect(errorText(error, textsFor('de'))).toBe('Box konnte das nicht finden.');
    expect(errorText(error, textsFor(undefined))).toBe('Box could not find that.');
    expect(error.userText).toBe('Box could not find that.');
  });

  it('stays as it is where it is a recipe author’s own', () => {
    const error = new BehalfError('recipe.stopped', 'stopped', { userText: 'Too late for today.' });

    expect(errorText(error, textsFor('de'))).toBe('Too late for today.');
  });
});

describe('the reason why a connection has ended', () => {
  it('is written from its code', () => {
    expect(reasonText('login_refused', 'Box', textsFor('de'))).toBe('Box nimmt die Anmeldung nicht mehr an');
  });

  it('stays as it is where a former version has stored words', () => {
    expect(reasonText('The app has ended the login', 'Box', textsFor('de'))).toBe('The app has ended the login');
    expect(reasonText('toString', 'Box', textsFor('de'))).toBe('toString');
  });
});

describe('rich', () => {
  it('joins plain words and keeps marked ones', () => {
    expect(rich`A${''} b ${bold('C')}${'d'} e`).toEqual([{ text: 'A b ' }, bold('C'), { text: 'd e' }]);
  });
});
