import fc from 'fast-check';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { compileDatapill } from '../../../src/language/datapill.js';

const LIMITS = { timeMs: 50, depth: 2_000, sequence: 10_000 };
/** Far more than the limit, for a machine that is busy; an expression that is not bounded takes for ever. */
const AT_MOST_MS = 5_000;
const DATA = { parameters: { text: `${'a'.repeat(40)}!`, amount: 3, list: [1, 2, 3] }, steps: { one: { id: 'x' } } };

/** Programs out of the grammar of JSONata, those among them that would run for ever or fill the memory. */
const { expression } = fc.letrec<{ readonly expression: string }>((tie) => {
  const part = tie('expression');
  return {
    expression: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      fc.constantFrom(
        '1',
        '0',
        '-1',
        '"a"',
        'true',
        'null',
        '$',
        '$$',
        'parameters.text',
        'parameters.list',
        'steps.*',
        '**',
        '%',
      ),
      fc.constantFrom('$f', '[1..1000000]', '{}', '[]', '1e308', '/^(a+)+$/', '/(a|aa)*b/'),
      fc
        .tuple(part, fc.constantFrom('+', '&', '..', '.', '=', '~>', 'in', 'and', ':=', '@', '#', '^'), part)
        .map(([a, o, b]) => `(${a} ${o} ${b})`),
      fc.tuple(part, part).map(([a, b]) => `${a}[${b}]`),
      fc.tuple(part, part, part).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc
        .tuple(
          fc.constantFrom('$map', '$filter', '$reduce', '$each', '$sort', '$match', '$replace', '$split', '$pad'),
          part,
          part,
        )
        .map(([f, a, b]) => `${f}(${a}, ${b})`),
      fc
        .tuple(
          fc.constantFrom('$string', '$number', '$sum', '$keys', '$eval', '$toMillis', '$join', '$spread', '$random'),
          part,
        )
        .map(([f, a]) => `${f}(${a})`),
      part.map((body) => `($f := function($x) { ${body} ~> $f }; $f(1))`),
      fc.tuple(part, part).map(([body, given]) => `(function($x, $y) { ${body} })(${given})`),
      fc.tuple(part, part).map(([key, value]) => `{${key}: ${value}}`),
      fc.tuple(part, part).map(([a, b]) => `(${a}; ${b})`),
    ),
  };
});

/** Compiles and evaluates; the value, or the code of what was refused. */
async function run(source: string): Promise<unknown> {
  const compiled = compileDatapill(source, { file: 'x.yaml', position: { line: 1, column: 1 } }, LIMITS);
  if (compiled.kind === 'broken') return compiled.message;
  try {
    return await compiled.pill.evaluate(DATA);
  } catch (error) {
    if (isBehalfError(error, 'datapill.failed')) return error.code;
    throw error;
  }
}

test('any program ends in time, with plain data or as a datapill that failed', async () => {
  await fc.assert(
    fc.asyncProperty(expression, async (source) => {
      const before = performance.now();
      const value = await run(source);
      expect(performance.now() - before).toBeLessThan(AT_MOST_MS);
      expect(value === undefined || JSON.stringify(value) !== undefined).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('any text between the braces is a program or is refused', async () => {
  const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.string({ unit: 'binary', maxLength: 80 }));
  await fc.assert(
    fc.asyncProperty(text, async (source) => void (await run(source))),
    { numRuns: 500 },
  );
});
