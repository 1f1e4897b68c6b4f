import { checkInput } from '../../../src/connectors/check-input.js';
import { compileConnector } from '../../../src/connectors/compile-connector.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { formatProblem } from '../../../src/language/problem.js';
import { actionOf, connector } from './parts.js';

function fileWith(input: string): string {
  return `
name: acme_crm
title: Acme CRM
base_url: https://acme.example
auth: { basic: {} }
actions:
  act:
    title: act
    request: { method: POST, path: /act }
    input: { value: ${input} }
`;
}

function check(input: string, value?: unknown): unknown {
  const action = actionOf('act', connector(fileWith(input)));
  return checkInput(action, value === undefined ? {} : { value })['value'];
}

function refusal(input: string, value: unknown): string {
  try {
    check(input, value);
  } catch (error) {
    if (isBehalfError(error, 'app.bad_input')) return error.userText;
    throw error;
  }
  return 'it was accepted';
}

describe('an input', () => {
  test.each<[string, unknown, unknown]>([
    ['{ enum: [High, Low] }', 'high', 'High'],
    ['{ enum: [High, high] }', 'high', 'high'],
    ['{ type: integer, enum: [1, 2] }', '2', 2],
    ['{ default: Low }', undefined, 'Low'],
    ['{ default: Low }', '', 'Low'],
    ['{ default: Low }', 'High', 'High'],
    ['{ type: boolean, default: false }', null, false],
    ['{ max_length: 3 }', '😀😀😀', '😀😀😀'],
    ['{ format: date }', '2024-02-29', '2024-02-29'],
    ['{ format: date-time }', '2026-11-27T09:30:00.5+01:00', '2026-11-27T09:30:00.5+01:00'],
    ['{ format: email }', 'rita.o-neil+x@mail.acme.example', 'rita.o-neil+x@mail.acme.example'],
    ['{ format: uri }', 'https://acme.example/a?b=c#d', 'https://acme.example/a?b=c#d'],
    ['{ type: array, items: { enum: [Red, Blue] } }', 'red', ['Red']],
    ['{ type: array, items: { type: integer } }', ['1', 2], [1, 2]],
  ])('%s takes %j as %j', (input, value, expected) => {
    expect(check(input, value)).toEqual(expected);
  });

  test.each<[string, unknown, string]>([
    ['{ title: Priority, enum: [High, Low] }', 'Hihg', 'Priority must be one of: High, Low.'],
    ['{ title: Text, max_length: 3 }', 'four', 'Text is too long: at most 3 characters.'],
    ['{ title: Tags, type: array, max_length: 1 }', ['a', 'b'], 'Tags is too long: at most 1 entries.'],
    ['{ title: Day, format: date }', '2026-02-29', 'Day must be a date such as 2026-11-27.'],
    ['{ title: Day, format: date }', '27.11.2026', 'Day must be a date such as 2026-11-27.'],
    [
      '{ title: Start, format: date-time }',
      '2026-11-27T09:30',
      'Start must be a date and time with its offset, such as 2026-11-27T09:30:00Z.',
    ],
    ['{ title: Mail, format: email }', 'rita@acme', 'Mail must be an e-mail address.'],
    ['{ title: Mail, format: email }', 'rita@acme.example\r\nBcc: x@y.example', 'Mail must be an e-mail address.'],
    [
      '{ title: Page, format: uri }',
      'javascript:alert(1)',
      'Page must be a web address such as https://example.com/page.',
    ],
    ['{ title: Page, format: uri }', 'https://', 'Page must be a web address such as https://example.com/page.'],
    ['{ title: Tags, type: array, items: { type: integer } }', [1, 'x'], 'Tags, entry 2, must be a whole number.'],
  ])('%s refuses %j and says what is wanted', (input, value, expected) => {
    expect(refusal(input, value)).toBe(expected);
  });

  test('with many values names some, and what is near', () => {
    const values = Array.from({ length: 20 }, (_, index) => `value${index}`).join(', ');
    expect(refusal(`{ title: Kind, enum: [${values}, special] }`, 'speciel')).toMatch(
      /^Kind must be one of: value0, .*value11, …\. Did you mean "special"\?$/,
    );
  });

  test.each([
    ['{ default: x, enum: [a, b] }', /the default does not fit: value must be one of: a, b\./],
    ['{ type: integer, default: 1.5 }', /the default does not fit/],
    ['{ type: integer, enum: [a] }', /these are not all of the type integer/],
    ['{ type: number, format: date }', /only a string has a format/],
    ['{ type: number, max_length: 3 }', /only a string or an array has a length/],
    ['{ items: { type: string } }', /only an array has items/],
  ])('%s is a mistake', (input, expected) => {
    const result = compileConnector({ file: 'connectors/acme.yaml', text: fileWith(input) });
    expect(result.kind === 'broken' ? result.problems.map(formatProblem) : []).toContainEqual(
      expect.stringMatching(expected),
    );
  });
});
