import type { OAuth1Signer } from '../kernel/oauth1.js';
import type { Secret } from '../kernel/secret.js';
import type { Rate } from '../kernel/token-bucket.js';
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

/** A call of the app's own for ending the access token, and with it the refresh token that belongs to it. */
export interface RevocationCall {
  readonly method: 'POST' | 'DELETE';
  /** `client`: HTTP basic with client id and secret; `token`: the token speaks for itself, as a bearer. */
  readonly authentication: 'client' | 'token';
  /** Field of a JSON body that holds the token; absent: no body. */
  readonly json?: string;
}

/** For servers that end a refresh token which nobody uses: it is used in time. */
export interface KeepAlivePolicy {
  /** After which time without use the server ends it, in ms. */
  readonly idleMs: number;
  /** How long after its last use a connection is kept alive, in ms. */
  readonly maxUnusedMs: number;
}

/** An OAuth2 client that persons log in to. Its redirect URI is used by no other connection (RFC 9700 section 4.4). */
export interface OAuthApp extends TokenApp {
  readonly authorizationUrl: string;
  /** RFC 7009 endpoint, or that of the call; absent: the app offers no revocation. */
  readonly revocationUrl?: string;
  /** Where the app ends tokens in a way of its own. */
  readonly revocationCall?: RevocationCall;
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
  /** The app's server gives tokens for an assertion of who the person is (RFC 7523); absent: it does not. */
  readonly onBehalfOf?: { readonly tokenParameters: Readonly<Record<string, string>> };
  /** Absent: a login that nobody uses ends when its server wants. */
  readonly keepAlive?: KeepAlivePolicy;
}

/** One entry of `connections.yaml`, or one made at run time, resolved against its connector: what recipes name, and the template of personal ones. */
export interface ParentConnection {
  readonly name: string;
  /** Id of the connector, e.g. `salesforce`. */
  readonly connector: string;
  /** The app's name for people, e.g. `Salesforce`. */
  readonly title: string;
  /** Values that the connector's URLs may use, e.g. the host of the instance. */
  readonly settings: Readonly<Record<string, string>>;
  /** Host of the app's base URL, where the settings alone tell it. */
  readonly host?: string;
  /** Which accounts may be connected; absent: any. */
  readonly accounts?: AccountPolicy;
  /** Asked of the app's login page: to show its consent, or the choice of accounts, in any case. */
  readonly prompt?: 'consent' | 'select_account';
  /** The app's login page is told the e-mail address that the chat platform has confirmed. */
  readonly loginHint?: boolean;
  /** Persons are connected without a login of their own, where their chat client vouches for them. */
  readonly singleSignOn?: boolean;
  /** How often it is called, in place of what its connector says. */
  readonly callLimit?: CallLimit;
  /** Where it is from, when not out of `connections.yaml`: it was made at run time. */
  readonly origin?: 'store';
  readonly auth: ParentAuth;
}

/** How often an app may be called by us, in all processes together: through a connection, or by each account at it. */
export interface CallLimit extends Rate {
  readonly scope: 'connection' | 'person';
}

/** Accounts that may be connected; each list that is there must fit. */
export interface AccountPolicy {
  /** Lower case; compared with the domain of the confirmed e-mail address. */
  readonly emailDomains?: readonly string[];
  readonly organizationIds?: readonly string[];
}

/** Methods that have one secret for everybody. */
export type SecretMethod = 'api_key' | 'basic' | 'custom' | 'oauth1';

/** A secret that `behalf connect` asks for. */
export interface SecretField {
  readonly name: string;
  readonly title: string;
  /** False: it may be shown while it is typed. */
  readonly secret: boolean;
}

/** An OAuth 1.0a client (RFC 5849) whose token `behalf connect` obtains. */
export interface OAuth1App {
  readonly connection: string;
  readonly requestTokenUrl: string;
  readonly authorizationUrl: string;
  readonly accessTokenUrl: string;
  readonly redirectUri: string;
  readonly signer: OAuth1Signer;
}

/** How a connection authenticates. Only `oauth2` has logins of persons. */
export type ParentAuth =
  | { readonly kind: 'oauth2'; readonly app: OAuthApp }
  | { readonly kind: 'client_credentials'; readonly app: TokenApp }
  /** Its secrets stand in `connections.yaml`. */
  | { readonly kind: 'static'; readonly method: SecretMethod; readonly credential: Credential }
  /** Its secrets are kept in the store; `behalf connect` asks for `fields`, or obtains them by a login. */
  | {
      readonly kind: 'stored';
      readonly method: SecretMethod;
      readonly fields: readonly SecretField[];
      readonly login?: OAuth1App;
      /** Throws `connection.invalid` when a secret is missing or cannot stand where it must. */
      readonly credentialOf: (secrets: Readonly<Record<string, Secret>>) => Promise<Credential>;
    };

/** How logins of this connection are kept alive; undefined where they are not. */
export function keepAlivePolicyOf(parent: ParentConnection | undefined): KeepAlivePolicy | undefined {
  return parent?.auth.kind === 'oauth2' ? parent.auth.app.keepAlive : undefined;
}

/** The method's name in `connections.yaml`. */
export function methodOf(auth: ParentAuth): SecretMethod | 'oauth2' | 'client_credentials' {
  return auth.kind === 'static' || auth.kind === 'stored' ? auth.method : auth.kind;
}
