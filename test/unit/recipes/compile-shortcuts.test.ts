import { formatProblem } from '../../../src/language/problem.js';
import { compileRecipe } from '../../../src/recipes/compile-recipe.js';
import type { CompiledRecipe } from '../../../src/recipes/compiled-recipe.js';
import { createRecipeBook } from '../../../src/recipes/recipe-book.js';
import { shortcutId } from '../../../src/recipes/shortcut-ids.js';

const PARAMETERS = `
    - { name: description, type: text }
    - { name: source, optional: true }
    - { name: reporter, type: user, optional: true }
    - { name: amount, type: number, optional: true }
    - { name: origin, hidden: true }`;

function source(trigger: string, parameters = PARAMETERS): string {
  return `name: Create case
description: Opens a case
trigger:
  command: create case
  parameters: ${parameters}
  ${trigger}
steps:
  - reply: { text: Done }
`;
}

function compile(text: string, id = 'support/case'): CompiledRecipe {
  const result = compileRecipe({ id, file: `recipes/${id}.yaml`, text });
  if (result.kind === 'broken') throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.recipe;
}

function problemsOf(trigger: string, parameters?: string): readonly string[] {
  const result = compileRecipe({ id: 'x', file: 'x.yaml', text: source(trigger, parameters) });
  return result.kind === 'broken' ? result.problems.map(formatProblem) : [];
}

const WHOLE = `slash_command: /case
  shortcut: { name: Create case, description: Asks for the rest }
  message_shortcut: { name: Create case from message, text: description, link: source, author: reporter }`;
const WITHOUT_HIDDEN = PARAMETERS.replace('\n    - { name: origin, hidden: true }', '');

describe('the slash command and the shortcuts of a recipe', () => {
  test('compile to what the platforms are told, with their places', () => {
    const recipe = compile(source(WHOLE, WITHOUT_HIDDEN));
    expect(recipe.trigger).toMatchObject({
      slashCommand: { name: '/case', line: 10 },
      shortcuts: [
        { kind: 'global', name: 'Create case', description: 'Asks for the rest', takes: {}, line: 11 },
        {
          kind: 'message',
          name: 'Create case from message',
          takes: { text: 'description', link: 'source', author: 'reporter' },
          line: 12,
        },
      ],
    });
  });

  test('lead to the recipe, and are known by ids that stay', () => {
    const recipe = compile(source(WHOLE, WITHOUT_HIDDEN));
    const book = createRecipeBook([recipe]);
    expect(book.bySlashCommand('/case')?.id).toBe('support/case');
    expect(book.byShortcut('message:support/case')).toMatchObject({ recipe: { id: 'support/case' } });
    expect(book.byShortcut('global:support/case')?.shortcut.name).toBe('Create case');
    expect([book.bySlashCommand('/other'), book.byShortcut('message:other'), book.byShortcut('')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('have ids that every platform takes, whatever the file is called', () => {
    const ids = ['a'.repeat(200), 'vertrieb/größe ändern', 'b'.repeat(200)].map((id) =>
      shortcutId({ id }, { kind: 'message' }),
    );
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^message:[\w-]{1,56}$/);
  });

  test('are no part of a recipe that does not ask for them', () => {
    const { trigger } = compile(source('form: auto'));
    expect(trigger).toMatchObject({ kind: 'command', shortcuts: [] });
    expect(trigger).not.toHaveProperty('slashCommand');
  });

  test.each([
    ['slash_command: case', '"slash_command" must be a slash and then lower-case letters'],
    ['slash_command: /Case', 'must be a slash and then lower-case letters'],
    ['slash_command: /create case', 'must be a slash and then lower-case letters'],
    [`slash_command: /${'a'.repeat(32)}`, '32 characters at most'],
    ['slash_command: /behalf', '"/behalf" is the slash command of Behalf itself'],
    ['slash_command: /behalf-test', 'is the slash command of Behalf itself'],
    ['slash_command: /remind', '"/remind" is a command of Slack itself'],
    ['shortcut: { name: Create a case from anything }', 'is too long: at most 24'],
    ['shortcut: { nam: Create }', 'did you mean "name"?'],
    ['message_shortcut: { name: Create, text: descripton }', 'did you mean "description"?'],
    ['message_shortcut: { name: Create, text: amount }', 'the text of a message does not go into a number'],
    ['message_shortcut: { name: Create, text: reporter }', 'make it string or text'],
    ['message_shortcut: { name: Create, author: amount }', 'make it string or text or user'],
    ['message_shortcut: { name: Create, text: source, link: source }', 'takes something of the message already'],
    ['message_shortcut: { name: Create }', 'nothing of the message is taken'],
  ])('are a mistake in their file: %s', (trigger, words) => {
    const problems = problemsOf(trigger, WITHOUT_HIDDEN);
    expect(problems.join('\n')).toContain(words);
    expect(problems[0]).toMatch(/^x\.yaml:10:\d+ error/);
  });

  test.each([
    'slash_command: /case',
    'shortcut: { name: Case }',
    'message_shortcut: { name: Case, text: description }',
  ])('are a mistake where a hidden parameter would be missing: %s', (trigger) => {
    expect(problemsOf(trigger)[0]).toContain('the hidden parameter "origin" would be missing here');
  });

  test('may fill a hidden parameter from the message', () => {
    expect(problemsOf('message_shortcut: { name: Case, text: description, link: origin }')).toEqual([]);
  });

  test('belong to commands alone', () => {
    const text = `name: Help\ndescription: D\ntrigger: { help: all, slash_command: /case }\nsteps: [{ reply: { text: x } }]\n`;
    const result = compileRecipe({ id: 'x', file: 'x.yaml', text });
    expect(result.kind === 'broken' && result.problems.map(formatProblem).join()).toContain('"slash_command"');
  });
});
