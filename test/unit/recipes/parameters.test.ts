import { parseParameterValue as parse } from '../../../src/recipes/parameter-values.js';
import { normalizeCommand, parseInlineParameters } from '../../../src/recipes/parameters.js';
import { textsFor } from '../../../src/texts/texts-for.js';

function parseParameterValue(parameter: Parameters<typeof parse>[0], text: string) {
  return parse(parameter, text, { now: 0, texts: textsFor('en') });
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
