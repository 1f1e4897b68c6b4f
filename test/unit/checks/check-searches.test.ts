import { checkRecipes } from '../../../src/checks/check-recipes.js';
import type { ParentConnection } from '../../../src/connections/parent-connection.js';
import { compileConnector } from '../../../src/connectors/compile-connector.js';
import { Secret } from '../../../src/kernel/secret.js';
import { formatProblem, type Problem } from '../../../src/language/problem.js';
import { compileRecipe } from '../../../src/recipes/compile-recipe.js';

const CONNECTOR = `name: crm
title: CRM
base_url: https://crm.example.com
auth: { api_key: { name: X-Key } }
actions:
  find:
    title: find accounts
    request: { path: /accounts, query: { q: "{{ input.words }}" } }
    input: { words: { type: string }, limit: { type: integer } }
    output_schema: { items: [{ id: string, name: string, tags: [string] }] }
  query:
    title: query accounts
    request: { method: POST, path: /query, json: { q: "{{ input.words }}" } }
    idempotent: true
    input: { words: { type: string } }
  create: { title: create accounts, request: { method: POST, path: /accounts, json: {} } }
  remove: { title: remove accounts, request: { method: DELETE, path: /accounts } }
`;

const CREDENTIAL = { kind: 'api_key' as const, in: 'header' as const, name: 'X-Key', key: new Secret('canary') };
const PARENT: ParentConnection = {
  name: 'crm',
  connector: 'crm',
  title: 'crm',
  settings: {},
  auth: { kind: 'static', method: 'api_key', credential: CREDENTIAL },
};

/** Where options come from, with some of its keys in place of the usual ones. */
function options(change: Readonly<Record<string, string>> = {}): string {
  const usual = {
    action: 'crm.find',
    input: '{ words: "{{ query }}" }',
    from: '"{{ answer.items }}"',
    label: '"{{ option.name }}"',
    value: '"{{ option.id }}"',
  };
  const keys = Object.entries({ ...usual, ...change }).map(([key, value]) => `${key}: ${value}`);
  return `{ ${keys.join(', ')} }`;
}

function problemsOf(parameters: readonly string[], text = '{{ parameters }}'): readonly string[] {
  const connector = compileConnector({ file: 'connectors/crm.yaml', text: CONNECTOR });
  if (connector.kind === 'broken') throw new Error(connector.problems.map(formatProblem).join('\n'));
  const lines = parameters.map((parameter) => `    - ${parameter}`).join('\n');
  const compiled = compileRecipe({
    id: 'try',
    file: 'try.yaml',
    text: `name: Try
description: Tries
trigger:
  command: try
  parameters:
${lines}
connections: { crm: { use: crm } }
steps: [{ log: "${text}" }]
`,
  });
  const problems: readonly Problem[] =
    compiled.kind === 'broken'
      ? compiled.problems
      : checkRecipes({
          recipes: [compiled.recipe],
          connectors: new Map([['crm', connector.connector]]),
          parents: new Map([['crm', PARENT]]),
        }).problems;
  return problems.map(formatProblem);
}

const select = (change?: Readonly<Record<string, string>>, more = '') =>
  `{ name: account, type: select, options: ${options(change)}${more} }`;

describe('options that an app finds', () => {
  test('are in order when the action reads and the datapills read what is there', () => {
    expect(problemsOf([select()])).toEqual([]);
    expect(problemsOf([select({ action: 'crm.query', from: '"{{ answer }}"' })])).toEqual([]);
  });

  test.each([
    ['crm.create', 'crm.create may change something'],
    ['crm.remove', 'crm.remove may change something'],
    ['crm.fnd', 'CRM has no action "fnd"'],
    ['desk.find', '"desk" is not under connections'],
  ])('cannot come from %s', (action, message) => {
    expect(problemsOf([select({ action, input: '{}', from: '"{{ answer }}"' })])).toContainEqual(
      expect.stringContaining(message),
    );
  });

  test.each([
    [{ input: '{ word: "{{ query }}" }' }, 'crm.find has no input "word"'],
    [{ input: '{ limit: [1] }' }, '"limit" must be a whole number'],
    [{ input: '{ words: "{{ steps.x }}" }' }, 'there is no "steps" for datapills'],
    [{ input: '{ words: "{{ parameters.nobody }}" }' }, 'the parameter "nobody" is not declared'],
    [{ from: '"{{ answer.rows }}"' }, '"answer" has no "rows"'],
    [{ from: 'answer' }, 'the list must be one datapill'],
    [{ label: '"{{ option.nme }}"' }, 'has no "nme"'],
    [{ value: '"{{ option.tags }}"' }, 'the value of an option must be a text or a number'],
    [{ input: '{ words: "{{ parameters.account }}" }' }, 'cannot depend on what is chosen among them'],
    [{ input: '{ words: "{{ parameters.later }}" }' }, 'the options of "account" come before the parameter "later"'],
    [{ source: 'x' }, '"source" is not known here'],
    [{ min_query: '99' }, 'must be at most 10'],
  ])('tell of the mistake in %j, with its place', (change: Readonly<Record<string, string>>, message) => {
    const problems = problemsOf([select(change), '{ name: later, optional: true }']);
    expect(problems.filter((problem) => problem.includes(message))).toEqual([
      expect.stringMatching(/^try\.yaml:6:\d+/u),
    ]);
  });

  test.each([
    [', default: x', 'what an app finds has no default'],
    [', hidden: true', 'a hidden parameter has nobody to choose for it'],
  ])('do not go with %s', (more, message) => {
    expect(problemsOf([select({}, more)])).toEqual([expect.stringContaining(message)]);
  });

  test('belong to a select', () => {
    expect(problemsOf([`{ name: account, options: ${options()} }`])).toEqual([
      expect.stringContaining('a string has no options'),
    ]);
  });

  test('count as a use of the parameters that they read and of their connection', () => {
    const dependent = select({ input: '{ words: "{{ parameters.city & query }}" }' });
    expect(problemsOf(['{ name: city }', dependent], '{{ parameters.account }}')).toEqual([]);
  });

  test('that need what is filled in above them are asked for in the chat alone', () => {
    const recipe = (parameters: string) =>
      compileRecipe({
        id: 'try',
        file: 'try.yaml',
        text: `name: Try\ndescription: Tries\ntrigger: { command: try, parameters: [${parameters}] }\nsteps: [{ log: x }]\n`,
      });
    const dependent = select({ input: '{ words: "{{ parameters.city & query }}" }' });
    expect(recipe(`{ name: city }, ${dependent}`)).toMatchObject({ recipe: { usesForm: false } });
    expect(recipe(`{ name: city, hidden: true }, ${dependent}`)).toMatchObject({ recipe: { usesForm: true } });
  });
});
