import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { ChatUser } from '../chat/chat-user.js';
import type { ConversationRef } from '../chat/conversation.js';
import type { LoginRequest } from '../connections/login.js';

/** Who is to log in to what, and what for. */
export interface WantedLink {
  readonly user: ChatUser;
  readonly connection: string;
  readonly conversation: ConversationRef;
  /** The job that waits. */
  readonly continuation?: string;
  /** What the pages are written in (BCP 47), where the person's language is known. */
  readonly locale?: string | undefined;
  /** Instead of what the connection asks for by itself. */
  readonly scopes?: readonly string[];
}

/**
 * Makes a login link for one person and one connection, and gives its URL, a bearer: it is only ever sent to that person
 * privately.
 */
export type CreateLoginLink = (wanted: WantedLink) => Promise<string>;

/** What is asked of logins; on a platform with a window of its own for them, for that. */
export function loginRequestOf(
  { continuation, conversation, connection, locale, scopes, user }: WantedLink,
  { popUpScripts }: Pick<ChatAdapter, 'popUpScripts'>,
): LoginRequest & { readonly owner: ChatUser } {
  return {
    owner: user,
    connection,
    context: { conversation },
    popUp: popUpScripts !== undefined,
    locale,
    ...(continuation === undefined ? {} : { continuation }),
    ...(scopes === undefined ? {} : { scopes }),
  };
}
