import type { Secret } from '../kernel/secret.js';
import type { Credential } from './connection.js';

/** An OAuth2 client at one token endpoint, with the server's quirks as data. */
export interface TokenApp {
  /** Name of the connection. */
  readonly connection: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  /** Absent for a public client, which has none (RFC 6749 section 2.1). */
  readonly clientSecret?: Secret;
  readonly scopes: readonly string[];
  readonly scopeSeparator: string;
  /** `header`: HTTP basic (RFC 6749 section 2.3.1); `body`: client_id and client_secret in the form; `none`: client_id alone. */
  readonly clientAuthentication: 'header' | 'body' | 'none';
  readonly tokenParameters: Readonly<Record<string, string>>;
  /** Seconds to assume when the server tells no `expires_in`; absent: unknown, the 401 tells. */
  readonly defaultExpiresInSeconds?: number;
  /** `error` values of the token endpoint that mean the grant is gone, besides `invalid_grant`. */
  readonly reauthorizeErrors: readonly string[];
  /** Fields of the answer that are kept with the tokens, e.g. `instance_url`. */
  readonly tokenFields?: readonly string[];
  /** Field of the answer that holds the person's tokens, e.g. `authed_user` at Slack; refresh answers may lack it. */
  readonly tokenPath?: string;
}

/** An OAuth2 client that persons log in to. Its redirect URI is used by no other connection (RFC 9700 section 4.4). */
export interface OAuthApp extends TokenApp {
  readonly authorizationUrl: string;
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
  /** `<PUBLIC_URL>/oauth/callback/<connection>`. */
  readonly redirectUri: string;
  readonly pkce: 'S256' | 'none';
  readonly authorizationParameters: Readonly<Record<string, string>>;
  /** Name of the authorization parameter for the scopes; default `scope`. Slack: `user_scope`. */
  readonly scopeParameter?: string;
  /** Seconds that an authorization code lives; short ones are exchanged before the identity check. Default 60. */
  readonly codeLifetimeSeconds: number;
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
