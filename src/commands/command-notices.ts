import { type Message, textMessage } from '../chat/message.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';

/** Why a command does not go on. */
export function overtakenMessage(recipe: CompiledRecipe): Message {
  return textMessage([
    { text: 'You have started something else since I asked about ' },
    { text: recipe.name, style: 'italic' },
    { text: '. Please type the command again if you still need it.' },
  ]);
}

/** What only a button of another recipe can say is missing. */
export function buttonOnlyMessage(recipe: CompiledRecipe): Message {
  return textMessage([
    { text: recipe.name, style: 'italic' },
    { text: ' works from its button only: it needs to know what it is about.' },
  ]);
}
