import type { RecipeEntry } from '../../adapters/slack/manifest.js';
import { parameterUsage } from '../commands/help-messages.js';
import type { CommandRecipe } from '../recipes/compiled-recipe.js';
import { shortcutId } from '../recipes/shortcut-ids.js';
import { textsFor } from '../texts/texts-for.js';
import { readOfferedRecipes } from './offered-recipes.js';

/**
 * What starts the recipes of a configuration folder in Slack beside their words.
 * @throws BehalfError `config.invalid` for recipes with mistakes
 */
export async function readSlackEntries(configDir: string): Promise<readonly RecipeEntry[]> {
  return (await readOfferedRecipes(configDir, 'manifest'))
    .filter(({ trigger }) => trigger.slashCommand || trigger.shortcuts.length > 0)
    .toSorted((one, other) => one.name.localeCompare(other.name, 'en') || one.id.localeCompare(other.id, 'en'))
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
