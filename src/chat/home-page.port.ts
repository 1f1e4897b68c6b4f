import type { ChatUser } from './chat-user.js';
import type { ConversationRef } from './conversation.js';
import type { Message } from './message.js';

/** A page that the platform keeps for the bot and one person, who alone sees it (Slack: the Home tab of the app). */
export interface HomePage {
  /**
   * Puts this in place of what stands there. `directChat`: the person's own with the bot, where presses on the page are answered.
   * @throws BehalfError `chat.delivery_failed`
   */
  publish(directChat: ConversationRef, user: ChatUser, content: Message): Promise<void>;
}
