import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { ChatUser, Outsider, Platform } from '../chat/chat-user.js';
import type { ConversationRef } from '../chat/conversation.js';
import { type Message, textMessage } from '../chat/message.js';
import type { Allowed, CompiledRecipe } from '../recipes/compiled-recipe.js';
import type { Texts } from '../texts/english.js';

/** Why somebody may not run a recipe: who they are, or where they are. */
export type Denial = 'person' | 'place';

interface Asking {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  /** Absent for full members, and where it was looked at before. */
  readonly person?: Outsider | undefined;
}

/**
 * Why this person may not run the recipe here; undefined when they may. The platform is asked only where the recipe names
 * e-mail addresses or groups and neither the place nor the id has decided.
 * @throws BehalfError `chat.delivery_failed` when the platform does not tell who the person is
 */
export type DenialOf = (recipe: CompiledRecipe, asking: Asking) => Promise<Denial | undefined>;

export function permissions(chats: (platform: Platform) => ChatAdapter): DenialOf {
  return async ({ allow }, asking) => {
    if (asking.person && !admitsOutsider({ allow }, asking.person)) return 'person';
    if (!allow) return undefined;
    const chat = chats(asking.user.platform);
    if (allow.tenants && !allow.tenants.includes(asking.user.tenantId.toLowerCase())) return 'person';
    if (allow.channels && !allow.channels.includes(chat.channelOf(asking.conversation))) return 'place';
    const isForSome = allow.users !== undefined || allow.groups !== undefined;
    return !isForSome || (await isListed(allow, asking, chat)) ? undefined : 'person';
  };
}

/** Whether people who are no full members may run the recipe, if it is open to them otherwise. */
export function admitsOutsider({ allow }: { readonly allow?: Allowed | undefined }, outsider: Outsider): boolean {
  return allow?.outsiders.includes(outsider) ?? false;
}

async function isListed(
  { groups, users = [] }: Allowed,
  { conversation, user }: Asking,
  chat: ChatAdapter,
): Promise<boolean> {
  if (users.includes(user.userId.toLowerCase())) return true;
  if (users.some((entry) => entry.includes('@'))) {
    const { confirmedEmail } = await chat.describeUser(user, conversation);
    if (confirmedEmail !== undefined && users.includes(confirmedEmail.toLowerCase())) return true;
  }
  for (const group of groups ?? []) if (await chat.isInGroup?.(user, group, conversation)) return true;
  return false;
}

/** What somebody is told who may not run a recipe. */
export function deniedMessage(recipe: string, denial: Denial, { jobs }: Texts, after: readonly string[] = []): Message {
  return textMessage([...jobs.denied[denial](recipe), ...after.map((text) => ({ text: ` ${text}` }))]);
}
