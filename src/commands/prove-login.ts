import type { ChatUser } from '../chat/chat-user.js';
import { type Message, textMessage } from '../chat/message.js';
import type { Logins } from '../connections/logins.js';

/** Takes the codes that prove that the person in the browser is the person in the chat. */
export class ProveLogin {
  readonly #logins: Logins;

  constructor(logins: Logins) {
    this.#logins = logins;
  }
}
