import fc from 'fast-check';
import { isBehalfError } from '../../../src/kernel/errors.js';
import type { Problem } from '../../../src/language/problem.js';
import { splitTemplate } from '../../../src/language/split-template.js';
import { compileTemplate, evaluateTemplate, evaluateText, toText } from '../../../src/language/template.js';
import { parseYaml } from '../../../src/language/yaml-document.js';

const piece = fc.oneof(
  fc.constantFrom(
    '{{',
    '}}',
    '{',
    '}',
    '{{ a }}',
    '{{ {"x": {"y": 1}} }}',
    '"',
    "'",
    '(',
    ')',
    '[',
    '$',
    '/*',
    '`',
    '\\',
    '\n',
    ' ',
  ),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
);
const text = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''));

function compile(value: unknown) {
  const yaml = parseYaml('x.yaml', 'x: 1');
  if (yaml.kind !== 'ok') throw new Error('no document');
  const problems: Problem[] = [];
  return { template: compileTemplate(value, ['x'], { document: yaml.document, problems }), problems };
}

describe('any text with braces', () => {
  test('is split into parts that are the text again', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const parts = splitTemplate(whole).map((part) =>
          part.kind === 'literal' ? part.text : `{{${part.source}${part.isClosed ? '}}' : ''}`,
        );
        expect(parts.join('')).toBe(whole);
      }),
      { numRuns: 1_000 },
    );
  });

  test('compiles or is refused; what compiles gives a value or fails as a datapill', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (whole) => {
        const { problems, template } = compile(whole);
        if (problems.length > 0) return;
        try {
          await evaluateTemplate(template, { a: '{{ a }}', x: 1 });
        } catch (error) {
          if (!isBehalfError(error, 'datapill.failed')) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });

  test('that comes out of a datapill is never read as a datapill', async () => {
    const around = fc.string({ unit: 'grapheme' }).filter((part) => !/[{}]/u.test(part) && part !== '');
    await fc.assert(
      fc.asyncProperty(around, text, around, async (before, given, after) => {
        const { template } = compile(`${before}{{ given }}${after}`);
        expect(await evaluateText(template, { given })).toBe(`${before}${given}${after}`);
      }),
    );
  });

  test('and any value of JSON has a text', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(typeof toText(value)).toBe('string')));
  });
});
