import type { ConversationRef } from './conversation.js';

/** How a platform shows, for some seconds, that the bot is at work. */
export interface WorkingSign {
  /**
   * Shows it there, to the person alone; where others would see it, nothing happens.
   * @throws BehalfError `chat.delivery_failed`
   */
  show(to: ConversationRef): Promise<void>;
}
