import fc from 'fast-check';
import { compileConnector } from '../../../../src/connectors/compile-connector.js';
import { importOpenApi } from '../../../../src/connectors/openapi/import-openapi.js';
import { printConnector } from '../../../../src/connectors/openapi/print-connector.js';
import { isBehalfError } from '../../../../src/kernel/errors.js';
import { formatProblem } from '../../../../src/language/problem.js';
import { DESK } from './documents.js';

/** Every place of the document. */
function placesOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => placesOf(item, [...path, key]))];
}

function withValue(document: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(document))
    return document.map((item, index) => (String(index) === key ? withValue(item, rest, value) : item));
  const fields = typeof document === 'object' && document !== null ? document : {};
  return { ...fields, [key]: withValue(Reflect.get(fields, key), rest, value) };
}

const places = placesOf(JSON.parse(DESK));
const strange = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    { $ref: '#/paths' },
    { $ref: '#' },
    { $ref: '#/components/schemas/Ticket' },
    '{{ input.x }}',
    '{{',
    'a\n# b: c',
    '../..',
    'x?y#z',
  ),
);

test('whatever stands somewhere in a document, an import makes a connector or says why not', () => {
  fc.assert(
    fc.property(fc.constantFrom(...places), strange, (place, value) => {
      const document = withValue(JSON.parse(DESK), place, value);
      const operations = ['tickets/list', 'tickets/create', 'putNote', 'search'];
      try {
        const text = printConnector(importOpenApi({ document, source: 'desk.json', operations }), 'desk.json');
        const result = compileConnector({ file: 'desk.yaml', text });
        // What is left is a mistake of the document, reported with its place: never a file that cannot be read.
        for (const problem of result.kind === 'broken' ? result.problems : []) {
          expect(formatProblem(problem)).toMatch(/^desk\.yaml:\d+:\d+ error /);
        }
      } catch (error) {
        if (!isBehalfError(error, 'connector.invalid')) throw error;
        expect(error.message).not.toBe('');
      }
    }),
    { numRuns: 500, examples: [[['components', 'securitySchemes', 'token', 'scheme'], { toString: null }]] },
  );
});
