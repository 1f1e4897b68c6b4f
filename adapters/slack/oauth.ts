import { z } from 'zod';
import type { TokenSet } from '../../src/connections/connection.js';
import type { InstallationFacts } from '../../src/connections/installations.port.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { asBehalfError, BehalfError, type ErrorCode } from '../../src/kernel/errors.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import { Secret } from '../../src/kernel/secret.js';
import type { SlackClientCredentials } from './config.js';
import { isJsonObject, type JsonObject, parseJson, textAt } from './json.js';

/** Claims of Slack's own, in ID tokens and in what it tells of a person. */
export const USER_CLAIM = 'https://slack.com/user_id';
export const TEAM_CLAIM = 'https://slack.com/team_id';
export const ENTERPRISE_CLAIM = 'https://slack.com/enterprise_id';

const MAX_ANSWER_BYTES = 256 * 1024;
const MAX_RETRY_AFTER_MS = 24 * 60 * 60_000;

/** The grant is dead: the app must be installed again. */
const GRANT_ERRORS: ReadonlySet<string> = new Set([
  'account_inactive',
  'code_already_used',
  'code_expired',
  'invalid_auth',
  'invalid_code',
  'invalid_grant',
  'invalid_refresh_token',
  'token_expired',
  'token_revoked',
]);
export const TRANSIENT_ERRORS: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
]);

const Token = z.string().regex(/^[\x21-\x7e]{1,4096}$/);
const Tokens = z.object({
  access_token: Token,
  refresh_token: Token.exactOptional(),
  expires_in: z.number().positive().exactOptional(),
  scope: z.string().exactOptional(),
});
const SignedIn = z.object({ access_token: Token, id_token: z.string().min(1) });
const UserInfo = z.object({ [USER_CLAIM]: z.string().min(1), [ENTERPRISE_CLAIM]: z.string().min(1).nullish() });
const Named = z.object({ id: z.string().min(1), name: z.string().exactOptional() });
const Granted = Tokens.extend({
  token_type: z.literal('bot'),
  bot_user_id: z.string().min(1),
  is_enterprise_install: z.boolean().default(false),
  team: Named.nullish(),
  enterprise: Named.nullish(),
});

/** What Slack grants when somebody installs the app. */
export interface Grant {
  readonly facts: InstallationFacts;
  readonly tokens: TokenSet;
}

export interface SlackOAuthParts {
  /** Base of the Web API, with a `/` at its end. */
  readonly apiUrl: string;
  readonly client: SlackClientCredentials;
  readonly httpClient: HttpClient;
  readonly clock: Clock;
}

/**
 * The OAuth endpoints of Slack's Web API, as the client that the app is. They answer 200 to what they refuse. Errors are
 * `oauth.invalid_grant`, `oauth.operator`, `oauth.transient` and `oauth.protocol`, without anything of the request.
 */
export class SlackOAuth {
  readonly #parts: SlackOAuthParts;

  constructor(parts: SlackOAuthParts) {
    this.#parts = parts;
  }

  /** Where people choose a workspace and consent. https://docs.slack.dev/authentication/installing-with-oauth */
  installUrl(options: {
    readonly state: string;
    readonly redirectUri: string;
    readonly scopes: readonly string[];
  }): string {
    const url = new URL('/oauth/v2/authorize', this.#parts.apiUrl);
    url.searchParams.set('client_id', this.#parts.client.id);
    url.searchParams.set('scope', options.scopes.join(','));
    url.searchParams.set('redirect_uri', options.redirectUri);
    url.searchParams.set('state', options.state);
    return url.href;
  }

  /** https://docs.slack.dev/reference/methods/oauth.v2.access */
  async exchange(code: Secret, redirectUri: string): Promise<Grant> {
    const requestedAt = this.#parts.clock.now();
    const answer = await this.#call('oauth.v2.access', { code: code.reveal(), redirect_uri: redirectUri });
    const read = Granted.safeParse(answer);
    if (!read.success) throw unreadable('oauth.v2.access');
    const { bot_user_id: botUserId, enterprise, is_enterprise_install: isForAll, team } = read.data;
    const place = isForAll ? enterprise : team;
    if (!place) throw unreadable('oauth.v2.access');
    const facts = {
      tenantId: place.id,
      name: place.name ?? enterprise?.name ?? 'Slack',
      botUserId,
      ...(enterprise ? { organization: enterprise.id } : {}),
    };
    return { facts, tokens: toTokens(read.data, requestedAt, []) };
  }

  /** New tokens for those that end after twelve hours. https://docs.slack.dev/authentication/using-token-rotation */
  async refresh(old: TokenSet): Promise<TokenSet> {
    if (old.refreshToken === undefined) throw new BehalfError('oauth.invalid_grant', 'The token has ended');
    const requestedAt = this.#parts.clock.now();
    const refresh_token = old.refreshToken.reveal();
    const answer = await this.#call('oauth.v2.access', { grant_type: 'refresh_token', refresh_token });
    const read = Tokens.safeParse(answer);
    if (!read.success) throw unreadable('oauth.v2.access');
    return { refreshToken: old.refreshToken, ...toTokens(read.data, requestedAt, old.scopes) };
  }

  /** Where people sign in with Slack. https://docs.slack.dev/authentication/sign-in-with-slack */
  signInUrl(options: {
    readonly state: string;
    readonly nonce: string;
    readonly redirectUri: string;
    readonly scopes: readonly string[];
    /** The workspace that is meant, where one is; only a hint. */
    readonly team?: string;
  }): string {
    const url = new URL('/openid/connect/authorize', this.#parts.apiUrl);
    url.searchParams.set('response_type', 'code');
    url.searchParams.set('client_id', this.#parts.client.id);
    url.searchParams.set('scope', options.scopes.join(' '));
    url.searchParams.set('redirect_uri', options.redirectUri);
    url.searchParams.set('state', options.state);
    url.searchParams.set('nonce', options.nonce);
    if (options.team !== undefined) url.searchParams.set('team', options.team);
    return url.href;
  }

  /**
   * Without PKCE: Slack answers `internal_error` to a verifier of a client with a secret.
   * https://docs.slack.dev/reference/methods/openid.connect.token
   */
  async signIn(code: Secret, redirectUri: string): Promise<{ readonly idToken: string; readonly token: Secret }> {
    const form = { grant_type: 'authorization_code', code: code.reveal(), redirect_uri: redirectUri };
    const read = SignedIn.safeParse(await this.#call('openid.connect.token', form));
    if (!read.success) throw unreadable('openid.connect.token');
    return { idToken: read.data.id_token, token: new Secret(read.data.access_token) };
  }

  /** The organisation of whoever the token is of, on Enterprise Grid. https://docs.slack.dev/reference/methods/openid.connect.userInfo */
  async organizationOf(userId: string, token: Secret): Promise<string | undefined> {
    const answer = await this.#post('openid.connect.userInfo', {}, { authorization: `Bearer ${token.reveal()}` });
    const read = UserInfo.safeParse(answer);
    if (!read.success || read.data[USER_CLAIM] !== userId) throw unreadable('openid.connect.userInfo');
    return read.data[ENTERPRISE_CLAIM] ?? undefined;
  }

  /** Gives back a token that nobody may use. */
  async revoke(token: Secret): Promise<void> {
    await this.#post('auth.revoke', {}, { authorization: `Bearer ${token.reveal()}` });
  }

  #call(method: string, form: Readonly<Record<string, string>>): Promise<JsonObject> {
    const { client } = this.#parts;
    return this.#post(method, { ...form, client_id: client.id, client_secret: client.secret.reveal() }, {});
  }

  async #post(
    method: string,
    form: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>>,
  ): Promise<JsonObject> {
    const { apiUrl, httpClient } = this.#parts;
    const response = await httpClient
      .request({
        method: 'POST',
        url: apiUrl + method,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(form).toString(),
        maxBytes: MAX_ANSWER_BYTES,
      })
      .catch((error: unknown) => {
        throw new BehalfError('oauth.transient', 'Slack cannot be reached', {
          details: { method, reason: asBehalfError(error).code },
        });
      });
    const { headers: answered, status } = response;
    const body = parseJson(response.body.toString('utf8'));
    if (status === 200 && isJsonObject(body) && body['ok'] === true) return body;
    const error = isJsonObject(body) ? (textAt(body, 'error') ?? '') : '';
    const seconds = Number.parseInt(answered['retry-after'] ?? '', 10);
    throw new BehalfError(classOf(status, error), `Slack refuses ${method}`, {
      details: { method, status, slackError: /^[a-z][a-z0-9_]{1,60}$/.test(error) ? error : 'unreadable' },
      ...(seconds >= 0 ? { retryAfterMs: Math.min(seconds * 1000, MAX_RETRY_AFTER_MS) } : {}),
    });
  }
}

function toTokens(
  { access_token, expires_in, refresh_token, scope }: z.infer<typeof Tokens>,
  requestedAt: number,
  scopes: readonly string[],
): TokenSet {
  return {
    accessToken: new Secret(access_token),
    ...(refresh_token === undefined ? {} : { refreshToken: new Secret(refresh_token) }),
    ...(expires_in === undefined ? {} : { expiresAt: requestedAt + expires_in * 1000 }),
    issuedAt: requestedAt,
    scopes: scope === undefined ? scopes : scope.split(',').map((one) => one.trim()),
  };
}

function classOf(status: number, error: string): ErrorCode {
  if (status === 429 || status >= 500 || TRANSIENT_ERRORS.has(error)) return 'oauth.transient';
  if (GRANT_ERRORS.has(error)) return 'oauth.invalid_grant';
  return error === '' ? 'oauth.protocol' : 'oauth.operator';
}

function unreadable(method: string): BehalfError {
  return new BehalfError('oauth.protocol', `Slack's answer to ${method} is not of the documented form`, {
    details: { method },
  });
}
