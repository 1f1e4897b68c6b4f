import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { ChatUser } from '../chat/chat-user.js';
import type { ConversationRef } from '../chat/conversation.js';
import { isBehalfError } from '../kernel/errors.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import { textsFor } from '../texts/texts-for.js';
import type { Gathered } from './gather-parameters.js';

/** Fills in the name and the address of people that were mentioned or chosen: `{ id, name, email? }`. */
export async function describePeople(
  gathered: Gathered,
  place: {
    readonly recipe: CompiledRecipe;
    readonly chat: ChatAdapter;
    readonly user: ChatUser;
    readonly conversation: ConversationRef;
    readonly locale?: string | undefined;
  },
): Promise<Gathered> {
  const { chat, conversation, recipe, user } = place;
  const { commands } = textsFor(place.locale);
  let { problem } = gathered;
  const values = { ...gathered.values };
  for (const parameter of recipe.parameters) {
    const id = parameter.type === 'user' ? nameless(values[parameter.name]) : undefined;
    if (id === undefined) continue;
    try {
      const { confirmedEmail, name, userId = id } = await chat.describeUser({ ...user, userId: id }, conversation);
      values[parameter.name] = { id: userId, name, ...(confirmedEmail === undefined ? {} : { email: confirmedEmail }) };
    } catch (error) {
      if (!isBehalfError(error, 'chat.delivery_failed')) throw error;
      delete values[parameter.name];
      problem = { parameter, message: commands.personNotFound(parameter.name) };
    }
  }
  return problem ? { values, problem } : { values };
}

function nameless(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value) || 'name' in value) return undefined;
  return typeof value.id === 'string' ? value.id : undefined;
}
