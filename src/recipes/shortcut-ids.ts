import { sha256 } from '../kernel/ids.js';
import type { CompiledRecipe } from './compiled-recipe.js';
import type { RecipeShortcut } from './compiled-shortcut.js';

/** Teams takes 64 characters, Slack 255. */
const MAX_LENGTH = 64;

/** What the platforms know a recipe's shortcut by: the same as long as the recipe's file keeps its name. */
export function shortcutId({ id }: Pick<CompiledRecipe, 'id'>, { kind }: Pick<RecipeShortcut, 'kind'>): string {
  const readable = `${kind}:${id}`;
  const isPlain = readable.length <= MAX_LENGTH && /^[\w:./-]+$/.test(readable);
  return isPlain ? readable : `${kind}:${sha256(id).slice(0, 40)}`;
}
