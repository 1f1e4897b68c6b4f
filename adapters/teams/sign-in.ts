import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BrowserIdentity, SignedInPerson } from '../../src/connections/browser-identity.port.js';
import type { PersonOwner } from '../../src/connections/connection.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { asBehalfError, BehalfError, type ErrorCode } from '../../src/kernel/errors.js';
import type { HttpClient, IncomingResponse } from '../../src/kernel/http-client.port.js';
import { verifyIdToken } from '../../src/kernel/id-token.js';
import type { Secret } from '../../src/kernel/secret.js';
import { createSigningKeys } from '../../src/kernel/signing-keys.js';
import { type ClientCredential, clientProof } from './bot-credential.js';
import { CLOUDS } from './clouds.js';
import type { TeamsConfig } from './config.js';

/** Path of the redirect URI that the app registration has to have. */
export const SIGN_IN_PATH = '/teams/openid_redirect';
/** Without `profile` the token names neither tenant nor object id. */
const SCOPE = 'openid profile';

const Answer = z.object({ id_token: z.string().min(1) });
const Refusal = z.object({ error: z.string().regex(/^[a-z_]{1,60}$/) });
const Person = z.looseObject({ tid: z.string().min(1), oid: z.string().min(1) });

export type TeamsSignInConfig = Pick<TeamsConfig, 'appId' | 'cloud' | 'publicUrl'> & {
  readonly credential: ClientCredential;
  /** Base of Entra ID, in place of the cloud's. */
  readonly loginUrl?: string;
};

/**
 * Signing in with Entra ID (OpenID Connect) at the bot's own app registration, in the tenant of the person.
 * https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
 */
export function createTeamsSignIn(
  config: TeamsSignInConfig,
  { clock, httpClient }: { readonly clock: Clock; readonly httpClient: HttpClient },
): BrowserIdentity {
  const { appId, credential, publicUrl } = config;
  const loginUrl = (config.loginUrl ?? CLOUDS[config.cloud].login).replace(/\/$/, '');
  // The signing keys are those of all tenants; what binds a token to one is its issuer.
  const keys = createSigningKeys({ url: `${loginUrl}/common/discovery/v2.0/keys`, httpClient, clock });
  const redirectUri = publicUrl + SIGN_IN_PATH;

  async function exchange(tokenUrl: string, code: Secret, codeVerifier: Secret): Promise<string> {
    const form = {
      grant_type: 'authorization_code',
      client_id: appId,
      code: code.reveal(),
      redirect_uri: redirectUri,
      code_verifier: codeVerifier.reveal(),
      scope: SCOPE,
      ...(await clientProof(credential, { appId, tokenUrl, now: clock.now() })),
    };
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const body = new URLSearchParams(form).toString();
    const response = await httpClient
      .request({ method: 'POST', url: tokenUrl, headers, body, maxBytes: 256 * 1024 })
      .catch((error: unknown) => {
        throw new BehalfError('oauth.transient', 'Entra ID cannot be reached', {
          details: { reason: asBehalfError(error).code },
        });
      });
    return idTokenIn(response);
  }

  return {
    platform: 'teams',
    title: 'Microsoft',
    path: SIGN_IN_PATH,
    origin: new URL(loginUrl).origin,
    authorizationUrl({ codeVerifier, nonce, owner, state }) {
      const url = new URL(`${loginUrl}/${tenantOf(owner)}/oauth2/v2.0/authorize`);
      const challenge = createHash('sha256').update(codeVerifier.reveal()).digest('base64url');
      for (const [name, value] of Object.entries({
        client_id: appId,
        response_type: 'code',
        response_mode: 'query',
        redirect_uri: redirectUri,
        scope: SCOPE,
        state,
        nonce,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      }))
        url.searchParams.set(name, value);
      return url.href;
    },
    async prove({ code, codeVerifier, nonce, owner }) {
      const tenant = tenantOf(owner);
      const idToken = await exchange(`${loginUrl}/${tenant}/oauth2/v2.0/token`, code, codeVerifier);
      const issuer = `${loginUrl}/${tenant}/v2.0`;
      const claims = await verifyIdToken(idToken, { keys, issuer, audience: appId, nonce, now: clock.now() });
      return personIn(claims, owner);
    },
  };
}

function tenantOf({ tenantId }: PersonOwner): string {
  return encodeURIComponent(tenantId.toLowerCase());
}

/** Ids are GUIDs, which are the same in capitals. */
function personIn(claims: Readonly<Record<string, unknown>>, owner: PersonOwner): SignedInPerson {
  const read = Person.safeParse(claims);
  if (!read.success) throw new BehalfError('oauth.protocol', 'The ID token of Entra ID names nobody');
  const as = (expected: string, id: string) => (expected.toLowerCase() === id.toLowerCase() ? expected : id);
  return { tenantId: as(owner.tenantId, read.data.tid), userId: as(owner.userId, read.data.oid) };
}

function idTokenIn({ body, status }: IncomingResponse): string {
  const parsed = parse(body);
  const answer = Answer.safeParse(parsed);
  if (status === 200 && answer.success) return answer.data.id_token;
  const refusal = Refusal.safeParse(parsed);
  const error = refusal.success ? refusal.data.error : 'unreadable';
  throw new BehalfError(codeOf(status, error), 'Entra ID does not say who signed in', { details: { status, error } });
}

function codeOf(status: number, error: string): ErrorCode {
  if (status === 429 || status >= 500 || error === 'temporarily_unavailable') return 'oauth.transient';
  if (error === 'invalid_grant') return 'oauth.invalid_grant';
  return error === 'unreadable' ? 'oauth.protocol' : 'oauth.operator';
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
