import type { ChatUser } from '../chat/chat-user.js';
import type { Clicks } from '../chat/clicks.js';
import type { ConversationRef } from '../chat/conversation.js';
import { type Message, textMessage } from '../chat/message.js';
import type { LogInSilently } from '../jobs/log-in-silently.js';
import type { CreateLoginLink } from '../jobs/login-link.js';
import { loginPromptMessage, type WantedLogin } from '../jobs/messages.js';
import type { MissingLogin } from '../jobs/resolve-connections.js';
import { textsFor } from '../texts/texts-for.js';

interface LoginFirstDeps {
  readonly createLoginLink: CreateLoginLink;
  readonly logInSilently: LogInSilently;
  readonly clicks: Clicks;
}

interface Wanted {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  readonly recipe: { readonly name: string };
  readonly missing: readonly MissingLogin[];
  readonly locale?: string | undefined;
}

/** Asks for the logins without which options cannot be offered. The messages hold links for this person alone. */
export class LoginFirst {
  readonly #deps: LoginFirstDeps;

  constructor(deps: LoginFirstDeps) {
    this.#deps = deps;
  }

  /**
   * In place of a question, which waits for the logins and is asked when they are done. Says nothing where the chat client
   * does them by itself.
   */
  async forQuestion(wanted: Wanted, question: string, say: (message: Message) => Promise<void>): Promise<void> {
    const missing = await this.#deps.logInSilently(wanted, wanted.missing);
    if (missing.length === 0) return;
    const [cancelToken = ''] = await this.#deps.clicks.issue(wanted.user, [{ kind: 'cancel-question', question }]);
    const logins = await this.#links({ ...wanted, missing });
    await say(
      loginPromptMessage({
        recipe: wanted.recipe.name,
        wanted: logins,
        connected: [],
        cancelToken,
        texts: textsFor(wanted.locale),
      }),
    );
  }

  /** Beside a form that stands open. */
  async forForm(wanted: Wanted): Promise<Message> {
    const logins = await this.#links(wanted);
    const texts = textsFor(wanted.locale);
    const apps = logins.map(({ title }) => title);
    const message = textMessage(texts.commands.loginForForm(wanted.recipe.name, apps));
    const buttons = logins.map(({ title, token, url }) => {
      return {
        kind: 'login' as const,
        label: logins.length === 1 ? texts.logins.login : texts.logins.loginTo(title),
        url,
        token,
      };
    });
    return { ...message, blocks: [...message.blocks, { kind: 'buttons', buttons }] };
  }

  async #links({ conversation, locale, missing, user }: Wanted): Promise<readonly WantedLogin[]> {
    const { clicks, createLoginLink } = this.#deps;
    const tokens = await clicks.issue(
      user,
      missing.map(() => ({ kind: 'login-opened' as const })),
    );
    return Promise.all(
      missing.map(async ({ parent, reason, scopes }, index) => {
        const request = {
          user,
          connection: parent.name,
          conversation,
          locale,
          ...(scopes === undefined ? {} : { scopes }),
        };
        const url = await createLoginLink(request);
        const why = reason === undefined ? {} : { reason: reason(locale) };
        return { title: parent.title, url, token: tokens[index] ?? '', ...why };
      }),
    );
  }
}
