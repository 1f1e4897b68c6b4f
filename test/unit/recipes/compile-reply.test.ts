import { checkRecipes } from '../../../src/checks/check-recipes.js';
import { formatProblem } from '../../../src/language/problem.js';
import { compileRecipe } from '../../../src/recipes/compile-recipe.js';
import type { CompiledRecipe } from '../../../src/recipes/compiled-recipe.js';
import type { RecipeData } from '../../../src/recipes/recipe-data.js';
import { renderReply } from '../../../src/recipes/render-reply.js';
import { textsFor } from '../../../src/texts/texts-for.js';

const DATA: RecipeData = {
  parameters: { url: 'https://a.example/p.png', things: [{ name: 'A', n: 1 }, { name: 'B' }, { n: null }] },
  steps: {},
  user: { id: 'U1', name: 'Rita', platform: 'slack', tenant: 'T1' },
  conversation: { kind: 'direct', platform: 'slack' },
  job: { id: 'j1', started_at: '2026-11-21T04:00:00.000Z' },
  connections: {},
};

/** Steps begin on line 5. */
function compiled(steps: string) {
  const text = `name: N
description: D
trigger: { command: do it, parameters: [{ name: url }, { name: things }] }
steps:
${steps}
`;
  return compileRecipe({ id: 'x', file: 'x.yaml', text });
}

function recipeOf(steps: string): CompiledRecipe {
  const result = compiled(steps);
  if (result.kind === 'broken') throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.recipe;
}

function problemsOf(steps: string): readonly string[] {
  const result = compiled(steps);
  return result.kind === 'broken' ? result.problems.map(formatProblem) : [];
}

async function rendered(reply: string, data: RecipeData = DATA) {
  const [step] = recipeOf(`  - reply: ${reply}`).steps;
  if (step?.kind !== 'reply') throw new Error('no reply');
  return (await renderReply(step, data, textsFor('en'))).blocks;
}

describe('a reply', () => {
  test('shows its keys in one order, however they are written', async () => {
    const blocks = await rendered(
      '{ buttons: [{ text: Go, url: "https://a.example" }], text: T, heading: H, fields: { A: 1 } }',
    );
    expect(blocks.map(({ kind }) => kind)).toEqual(['heading', 'text', 'fields', 'buttons']);
  });

  test('shows blocks in their own order', async () => {
    const blocks = await rendered('{ blocks: [{ text: A }, { divider: true }, { heading: B }, { text: C }] }');
    expect(blocks.map(({ kind }) => kind)).toEqual(['text', 'divider', 'heading', 'text']);
  });

  test('shows rows up to its limit and counts the others', async () => {
    const table = `{ table: { rows: "{{ parameters.things }}", max: 1, columns: [{ title: N, value: "{{ row.name }}/{{ user.id }}" }] } }`;
    expect(await rendered(table)).toEqual([
      { kind: 'table', columns: [{ title: 'N', align: 'left' }], rows: [['A/U1']], more: 2 },
    ]);
    const one = { ...DATA, parameters: { things: { name: 'Only' } } };
    expect(await rendered(table, one)).toMatchObject([{ rows: [['Only/U1']], more: 0 }]);
    expect(await rendered(table, { ...DATA, parameters: {} })).toEqual([
      { kind: 'note', text: [{ text: 'There is nothing to show.' }] },
    ]);
  });

  test('offers what has a value, with its type', async () => {
    const button = 'button: { text: Go, command: go }';
    const options = 'options: { from: "{{ parameters.things }}", label: "{{ option.name }}", value: "{{ option.n }}" }';
    expect(await rendered(`{ picklist: { label: P, name: n, ${options}, ${button} } }`)).toMatchObject([
      { kind: 'picklist', parameter: 'n', options: [{ label: 'A', value: 1 }] },
    ]);
    const fixed = 'options: [plain, 2, { label: Three, value: 3 }]';
    expect(await rendered(`{ picklist: { label: P, name: n, ${fixed}, ${button} } }`)).toMatchObject([
      {
        options: [
          { label: 'plain', value: 'plain' },
          { label: '2', value: 2 },
          { label: 'Three', value: 3 },
        ],
      },
    ]);
  });

  test('says that there is nothing to choose, without a button', async () => {
    const blocks = await rendered(
      '{ picklist: { label: P, name: n, options: { from: "{{ none }}", label: x, value: y }, button: { text: Go, command: go } } }',
    );
    expect(blocks).toEqual([{ kind: 'note', text: [{ text: 'P: there is nothing to choose.' }] }]);
  });

  test('shows a picture on https, and of any other only its words', async () => {
    const image = '{ image: { url: "{{ parameters.url }}", alt: A pie } }';
    expect(await rendered(image)).toEqual([{ kind: 'image', url: 'https://a.example/p.png', alt: 'A pie' }]);
    const insecure = { ...DATA, parameters: { url: 'http://a.example/p.png' } };
    expect(await rendered(image, insecure)).toEqual([{ kind: 'note', text: [{ text: 'A pie' }] }]);
  });
});

test.each([
  ['{ visible_to: user }', 'x.yaml:5:12 error the reply says nothing  hint: give it a "text"'],
  [
    '{ text: A, blocks: [{ text: B }] }',
    'x.yaml:5:20 error "text" does not go with "blocks"  hint: make it one of the blocks',
  ],
  [
    '{ table: { rows: many, columns: [{ title: N, value: x }] } }',
    'x.yaml:5:29 error the rows must be one datapill  hint: write it as "{{ … }}"',
  ],
  [
    '{ image: { url: "http://a.example/x", alt: A } }',
    'x.yaml:5:28 error the address of an image must begin with https://',
  ],
  ...['javascript:alert(1)', '/orders', 'shop.example', 'httpss://a.example/{{ parameters.url }}'].map((url) => [
    `{ buttons: [{ text: G, url: "${url}" }] }`,
    'x.yaml:5:40 error the address must begin with https://, http:// or mailto:',
  ]),
  ['{ text: A, update: card }', 'x.yaml:5:31 error no reply before this one has the id "card"'],
  [
    '{ picklist: { label: P, name: n, options: [a], button: { text: G, command: g, parameters: { n: 1 } } } }',
    'x.yaml:5:42 error the button gives the parameter "n" already',
  ],
])('what is wrong with %s is said with its place', (reply, problem) => {
  expect(problemsOf(`  - reply: ${reply}`)).toEqual([problem]);
});

test.each(['https://a.example', 'HTTP://intranet/x', 'mailto:a@b.example', '{{ parameters.url }}'])(
  'the button of a page may lead to %s',
  (url) => {
    expect(problemsOf(`  - reply: { buttons: [{ text: G, url: "${url}" }] }`)).toEqual([]);
  },
);

test('a reply that replaces another names one before it, in any branch', () => {
  const later = `  - reply: { text: A, update: card }
  - { id: card, reply: { text: B } }`;
  expect(problemsOf(later)).toEqual(['x.yaml:5:31 error no reply before this one has the id "card"']);
  const typo = `  - { id: card, reply: { text: B } }
  - reply: { text: A, update: cart }`;
  expect(problemsOf(typo)).toEqual([
    'x.yaml:6:31 error no reply before this one has the id "cart"  hint: did you mean "card"?',
  ]);
  const branch = `  - if: "{{ true }}"
    then: [{ id: card, reply: { text: B } }]
  - reply: { text: A, update: card, visible_to: user }`;
  expect(problemsOf(branch)).toEqual([
    'x.yaml:7:49 error a reply that replaces another is seen by the same people  hint: leave it out',
  ]);
});

test('only cells know the row, and only options the option', () => {
  const recipe = recipeOf(`  - reply:
      text: "{{ row.name }}{{ parameters.url }}"
      table: { rows: "{{ parameters.things }}", columns: [{ title: N, value: "{{ row }}{{ option.name }}" }] }`);
  const parts = { recipes: [recipe], connectors: new Map(), parents: new Map() };
  expect(checkRecipes(parts).problems.map(({ line, message }) => [line, message])).toEqual([
    [6, 'there is no "row" for datapills'],
    [7, 'there is no "option" for datapills'],
  ]);
});
