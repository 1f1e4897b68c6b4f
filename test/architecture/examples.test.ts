import { z } from 'zod';
import { compileConnector } from '../../src/connectors/compile-connector.js';
import { ConnectionsFile } from '../../src/connectors/connections-file.js';
import { ConnectorFile } from '../../src/connectors/connector-file.js';
import { formatProblem, type Problem } from '../../src/language/problem.js';
import { checkShape } from '../../src/language/shape.js';
import { parseYaml } from '../../src/language/yaml-document.js';
import { compileRecipe } from '../../src/recipes/compile-recipe.js';
import { Recipe } from '../../src/recipes/recipe.js';
import { RecipeTests } from '../../src/rehearsal/recipe-test.js';
import { expectNone } from './support/findings.js';
import { inlineCodeOf, tableRowsOf, yamlBlocksOf } from './support/markdown.js';
import { exists, filesBelow, read } from './support/repository.js';

const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', ...filesBelow('docs').filter((file) => file.endsWith('.md'))];

/** Every YAML block of the documents that says, by the schema in its first line, what it is. */
const examples = DOCUMENTS.filter(exists).flatMap((document) =>
  yamlBlocksOf(read(document)).flatMap(({ text, line }) => {
    const kind = /\/(recipe|recipe-test|connector|connections)\.schema\.json/.exec(text.split('\n')[0] ?? '')?.[1];
    return kind === undefined ? [] : [{ kind, text, file: `${document}:${line}` }];
  }),
);

function problemsOf({ kind, text, file }: (typeof examples)[number]): readonly Problem[] {
  if (kind === 'connections' || kind === 'recipe-test') {
    const yaml = parseYaml(file, text);
    const schema: z.ZodType = kind === 'connections' ? ConnectionsFile : RecipeTests;
    const shape = yaml.kind === 'broken' ? yaml : checkShape(yaml.document, schema);
    return shape.kind === 'broken' ? shape.problems : [];
  }
  const result = kind === 'recipe' ? compileRecipe({ id: 'example', file, text }) : compileConnector({ file, text });
  return result.kind === 'broken' ? result.problems : [];
}

describe('the examples in the documents', () => {
  it('are without mistakes', () => {
    expect(examples.length).toBeGreaterThan(3);
    expectNone(
      examples.flatMap((example) =>
        problemsOf(example).map((problem) => ({
          what: formatProblem(problem),
          why: 'People begin with what the documents show.',
          fix: 'Correct the example.',
        })),
      ),
    );
  });

  it.each<[string, z.ZodType]>([
    ['docs/recipes.md', Recipe],
    ['docs/recipes.md', RecipeTests],
    ['docs/connectors.md', ConnectorFile],
    ['docs/connections.md', ConnectionsFile],
  ])('explain in %s every key that there is', (document, schema) => {
    const explained = new Set(inlineCodeOf(read(document)).flatMap(({ text }) => text.split(/[^a-z0-9_]+/)));
    const keys = keysOf(z.toJSONSchema(schema, { io: 'input' }));

    expect(keys.size).toBeGreaterThan(3);
    expect([...keys].filter((key) => !explained.has(key))).toEqual([]);
  });

  it.each<[string, readonly z.ZodType[]]>([
    ['docs/recipes.md', [Recipe, RecipeTests]],
    ['docs/connectors.md', [ConnectorFile]],
    ['docs/connections.md', [ConnectionsFile]],
  ])('explain in %s no key that there is not', (document, schemas) => {
    const keys = new Set(schemas.flatMap((schema) => [...keysOf(z.toJSONSchema(schema, { io: 'input' }))]));
    const explained = tableRowsOf(read(document))
      .filter(({ head }) => /^Key\b/.test(head))
      .flatMap(({ cells }) => [...(cells[0] ?? '').matchAll(/`([\w.]+)`/g)])
      .map(([, name = '']) => name.split('.').at(-1) ?? '');

    expect(explained.length).toBeGreaterThan(5);
    expect(explained.filter((name) => !keys.has(name))).toEqual([]);
  });
});

/** Names of the properties anywhere in a JSON schema. */
function keysOf(schema: unknown): ReadonlySet<string> {
  if (typeof schema !== 'object' || schema === null) return new Set();
  const own =
    'properties' in schema && typeof schema.properties === 'object' ? Object.keys(schema.properties ?? {}) : [];
  return new Set([...own, ...Object.values(schema).flatMap((value) => [...keysOf(value)])]);
}
