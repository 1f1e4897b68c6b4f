import type { CompiledRecipe } from './compiled-recipe.js';

/** The recipes that are started now: loaded without mistakes and with usable connections. */
export interface RecipeBook {
  get(id: string): CompiledRecipe | undefined;
  byCommand(command: string): CompiledRecipe | undefined;
  /** In the order of their commands. */
  started(): readonly CompiledRecipe[];
}

export function createRecipeBook(recipes: readonly CompiledRecipe[]): RecipeBook {
  const ordered = [...recipes].sort((left, right) => left.command.localeCompare(right.command, 'en'));
  const byId = new Map(ordered.map((recipe) => [recipe.id, recipe]));
  const byCommand = new Map(ordered.map((recipe) => [recipe.command, recipe]));
  return {
    get: (id) => byId.get(id),
    byCommand: (command) => byCommand.get(command),
    started: () => ordered,
  };
}
