import type { MessageRef } from './conversation.js';
import type { Message } from './message.js';

export interface DivideOptions {
  /** It answers in private what was asked in a channel. */
  readonly isAside: boolean;
}

/** How a chat platform takes what is more than it takes in one message. */
export interface LongMessages {
  /**
   * The messages that say the whole, to be sent in this order; the message itself where it fits. The same for the same message.
   * What does not fit into a handful of messages either is in a file, or the last of them says how much is left out.
   */
  divide(message: Message, options: DivideOptions): readonly Message[];
  /**
   * Takes a message of the bot away. Where the platform cannot, it stays.
   * @throws BehalfError `chat.delivery_failed`
   */
  remove(ref: MessageRef): Promise<void>;
}
