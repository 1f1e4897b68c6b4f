import type { ChatAdapter } from './chat/chat-adapter.port.js';
import { PLATFORM_TITLES, type Platform } from './chat/chat-user.js';
import type { FileReferences } from './chat/file-references.js';
import type { HomePage } from './chat/home-page.port.js';
import { isPerson, type JobOwner } from './chat/job-owner.js';
import { chatUserOf, conversationOf } from './commands/login-notices.js';
import { CommandRouter } from './commands/router.js';
import type { HolderProfile } from './connections/login-parts.js';
import type { createLogins, Logins } from './connections/logins.js';
import type { ReadFile } from './connectors/action-call.js';
import { type LogInSilently, silentLogins } from './jobs/log-in-silently.js';
import { type CreateLoginLink, loginRequestOf } from './jobs/login-link.js';
import type { Clock } from './kernel/clock.port.js';
import { asBehalfError, BehalfError } from './kernel/errors.js';
import type { Logger } from './kernel/logger.port.js';
import type { Metrics } from './kernel/metrics.port.js';
import type { RecipeBook } from './recipes/recipe-book.js';
import { loginPath } from './web/login-routes.js';

/** Made anew when the recipes are others. */
export function routerOf(recipes: () => RecipeBook): () => CommandRouter {
  let made = { book: recipes(), router: new CommandRouter(recipes()) };
  return () => {
    const book = recipes();
    if (made.book !== book) made = { book, router: new CommandRouter(book) };
    return made.router;
  };
}

export function chatFinder(chats: readonly ChatAdapter[]): (platform: Platform) => ChatAdapter {
  return (platform) => {
    const chat = chats.find((candidate) => candidate.platform === platform);
    if (!chat) throw new BehalfError('chat.delivery_failed', `The platform ${platform} is not configured`);
    return chat;
  };
}

/** The page that a platform keeps for the bot; undefined where it has none, or is not configured (any more). */
export function homeFinder(chats: readonly ChatAdapter[]): (platform: Platform) => HomePage | undefined {
  return (platform) => chats.find((candidate) => candidate.platform === platform)?.home;
}

/** Who a login is for. A platform that does not answer costs the name on the page and the e-mail match, not the login. */
export function holderProfile(
  chats: (platform: Platform) => ChatAdapter,
): Parameters<typeof createLogins>[0]['profile'] {
  return async (owner, context): Promise<HolderProfile> => {
    const user = chatUserOf(owner);
    try {
      return await chats(user.platform).describeUser(user, conversationOf(context));
    } catch {
      return {
        name: `the ${PLATFORM_TITLES[user.platform]} user ${user.userId}`,
        place: PLATFORM_TITLES[user.platform],
      };
    }
  };
}

/** Reads what a person sent, within the limits that were set when it was taken. Programs send nothing. */
export function fileReader(
  references: FileReferences,
  chats: (platform: Platform) => ChatAdapter,
): (owner: JobOwner) => ReadFile | undefined {
  return (owner) => {
    if (!isPerson(owner)) return undefined;
    return async (value, limits) => {
      const { file, maxBytes } = references.open(owner, value);
      return chats(owner.platform).files.read(owner, file, {
        maxBytes: Math.min(maxBytes, limits.maxBytes ?? maxBytes),
        ...(limits.signal ? { signal: limits.signal } : {}),
      });
    };
  };
}

/** Counts and times the calls to an app. */
export async function measured<T>(metrics: Metrics, clock: Clock, app: string, call: () => Promise<T>): Promise<T> {
  const startedAt = clock.now();
  let outcome = 'ok';
  try {
    return await call();
  } catch (error) {
    outcome = asBehalfError(error).code;
    throw error;
  } finally {
    metrics.count('steps', { app, outcome });
    metrics.time('app_call_ms', clock.now() - startedAt, { app });
  }
}

/** Links to our login page, in the chat client's own window where it has one; and logins that need no page. */
export function loginWays(parts: {
  readonly chats: (platform: Platform) => ChatAdapter;
  readonly publicUrl: string;
  readonly logins: () => Logins;
  readonly logger: Logger;
}): { readonly createLoginLink: CreateLoginLink; readonly logInSilently: LogInSilently } {
  const loginUrl = (token: string) => `${parts.publicUrl}${loginPath(token)}`;
  const createLoginLink: CreateLoginLink = async (wanted) => {
    const { token } = await parts.logins().createLink(loginRequestOf(wanted, parts.chats(wanted.user.platform)));
    return loginUrl(token);
  };
  const { chats, logger, logins } = parts;
  return { createLoginLink, logInSilently: silentLogins({ chats, logger, loginUrl, logins: () => logins().silent }) };
}
