import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { ChatUser, Platform } from '../chat/chat-user.js';
import type { ConversationRef } from '../chat/conversation.js';
import type { SilentLogins } from '../connections/silent-logins.js';
import { asBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import type { JobSlot } from '../recipes/recipe-calls.js';
import { chatJobOf, type Job } from './job-record.js';
import type { MissingLogin, SlotResolver } from './resolve-connections.js';

interface Asked {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  /** The job that goes on afterwards. */
  readonly continuation?: string;
  /** What the person reads (BCP 47), where it is known. */
  readonly locale?: string | undefined;
}

/** Gives the logins that are still missing; what the chat client could do by itself is done. Takes some seconds at most. */
export type LogInSilently = (asked: Asked, missing: readonly MissingLogin[]) => Promise<readonly MissingLogin[]>;

/** Has the person's chat client vouch for them, where it can and the connection lets it. */
export function silentLogins(parts: {
  readonly chats: (platform: Platform) => ChatAdapter;
  readonly logins: () => SilentLogins;
  readonly loginUrl: (token: string) => string;
  readonly logger: Logger;
}): LogInSilently {
  return async (asked, missing) => {
    if (!missing.some(({ parent }) => parent.singleSignOn)) return missing;
    const { popUpScripts, silentSignIn: client } = parts.chats(asked.user.platform);
    if (!client) return missing;
    const popUp = popUpScripts !== undefined;
    const done = await Promise.all(missing.map((login) => logIn({ ...parts, client, popUp }, asked, login)));
    return missing.filter((_login, index) => done[index] !== true);
  };
}

type Parts = Parameters<typeof silentLogins>[0] & {
  readonly client: NonNullable<ChatAdapter['silentSignIn']>;
  readonly popUp: boolean;
};

async function logIn(
  { client, logger, loginUrl, logins, popUp }: Parts,
  { continuation, conversation, locale, user }: Asked,
  { parent, scopes }: MissingLogin,
): Promise<boolean> {
  if (!parent.singleSignOn) return false;
  const connection = parent.name;
  const offered = await logins().offer({
    owner: user,
    connection,
    context: { conversation },
    popUp,
    locale,
    ...(continuation === undefined ? {} : { continuation }),
    ...(scopes === undefined ? {} : { scopes }),
  });
  if (!offered) return false;
  const { id, token } = offered;
  const question = await client
    .ask(user, conversation, { id, connection, title: parent.title, url: loginUrl(token), locale })
    .catch((error: unknown) => {
      logger.warn({ connection, err: asBehalfError(error) }, 'a chat client could not be asked who is signed in');
      return undefined;
    });
  if (!question) return false;
  try {
    return await logins().settled(id);
  } finally {
    // Nobody waits for that.
    void client.withdraw(question).catch((error: unknown) => {
      logger.warn({ connection, err: asBehalfError(error) }, 'a question to a chat client could not be taken away');
    });
  }
}

/** The connections of a run; what is missing at first may be there after logins that need nobody. */
export async function resolveSilently(
  { job, logIn: tryLogins, resolver }: { job: Job; logIn: LogInSilently; resolver: SlotResolver },
  recipe: string,
  wanted: readonly JobSlot[],
): ReturnType<SlotResolver['resolve']> {
  const first = await resolver.resolve(recipe, wanted);
  const asking = chatJobOf(job);
  if (first.missing.length === 0 || !asking) return first;
  const { id: continuation, state, user } = asking;
  const asked = { user, conversation: state.conversation, continuation, locale: state.locale };
  const left = await tryLogins(asked, first.missing);
  return left.length < first.missing.length ? resolver.resolve(recipe, wanted) : first;
}
