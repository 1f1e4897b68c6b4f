import type { Secret } from '../kernel/secret.js';
import type { TokenSet } from './connection.js';
import type { OAuthApp, TokenApp } from './parent-connection.js';

export interface AuthorizationRequest {
  readonly state: string;
  /** PKCE verifier (RFC 7636); the URL carries only its S256 challenge. Absent when the app has `pkce: none`. */
  readonly codeVerifier?: Secret;
  readonly scopes: readonly string[];
  /** Extra parameters of this one request, e.g. `login_hint`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface CodeExchange {
  readonly code: Secret;
  readonly codeVerifier?: Secret;
  /** Those that were asked for: what was granted when the answer does not say (RFC 6749 section 5.1). */
  readonly scopes: readonly string[];
}

export interface AssertionExchange {
  /** Says who the person is; the server has given it for this client. */
  readonly assertion: Secret;
  /** Those that are asked for. */
  readonly scopes: readonly string[];
}

export type RevocationOutcome = 'revoked' | 'unsupported';

/**
 * The protocol part of OAuth 2.0, for one provider at a time. Never logs, never keeps; its errors carry no request, response
 * or cause. They are: `oauth.invalid_grant` (code or grant is dead), `oauth.operator` (invalid_client and its kin),
 * `oauth.transient` (429, 5xx, time-outs, network; with `retryAfterMs` where told), `oauth.protocol` (an answer that is no
 * token response, unknown token type, HTML). A `200 {"error"}` is an error. A refresh answer without a refresh token keeps
 * the old one. `expires_in` may be a number or a numeric string; anything else counts as not told.
 */
export interface OAuthClient {
  authorizationUrl(app: OAuthApp, request: AuthorizationRequest): string;
  exchangeCode(app: OAuthApp, exchange: CodeExchange): Promise<TokenSet>;
  /**
   * Tokens of the person whom the assertion names (RFC 7523 section 2.1; Entra ID: on-behalf-of). Only for apps with
   * `onBehalfOf`. `oauth.invalid_grant`: only a login in the browser helps, e.g. for a consent or a second factor.
   */
  exchangeAssertion(app: OAuthApp, exchange: AssertionExchange): Promise<TokenSet>;
  /**
   * A token of the client itself (client credentials, RFC 6749 section 4.4); it has no refresh token. Its refusal is always
   * the operator's: `invalid_grant` comes as `oauth.operator`.
   */
  requestToken(app: TokenApp): Promise<TokenSet>;
  /** Keeps the fields of `tokens` that the answer does not name anew. */
  refresh(app: TokenApp, tokens: TokenSet): Promise<TokenSet>;
  /** Revokes the refresh token, then the access token (RFC 7009). Resolves on 200 whatever the body. */
  revoke(app: OAuthApp, tokens: TokenSet): Promise<RevocationOutcome>;
}
