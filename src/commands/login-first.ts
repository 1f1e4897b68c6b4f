import type { ChatUser } from '../chat/chat-user.js';
import type { Clicks } from '../chat/clicks.js';
import type { ConversationRef } from '../chat/conversation.js';
import { type Message, textMessage } from '../chat/message.js';
import type { CreateLoginLink } from '../jobs/login-link.js';
import { loginPromptMessage, type WantedLogin } from '../jobs/messages.js';
import type { MissingLogin } from '../jobs/resolve-connections.js';

interface LoginFirstDeps {
  readonly createLoginLink: CreateLoginLink;
  readonly clicks: Clicks;
}

interface Wanted {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  readonly recipe: { readonly name: string };
  readonly missing: readonly MissingLogin[];
}

/** Asks for the logins without which options cannot be offered. The messages hold links for this person alone. */
export class LoginFirst {
  readonly #deps: LoginFirstDeps;

  constructor(deps: LoginFirstDeps) {
    this.#deps = deps;
  }

  /** In place of a question, which is asked when the logins are done. */
  async forQuestion(wanted: Wanted, question: string): Promise<Message> {
    const [cancelToken = ''] = await this.#deps.clicks.issue(wanted.user, [{ kind: 'cancel-question', question }]);
    const logins = await this.#links(wanted);
    return loginPromptMessage({ recipe: wanted.recipe.name, wanted: logins, connected: [], cancelToken });
  }

  /** Beside a form that stands open. */
  async forForm(wanted: Wanted): Promise<Message> {
    const logins = await this.#links(wanted);
    const apps = logins.map(({ title }) => title).join(' and ');
    const message = textMessage([
      { text: 'The form of ' },
      { text: wanted.recipe.name, style: 'italic' },
      { text: ' offers what you may see in ' },
      { text: apps, style: 'bold' },
      { text: '. Please log in, then type in the form again.' },
    ]);
    const buttons = logins.map(({ title, token, url }) => {
      return { kind: 'login' as const, label: logins.length === 1 ? 'Login' : `Login to ${title}`, url, token };
    });
    return { ...message, blocks: [...message.blocks, { kind: 'buttons', buttons }] };
  }

  async #links({ conversation, missing, user }: Wanted): Promise<readonly WantedLogin[]> {
    const { clicks, createLoginLink } = this.#deps;
    const tokens = await clicks.issue(
      user,
      missing.map(() => ({ kind: 'login-opened' as const })),
    );
    return Promise.all(
      missing.map(async ({ parent, reason, scopes }, index) => {
        const request = { user, connection: parent.name, conversation, ...(scopes === undefined ? {} : { scopes }) };
        const url = await createLoginLink(request);
        const why = reason === undefined ? {} : { reason };
        return { title: parent.title, url, token: tokens[index] ?? '', ...why };
      }),
    );
  }
}
