import {
  type CommandRecipe,
  type CompiledRecipe,
  type HelpRecipe,
  isCommandRecipe,
  isHelpRecipe,
} from './compiled-recipe.js';
import { pinned } from './recipe-calls.js';

/** The recipes that are started now: loaded without mistakes and with usable connections. */
export interface RecipeBook {
  get(id: string): CompiledRecipe | undefined;
  byCommand(command: string): CommandRecipe | undefined;
  /** Those that answer calls for help. */
  helpers(): readonly HelpRecipe[];
  /** Those that people call in the chat, in the order of their commands. */
  commands(): readonly CommandRecipe[];
  /** All of them, in the order of their ids. */
  started(): readonly CompiledRecipe[];
}

export function createRecipeBook(recipes: readonly CompiledRecipe[]): RecipeBook {
  const unpinned = new Map(recipes.map((recipe) => [recipe.id, recipe]));
  const all = recipes
    .map((recipe) => pinned(recipe, (id) => unpinned.get(id)))
    .sort((left, right) => left.id.localeCompare(right.id, 'en'));
  const commands = all
    .filter(isCommandRecipe)
    .sort((left, right) => left.trigger.command.localeCompare(right.trigger.command, 'en'));
  const helpers = all.filter(isHelpRecipe);
  const byId = new Map(all.map((recipe) => [recipe.id, recipe]));
  const byCommand = new Map(commands.map((recipe) => [recipe.trigger.command, recipe]));
  return {
    get: (id) => byId.get(id),
    byCommand: (command) => byCommand.get(command),
    helpers: () => helpers,
    commands: () => commands,
    started: () => all,
  };
}
