import { parseParameterValue as parse } from '../../../src/recipes/parameter-values.js';
import { normalizeCommand, parseInlineParameters } from '../../../src/recipes/parameters.js';
import { textsFor } from '../../../src/texts/texts-for.js';

function parseParameterValue(parameter: Parameters<typeof parse>[0], text: string, locale: string | undefined = 'en') {
  return parse(parameter, text, { now: 0, texts: textsFor(locale), locale });
}

const DECLARED = [{ name: 'account' }, { name: 'amount' }, { name: 'note' }];

describe('parameters in the text of a command', () => {
  test.each([
    ['account: Acme amount: 5000', { account: 'Acme', amount: '5000' }],
    ['account:Acme Corp Inc. amount:5000', { account: 'Acme Corp Inc.', amount: '5000' }],
    ['ACCOUNT: Acme Amount : 5', { account: 'Acme', amount: '5' }],
    ['note: see https://acme.example:8443/a?b=c at 10:30', { note: 'see https://acme.example:8443/a?b=c at 10:30' }],
    ['note: reason: too late account: Acme', { note: 'reason: too late', account: 'Acme' }],
    ['note: "the account: is unclear" account: Acme', { note: 'the account: is unclear', account: 'Acme' }],
    ['note: “the account: is unclear” amount: 1', { note: 'the account: is unclear', amount: '1' }],
    ['account: "Acme" and "Sons"', { account: '"Acme" and "Sons"' }],
    ['account: "Acme amount: 7', { account: '"Acme', amount: '7' }],
    ["account: O'Neill's amount: 7", { account: "O'Neill's", amount: '7' }],
    ['note: first\nsecond amount: 7', { note: 'first\nsecond', amount: '7' }],
    ['my_account: x', {}],
    ['subaccount: x account: y', { account: 'y' }],
    ['account: amount: 5', { account: '', amount: '5' }],
    ['account: A account: B', { account: 'B' }],
    ['', {}],
  ])('are split at declared names only: %s', (text, values) => {
    expect(parseInlineParameters(text, DECLARED).values).toEqual(values);
  });

  test('leave what stands before the first name apart', () => {
    expect(parseInlineParameters('for the team account: Acme', DECLARED).rest).toBe('for the team');
    expect(parseInlineParameters('just words', DECLARED)).toEqual({ values: {}, rest: 'just words' });
  });

  test('are found in a long hostile text without delay', () => {
    const text = 'a:'.repeat(50_000) + 'account '.repeat(20_000);
    expect(parseInlineParameters(text, DECLARED).values).toEqual({});
  });
});

describe('the value of one parameter', () => {
  test.each([
    ['5000', 5000],
    ['5,000', 5000],
    ['1,234,567.50', 1_234_567.5],
    ['-3', -3],
    ['+0.5', 0.5],
    ['“12”', 12],
  ])('reads the number %s', (text, value) => {
    expect(parseParameterValue({ name: 'amount', type: 'number' }, text)).toEqual({ kind: 'ok', value });
  });

  test.each(['', 'many', '5.000,50', '5,00', '1e3', '0x10', '$5', '12345678901234567890', 'Infinity'])(
    'refuses %j as a number and says how to write one',
    (text) => {
      const parsed = parseParameterValue({ name: 'amount', type: 'number' }, text);
      expect(parsed.kind === 'invalid' && parsed.message).toMatch(/"amount"/);
    },
  );

  const AMOUNT = { name: 'amount', type: 'number' } as const;
  const read = (text: string, locale: string | null) => {
    const parsed = parse(AMOUNT, text, { now: 0, texts: textsFor(locale ?? undefined), locale: locale ?? undefined });
    return parsed.kind === 'ok' ? parsed.value : parsed.message;
  };

  test.each([
    ['90.000', 90_000],
    ['1.500', 1_500],
    ['1,500', 1.5],
    ['1.234.567,50', 1_234_567.5],
    ['-1.500', -1_500],
    ['5000', 5_000],
    // A decimal point is read where it cannot be mistaken.
    ['1250.50', 1_250.5],
    ['1.5', 1.5],
    ['0.500', 0.5],
    ['1,250.50', 1_250.5],
  ])('reads %s as somebody in Germany means it', (text, value) => {
    expect(read(text, 'de-DE')).toBe(value);
    expect(read(text, 'de_DE')).toBe(value);
  });

  test.each(['1.50.0', '1.2345.678', '1,2,3', '1,234,56', '.5', '5.'])(
    'refuses %s in German and says how to write a number there',
    (text) => {
      expect(read(text, 'de-DE')).toBe('„amount“ muss eine Zahl sein, zum Beispiel 5000 oder 1250,50.');
    },
  );

  test.each([
    ['en-US', '90.000', 90],
    ['en-GB', '1,500', 1_500],
    ['de-AT', '90.000', 90_000],
    ['de-AT', '1 234 567,5', 1_234_567.5],
    ['de-CH', "90'000.50", 90_000.5],
    ['de-CH', '90’000', 90_000],
    ['de-CH', '1,5', 1.5],
    ['fr-FR', '1500,75', 1_500.75],
    [null, '5.000,50', 5_000.5],
    [null, '5,000.50', 5_000.5],
    [null, '0.500', 0.5],
    [null, '1.2340', 1.234],
  ])('in %s %s is %d', (locale, text, value) => {
    expect(read(text, locale)).toBe(value);
  });

  test.each([
    [null, '90.000', '90000', '90'],
    [null, '1,500', '1500', '1.5'],
    [null, '-1.234', '-1234', '-1.2340'],
    ['fr-FR', '1.500', '1500', '1.5'],
    ['en-ZA', '5,000', '5000', '5'],
    ['en-DE', '1.500', '1500', '1.5'],
  ])(
    'where it is not known or not settled how numbers are written (%s) %s is refused',
    (locale, text, whole, fraction) => {
      const ways = `${whole} or ${fraction}. Please write it in one of these ways.`;
      expect(read(text, locale)).toBe(`I can't tell whether ${text} for "amount" means ${ways}`);
      for (const way of [whole, fraction]) expect(read(way, locale)).toBe(Number(way));
    },
  );

  test('says so in the language of the person', () => {
    expect(read('90.000', 'de-CH')).toBe(
      'Ich weiß nicht, ob 90.000 für „amount“ 90000 oder 90 bedeutet. Bitte schreiben Sie es auf eine dieser Arten.',
    );
  });

  test('reads the words for yes, no and days of the language of the person, and the English ones in each', () => {
    const urgent = (text: string, locale: string) =>
      parseParameterValue({ name: 'urgent', type: 'boolean' }, text, locale);
    for (const yes of ['ja', 'Ja', 'yes', 'y', 'true'])
      expect(urgent(yes, 'de-DE')).toEqual({ kind: 'ok', value: true });
    for (const no of ['nein', 'NEIN', 'no']) expect(urgent(no, 'de-DE')).toEqual({ kind: 'ok', value: false });
    expect(urgent('vielleicht', 'de-DE')).toEqual({
      kind: 'invalid',
      message: 'Bitte antworten Sie für „urgent“ mit ja oder nein.',
    });
    expect(urgent('ja', 'en-GB')).toMatchObject({ kind: 'invalid' });
    const day = (text: string, locale: string) => parseParameterValue({ name: 'day', type: 'date' }, text, locale);
    for (const [words, date] of [
      [['gestern', 'yesterday'], '1969-12-31'],
      [['heute', 'today'], '1970-01-01'],
      [['Morgen', 'tomorrow'], '1970-01-02'],
      [['übermorgen', 'day after tomorrow'], '1970-01-03'],
    ] as const)
      for (const word of words) expect(day(word, 'de')).toEqual({ kind: 'ok', value: date });
    expect(day('heute', 'en')).toMatchObject({ kind: 'invalid' });
    expect(day('bald', 'de')).toMatchObject({ message: expect.stringContaining('oder morgen.') });
  });

  test.each(['"x y"', '“x y”', '„x y“', '«x y»', '»x y«', "'x y'", '‘x y’', '‚x y‘'])(
    'takes the quotes off %s',
    (text) => {
      expect(parseParameterValue({ name: 'title', type: 'string' }, text)).toEqual({ kind: 'ok', value: 'x y' });
    },
  );

  test('reads yes and no', () => {
    expect(parseParameterValue({ name: 'urgent', type: 'boolean' }, 'Yes')).toEqual({ kind: 'ok', value: true });
    expect(parseParameterValue({ name: 'urgent', type: 'boolean' }, 'OFF')).toEqual({ kind: 'ok', value: false });
    expect(parseParameterValue({ name: 'urgent', type: 'boolean' }, 'maybe')).toMatchObject({ kind: 'invalid' });
  });

  test('puts a string on one line and leaves a text as it is', () => {
    expect(parseParameterValue({ name: 'note', type: 'string' }, ' a \n b ')).toEqual({ kind: 'ok', value: 'a b' });
    expect(parseParameterValue({ name: 'note', type: 'text' }, 'a\nb')).toEqual({ kind: 'ok', value: 'a\nb' });
    expect(parseParameterValue({ name: 'note', type: 'text' }, 'x'.repeat(4_001))).toMatchObject({ kind: 'invalid' });
  });
});

test('commands are compared without case and spare spaces', () => {
  expect(normalizeCommand('  Create\u00a0  Opportunity ')).toBe('create opportunity');
});
