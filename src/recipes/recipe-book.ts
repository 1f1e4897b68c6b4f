import {
  type CommandRecipe,
  type CompiledRecipe,
  type HelpRecipe,
  isCommandRecipe,
  isHelpRecipe,
} from './compiled-recipe.js';
import type { RecipeShortcut } from './compiled-shortcut.js';
import { type ConnectionUse, pinned, usesOfJob } from './recipe-calls.js';
import { shortcutId } from './shortcut-ids.js';

/** A recipe with one of its shortcuts. */
export interface StartedByShortcut {
  readonly recipe: CommandRecipe;
  readonly shortcut: RecipeShortcut;
}

/** The recipes that are started now: loaded without mistakes and with usable connections. */
export interface RecipeBook {
  get(id: string): CompiledRecipe | undefined;
  byCommand(command: string): CommandRecipe | undefined;
  /** `name` has the slash. */
  bySlashCommand(name: string): CommandRecipe | undefined;
  /** `id` is what the platforms know the shortcut by ({@link shortcutId}). */
  byShortcut(id: string): StartedByShortcut | undefined;
  /** Those that answer calls for help. */
  helpers(): readonly HelpRecipe[];
  /** Those that people call in the chat, in the order of their commands. */
  commands(): readonly CommandRecipe[];
  /** The connections of a recipe and of all that it calls: what its jobs need. */
  usesOf(recipe: CompiledRecipe): readonly ConnectionUse[];
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
  const bySlashCommand = new Map(commands.map((recipe) => [recipe.trigger.slashCommand?.name, recipe]));
  const byShortcut = new Map(
    commands.flatMap((recipe) =>
      recipe.trigger.shortcuts.map((shortcut) => [shortcutId(recipe, shortcut), { recipe, shortcut }] as const),
    ),
  );
  const get = (id: string) => byId.get(id);
  // Worked out once: every command asks for those of its recipe.
  const uses = new WeakMap<CompiledRecipe, readonly ConnectionUse[]>();
  return {
    get,
    byCommand: (command) => byCommand.get(command),
    bySlashCommand: (name) => bySlashCommand.get(name),
    byShortcut: (id) => byShortcut.get(id),
    helpers: () => helpers,
    commands: () => commands,
    usesOf(recipe) {
      let known = uses.get(recipe);
      if (!known) {
        known = usesOfJob(recipe, get);
        uses.set(recipe, known);
      }
      return known;
    },
    started: () => all,
  };
}
