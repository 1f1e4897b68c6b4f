import type { ChatUser, Outsider } from '../chat/chat-user.js';
import type { ConversationRef } from '../chat/conversation.js';
import { type Message, textMessage } from '../chat/message.js';
import { type DenialOf, deniedMessage } from '../jobs/permission.js';
import { isBehalfError } from '../kernel/errors.js';
import type { CommandRecipe, CompiledRecipe } from '../recipes/compiled-recipe.js';
import { textsFor } from '../texts/texts-for.js';

interface Asking {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  readonly person?: Outsider | undefined;
  readonly locale?: string | undefined;
}

/** What somebody is told who may not run the recipe here, or of whom that cannot be told; undefined for all others. */
export async function refusalOf(
  denialOf: DenialOf,
  recipe: CompiledRecipe,
  asking: Asking,
): Promise<Message | undefined> {
  const texts = textsFor(asking.locale);
  try {
    const denial = await denialOf(recipe, asking);
    return denial === undefined ? undefined : deniedMessage(recipe.name, denial, texts);
  } catch (error) {
    if (!isBehalfError(error, 'chat.delivery_failed')) throw error;
    return textMessage(texts.commands.unsureWhetherAllowed(recipe.name));
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
