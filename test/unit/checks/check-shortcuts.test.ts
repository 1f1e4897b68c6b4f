import { checkRecipes } from '../../../src/checks/check-recipes.js';
import { checkEntries } from '../../../src/checks/check-shortcuts.js';
import { formatProblem } from '../../../src/language/problem.js';
import { compileRecipe } from '../../../src/recipes/compile-recipe.js';

/** Recipes r00, r01 and so on, with these lines in their triggers. */
function recipes(triggers: readonly string[]) {
  return triggers.map((trigger, index) => {
    const id = `r${String(index).padStart(2, '0')}`;
    const text = `name: R\ndescription: D\ntrigger:\n  command: do ${index}\n  ${trigger}\nsteps:\n  - reply: { text: Done }\n`;
    const result = compileRecipe({ id, file: id, text });
    if (result.kind === 'broken') throw new Error(result.problems.map(formatProblem).join('\n'));
    return result.recipe;
  });
}

function check(triggers: readonly string[], isRunning = false) {
  return checkRecipes({ recipes: recipes(triggers), connectors: new Map(), parents: new Map(), isRunning });
}

describe('Slash commands and shortcuts of all recipes', () => {
  it('may be had by as many as Slack takes', () => {
    const commands = Array.from({ length: 49 }, (_, index) => `slash_command: /do-${index}`);
    const shortcuts = Array.from({ length: 10 }, (_, index) => `shortcut: { name: Do ${index} }`);
    expect(check([...commands, ...shortcuts]).problems).toEqual([]);
  });

  it('are a mistake where two recipes have the same slash command: neither starts', () => {
    const { problems, startable } = check(['slash_command: /do', 'form: auto', 'slash_command: /do']);
    expect(problems.map(formatProblem)).toEqual([
      'r00:5:18 error the slash command /do is also that of r02  hint: give one of them another name',
      'r02:5:18 error the slash command /do is also that of r00  hint: give one of them another name',
    ]);
    expect(startable.map(({ id }) => id)).toEqual(['r01']);
  });

  it('are worth a warning where two shortcuts read the same', () => {
    const { problems, startable } = check(['shortcut: { name: Do }', 'shortcut: { name: Do }']);
    expect(problems.map(({ severity }) => severity)).toEqual(['warning', 'warning']);
    expect(startable).toHaveLength(2);
  });

  it('are a mistake where they are more than Slack takes, without stopping what runs', () => {
    const triggers = Array.from({ length: 11 }, (_, index) => `shortcut: { name: Do ${index} }`);
    const { problems, startable } = check(triggers);
    expect(problems.map(formatProblem)).toEqual([
      'r10:5:21 error Slack takes 10 shortcuts of all recipes, and this is one too many',
    ]);
    expect(startable).toHaveLength(10);
    expect(check(triggers, true).startable).toHaveLength(11);
  });

  it('are a mistake where they are more slash commands than Slack takes', () => {
    const triggers = Array.from({ length: 50 }, (_, index) => `slash_command: /do-${index}`);
    expect(checkEntries(recipes(triggers)).map(({ file }) => file)).toEqual(['r49']);
  });
});
