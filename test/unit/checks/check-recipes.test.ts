import { checkRecipes } from '../../../src/checks/check-recipes.js';
import type { ParentConnection } from '../../../src/connections/parent-connection.js';
import { compileConnector } from '../../../src/connectors/compile-connector.js';
import { Secret } from '../../../src/kernel/secret.js';
import { formatProblem } from '../../../src/language/problem.js';
import { compileRecipe } from '../../../src/recipes/compile-recipe.js';

const CONNECTOR = `
name: crm
title: CRM
base_url: https://crm.example.com
auth: { api_key: { name: X-Key } }
actions:
  find:
    title: find accounts
    request: { path: /accounts }
    input:
      name: { type: string }
      limit: { type: integer }
      exact: { type: boolean }
      filter: { type: object }
      ids: { type: array }
    output_schema:
      total: integer
      owner: { name: string, age: integer }
      rows: [{ id: string, amount: number, owner: { name: string } }]
  store:
    title: store files
    request: { method: POST, path: /files, binary: "{{ input.file }}" }
    input: { file: { type: file, required: true } }
  ping:
    title: ask whether it is there
    request: { path: /ping }
`;

const PARENT: ParentConnection = {
  name: 'crm',
  connector: 'crm',
  title: 'CRM',
  settings: {},
  auth: {
    kind: 'static',
    method: 'api_key',
    credential: { kind: 'api_key', in: 'header', name: 'X-Key', key: new Secret('canary') },
  },
};

/** What is wrong with a recipe of these steps, without the name of its file. */
function check(steps: string, parameters = '', others: readonly string[] = []): readonly string[] {
  const head = `name: Try\ndescription: Tries\ntrigger:\n  command: try\n  parameters: [${parameters}]\n`;
  const text = `${head}connections: { crm: { use: crm } }\nsteps:\n${steps}`;
  const connector = compileConnector({ file: 'connectors/crm.yaml', text: CONNECTOR });
  if (connector.kind === 'broken') throw new Error(connector.problems.map(formatProblem).join('\n'));
  const recipes = [text, ...others].map((source, index) => {
    const result = compileRecipe({ id: `r${index}`, file: `r${index}`, text: source });
    if (result.kind === 'broken') throw new Error(result.problems.map(formatProblem).join('\n'));
    return result.recipe;
  });
  const { problems } = checkRecipes({
    recipes,
    connectors: new Map([['crm', connector.connector]]),
    parents: new Map([['crm', PARENT]]),
  });
  return problems.filter(({ file }) => file === 'r0').map((problem) => formatProblem(problem).slice('r0:'.length));
}

const FIND = '  - { id: found, action: crm.find }\n';

describe('A datapill over the output of an action', () => {
  test.each([
    ['steps.found.owner.nme', '9:36 error "steps.found.owner" has no "nme"  hint: did you mean "name"?'],
    ['steps.found.rows.amuont', '9:35 error "steps.found.rows" has no "amuont"  hint: did you mean "amount"?'],
    ['steps.found.rows[amuont > 1].id', '9:35 error "steps.found.rows" has no "amuont"  hint: did you mean "amount"?'],
    ['steps.found.totla', '9:30 error crm.find gives no "totla"  hint: did you mean "total"?'],
    ['steps.fonud.total', '9:24 error there is no step with the id "fonud"  hint: did you mean "found"?'],
    ['usr.name', '9:18 error there is no "usr" for datapills  hint: did you mean "user"?'],
    ['user.nme', '9:23 error "user" has no "nme"  hint: did you mean "name"?'],
    ['job.started', '9:22 error "job" has no "started"  hint: there is: id, started_at'],
    [
      'connections.crm.token',
      '9:34 error a connection has no "token" for datapills  hint: there is: name, app, account',
    ],
    ['connections.cmr.name', '9:30 error "cmr" is not under connections  hint: did you mean "crm"?'],
  ])('that reads %s is told of at its place', (source, expected) => {
    expect(check(`${FIND}  - reply: { text: "{{ ${source} }} {{ $count(steps.found.rows) }}" }\n`)).toEqual([
      expected.replace(/^9:(\d+)/, (_match, column: string) => `9:${Number(column) + 6}`),
    ]);
  });

  it('is told of at its braces where the file does not show it as it is', () => {
    expect(check(`${FIND}  - reply: { text: "Say {{ \\"a\\" & steps.found.totla }}" }\n`)).toEqual([
      '9:25 error crm.find gives no "totla"  hint: did you mean "total"?',
    ]);
  });

  it('may read anything of an action that does not tell its output', () => {
    expect(check('  - { id: pong, action: crm.ping }\n  - reply: { text: "{{ steps.pong.any.thing }}" }\n')).toEqual(
      [],
    );
  });
});

describe('A datapill over the items of a list', () => {
  const table = (rows: string, value: string) =>
    `${FIND}  - reply: { table: { rows: "{{ ${rows} }}", columns: [{ title: Name, value: "{{ ${value} }}" }] } }\n`;

  test.each([
    'steps.found.rows',
    'steps.found.rows[amount > 1]',
    '$filter(steps.found.rows, function($r) { $r.amount > 1 })',
  ])('knows what the items of %s are', (rows) => {
    expect(check(table(rows, 'row.owner.name'))).toEqual([]);
    expect(check(table(rows, 'row.owner.nme'))).toEqual([
      expect.stringContaining('error "row.owner" has no "nme"  hint: did you mean "name"?'),
    ]);
  });

  it('is not complained of where the items are not known', () => {
    expect(check(table('$map(steps.found.rows, $uppercase)', 'row.any.thing'))).toEqual([]);
  });

  it('sees the item in its own place only', () => {
    expect(check(`${FIND}  - reply: { text: "{{ row.id }} {{ steps.found.total }}" }\n`)).toEqual([
      expect.stringContaining('there is no "row" for datapills'),
    ]);
  });
});

describe('The input of an action', () => {
  test.each([
    ['limit: ten', 'error limit must be a whole number'],
    ['limit: 1.5', 'error limit must be a whole number'],
    ['limit: "{{ steps.found.rows }}"', 'error "limit" must be a whole number, and this is a list'],
    [
      'limit: "{{ steps.found.owner.name }}"',
      'warning "limit" must be a whole number, and this is a text, which may not be one',
    ],
    ['exact: "{{ steps.found.total }}"', 'error "exact" must be true or false, and this is of the type integer'],
    ['exact: perhaps', 'error exact must be yes or no'],
    ['filter: "{{ steps.found.total }}"', 'error "filter" must be a map, and this is of the type integer'],
    ['name: "{{ steps.found.owner }}"', 'warning "name" must be a text, and this is a map, which may not be one'],
  ])('is held against its type: %s', (input, expected) => {
    expect(check(`${FIND}  - { action: crm.find, input: { ${input}, ids: "{{ steps.found.total }}" } }\n`)).toEqual([
      `9:34 ${expected}`,
    ]);
  });

  test.each([
    'limit: "10"',
    'limit: "{{ steps.found.owner.age }}"',
    'limit: "{{ steps.found.rows[0].amount }}"',
    'limit: "{{ $number(steps.found.owner.name) }}"',
    'limit: ""',
    'exact: "true"',
    'exact: "{{ steps.found.total > 1 }}"',
    'name: "{{ steps.found.total }}"',
    'name: 5',
    'filter: { a: 1 }',
    'ids: 5',
  ])('is right when it can be converted: %s', (input) => {
    const use = '  - reply: { text: "{{ steps.found.total }}" }\n';
    expect(check(`${FIND}  - { action: crm.find, input: { ${input} } }\n${use}`)).toEqual([]);
  });
});

describe('The output of a step in a branch', () => {
  const branch = (then: string, after: string, otherwise = '') =>
    `  - if: "{{ parameters.size > 1 }}"\n    then:\n${then}${otherwise}${after}`;
  const done = '      - { id: found, action: crm.find }\n';
  const size = '{ name: size, type: number }';

  it('may be missing behind it', () => {
    expect(check(branch(done, '  - reply: { text: "{{ steps.found.total }}" }\n'), size)).toEqual([
      '11:24 warning the output of the step "found" may be missing here: it is done in one branch only  hint: ask for it first: $exists(steps.found)',
    ]);
  });

  it('is not complained of where the datapill asks for it, or the other branch ends the job', () => {
    const hedged = '  - reply: { text: "{{ $exists(steps.found) ? steps.found.total : 0 }}" }\n';
    expect(check(branch(done, hedged), size)).toEqual([]);
    const plain = '  - reply: { text: "{{ steps.found.total }}" }\n';
    expect(check(branch(done, plain, '    else:\n      - stop: {}\n'), size)).toEqual([]);
  });

  it('is an error before it', () => {
    expect(check(`  - reply: { text: "{{ steps.found.total }}" }\n${FIND}`)).toEqual([
      '8:24 error the step "found" has not been done here yet',
    ]);
  });
});

describe('A loop', () => {
  const each = (inside: string, after = '') =>
    `${FIND}  - for_each: "{{ steps.found.rows }}"\n    as: deal\n    do:\n${inside}${after}`;
  const text = (pill: string) => `      - reply: { text: "{{ ${pill} }}" }\n`;

  it('knows what its items and their places are', () => {
    expect(check(each(text('deal.owner.name & index')))).toEqual([]);
    expect(check(each(text('deal.owner.nme')))).toEqual([
      '12:39 error "deal.owner" has no "nme"  hint: did you mean "name"?',
    ]);
    const typed = (pill: string) => `      - { action: crm.find, input: { exact: "{{ ${pill} }}" } }\n`;
    expect(check(each(typed('index')))).toEqual([
      '12:38 error "exact" must be true or false, and this is of the type integer',
    ]);
  });

  test.each(['deal.id', 'index'])('keeps %s to itself', (pill) => {
    const after = `  - reply: { text: "{{ ${pill} }}" }\n`;
    expect(check(each(text('deal.id'), after))).toEqual([
      expect.stringMatching(/^13:\d+ error there is no "(?:deal|index)" for datapills/u),
    ]);
  });

  const inner = '      - { id: inner, action: crm.find, input: { name: "{{ deal.id }}" } }\n';

  it('keeps what its steps leave behind to itself', () => {
    const after = '  - reply: { text: "{{ steps.inner.total }}" }\n';
    expect(check(each(inner, after))).toEqual(['13:24 error the step "inner" has not been done here yet']);
    expect(check(each(`${inner}${text('steps.inner.total')}`))).toEqual([]);
  });

  it('keeps it to itself in a branch, too', () => {
    const loop = each(inner).slice(FIND.length).replace(/^/gmu, '    ').trimEnd();
    const branch = `${FIND}  - if: "{{ job.id > 1 }}"\n    then:\n${loop}\n`;
    expect(check(`${branch}  - reply: { text: "{{ steps.inner.total }}" }\n`)).toEqual([
      expect.stringContaining('error the step "inner" has not been done here yet'),
    ]);
  });

  const collecting = `{ id: all, for_each: "{{ steps.found.rows }}", collect: "{{ item.id }}", do: [{ log: hi }] }`;

  it('leaves the list behind that it collects', () => {
    expect(check(`${FIND}  - ${collecting}\n  - reply: { text: "{{ $join(steps.all) }}" }\n`)).toEqual([]);
  });

  it('in a branch may have left its list behind', () => {
    const branch = `${FIND}  - { if: "{{ job.id > 1 }}", then: [${collecting}] }\n`;
    expect(check(`${branch}  - reply: { text: "{{ $join(steps.all) }}" }\n`)).toEqual([
      expect.stringContaining('warning the output of the step "all" may be missing here'),
    ]);
  });

  it('collects what its own steps give', () => {
    const wrong = collecting.replace('item.id', 'item.idd');
    expect(check(`${FIND}  - ${wrong}\n  - reply: { text: "{{ $join(steps.all) }}" }\n`)).toEqual([
      expect.stringContaining('error "item" has no "idd"'),
    ]);
  });
});

describe('What is tried', () => {
  const tried = (onError: string, after: string) =>
    `  - try:\n      - { id: found, action: crm.find }\n    on_error:\n      - ${onError}\n${after}`;
  const total = '  - reply: { text: "{{ steps.found.total }}" }\n';

  it('tells its error to the steps that follow it, and to no others', () => {
    const pills = 'error.message & error.code & error.reference & error.app & error.action';
    expect(check(tried(`log: "{{ ${pills} }}"`, '  - reply: { text: "{{ $exists(steps.found) }}" }\n'))).toEqual([]);
    expect(check(tried('log: "{{ error.mesage }}"', '  - stop: {}\n'))).toContain(
      '11:24 error "error" has no "mesage"  hint: did you mean "message"?',
    );
    expect(check(`${FIND}  - reply: { text: "{{ error.code }} {{ steps.found.total }}" }\n`)).toEqual([
      expect.stringContaining('there is no "error" for datapills'),
    ]);
  });

  it('may not have left anything behind where the recipe goes on after an error', () => {
    expect(check(tried('log: hi', total))).toEqual([
      expect.stringContaining('warning the output of the step "found" may be missing here'),
    ]);
    expect(check(tried('stop: {}', total))).toEqual([]);
  });

  it('and its error may both end the job: nothing comes after them', () => {
    const step = '  - { try: [{ action: crm.ping }, { stop: {} }], on_error: [{ stop: {} }] }\n';
    expect(check(`${step}  - log: never\n`)).toEqual([expect.stringMatching(/^9:5 warning no job comes to this step/)]);
    const other = '  - { try: [{ action: crm.ping }, { stop: {} }], on_error: [{ log: hi }] }\n';
    expect(check(`${other}  - log: sometimes\n`)).toEqual([]);
  });

  it('is looked through for steps that no job comes to', () => {
    const step = '  - { try: [{ action: crm.ping }], on_error: [{ stop: {} }, { log: never }] }\n';
    expect(check(step)).toEqual([expect.stringContaining('warning no job comes to this step')]);
    const loop = '  - { for_each: "{{ $keys(user) }}", do: [{ action: crm.ping }, { stop: {} }, { log: never }] }\n';
    expect(check(`${loop}  - log: when there is nothing\n`)).toEqual([
      expect.stringMatching(/^8:\d+ warning no job comes to this step/u),
    ]);
  });
});

describe('A recipe', () => {
  it('is warned of steps that no job comes to', () => {
    expect(check('  - stop: {}\n  - reply: { text: Never }\n')).toContain(
      '9:5 warning no job comes to this step: it has always stopped before  hint: take it out, or stop later',
    );
    const both = '  - if: "{{ job.id = 1 }}"\n    then: [{ stop: {} }]\n    else: [{ stop: {} }]\n  - stop: {}\n';
    expect(check(both)).toContainEqual(expect.stringContaining('11:5 warning no job comes to this step'));
  });

  test.each([
    ['true', 'the condition is always true: no job takes the other way'],
    ['false', 'the condition is always false: no job takes this way'],
    ['1 = 2', 'the condition reads no data: all jobs go the same way'],
  ])('is warned of the condition %s', (condition, message) => {
    const step = `  - if: "{{ ${condition} }}"\n    then: [{ reply: { text: Yes } }]\n`;
    expect(check(step)).toContain(`8:10 warning ${message}`);
  });

  it('is warned of the id of a reply that no other replaces', () => {
    const first = '  - { id: first, reply: { text: Wait } }\n';
    expect(check(`  - { action: crm.ping }\n${first}`)).toEqual([
      expect.stringContaining('nothing uses the step id "first"'),
    ]);
    expect(check(`  - { action: crm.ping }\n${first}  - reply: { text: Done, update: first }\n`)).toEqual([]);
  });

  it('is warned of parameters, step ids and connections that nothing uses', () => {
    expect(check('  - reply: { text: Hello }\n', '{ name: size }')).toEqual([
      '5:24 warning nothing uses the parameter "size"',
      '6:28 warning no step uses "crm"',
    ]);
    expect(check(FIND)).toEqual([
      '8:5 warning nothing uses the step id "found"  hint: take the id out, or use its output',
    ]);
  });

  it('is not warned where all of them may be meant', () => {
    expect(
      check(`${FIND}  - reply: { text: "{{ $keys(parameters) }} {{ $string(steps) }}" }\n`, '{ name: size }'),
    ).toEqual([]);
  });

  it('may give a button only values that the command takes', () => {
    const other =
      'name: Other\ndescription: Other\ntrigger: { command: other, parameters: [{ name: size, type: number }] }\nsteps: [{ reply: { text: "{{ parameters.size }}" } }]\n';
    const button = '  - reply: { text: Go, buttons: [{ text: Go, command: other, parameters: { size: big } }] }\n';
    expect(check(`  - { action: crm.ping }\n${button}`, '', [other])).toEqual([
      '9:76 error "other" takes no such value as "size": it is a number',
    ]);
  });
});

describe('A comparison with a value that never comes', () => {
  const condition = (expression: string): string => `  - if: "{{ ${expression} }}"\n    then: [{ action: crm.ping }]\n`;
  const asked = (answer: string, expression: string): readonly string[] =>
    check(`  - { id: decision, ask: { text: Sure?, ${answer} } }\n${condition(expression)}`);

  test.each([
    ['buttons: [{ text: Yes }, { text: No }]', 'yes', 'did you mean "Yes"?'],
    ['buttons: [{ text: Yes, value: agreed }, { text: No, value: denied }]', 'Yes', 'there is: agreed, denied'],
    ['buttons: [{ text: Yes, value: true }, { text: No, value: false }]', 'true', 'did you mean "true"?'],
    ['picklist: { label: Which?, options: [High, { label: Low, value: low }] }', 'Low', 'did you mean "low"?'],
  ])('is warned of where an answer is one of %s', (answer, value, hint) => {
    const quoted = value === 'true' ? '"true"' : `"${value}"`;
    expect(asked(answer, `steps.decision.value = '${value}'`)).toEqual([
      expect.stringMatching(new RegExp(`^9:\\d+ warning steps.decision.value is never ${quoted}  hint: `, 'u')),
    ]);
    expect(asked(answer, `steps.decision.value = '${value}'`)[0]).toContain(hint);
  });

  it('is told with its place, also in a list and on the left', () => {
    const buttons = 'buttons: [{ text: Approve, value: approve }, { text: Deny, value: deny }]';
    expect(asked(buttons, "steps.decision.value in ['approve', 'denied']")).toEqual([
      '9:49 warning steps.decision.value is never "denied"  hint: there is: approve, deny',
    ]);
    expect(asked(buttons, "'Deny' != steps.decision.value")).toEqual([
      '9:13 warning steps.decision.value is never "Deny"  hint: did you mean "deny"?',
    ]);
  });

  test.each([
    ['{ name: size, type: select, options: [Small, Large] }', "parameters.size = 'small'"],
    ['{ name: size, type: select, options: [1, 2] }', "parameters.size = '1'"],
    ['{ name: size, type: boolean }', "parameters.size = 'yes'"],
    ['{ name: size, type: number }', "parameters.size = '5'"],
    ['{ name: size, type: user }', "parameters.size = 'Carl'"],
    ['{ name: size }', "parameters.size = 'a' and conversation.kind = 'dm'"],
  ])('is warned of where a parameter is %s', (parameter, expression) => {
    expect(check(condition(expression), parameter)).toEqual([expect.stringContaining(' warning ')]);
  });

  test.each([
    ['{ name: size, type: select, options: [Small, Large] }', "parameters.size = 'Small'"],
    ['{ name: size, type: select, options: [Small, Large] }', "$lowercase(parameters.size) = 'small'"],
    ['{ name: size, type: boolean }', 'parameters.size = true'],
    ['{ name: size, type: number }', 'parameters.size = 5 or parameters.size = null'],
    ['{ name: size }', "parameters.size = 'a' and conversation.kind = 'direct' and user.platform != 'slack'"],
    ['{ name: size, type: boolean }', "(parameters.size ? conversation.kind : user.platform) = 'slack'"],
  ])('is none where a parameter is %s and the condition %s', (parameter, expression) => {
    expect(check(condition(expression), parameter)).toEqual([]);
  });

  it('is not guessed where data gives what is offered', () => {
    const given = 'buttons: [{ text: Go, value: "{{ user.name }}" }, { text: No }]';
    expect(asked(given, "steps.decision.value = 'Carl'")).toEqual([]);
    const found = '  - { id: found, action: crm.find }\n';
    const ask =
      '  - { id: decision, ask: { text: Which?, picklist: { label: Which, options: "{{ steps.found.rows.id }}" } } }\n';
    expect(check(`${found}${ask}${condition("steps.decision.value = 'A'")}`)).toEqual([]);
  });
});

describe('A file that a person sends', () => {
  const FILE = '{ name: contract, type: file }';

  it('fits an input of the type file, also where a recipe reads what is known of it', () => {
    const steps = '  - { action: crm.store, input: { file: "{{ parameters.contract }}" } }\n';
    expect(
      check(`${steps}  - reply: { text: "{{ parameters.contract.name }} {{ parameters.contract.size }}" }\n`, FILE),
    ).toEqual([]);
  });

  test.each([
    ['{{ parameters.contract.name }}', /"file" must be a file, and this is a text/],
    ['{{ user }}', /"file" must be a file, and this is a map/],
    ['contract.pdf', /file must be a file that was sent in the chat/],
  ])('is not %s', (value, message) => {
    expect(check(`  - { action: crm.store, input: { file: "${value}" } }\n`, FILE)).toContainEqual(
      expect.stringMatching(message),
    );
  });

  it('is no text for an app, and its reference is nothing for recipes', () => {
    expect(check('  - { action: crm.find, input: { name: "{{ parameters.contract }}" } }\n', FILE)).toContainEqual(
      expect.stringMatching(/"name" must be a text, and this is a file/),
    );
    expect(check('  - reply: { text: "{{ parameters.contract.ref }}" }\n', FILE)).toContainEqual(
      expect.stringMatching(/has no "ref"/),
    );
  });
});

describe('A text that nothing fills in', () => {
  const WARNING =
    'warning datapills are not filled in here: people read the text as it is written  hint: take them out';

  test.each([
    ['prompt', '{ name: size, prompt: "{{ user.name }}, which size?" }', '5:39'],
    ['default', '{ name: size, default: "{{ user.name }}" }', '5:40'],
    ['hint', '{ name: size, hint: "as {{ user.name }} said" }', '5:40'],
  ])('is told of where it has datapills: the %s of a parameter', (_key, parameter, place) => {
    expect(check('  - action: crm.ping\n  - reply: { text: "{{ parameters.size }}" }\n', parameter)).toEqual([
      `${place} ${WARNING}`,
    ]);
  });

  test.each([`\${parameters.size}`, '{parameters.size}', '{ user.name }'])(
    'is told of where it has %s in place of a datapill',
    (mistaken) => {
      expect(
        check(`  - action: crm.find\n    input: { name: "as ${mistaken}, {{ parameters.size }}" }\n`, '{ name: size }'),
      ).toEqual(['9:24 warning this is no datapill: it stays as it is written  hint: write {{ … }}']);
    },
  );

  it('is told of in the title of a form and the prompts of its fields', () => {
    const form =
      '{ title: "Visit {{ user.name }}", fields: [{ name: day, prompt: "{{ user.name }}?", default: "{{ user.id }}" }] }';
    expect(
      check(
        `  - action: crm.ping\n  - { id: visit, ask: { text: Which?, form: ${form} } }\n  - reply: { text: "{{ steps.visit.values.day }}" }\n`,
      ),
    ).toEqual([`9:61 ${WARNING}`, `9:110 ${WARNING}`]);
  });

  it('is none where datapills stand in all that fills them in', () => {
    const search =
      '{ name: one, type: select, options: { action: crm.find, input: { name: "{{ query }}" }, from: "{{ answer.rows }}", label: "{{ option.id }}", value: "{{ option.id }}" } }';
    const steps = [
      '  - { id: found, action: crm.find, input: { name: "a {{ parameters.one }}", ids: ["{{ user.id }}"], filter: { a: "{{ user.id }}" } } }',
      '  - id: list',
      '    for_each: "{{ steps.found.rows }}"',
      '    collect: "{{ item.id }}"',
      '    do: [{ log: "{{ item.id }}" }, { log: { text: "{{ index }}" } }]',
      '  - try: [{ action: crm.ping, on_error: [{ stop: { message: "{{ error.message }}" } }] }]',
      '    on_error: [{ reply: { text: "{{ error.message }}" } }]',
      '  - if: "{{ $count(steps.list) > 0 }}"',
      '    then:',
      '      - reply:',
      '          blocks:',
      '            - { heading: "For {{ user.name }}" }',
      '            - { image: { url: "https://a.example/{{ user.id }}", alt: "{{ user.id }}" } }',
      '            - { fields: { Name: "{{ user.name }}" } }',
      '            - table: { rows: "{{ steps.found.rows }}", columns: [{ title: Id, value: "{{ row.id }}" }] }',
      '            - picklist: { label: "{{ user.id }}", name: one, options: { from: "{{ steps.found.rows }}", label: "{{ option.id }}", value: "{{ option.id }}" }, button: { text: "{{ user.id }}", command: try, confirm: "{{ user.id }}?" } }',
      '            - buttons: [{ text: "{{ user.id }}", command: try, parameters: { one: "{{ user.id }}" } }, { text: Go, url: "https://a.example/{{ user.id }}" }]',
      '  - ask: { text: "{{ user.id }}?", buttons: [{ text: "{{ user.id }}", value: "{{ user.name }}" }], who: { users: ["{{ user.id }}"] }, on_timeout: [{ log: "{{ user.id }}" }] }',
      '  - ask: { text: "{{ user.id }}?", picklist: { label: "{{ user.id }}", options: "{{ steps.list }}" } }',
    ];

    expect(check(`${steps.join('\n')}\n`, search)).toEqual([]);
  });
});
