import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { ChatUser, Platform } from '../chat/chat-user.js';
import type { ConversationRef } from '../chat/conversation.js';
import type { SilentSignIn } from '../chat/silent-sign-in.port.js';
import type { SilentLogins } from '../connections/silent-logins.js';
import { asBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import type { ConnectionUse } from '../recipes/recipe-calls.js';
import { chatJobOf, type Job } from './job-record.js';
import { loginRequestOf } from './login-link.js';
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
    const chat = parts.chats(asked.user.platform);
    const { silentSignIn: client } = chat;
    if (!client) return missing;
    const done = await Promise.all(missing.map((login) => logIn({ ...parts, chat, client }, asked, login)));
    return missing.filter((_login, index) => done[index] !== true);
  };
}

type Parts = Parameters<typeof silentLogins>[0] & {
  readonly chat: ChatAdapter;
  readonly client: SilentSignIn;
};

async function logIn(
  { chat, client, logger, loginUrl, logins }: Parts,
  asked: Asked,
  { parent, scopes }: MissingLogin,
): Promise<boolean> {
  if (!parent.singleSignOn) return false;
  const { conversation, locale, user } = asked;
  const connection = parent.name;
  const wanted = { ...asked, connection, ...(scopes === undefined ? {} : { scopes }) };
  const offered = await logins().offer(loginRequestOf(wanted, chat));
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

/** Who asks, and how their client is asked. */
export interface SilentRun {
  readonly job: Job;
  readonly logIn: LogInSilently;
}

/** The connections of a run; what is missing at first may be there after logins that need nobody. */
export async function resolveSilently(
  { job, logIn: tryLogins, resolver }: SilentRun & { readonly resolver: SlotResolver },
  recipe: string,
  wanted: readonly ConnectionUse[],
): ReturnType<SlotResolver['resolve']> {
  const first = await resolver.resolve(recipe, wanted);
  const asked = askedFor(job);
  if (first.missing.length === 0 || !asked) return first;
  const left = await tryLogins(asked, first.missing);
  return left.length < first.missing.length ? resolver.resolve(recipe, wanted) : first;
}

/** Whether a login that turned out to be missing at a step could be done so. */
export async function isDoneSilently({ job, logIn: tryLogins }: SilentRun, missing: MissingLogin): Promise<boolean> {
  const asked = askedFor(job);
  return asked !== undefined && (await tryLogins(asked, [missing])).length === 0;
}

function askedFor(job: Job): Asked | undefined {
  const asking = chatJobOf(job);
  if (!asking) return undefined;
  const { id: continuation, state, user } = asking;
  return { user, conversation: state.conversation, continuation, locale: state.locale };
}
