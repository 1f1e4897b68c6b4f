import type { ChatUser } from '../chat/chat-user.js';
import type { ConversationRef } from '../chat/conversation.js';

/**
 * Makes a login link for one person and one connection, and gives its URL. `continuation` is the job that waits.
 * The URL is a bearer: it is only ever sent to that person privately.
 */
export type CreateLoginLink = (request: {
  readonly user: ChatUser;
  readonly connection: string;
  readonly conversation: ConversationRef;
  readonly continuation?: string;
  /** What the pages are written in (BCP 47), where the person's language is known. */
  readonly locale?: string | undefined;
  /** Instead of what the connection asks for by itself. */
  readonly scopes?: readonly string[];
}) => Promise<string>;
