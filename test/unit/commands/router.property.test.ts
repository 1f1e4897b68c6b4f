import fc from 'fast-check';
import { CommandRouter } from '../../../src/commands/router.js';
import { compileRecipe } from '../../../src/recipes/compile-recipe.js';
import { createRecipeBook } from '../../../src/recipes/recipe-book.js';

const COMMANDS = ['create', 'create opportunity', 'list my deals'];

function compiled(command: string) {
  const text = `name: ${command}\ndescription: x\ntrigger: { command: "${command}" }\nsteps: [{ reply: { text: x } }]\n`;
  const result = compileRecipe({ id: command, file: `${command}.yaml`, text });
  if (result.kind !== 'ok') throw new Error(`${command} does not compile`);
  return result.recipe;
}

const router = new CommandRouter(createRecipeBook(COMMANDS.map(compiled)));
const space = fc
  .array(fc.constantFrom(' ', '\n', '\t', '\u00a0', '\u3000'), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''));
const anything = fc.string({ unit: 'binary' });

describe('any text', () => {
  test('is routed somewhere, and a recipe is found by its own words only', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.string({ unit: 'grapheme' })), (text) => {
        const route = router.match(text);
        expect(['built_in', 'recipe', 'help', 'unknown']).toContain(route.kind);
        if (route.kind === 'recipe') expect(text.toLowerCase()).toContain(route.recipe.trigger.command.split(' ')[0]);
        expect(router.closest(text).length).toBeLessThanOrEqual(COMMANDS.length);
      }),
      { numRuns: 500 },
    );
  });

  test('behind a command is handed on as it was typed', () => {
    fc.assert(
      fc.property(space, space, anything, fc.boolean(), (between, before, rest, isLoud) => {
        const command = `list${between}my${between}deals`;
        const route = router.match(`${before}${isLoud ? command.toUpperCase() : command}${before}${rest}`);
        expect(route).toMatchObject({ kind: 'recipe', recipe: { trigger: { command: 'list my deals' } } });
        if (route.kind === 'recipe') expect(route.rest).toBe(rest.trim());
      }),
      { numRuns: 500 },
    );
  });

  test('that is long is routed in short time', () => {
    const startedAt = performance.now();
    fc.assert(
      fc.property(fc.constantFrom('a', ' ', 'create ', 'help ', '/', ':'), (part) => {
        router.match(part.repeat(20_000));
        router.closest(part.repeat(20_000));
      }),
      { numRuns: 20 },
    );
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
