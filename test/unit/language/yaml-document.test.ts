import { formatProblem } from '../../../src/language/problem.js';
import { parseYaml } from '../../../src/language/yaml-document.js';

function problemsOf(text: string): readonly string[] {
  const result = parseYaml('x.yaml', text);
  return result.kind === 'broken' ? result.problems.map(formatProblem) : [];
}

describe('a YAML file', () => {
  test.each([
    ['a tab', 'a:\n\tb: 1\n', 'x.yaml:2:1 error a tab stands where YAML wants spaces  hint: indent with spaces'],
    [
      'a second document',
      'a: 1\n---\nb: 2\n',
      'x.yaml:2:1 error a second document begins here (---)  hint: put each into a file of its own',
    ],
    [
      'a colon in a text',
      'a: Tries: it\n',
      'x.yaml:1:4 error a second key stands in this line, or it is not indented as those beside it  hint: put a text with ": " in quotes, and indent the keys of one map alike',
    ],
    [
      'a non-breaking space',
      'a:\n\u00a0\u00a0b: 1\n  c: 1\n',
      'x.yaml:2:1 error the line begins with a space that is none for YAML  hint: type the spaces at its beginning anew: it may have been copied from a page',
    ],
    ['an alias of nothing', 'a: 1\nb: *nope\n', 'x.yaml:2:4 error there is no anchor "&nope" before this'],
    ['a doubled key', 'a: 1\na: 2\n', 'x.yaml:2:1 error this key is there twice'],
  ])('with %s is told where and what to do', (_what, text, first) => {
    expect(problemsOf(text)[0]).toBe(first);
  });

  test('with tens of thousands of aliases is refused before anybody has to wait', () => {
    const text = `a: &a 1\nb:\n${'  - *a\n'.repeat(35_000)}`;
    expect(problemsOf(text)).toEqual(['x.yaml:1:1 error aliases are used too often']);
  });

  test('may have odd spaces where they do no harm', () => {
    expect(problemsOf('a: |\n  one\u00a0two\n  \u00a0three\n')).toEqual([]);
  });

  test('takes up what an anchor holds by <<, and says what is different', () => {
    const result = parseYaml('x.yaml', 'base: &base { a: 1, b: 2 }\nmore: { <<: *base, b: 3 }\n');
    expect(result.kind === 'ok' && result.document.value).toEqual({ base: { a: 1, b: 2 }, more: { a: 1, b: 3 } });
    expect(result.kind === 'ok' && result.document.positionOf(['more', 'b'])).toEqual({ line: 2, column: 23 });
    expect(result.kind === 'ok' && result.document.positionOf(['more', 'a'])).toEqual({ line: 2, column: 7 });
    expect(problemsOf('a: { <<: 5 }\n')).toHaveLength(1);
  });
});
