import { type Message, textMessage } from '../chat/message.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import type { Texts } from '../texts/english.js';

/** Why a command does not go on. */
export function overtakenMessage(recipe: CompiledRecipe, { commands }: Texts): Message {
  return textMessage(commands.overtaken(recipe.name));
}

/** What only a button of another recipe can say is missing. */
export function buttonOnlyMessage(recipe: CompiledRecipe, { commands }: Texts): Message {
  return textMessage(commands.buttonOnly(recipe.name));
}
