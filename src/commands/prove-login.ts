import type { SilentSignInEvent } from '../chat/chat-event.js';
import type { ChatUser } from '../chat/chat-user.js';
import { type Message, textMessage } from '../chat/message.js';
import type { ProofOutcome } from '../connections/login.js';
import type { Logins } from '../connections/logins.js';
import type { Texts } from '../texts/english.js';
import { textsFor } from '../texts/texts-for.js';

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
    locale: string | undefined,
  ): Promise<{ readonly isCode: boolean; readonly message: Message | undefined }> {
    const outcome = await this.#logins.prove(user, code);
    const isCode = outcome.kind !== 'unknown' && outcome.kind !== 'too_many_tries';
    return { isCode, message: describe(outcome, textsFor(locale)) };
  }

  /** A code that the chat client handed over when its login window closed. */
  async bySignIn(user: ChatUser, code: string, locale: string | undefined): Promise<Message | undefined> {
    return describe(await this.#logins.prove(user, code), textsFor(locale));
  }

  /** The chat client vouches for the person. What waits for the login goes on by itself. */
  async silently({ accept, assertion, question, user }: SilentSignInEvent): Promise<void> {
    const outcome = await this.#logins.silent.answer(user, question, assertion);
    if (outcome !== 'refused') accept();
  }

  /** The chat client does not vouch for the person: nobody waits for it any longer. */
  async notSilently(user: ChatUser): Promise<void> {
    await this.#logins.silent.failed(user);
  }
}

function describe(outcome: ProofOutcome, { locale, logins }: Texts): Message | undefined {
  switch (outcome.kind) {
    case 'connected':
    case 'cancelled':
      return undefined;
    case 'provider_error':
    case 'account_refused':
      return textMessage(outcome.text(locale));
    case 'expired':
      return textMessage(logins.expired);
    case 'unknown':
      return textMessage(outcome.triesLeft > 0 ? logins.unknownCode : logins.lastCode);
    case 'too_many_tries':
      return textMessage(logins.tooManyCodes);
    case 'wrong_person':
      return textMessage(logins.codeOfOther(outcome.title));
  }
}
