import type { AuthorizationCode } from 'simple-oauth2';
import type { OAuthApp } from '../../src/connections/parent-connection.js';
import { BehalfError } from '../../src/kernel/errors.js';

/**
 * The address at which a person logs in, as simple-oauth2 writes it; no request of ours goes through the library.
 * @throws BehalfError `oauth.operator` for a client that cannot be one
 */
export function writeAuthorizationUrl(app: OAuthApp, parameters: Readonly<Record<string, string | string[]>>): string {
  return authorizationCode(app).authorizeURL({ ...parameters });
}

/** simple-oauth2's view of an app. Its own errors show the client secret, so they end here. */
function authorizationCode(app: OAuthApp): AuthorizationCode {
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
      options: { scopeSeparator: app.scopeSeparator },
    });
  } catch {
    throw new BehalfError('oauth.operator', 'The OAuth client is not configured correctly', {
      details: { connection: app.connection },
    });
  }
}
