import { join } from 'node:path';
import { checkEntries } from '../checks/check-shortcuts.js';
import { BehalfError } from '../kernel/errors.js';
import { formatProblem } from '../language/problem.js';
import { type CommandRecipe, isCommandRecipe } from '../recipes/compiled-recipe.js';
import { loadRecipes } from '../recipes/load-recipes.js';

/**
 * The recipes of a configuration folder that the app of a chat platform offers, by the words that people type. Connections do
 * not matter: the app may be made before there are any.
 * @throws BehalfError `config.invalid` for recipes with mistakes: what is left out would vanish from the app. `made`: what is made of them
 */
export async function readOfferedRecipes(configDir: string, made: string): Promise<readonly CommandRecipe[]> {
  const { problems, recipes } = await loadRecipes(join(configDir, 'recipes'));
  const mistakes = [...problems, ...checkEntries(recipes)].filter(({ severity }) => severity === 'error');
  if (mistakes.length > 0)
    throw new BehalfError(
      'config.invalid',
      `The ${made} is made from the recipes, and these have mistakes:\n${mistakes.map(formatProblem).join('\n')}`,
    );
  return recipes
    .filter(isCommandRecipe)
    .sort((one, other) => one.trigger.command.localeCompare(other.trigger.command, 'en'));
}
