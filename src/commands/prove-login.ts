import type { ChatUser } from '../chat/chat-user.js';
import { type Message, textMessage } from '../chat/message.js';
import type { ProofOutcome } from '../connections/login.js';
import type { Logins } from '../connections/logins.js';

/** Takes the codes that prove that the person in the browser is the person in the chat. */
export class ProveLogin {
  readonly #logins: Logins;

  constructor(logins: Logins) {
    this.#logins = logins;
  }

  /** A code that the person pasted. Success says nothing here: the connection has its own message. */
  async byPastedCode(
    user: ChatUser,
    code: string,
  ): Promise<{ readonly isCode: boolean; readonly message: Message | undefined }> {
    const outcome = await this.#logins.prove(user, code);
    const isCode = outcome.kind !== 'unknown' && outcome.kind !== 'too_many_tries';
    return { isCode, message: describe(outcome) };
  }

  /** A code that the chat client handed over when its login window closed. */
  async bySignIn(user: ChatUser, code: string): Promise<Message | undefined> {
    return describe(await this.#logins.prove(user, code));
  }
}

function describe(outcome: ProofOutcome): Message | undefined {
  switch (outcome.kind) {
    case 'connected':
    case 'cancelled':
      return undefined;
    case 'provider_error':
    case 'account_refused':
      return textMessage(outcome.text);
    case 'expired':
      return textMessage('That login has expired. Please press Login again.');
    case 'unknown':
      return textMessage(
        outcome.triesLeft > 0
          ? 'I do not know that code, or it is not valid any more. Please check it, or press Login again.'
          : 'I do not know that code. For safety I take no more codes from you for a few minutes.',
      );
    case 'too_many_tries':
      return textMessage('For safety I take no more codes from you for a few minutes. Please press Login again later.');
    case 'wrong_person':
      return textMessage(
        `That code belongs to somebody else's login to ${outcome.title}. I have ended that login and connected nothing. If somebody sent you a link to log in, do not use it: tell your administrator.`,
      );
  }
}
