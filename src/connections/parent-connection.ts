import type { Secret } from '../kernel/secret.js';
import type { Credential } from './connection.js';

/** An OAuth2 client at one authorization server, with the server's quirks as data. */
export interface OAuthApp {
  /** Name of the connection: its redirect URI is `<PUBLIC_URL>/oauth/callback/<name>`, used by no other (RFC 9700 section 4.4). */
  readonly connection: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  /** RFC 7009 endpoint; absent: the app offers no revocation. */
  readonly revocationUrl?: string;
  /**
   * What revoking a token ends: that login (`token`, the default), or every login of the person with this client (`grant`).
   * With `grant`, tokens that a newer login replaced are not revoked: that would end the newer one.
   */
  readonly revocationEnds?: 'token' | 'grant';
  /** Expected `iss` of the authorization response (RFC 9207); compared when the response has one. */
  readonly issuer?: string;
  /** True when the server's metadata promises `iss`: then a response without it is refused. */
  readonly issuerRequired?: boolean;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly scopeSeparator: string;
  /** `header`: HTTP basic (RFC 6749 section 2.3.1); `body`: client_id and client_secret in the form. */
  readonly clientAuthentication: 'header' | 'body';
  readonly pkce: 'S256' | 'none';
  readonly authorizationParameters: Readonly<Record<string, string>>;
  readonly tokenParameters: Readonly<Record<string, string>>;
  /** Seconds to assume when the server tells no `expires_in`; absent: unknown, the 401 tells. */
  readonly defaultExpiresInSeconds?: number;
  /** Seconds that an authorization code lives; short ones are exchanged before the identity check. Default 60. */
  readonly codeLifetimeSeconds: number;
  /** `error` values of the token endpoint that mean the grant is gone, besides `invalid_grant`. */
  readonly reauthorizeErrors: readonly string[];
}

/** One entry of `connections.yaml`, resolved against its connector: what recipes name, and the template of personal ones. */
export interface ParentConnection {
  readonly name: string;
  /** Id of the connector, e.g. `salesforce`. */
  readonly connector: string;
  /** The app's name for people, e.g. `Salesforce`. */
  readonly title: string;
  /** Values that the connector's URLs may use, e.g. the host of the instance. */
  readonly settings: Readonly<Record<string, string>>;
  readonly auth:
    | { readonly kind: 'oauth2'; readonly app: OAuthApp }
    | { readonly kind: 'static'; readonly method: 'api_key' | 'basic'; readonly credential: Credential };
}
