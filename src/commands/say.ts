import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { ChatUser } from '../chat/chat-user.js';
import type { ConversationRef } from '../chat/conversation.js';
import { inLanguage, type Message } from '../chat/message.js';

/** Says something to one person, privately where others could read along. */
export async function sayPrivately(
  chat: ChatAdapter,
  to: { readonly user: ChatUser; readonly conversation: ConversationRef; readonly locale?: string | undefined },
  words: Message,
): Promise<void> {
  const message = inLanguage(words, to.locale);
  if (to.conversation.kind === 'direct') await chat.post(to.conversation, message);
  else await chat.postPrivately(to.conversation, to.user, message);
}
