import { createHash } from 'node:crypto';
import type { CodeExchange, OAuthClient } from '../../src/connections/oauth-client.port.js';
import type { OAuthApp, TokenApp } from '../../src/connections/parent-connection.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { HttpClient, IncomingResponse, OutgoingRequest } from '../../src/kernel/http-client.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import { writeAuthorizationUrl } from './authorization-url.js';
import { authenticatedForm } from './client-authentication.js';
import { translate } from './post-errors.js';
import { judgeRevocation, judgeRevocationCall, revocationRequest } from './revocation.js';
import { judgeClientToken, judgeTokenResponse, parseBody, type TokenResponse } from './token-response.js';

const TIMEOUT_MS = 10_000;
/** Token responses are a few kilobytes at most. */
const MAX_BYTES = 256 * 1024;

export interface OAuthClientOptions {
  readonly httpClient: HttpClient;
  readonly clock: Clock;
  /** For each call, in ms. Default 10 000. */
  readonly timeoutMs?: number;
}

/** The OAuth client: simple-oauth2 for the authorization URL, forms of our own, over the guarded client, for all requests. */
export function createOAuthClient(options: OAuthClientOptions): OAuthClient {
  const { clock, httpClient, timeoutMs = TIMEOUT_MS } = options;
  const send = (request: OutgoingRequest) => sendWithin({ httpClient, timeoutMs }, request);
  const post = (app: TokenApp, url: string, form: Readonly<Record<string, string>>) =>
    send({ method: 'POST', url, ...authenticatedForm(app, form) });

  return {
    authorizationUrl(app, { state, codeVerifier, scopes, parameters }) {
      const challenge = codeVerifier && createHash('sha256').update(codeVerifier.reveal()).digest('base64url');
      return writeAuthorizationUrl(app, {
        ...app.authorizationParameters,
        ...parameters,
        ...(challenge === undefined ? {} : { code_challenge: challenge, code_challenge_method: 'S256' }),
        ...scopesParameter(app, scopes),
        redirect_uri: app.redirectUri,
        state,
      });
    },
    async exchangeCode(app, request) {
      const requestedAt = clock.now();
      const response = await post(app, app.tokenUrl, codeForm(app, request));
      return judgeTokenResponse(readTokenResponse(response), { app, requestedAt, scopes: request.scopes });
    },
    async exchangeAssertion(app, { assertion, scopes }) {
      const requestedAt = clock.now();
      const response = await post(app, app.tokenUrl, {
        ...app.tokenParameters,
        ...app.onBehalfOf?.tokenParameters,
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: assertion.reveal(),
        ...(scopes.length === 0 ? {} : { scope: scopes.join(app.scopeSeparator) }),
      });
      return judgeTokenResponse(readTokenResponse(response), { app, requestedAt, scopes });
    },
    async requestToken(app) {
      const requestedAt = clock.now();
      const response = await post(app, app.tokenUrl, {
        ...app.tokenParameters,
        grant_type: 'client_credentials',
        ...(app.scopes.length === 0 ? {} : { scope: app.scopes.join(app.scopeSeparator) }),
      });
      const tokens = judgeClientToken(readTokenResponse(response), { app, requestedAt, scopes: app.scopes });
      // RFC 6749 section 4.4.3: there should be none; with the credentials at hand it is of no use.
      const { refreshToken: _, ...rest } = tokens;
      return rest;
    },
    async refresh(app, { fields, refreshToken, scopes }) {
      if (refreshToken === undefined) throw new BehalfError('oauth.invalid_grant', 'There is no refresh token');
      const requestedAt = clock.now();
      const response = await post(app, app.tokenUrl, {
        ...app.tokenParameters,
        grant_type: 'refresh_token',
        refresh_token: refreshToken.reveal(),
      });
      return judgeTokenResponse(readTokenResponse(response), {
        app,
        requestedAt,
        scopes,
        refreshToken,
        ...(fields === undefined ? {} : { fields }),
      });
    },
    async revoke(app, { accessToken, refreshToken }) {
      const { revocationUrl, revocationCall } = app;
      if (revocationUrl === undefined) return 'unsupported';
      if (revocationCall) {
        const request = revocationRequest(app, { ...revocationCall, url: revocationUrl }, accessToken);
        return judgeRevocationCall(await send(request), revocationCall);
      }
      const revokeOne = async (token: Secret, hint: string) =>
        judgeRevocation(await post(app, revocationUrl, { token: token.reveal(), token_type_hint: hint }));
      // The refresh token first: with it the access token can be had again.
      const first = refreshToken ? await revokeOne(refreshToken, 'refresh_token') : undefined;
      const second = await revokeOne(accessToken, 'access_token');
      return (first ?? second) === 'unsupported' && second === 'unsupported' ? 'unsupported' : 'revoked';
    },
  };
}

async function sendWithin(
  { httpClient, timeoutMs }: { readonly httpClient: HttpClient; readonly timeoutMs: number },
  request: OutgoingRequest,
): Promise<IncomingResponse> {
  try {
    return await httpClient.request({ ...request, timeoutMs, maxBytes: MAX_BYTES });
  } catch (error) {
    throw translate(error);
  }
}

/** The form of RFC 6749 section 4.1.3, without the client; with the verifier of RFC 7636 section 4.5. */
function codeForm(app: OAuthApp, { code, codeVerifier }: CodeExchange): Readonly<Record<string, string>> {
  return {
    ...app.tokenParameters,
    ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier.reveal() }),
    grant_type: 'authorization_code',
    code: code.reveal(),
    redirect_uri: app.redirectUri,
  };
}

function scopesParameter(app: OAuthApp, scopes: readonly string[]): { readonly scope?: string[] } {
  if (scopes.length === 0) return {};
  const { scopeParameter } = app;
  if (scopeParameter === undefined) return { scope: [...scopes] };
  return { [scopeParameter]: scopes.join(app.scopeSeparator) };
}

function readTokenResponse({ status, headers, body }: IncomingResponse): TokenResponse {
  const retryAfter = headers['retry-after'];
  return { status, body: parseBody(body), ...(retryAfter === undefined ? {} : { retryAfter }) };
}
