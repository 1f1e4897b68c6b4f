import { formatProblem } from '../../../src/language/problem.js';
import { compileRecipe } from '../../../src/recipes/compile-recipe.js';
import type { CompiledRecipe } from '../../../src/recipes/compiled-recipe.js';
import { evaluateCondition, evaluateInput } from '../../../src/recipes/evaluate.js';
import type { RecipeData } from '../../../src/recipes/recipe-data.js';
import { renderReply, renderText } from '../../../src/recipes/render-reply.js';
import { textsFor } from '../../../src/texts/texts-for.js';

const RECIPE = `# yaml-language-server: $schema=../schemas/recipe.schema.json
name: Create opportunity
description: Creates an opportunity in your name
trigger:
  command: Create  Opportunity
  parameters:
    - { name: account, prompt: "Which account?" }
    - { name: amount, type: number, optional: true, default: "1,000" }
connections:
  acme_crm: { use: acme-crm, verify_user_access: true }
steps:
  - id: made
    action: acme_crm.create_opportunity
    input: { account: "{{ parameters.account }}", amount: "{{ parameters.amount }}", tags: [a, "{{ user.none }}"] }
  - if: "{{ parameters.amount > 1000 }}"
    then:
      - stop: { as: failed, message: "Too *much* for {{ user.name }}" }
    else:
      - reply:
          text: |-
            Created *{{ steps.made.name }}* as {{ connections.acme_crm.account }}.
            See [the {{ steps.made.name }} page](https://crm.example/o/{{ steps.made.id }}?a=_b_), snake_case, \\*not bold\\*
          fields: { Amount: "{{ parameters.amount }}", Id: 7 }
          buttons:
            - { text: Close it, command: Close opportunity, parameters: { id: "{{ steps.made.id }}" } }
            - { text: Open, url: "{{ steps.made.url }}" }
`.replace('Create  Opportunity', 'Create Opportunity');

const DATA: RecipeData = {
  parameters: { account: 'Acme', amount: 5 },
  steps: { made: { name: '*Big* _deal_ [x](https://evil.example)', id: 'a/b c', url: 'https://crm.example/o/1' } },
  user: { id: 'U1', name: 'Rita', platform: 'slack', tenant: 'T1' },
  conversation: { kind: 'direct', platform: 'slack' },
  job: { id: 'j1', started_at: '2026-11-21T04:00:00.000Z' },
  connections: { acme_crm: { name: 'acme-crm', app: 'Acme CRM', account: 'rita@acme.example' } },
};

function compile(text: string): CompiledRecipe {
  const result = compileRecipe({ id: 'x', file: 'recipes/x.yaml', text });
  if (result.kind === 'broken') throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.recipe;
}

function problemsOf(text: string): readonly string[] {
  const result = compileRecipe({ id: 'x', file: 'recipes/x.yaml', text });
  return result.kind === 'broken' ? result.problems.map(formatProblem) : [];
}

describe('a recipe', () => {
  test('compiles to steps with paths, defaults and positions', () => {
    const recipe = compile(RECIPE);

    expect(recipe).toMatchObject({
      trigger: { kind: 'command', command: 'create opportunity' },
      hidden: false,
      connections: [{ slot: 'acme_crm', line: 10 }],
    });
    expect(recipe.parameters).toMatchObject([
      { name: 'account', type: 'string', optional: false, prompt: 'Which account?' },
      { name: 'amount', type: 'number', optional: true, prompt: 'Amount?', default: 1000 },
    ]);
    const [action, condition] = recipe.steps;
    expect(action).toMatchObject({
      kind: 'action',
      path: '0',
      slot: 'acme_crm',
      action: 'create_opportunity',
      line: 12,
    });
    expect(condition).toMatchObject({
      kind: 'if',
      path: '1',
      // biome-ignore lint/suspicious/noThenProperty: the recipe language's word; it holds a list.
      then: [{ kind: 'stop', path: '1.then.0' }],
      else: [{ kind: 'reply', path: '1.else.0', visibleTo: 'user' }],
    });
  });

  test('has a version that changes with its text', () => {
    expect(compile(RECIPE).version).toBe(compile(RECIPE).version);
    expect(compile(RECIPE).version).not.toBe(compile(`${RECIPE}\n`).version);
  });

  test('fills in input with types kept and absent values left out', async () => {
    const action = compile(RECIPE).steps[0];
    if (action?.kind !== 'action') throw new Error('no action');
    expect(await evaluateInput(action, DATA)).toEqual({ account: 'Acme', amount: 5, tags: ['a'] });
    const without = { ...DATA, parameters: { account: 'Acme' } };
    expect(Object.keys(await evaluateInput(action, without))).toEqual(['account', 'tags']);
  });

  test('takes the way that its condition says', async () => {
    const step = compile(RECIPE).steps[1];
    if (step?.kind !== 'if') throw new Error('no condition');
    expect(await evaluateCondition(step, DATA)).toBe(false);
    expect(await evaluateCondition(step, { ...DATA, parameters: { amount: 1001 } })).toBe(true);
    const stop = step.then[0];
    expect(stop?.kind === 'stop' && stop.message && (await renderText(stop.message, DATA))).toEqual([
      { text: 'Too ' },
      { text: 'much', style: 'bold' },
      { text: ' for ' },
      { text: 'Rita' },
    ]);
  });

  test('replies with its own markup, and shows data as it is', async () => {
    const step = compile(RECIPE).steps[1];
    const reply = step?.kind === 'if' ? step.else[0] : undefined;
    if (reply?.kind !== 'reply') throw new Error('no reply');
    const name = '*Big* _deal_ [x](https://evil.example)';
    const link = 'https://crm.example/o/a%2Fb%20c?a=_b_';

    expect(await renderReply(reply, DATA, textsFor('en'))).toEqual({
      blocks: [
        {
          kind: 'text',
          text: [
            { text: 'Created ' },
            { text: name, style: 'bold' },
            { text: ' as ' },
            { text: 'rita@acme.example' },
            { text: '.\nSee ' },
            { text: 'the ', link },
            { text: name, link },
            { text: ' page', link },
            { text: ', snake_case, *not bold*' },
          ],
        },
        {
          kind: 'fields',
          fields: [
            { label: 'Amount', value: '5' },
            { label: 'Id', value: '7' },
          ],
        },
        {
          kind: 'buttons',
          buttons: [
            { kind: 'command', label: 'Close it', command: 'close opportunity', parameters: { id: 'a/b c' } },
            { kind: 'link', label: 'Open', url: 'https://crm.example/o/1' },
          ],
        },
      ],
      visibleTo: 'user',
      thread: false,
    });
  });

  test('leaves out a link that data turned into a script', async () => {
    const step = compile(RECIPE).steps[1];
    const reply = step?.kind === 'if' ? step.else[0] : undefined;
    if (reply?.kind !== 'reply') throw new Error('no reply');
    const rendered = await renderReply(
      reply,
      { ...DATA, steps: { made: { url: 'javascript:alert(1)' } } },
      textsFor('en'),
    );
    const buttons = rendered.blocks.find((block) => block.kind === 'buttons');
    expect(buttons?.kind === 'buttons' && buttons.buttons.map(({ kind }) => kind)).toEqual(['command']);
  });

  test('knows whether it reads the name or e-mail address of the person', () => {
    expect(compile(RECIPE).readsProfile).toBe(true);
    const ofNobody = RECIPE.replace('{{ user.none }}', '{{ user.id }}').replace('{{ user.name }}', '{{ job.id }}');
    expect(compile(ofNobody).readsProfile).toBe(false);
    expect(compile(ofNobody.replace('{{ job.id }}', "{{ $lookup(user, 'name') }}")).readsProfile).toBe(true);
  });

  test('answers those who saw the command when nobody has to log in', () => {
    const shared = RECIPE.replace('verify_user_access: true', 'verify_user_access: false');
    expect(compile(shared).steps[1]).not.toHaveProperty(['else', 0, 'visibleTo']);
    expect(compile(shared).steps[1]).toHaveProperty(['else', 0, 'kind'], 'reply');
  });
});

describe('a mistake in a recipe is reported with its place and a way out', () => {
  test.each([
    [
      'an unknown key',
      RECIPE.replace('description:', 'descripton:'),
      [
        /"description" is missing/,
        /^recipes\/x\.yaml:3:1 error "descripton" is not known here {2}hint: did you mean "description"\?$/,
      ],
    ],
    [
      'an unknown step',
      RECIPE.replace('- reply:', '- replly:'),
      [/:19:9 error "replly" is not known here {2}hint: did you mean "reply"\?/],
    ],
    [
      'a mistyped key of an action',
      RECIPE.replace('input: {', 'inputs: {'),
      [/:14:5 error "inputs" is not known here {2}hint: did you mean "input"\?/],
    ],
    [
      'a mistyped key of a button',
      RECIPE.replace('command: Close', 'comand: Close'),
      [/"comand" is not known here {2}hint: did you mean "command"\?/],
    ],
    [
      'a wrong type',
      RECIPE.replace('optional: true', 'optional: perhaps'),
      [/:8:47 error "optional" must be true or false, not a text/],
    ],
    [
      'a wrong choice',
      RECIPE.replace('as: failed', 'as: faild'),
      [/"as" must be succeeded or failed {2}hint: did you mean "failed"\?/],
    ],
    ['broken YAML', 'name: [', [/:\d+:\d+ error /]],
    [
      'a datapill without quotes',
      RECIPE.replace('"Too *much* for {{ user.name }}"', '{{ user.name }}'),
      [/:17:38 error a datapill needs quotes .+ hint: put what begins with \{\{ in quotes: "\{\{ … \}\}"$/],
    ],
    [
      'a datapill without quotes before a text',
      RECIPE.replace('"Too *much* for {{ user.name }}"', '{{ user.name }} is too much'),
      [/:17:38 error a datapill needs quotes/],
    ],
    [
      'letters that are no UTF-8',
      RECIPE.replace('your name', 'deinem Namen, \ufffdber Umwege'),
      [/:3:\d+ error this cannot be read: the file is not in UTF-8 {2}hint: save it with the encoding UTF-8$/],
    ],
    [
      'a second connection of an app',
      RECIPE.replace('connections:\n', 'connections:\n  acme_crm: { use: other }\n'),
      [
        /error this key is there twice {2}hint: an app has one connection in a recipe; where it can be used twice, the second is acme_crm_secondary$/,
      ],
    ],
    ['a doubled key', RECIPE.replace('name: Create', 'name: A\nname: Create'), [/:3:1 error this key is there twice/]],
    [
      'a broken datapill',
      RECIPE.replace('{{ parameters.account }}', '{{ parameters.( }}'),
      [/:14:\d+ error the expression is not valid/],
    ],
    [
      'an open datapill',
      RECIPE.replace('{{ parameters.account }}', '{{ parameters.account'),
      [/:14:24 error there is no }} for this {{/],
    ],
    [
      'a condition that is no datapill',
      RECIPE.replace('"{{ parameters.amount > 1000 }}"', 'parameters.amount > 1000'),
      [/:15:9 error the condition must be one datapill/],
    ],
    [
      'a built-in command',
      RECIPE.replace('command: Create Opportunity', 'command: help'),
      [/:5:12 error "help" is a built-in command/],
    ],
    [
      'a command with signs',
      RECIPE.replace('command: Create Opportunity', 'command: "create: it"'),
      [/:5:12 error "command" must be words/],
    ],
    [
      'a doubled parameter',
      RECIPE.replace('name: amount', 'name: account'),
      [/:8:15 error the parameter "account" is there twice/],
    ],
    [
      'a default that moves on',
      RECIPE.replace('type: number, optional: true, default: "1,000"', 'type: date, default: today'),
      [/the default of "amount" is no date {2}hint: write a day, or make it optional and use job\.started_at/],
    ],
    ['a default of another type', RECIPE.replace('"1,000"', 'lots'), [/the default of "amount" is no number/]],
    [
      'a bad parameter name',
      RECIPE.replace('name: account,', 'name: Account Name,'),
      [/:7:15 error "name" must be lower-case letters/],
    ],
    [
      'an action without its app',
      RECIPE.replace('acme_crm.create_opportunity', 'create_opportunity'),
      [/:13:13 error "action" must be the app and its action/],
    ],
    [
      'a bad slot name',
      RECIPE.replace('  acme_crm: {', '  Acme-CRM: {'),
      [/:10:3 error the name "Acme-CRM" must be lower-case letters/],
    ],
    ['no steps', RECIPE.slice(0, RECIPE.indexOf('steps:')), [/"steps" is missing/]],
    ['an empty file', '', [/the file must be a map/]],
    [
      'aliases that explode',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(30)}]\nc: [${'*b,'.repeat(30)}]`,
      [/alias/],
    ],
  ])('%s', (_name, text, expected) => {
    const problems = problemsOf(text);

    expect(problems).toHaveLength(expected.length);
    expected.forEach((message, index) => {
      expect(problems[index]).toMatch(message);
    });
  });
});
