import type { ChatUser, Outsider } from '../chat/chat-user.js';
import type { ConversationRef } from '../chat/conversation.js';
import { type Message, textMessage } from '../chat/message.js';
import { type DenialOf, deniedMessage } from '../jobs/permission.js';
import { isBehalfError } from '../kernel/errors.js';
import type { CommandRecipe, CompiledRecipe } from '../recipes/compiled-recipe.js';

interface Asking {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  readonly person?: Outsider | undefined;
}

/** What somebody is told who may not run the recipe here, or of whom that cannot be told; undefined for all others. */
export async function refusalOf(
  denialOf: DenialOf,
  recipe: CompiledRecipe,
  asking: Asking,
): Promise<Message | undefined> {
  try {
    const denial = await denialOf(recipe, asking);
    return denial === undefined ? undefined : deniedMessage(recipe.name, denial);
  } catch (error) {
    if (!isBehalfError(error, 'chat.delivery_failed')) throw error;
    return textMessage([
      { text: "I can't find out right now whether you may use " },
      { text: recipe.name, style: 'italic' },
      { text: '. Please try again in a moment.' },
    ]);
  }
}

/** The recipes that this person may run here. */
export async function allowedTo(
  denialOf: DenialOf,
  recipes: readonly CommandRecipe[],
  asking: Asking,
): Promise<readonly CommandRecipe[]> {
  const refusals = await Promise.all(recipes.map((recipe) => refusalOf(denialOf, recipe, asking)));
  return recipes.filter((_, index) => refusals[index] === undefined);
}
