import type { ChatUser } from './chat-user.js';
import type { ConversationRef, MessageRef } from './conversation.js';

/** Asks who is signed in to the chat client. */
export interface SilentQuestion {
  /** What the answer repeats; a bearer, to be shown to this person's clients alone. */
  readonly id: string;
  /** Name of the connection. */
  readonly connection: string;
  /** The app's name. */
  readonly title: string;
  /** Our login page, for clients that show the question to the person. */
  readonly url: string;
  /** What the person reads (BCP 47), where it is known. */
  readonly locale?: string | undefined;
}

/**
 * How a platform's client vouches for the person who is signed in to it, without the person doing anything. The answer comes as
 * a `SilentSignInEvent`, or not at all.
 */
export interface SilentSignIn {
  /**
   * Asks this person's clients, where nobody else is; undefined where there is no such place.
   * @throws BehalfError `chat.delivery_failed`
   */
  ask(user: ChatUser, conversation: ConversationRef, question: SilentQuestion): Promise<MessageRef | undefined>;
  /**
   * Takes the question away, answered or not.
   * @throws BehalfError `chat.delivery_failed`
   */
  withdraw(question: MessageRef): Promise<void>;
}
