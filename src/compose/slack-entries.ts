import { join } from 'node:path';
import type { RecipeEntry } from '../../adapters/slack/manifest.js';
import { checkEntries } from '../checks/check-shortcuts.js';
import { parameterUsage } from '../commands/help-messages.js';
import { BehalfError } from '../kernel/errors.js';
import { formatProblem } from '../language/problem.js';
import { type CommandRecipe, isCommandRecipe } from '../recipes/compiled-recipe.js';
import { loadRecipes } from '../recipes/load-recipes.js';
import { shortcutId } from '../recipes/shortcut-ids.js';
import { textsFor } from '../texts/texts-for.js';

/**
 * What starts the recipes of a configuration folder in Slack beside their words. Connections do not matter: the app is made
 * before there are any.
 * @throws BehalfError `config.invalid` for recipes with mistakes: what is left out would vanish from Slack
 */
export async function readSlackEntries(configDir: string): Promise<readonly RecipeEntry[]> {
  const { problems, recipes } = await loadRecipes(join(configDir, 'recipes'));
  const mistakes = [...problems, ...checkEntries(recipes)].filter(({ severity }) => severity === 'error');
  if (mistakes.length > 0)
    throw new BehalfError(
      'config.invalid',
      `The manifest is made from the recipes, and these have mistakes:\n${mistakes.map(formatProblem).join('\n')}`,
    );
  return recipes
    .filter(isCommandRecipe)
    .filter(({ trigger }) => trigger.slashCommand || trigger.shortcuts.length > 0)
    .sort((one, other) => one.name.localeCompare(other.name, 'en') || one.id.localeCompare(other.id, 'en'))
    .map(toEntry);
}

/** In English, as all that is said of the app is: a manifest is for everybody. */
function toEntry(recipe: CommandRecipe): RecipeEntry {
  const { description, trigger } = recipe;
  const { shortcuts, slashCommand } = trigger;
  return {
    description,
    ...(slashCommand
      ? { slashCommand: { name: slashCommand.name, usage: parameterUsage(recipe, textsFor(undefined)) } }
      : {}),
    shortcuts: shortcuts.map((shortcut) => ({
      kind: shortcut.kind,
      id: shortcutId(recipe, shortcut),
      name: shortcut.name,
      description: shortcut.description ?? description,
    })),
  };
}
