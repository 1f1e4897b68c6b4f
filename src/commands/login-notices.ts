import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import { type ChatUser, isPlatform, type Platform } from '../chat/chat-user.js';
import { type ConversationRef, isConversationRef } from '../chat/conversation.js';
import { type Message, textMessage } from '../chat/message.js';
import type { PersonOwner } from '../connections/connection.js';
import type { LoginConnected, LoginFailed } from '../connections/login.js';
import type { WaitingJobs } from '../jobs/waiting-jobs.js';
import { asBehalfError, BehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import { textsFor } from '../texts/texts-for.js';
import type { PersonalConnections } from './personal-connections.js';

interface LoginNoticesDeps {
  readonly chats: (platform: Platform) => ChatAdapter;
  readonly waiting: WaitingJobs;
  readonly connections: PersonalConnections;
  readonly logger: Logger;
}

/** What the chat sees of a login that has ended: the waiting jobs go on, and the person is told which account it was. */
export class LoginNotices {
  readonly #deps: LoginNoticesDeps;

  constructor(deps: LoginNoticesDeps) {
    this.#deps = deps;
  }

  async connected(event: LoginConnected): Promise<void> {
    const { account, connection, owner, replacedAccount, title } = event;
    // Who connects for everybody sits at a terminal, which looks for itself.
    if (owner === 'shared' || account === undefined) return;
    const user = chatUserOf(owner);
    const { connections, waiting } = this.#deps;
    await Promise.all([
      waiting.loginCompleted(user, { connection, title, account: account.label }),
      this.#tell(user, event.context, () =>
        connections.connectedMessage(user, connection, {
          account: account.label,
          before: replacedAccount?.label,
          locale: event.locale,
        }),
      ),
    ]);
  }

  async failed(event: LoginFailed): Promise<void> {
    const { connection, context, continuation, locale, owner, reason, scopes, title } = event;
    const user = chatUserOf(owner);
    const message = textMessage(event.text?.(locale) ?? textsFor(locale).logins.openedByOther(title));
    if (reason !== 'wrong_person') return this.#tell(user, context, async () => message);
    // Before it is said that Login may be pressed again.
    if (continuation !== undefined) await this.#deps.waiting.promptAgain(user, continuation);
    await this.#tell(user, context, async (conversation) => {
      if (continuation !== undefined) return message;
      const login = { user, conversation, locale, connection, ...(scopes ? { scopes } : {}) };
      return { ...message, blocks: [...message.blocks, await this.#deps.connections.loginButton(login)] };
    });
  }

  /** What cannot be said here stands on the page, too. */
  async #tell(
    user: ChatUser,
    context: unknown,
    write: (conversation: ConversationRef) => Promise<Message>,
  ): Promise<void> {
    try {
      const conversation = conversationOf(context);
      const chat = this.#deps.chats(user.platform);
      const message = await write(conversation);
      if (conversation.kind === 'direct') await chat.post(conversation, message);
      else await chat.postPrivately(conversation, user, message);
    } catch (error) {
      this.#deps.logger.warn({ err: asBehalfError(error), platform: user.platform }, 'a login could not be reported');
    }
  }
}

/** The person of a connection as a chat user. */
export function chatUserOf(owner: PersonOwner): ChatUser {
  const { platform, tenantId, userId } = owner;
  if (!isPlatform(platform)) throw new BehalfError('store.corrupt', 'A login belongs to a platform that there is not');
  return { platform, tenantId, userId };
}

/** The conversation that a login link was made in, out of what was stored with it. */
export function conversationOf(context: unknown): ConversationRef {
  if (
    typeof context === 'object' &&
    context !== null &&
    'conversation' in context &&
    isConversationRef(context.conversation)
  )
    return context.conversation;
  throw new BehalfError('store.corrupt', 'A login was stored without its conversation');
}
