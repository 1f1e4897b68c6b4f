import type { AuthorizationCode, AuthorizationTokenConfig } from 'simple-oauth2';
import type { CodeExchange } from '../../src/connections/oauth-client.port.js';
import type { OAuthApp } from '../../src/connections/parent-connection.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { parseBody, type TokenResponse } from './token-response.js';

export interface ExchangeLimits {
  /** For the headers, and again for the body, in ms. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** simple-oauth2's view of an app. Its own errors show the client secret, so they end here. */
export function authorizationCode(app: OAuthApp, { timeoutMs, maxBytes }: ExchangeLimits): AuthorizationCode {
  const { clientAuthentication } = app;
  // Loaded at the first login: it takes a fifth of a second, which every start would pay.
  const library: typeof import('simple-oauth2') = require('simple-oauth2');
  try {
    return new library.AuthorizationCode({
      client: { id: app.clientId, secret: app.clientSecret?.reveal() ?? '' },
      auth: {
        tokenHost: new URL(app.tokenUrl).origin,
        tokenPath: app.tokenUrl,
        authorizeHost: new URL(app.authorizationUrl).origin,
        authorizePath: app.authorizationUrl,
      },
      http: { timeout: timeoutMs, maxBytes, redirects: false, json: 'force' },
      options: {
        scopeSeparator: app.scopeSeparator,
        authorizationMethod: clientAuthentication === 'none' ? 'body' : clientAuthentication,
      },
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
  const parameters: AuthorizationTokenConfig = codeParameters(app, request);
  try {
    const { token } = await client.getToken(parameters);
    return { status: 200, body: token };
  } catch (error) {
    return readFailure(error);
  }
}

/** The form of RFC 6749 section 4.1.3, without the client. */
export function codeParameters(app: OAuthApp, request: CodeExchange) {
  return {
    ...app.tokenParameters,
    ...(request.codeVerifier === undefined ? {} : { code_verifier: request.codeVerifier.reveal() }),
    code: request.code.reveal(),
    redirect_uri: app.redirectUri,
  };
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
  return { status, body: readBody(data), ...(typeof retryAfter === 'string' ? { retryAfter } : {}) };
}

/** The parsed payload of an error status, or the bytes of an answer that is no JSON: some servers answer with a form. */
function readBody(data: unknown): unknown {
  const payload = property(data, 'payload');
  if (Buffer.isBuffer(payload)) return parseBody(payload);
  return property(data, 'isResponseError') === true ? payload : undefined;
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
