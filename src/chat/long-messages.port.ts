import type { MessageRef } from './conversation.js';
import type { Message } from './message.js';

/** Where a reply stands: in the direct message; in private, to what was asked in a channel; for all in the channel. */
export type ReplyPlace = 'direct' | 'aside' | 'channel';

export interface DivideOptions {
  readonly place: ReplyPlace;
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
