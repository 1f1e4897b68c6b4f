import type { SilentSignIn } from '../../src/chat/silent-sign-in.port.js';
import { asBehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import type { PersonalActivity } from './activity.js';
import { readConversation, readMessageRef, toMessageRef } from './address.js';
import type { BotFramework } from './bot-framework.js';
import { endpointsOf, type TeamsConfig, type TeamsDeps } from './config.js';
import type { Outbox } from './outbox.js';
import { renderQuestion } from './sign-in-question.js';
import { SignInTokens } from './sign-in-tokens.js';

interface SilentSignInParts {
  readonly resource: string;
  readonly outbox: Outbox;
  readonly bot: () => BotFramework;
}

/** Single sign-on of Teams: its clients get a token of Entra ID for our app registration, of the person who is signed in. */
export function createSilentSignIn({ bot, outbox, resource }: SilentSignInParts): SilentSignIn {
  return {
    async ask(user, conversation, question) {
      const sent = await outbox.ask(bot(), readConversation(conversation), user, renderQuestion(question, resource));
      return sent && toMessageRef(sent);
    },
    withdraw: (question) => outbox.remove(bot(), readMessageRef(question)),
  };
}

type Vouches = (did: PersonalActivity, assertion: Secret) => Promise<boolean>;

/** Tells whether a token vouches for the person of the activity; counts and logs why not. */
export function createVouching(
  config: TeamsConfig,
  { clock, httpClient, metrics }: TeamsDeps,
  logger: Logger,
): Vouches {
  const { appId, signInResource: resource } = config;
  if (resource === undefined) return async () => false;
  const { login, tokenIssuer } = endpointsOf(config);
  const tokens = new SignInTokens({ appId, resource, login, tokenIssuer, httpClient, clock });
  return async ({ aadObjectId, tenantId }, assertion) => {
    const flaw = await tokens.flawOf(assertion.reveal(), { tenantId, aadObjectId }).catch((error: unknown) => {
      logger.warn({ err: asBehalfError(error) }, 'a sign-in token of Teams could not be checked');
      return 'unchecked' as const;
    });
    if (flaw === undefined) return true;
    metrics.count('chat_requests_refused', { platform: 'teams', reason: `sign_in_${flaw}` });
    logger.warn({ reason: flaw }, 'a sign-in token of Teams was refused');
    return false;
  };
}
