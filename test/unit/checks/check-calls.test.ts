import { checkRecipes } from '../../../src/checks/check-recipes.js';
import type { ParentConnection } from '../../../src/connections/parent-connection.js';
import { compileConnector } from '../../../src/connectors/compile-connector.js';
import { Secret } from '../../../src/kernel/secret.js';
import { formatProblem } from '../../../src/language/problem.js';
import { compileRecipe } from '../../../src/recipes/compile-recipe.js';

const CONNECTOR = `
title: CRM
base_url: https://crm.example.com
auth: { api_key: { name: X-Key } }
actions:
  find:
    title: find accounts
    request: { path: /accounts }
    input:
      name: { type: string }
    output_schema: { total: integer, owner: { email: string } }
`;

function parent(name: string, connector: string): ParentConnection {
  const credential = { kind: 'api_key' as const, in: 'header' as const, name: 'X-Key', key: new Secret('canary') };
  return { name, connector, title: name, settings: {}, auth: { kind: 'static', method: 'api_key', credential } };
}

/** A recipe for people with these steps. */
function caller(steps: string): string {
  return `name: Try\ndescription: Tries\ntrigger: { command: try }\nsteps:\n${steps}`;
}

/** A recipe for recipes. */
function callable(options: { inputs?: string; outputs?: string; steps?: string; crm?: boolean } = {}): string {
  const { crm = false, inputs = '', outputs = '', steps = '  - log: called' } = options;
  const head = 'name: Called\ndescription: Is called\n';
  const connections = crm ? 'connections: { crm: { use: crm } }\n' : '';
  return `${head}trigger: { callable: { inputs: [${inputs}], outputs: {${outputs}} } }\n${connections}steps:\n${steps}\n`;
}

/** All problems of these recipes by id, in the order of the files. */
function problemsOf(recipes: Readonly<Record<string, string>>): readonly string[] {
  const connectors = ['crm', 'desk'].map((name) => {
    const result = compileConnector({ file: `connectors/${name}.yaml`, text: `name: ${name}${CONNECTOR}` });
    if (result.kind === 'broken') throw new Error(result.problems.map(formatProblem).join('\n'));
    return [name, result.connector] as const;
  });
  const compiled = Object.entries(recipes).map(([id, text]) => {
    const result = compileRecipe({ id, file: id, text });
    if (result.kind === 'broken') throw new Error(result.problems.map(formatProblem).join('\n'));
    return result.recipe;
  });
  const parents = [parent('crm', 'crm'), parent('crm-eu', 'crm'), parent('desk', 'desk')];
  const { problems } = checkRecipes({
    recipes: compiled,
    connectors: new Map(connectors),
    parents: new Map(parents.map((one) => [one.name, one])),
  });
  return problems.map(formatProblem);
}

const FIND = callable({
  crm: true,
  inputs: '{ name: account, type: string }, { name: limit, type: number, default: 5 }, { name: note, optional: true }',
  outputs: 'total: "{{ steps.found.total }}", owner: "{{ steps.found.owner }}"',
  steps: `  - { id: found, action: crm.find, input: { name: "{{ parameters.account }}" } }
  - log: "{{ parameters.limit }} {{ parameters.note }}"`,
});

describe('A call of another recipe', () => {
  test.each([
    ['gives all that is needed', '{ recipe: find, input: { account: Acme } }', []],
    ['replaces a connection', '{ recipe: find, input: { account: Acme }, connections: { crm: crm-eu } }', []],
    [
      'names no recipe',
      '{ recipe: fnd }',
      ['r:5:21 error there is no usable recipe "fnd"  hint: did you mean "find"?'],
    ],
    [
      'names a recipe for people',
      '{ recipe: people }',
      [
        'r:5:21 error "people" is called by people, not by recipes  hint: give it "trigger: { callable: … }" in place of a command',
      ],
    ],
    ['misses an input', '{ recipe: find }', ['r:5:5 error "find" needs the input "account"']],
    [
      'mistypes an input',
      '{ recipe: find, input: { account: Acme, limt: 1 } }',
      ['r:5:51 error "find" has no input "limt"  hint: did you mean "limit"?'],
    ],
    [
      'gives an input of another type',
      '{ recipe: find, input: { account: Acme, limit: many } }',
      ['r:5:51 error limit must be a number'],
    ],
    [
      'mistypes a slot',
      '{ recipe: find, input: { account: Acme }, connections: { cmr: crm-eu } }',
      ['r:5:73 error "find" has no connection "cmr"  hint: did you mean "crm"?'],
    ],
    [
      'names no connection',
      '{ recipe: find, input: { account: Acme }, connections: { crm: crm-us } }',
      ['r:5:73 error there is no usable connection "crm-us"  hint: did you mean "crm-eu"?'],
    ],
    [
      'names a connection of another app',
      '{ recipe: find, input: { account: Acme }, connections: { crm: desk } }',
      ['r:5:73 error "desk" is a connection of desk, not of crm  hint: use crm or crm-eu'],
    ],
  ])('that %s is told of at its place, or not', (_name, call, expected) => {
    const people = caller('  - log: hello\n').replace('command: try', 'command: other');
    expect(problemsOf({ r: caller(`  - call: ${call}\n`), find: FIND, people })).toEqual(expected);
  });

  it('has outputs whose types are followed', () => {
    const steps = (pill: string) =>
      caller(`  - { id: it, call: { recipe: find, input: { account: A } } }\n  - log: "{{ ${pill} }}"\n`);

    expect(problemsOf({ r: steps('steps.it.owner.email & steps.it.total'), find: FIND })).toEqual([]);
    expect(problemsOf({ r: steps('steps.it.totla'), find: FIND })).toEqual([
      'r:6:23 error "find" gives no "totla"  hint: did you mean "total"?',
    ]);
    expect(problemsOf({ r: steps('steps.it.owner.emial'), find: FIND })).toEqual([
      'r:6:29 error "steps.it.owner" has no "emial"  hint: did you mean "email"?',
    ]);
  });

  it('that comes back to its recipe is told of, with its way', () => {
    const first = callable({ steps: '  - call: { recipe: second }' });
    const second = callable({ steps: '  - if: "{{ true }}"\n    then:\n      - call: { recipe: first }' });

    expect(problemsOf({ first, second }).filter((line) => line.includes('error'))).toEqual([
      'first:5:21 error the calls go in a circle: first → second → first',
      'second:7:25 error the calls go in a circle: second → first → second',
    ]);
  });

  it('may be five deep, and not six', () => {
    const chain = (length: number) =>
      Object.fromEntries(
        Array.from({ length }, (_, index) => {
          const steps = index === length - 1 ? '  - log: end' : `  - call: { recipe: c${index + 1} }`;
          return [`c${index}`, callable({ steps })];
        }),
      );
    const r = caller('  - call: { recipe: c0 }\n');

    expect(problemsOf({ r, ...chain(5) })).toEqual([]);
    expect(problemsOf({ r, ...chain(6) })).toEqual([
      'r:5:21 error 6 recipes call each other in a row, and 5 may: r → c0 → c1 → c2 → c3 → c4 → c5',
    ]);
  });

  it('cannot start when what it calls cannot, through others either', () => {
    const r = caller('  - call: { recipe: between }\n');
    const between = callable({ steps: '  - call: { recipe: broken }' });
    const broken = callable({ steps: '  - action: crm.find' });

    expect(problemsOf({ r, between, broken })).toEqual([
      'r:5:21 error "between" cannot start, so this recipe cannot either',
      'between:5:21 error "broken" cannot start, so this recipe cannot either',
      'broken:5:13 error "crm" is not under connections  hint: add "crm" under connections',
    ]);
  });

  it('of a recipe that asks is refused where several items are worked on at once', () => {
    const asks = callable({ steps: '  - ask: { text: Go?, buttons: [{ text: Go }] }' });
    const r = caller(`  - for_each: "{{ [1, 2] }}"\n    concurrency: 2\n    do:\n      - call: { recipe: asks }\n`);

    expect(problemsOf({ r, asks })).toEqual([
      'r:8:9 error "asks" asks a question, and a job asks one at a time  hint: leave "concurrency" out',
    ]);
  });
});

describe('A recipe that others call', () => {
  it('is told of inputs that nothing uses and outputs that read what is not there', () => {
    const text = callable({
      inputs: '{ name: account }',
      outputs: 'a: "{{ steps.nothing }}", b: "{{ parameters.b }}"',
    });

    expect(problemsOf({ text })).toEqual([
      'text:3:41 warning nothing uses the input "account"',
      'text:3:76 error there is no step with the id "nothing"',
      'text:3:107 error the parameter "b" is not declared  hint: there is: account',
    ]);
  });

  it('may give what only some of its ways leave behind when it stops before its end', () => {
    const text = callable({
      crm: true,
      outputs: 'total: "{{ steps.found.total }}"',
      steps: `  - { id: found, action: crm.find }\n  - if: "{{ steps.found.total > 1 }}"\n    then: [{ stop: {} }]\n  - log: on`,
    });

    expect(problemsOf({ text })).toEqual([]);
  });
});

describe('The file of a recipe that others call', () => {
  it('is warned of limits where it has no jobs of its own', () => {
    const limited = (http: string) =>
      `name: Called\ndescription: Is called\ntrigger: { callable: {${http}} }\nlimit: { per_minute: 5 }\nconcurrency: { recipe: 1 }\nsteps: [{ log: on }]\n`;

    expect(problemsOf({ text: limited('') })).toEqual([
      'text:3:12 warning "concurrency" limits nothing: this recipe runs only in the jobs of others  hint: limit those that call it',
      'text:3:12 warning "limit" limits nothing: this recipe runs only in the jobs of others  hint: limit those that call it',
    ]);
    expect(problemsOf({ text: limited(' http: true ') })).toEqual([]);
  });

  test.each([
    ['allow: { users: [ann@acme.example] }', 4, 'who may run a recipe that others call is said by those that call it'],
    ['steps: [{ stop: { message: Bye } }]', 4, 'the recipe that called this one goes on'],
  ])('may not hold %s', (line, at, message) => {
    const steps = line.startsWith('steps') ? '' : 'steps: [{ log: called }]\n';
    const text = `name: Called\ndescription: Is called\ntrigger: { callable: {} }\n${line}\n${steps}`;
    const result = compileRecipe({ id: 'r', file: 'r', text });

    expect(result).toMatchObject({ kind: 'broken', problems: [{ line: at, message }] });
  });
});
