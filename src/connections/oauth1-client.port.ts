import type { Secret } from '../kernel/secret.js';
import type { OAuth1App } from './parent-connection.js';

/** A token of OAuth 1.0a with its secret. */
export interface OAuth1Token {
  readonly token: string;
  readonly secret: Secret;
}

/**
 * The three legs of OAuth 1.0a (RFC 5849 section 2). Never logs, never keeps; its errors carry no request, response or cause.
 * They are `oauth.operator` (refused), `oauth.transient` (429, 5xx, time-outs, network), `oauth.protocol` (no token in it).
 */
export interface OAuth1Client {
  /** Temporary credentials, for the redirect URI of the app. */
  requestToken(app: OAuth1App): Promise<OAuth1Token>;
  /** Where the person says yes. */
  authorizationUrl(app: OAuth1App, token: string): string;
  accessToken(app: OAuth1App, temporary: OAuth1Token, verifier: string): Promise<OAuth1Token>;
}
