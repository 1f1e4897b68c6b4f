import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { ChatUser } from '../chat/chat-user.js';
import type { ConversationRef } from '../chat/conversation.js';
import type { Message } from '../chat/message.js';

/** Says something to one person, privately where others could read along. */
export async function sayPrivately(
  chat: ChatAdapter,
  to: { readonly user: ChatUser; readonly conversation: ConversationRef },
  message: Message,
): Promise<void> {
  if (to.conversation.kind === 'direct') await chat.post(to.conversation, message);
  else await chat.postPrivately(to.conversation, to.user, message);
}
