import type { AuthorizationCode, AuthorizationTokenConfig } from 'simple-oauth2';
import type { CodeExchange } from '../../src/connections/oauth-client.port.js';
import type { OAuthApp } from '../../src/connections/parent-connection.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { TokenResponse } from './token-response.js';

export interface ExchangeLimits {
  /** For the headers, and again for the body, in ms. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** simple-oauth2's view of an app. Its own errors show the client secret, so they end here. */
export function authorizationCode(app: OAuthApp, { timeoutMs, maxBytes }: ExchangeLimits): AuthorizationCode {
  // Loaded at the first login: it takes a fifth of a second, which every start would pay.
  const library: typeof import('simple-oauth2') = require('simple-oauth2');
  try {
    return new library.AuthorizationCode({
      client: { id: app.clientId, secret: app.clientSecret.reveal() },
      auth: {
        tokenHost: new URL(app.tokenUrl).origin,
        tokenPath: app.tokenUrl,
        authorizeHost: new URL(app.authorizationUrl).origin,
        authorizePath: app.authorizationUrl,
      },
      http: { timeout: timeoutMs, maxBytes, redirects: false, json: 'force' },
      options: { scopeSeparator: app.scopeSeparator, authorizationMethod: app.clientAuthentication },
    });
  } catch {
    throw new BehalfError('oauth.operator', 'The OAuth client is not configured correctly', {
      details: { connection: app.connection },
    });
  }
}

/**
 * Exchanges the code through simple-oauth2. The library resolves on any status below 400 and any JSON, so what comes back
 * still has to be judged. Rejects only when there was no answer.
 */
export async function exchange(app: OAuthApp, request: CodeExchange, limits: ExchangeLimits): Promise<TokenResponse> {
  const client = authorizationCode(app, limits);
  const parameters: AuthorizationTokenConfig = {
    ...app.tokenParameters,
    ...(request.codeVerifier === undefined ? {} : { code_verifier: request.codeVerifier.reveal() }),
    code: request.code.reveal(),
    redirect_uri: app.redirectUri,
  };
  try {
    const { token } = await client.getToken(parameters);
    return { status: 200, body: token };
  } catch (error) {
    return readFailure(error);
  }
}

/** What can be kept of a Boom error: status, Retry-After and the parsed body. It also holds the request with the secret. */
function readFailure(error: unknown): TokenResponse {
  const data = property(error, 'data');
  const response = property(data, 'res');
  const status = property(response, 'statusCode');
  if (typeof status !== 'number') {
    // Without a response it is either the library's complaint about an empty body, or the network.
    if (property(error, 'isBoom') !== true) return { status: 200, body: undefined };
    throw new BehalfError('oauth.transient', 'The token endpoint cannot be reached', {
      details: { status: readStatus(error) },
    });
  }
  if (isCutShort(error, status)) throw new BehalfError('oauth.transient', 'The answer of the token endpoint broke off');
  const retryAfter = property(property(response, 'headers'), 'retry-after');
  const body = property(data, 'isResponseError') === true ? property(data, 'payload') : undefined;
  return { status, body, ...(typeof retryAfter === 'string' ? { retryAfter } : {}) };
}

/** A time-out (408) or a torn connection (500) while the body of a good answer was read. */
function isCutShort(error: unknown, status: number): boolean {
  const own = readStatus(error);
  return status < 400 && (own === 408 || own === 500);
}

function readStatus(error: unknown): number | undefined {
  const status = property(property(error, 'output'), 'statusCode');
  return typeof status === 'number' ? status : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
