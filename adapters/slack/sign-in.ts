import { z } from 'zod';
import type { BrowserIdentity, SignedInPerson } from '../../src/connections/browser-identity.port.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { asBehalfError, BehalfError } from '../../src/kernel/errors.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import { verifyIdToken } from '../../src/kernel/id-token.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import { createSigningKeys } from '../../src/kernel/signing-keys.js';
import { apiUrlOf, type SlackClientCredentials } from './config.js';
import { ENTERPRISE_CLAIM, SlackOAuth, TEAM_CLAIM, USER_CLAIM } from './oauth.js';
import { SIGN_IN_SCOPES } from './scopes.js';

/** Path of the redirect URI that stands in the manifest of the app. */
export const SIGN_IN_PATH = '/slack/openid_redirect';

const Person = z.looseObject({
  [USER_CLAIM]: z.string().min(1),
  [TEAM_CLAIM]: z.string().min(1),
  [ENTERPRISE_CLAIM]: z.string().min(1).nullish(),
});

export interface SlackSignInConfig {
  readonly client: SlackClientCredentials;
  /** Base of the Web API; `https://slack.com/api/` unless told. */
  readonly apiUrl?: string;
  /** Where browsers reach the service, without a slash at the end. */
  readonly publicUrl: string;
}

/**
 * Sign in with Slack (OpenID Connect): a person is a user id with a workspace, or with the organisation on Enterprise Grid. The
 * token that Slack gives along is given back at once.
 * https://docs.slack.dev/authentication/sign-in-with-slack
 */
export function createSlackSignIn(
  config: SlackSignInConfig,
  parts: { readonly clock: Clock; readonly logger: Logger; readonly httpClient: HttpClient },
): BrowserIdentity {
  const { client, publicUrl } = config;
  const { clock, httpClient } = parts;
  const apiUrl = apiUrlOf(config);
  const { origin } = new URL(apiUrl);
  const logger = parts.logger.child({ platform: 'slack' });
  const oauth = new SlackOAuth({ apiUrl, client, httpClient, clock });
  const keys = createSigningKeys({ url: `${origin}/openid/connect/keys`, httpClient, clock });
  const redirectUri = publicUrl + SIGN_IN_PATH;

  async function giveBack(token: Secret): Promise<void> {
    await oauth.revoke(token).catch((error: unknown) => {
      const err = asBehalfError(error);
      logger.warn({ err, ...err.details }, 'the token of Sign in with Slack could not be given back');
    });
  }

  async function personIn(idToken: string, token: Secret, nonce: string, expected: string): Promise<SignedInPerson> {
    const now = clock.now();
    const claims = await verifyIdToken(idToken, { keys, issuer: origin, audience: client.id, nonce, now });
    const read = Person.safeParse(claims);
    if (!read.success) throw new BehalfError('oauth.protocol', 'The ID token of Slack names nobody');
    const { [USER_CLAIM]: userId, [TEAM_CLAIM]: team, [ENTERPRISE_CLAIM]: enterprise } = read.data;
    // Whoever is in a workspace of the organisation is meant by the organisation, and the token may name only the workspace.
    const isOpen = !enterprise && team !== expected && expected.startsWith('E');
    const organization = isOpen ? await oauth.organizationOf(userId, token) : enterprise;
    const tenantId = [team, organization].find((id) => id === expected) ?? organization ?? team;
    return { tenantId, userId };
  }

  return {
    platform: 'slack',
    title: 'Slack',
    path: SIGN_IN_PATH,
    origin,
    authorizationUrl: ({ nonce, owner, state }) =>
      oauth.signInUrl({
        state,
        nonce,
        redirectUri,
        scopes: SIGN_IN_SCOPES,
        ...(owner.tenantId.startsWith('T') ? { team: owner.tenantId } : {}),
      }),
    async prove({ code, nonce, owner }) {
      const { idToken, token } = await oauth.signIn(code, redirectUri);
      try {
        return await personIn(idToken, token, nonce, owner.tenantId);
      } finally {
        void giveBack(token);
      }
    },
  };
}
