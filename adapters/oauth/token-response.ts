import type { TokenSet } from '../../src/connections/connection.js';
import type { TokenApp } from '../../src/connections/parent-connection.js';
import { BehalfError, type ErrorCode, isBehalfError } from '../../src/kernel/errors.js';
import { Secret } from '../../src/kernel/secret.js';

/** An answer of the token endpoint, before anything is believed. */
export interface TokenResponse {
  readonly status: number;
  /** The parsed JSON; undefined when the body was none. */
  readonly body: unknown;
  /** The `retry-after` header. */
  readonly retryAfter?: string;
}

export interface TokenRequestFacts {
  readonly app: TokenApp;
  /** When the request was sent, by our clock: the lifetime counts from here, so that it is never taken too long. */
  readonly requestedAt: number;
  /** Granted when the answer does not say (RFC 6749 section 5.1). */
  readonly scopes: readonly string[];
  /** Stays in use when the answer has none (RFC 6749 section 6). */
  readonly refreshToken?: Secret;
  /** Stay when the answer does not name them anew. */
  readonly fields?: Readonly<Record<string, string>>;
}

const MAX_EXPIRES_IN_SECONDS = 10 * 365 * 24 * 60 * 60;
/** Longest field that is kept, in characters. */
const MAX_FIELD = 2_000;
const MAX_RETRY_AFTER_MS = 24 * 60 * 60_000;
const MAX_ERROR_CODES = 5;
/** What may stand in a header; anything else is no token (RFC 6750 section 2.1, RFC 6749 appendix A.12). */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;
const REFRESH_TOKEN = /^[\x20-\x7e]{1,16384}$/;

const OPERATOR_ERRORS: ReadonlySet<string> = new Set([
  'invalid_client',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'unauthorized_client',
  'unsupported_grant_type',
]);
const TRANSIENT_ERRORS: ReadonlySet<string> = new Set(['server_error', 'slow_down', 'temporarily_unavailable']);

/**
 * Judges an answer of the token endpoint: tokens, or a `BehalfError` that names its class. An `error` in the body counts
 * whatever the status (some servers send it with 200); nothing of the body gets into the error but its known name and numbers.
 */
export function judgeTokenResponse(response: TokenResponse, facts: TokenRequestFacts): TokenSet {
  const whole = asRecord(response.body);
  const { tokenPath } = facts.app;
  const inner = tokenPath === undefined ? undefined : asRecord(whole?.[tokenPath]);
  const body = inner && typeof whole?.['error'] !== 'string' ? { ...inner, ...keptOf(whole, facts.app) } : whole;
  const accessToken = body?.['access_token'];
  const isSuccess = response.status >= 200 && response.status < 300;
  if (!isSuccess || typeof body?.['error'] === 'string' || typeof accessToken !== 'string') {
    throw judgeFailure(response, body, facts);
  }
  const tokenType = body?.['token_type'];
  // Where the tokens lie elsewhere, the server has words of its own for their type, too (Slack: "user").
  if (
    tokenPath === undefined &&
    tokenType !== undefined &&
    (typeof tokenType !== 'string' || tokenType.toLowerCase() !== 'bearer')
  ) {
    throw failure('oauth.protocol', 'The token is of a type that is not known', response);
  }
  if (!TOKEN.test(accessToken))
    throw failure('oauth.protocol', 'The access token has characters of no token', response);
  return tokenSet(accessToken, body ?? {}, facts);
}

/** The same for a token of the client itself: nobody can log in again, so a grant that is refused is the operator's. */
export function judgeClientToken(response: TokenResponse, facts: TokenRequestFacts): TokenSet {
  try {
    return judgeTokenResponse(response, facts);
  } catch (error) {
    if (!isBehalfError(error, 'oauth.invalid_grant')) throw error;
    throw new BehalfError('oauth.operator', error.message, { details: error.details });
  }
}

function tokenSet(accessToken: string, body: Readonly<Record<string, unknown>>, facts: TokenRequestFacts): TokenSet {
  const { app, requestedAt } = facts;
  const seconds = readExpiresIn(body['expires_in']) ?? app.defaultExpiresInSeconds;
  const sent = body['refresh_token'];
  const refreshToken = typeof sent === 'string' && REFRESH_TOKEN.test(sent) ? new Secret(sent) : facts.refreshToken;
  const fields = { ...facts.fields, ...keptOf(body, app) };
  return {
    accessToken: new Secret(accessToken),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(seconds === undefined ? {} : { expiresAt: requestedAt + seconds * 1_000 }),
    issuedAt: requestedAt,
    scopes: readScopes(body['scope'], app.scopeSeparator) ?? facts.scopes,
    ...(Object.keys(fields).length === 0 ? {} : { fields }),
  };
}

/** The fields that the connector keeps; only short single values. */
function keptOf(body: Readonly<Record<string, unknown>> | undefined, app: TokenApp): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (app.tokenFields ?? []).flatMap((name) => {
      const value = body?.[name];
      const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
      return typeof text === 'string' && text !== '' && text.length <= MAX_FIELD ? [[name, text]] : [];
    }),
  );
}

/** A number or a numeric string of seconds, more than none and less than ten years; anything else is not told. */
function readExpiresIn(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,12}(\.\d+)?$/.test(value) ? Number(value) : value;
  const isTold = typeof seconds === 'number' && seconds > 0 && seconds <= MAX_EXPIRES_IN_SECONDS;
  return isTold ? seconds : undefined;
}

function readScopes(value: unknown, separator: string): readonly string[] | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  return value
    .split(separator)
    .flatMap((part) => part.split(/\s+/))
    .filter((scope) => scope !== '');
}

function judgeFailure(
  response: TokenResponse,
  body: Readonly<Record<string, unknown>> | undefined,
  { app }: TokenRequestFacts,
): BehalfError {
  const { status } = response;
  const error = body?.['error'];
  if (status === 408 || status === 429 || status >= 500) {
    return failure('oauth.transient', 'The token endpoint is in trouble', response);
  }
  if (typeof error === 'string')
    return failure(classOfError(error, app), 'The token endpoint refuses', response, knownError(body, error, app));
  if (status >= 300 && status < 400) return failure('oauth.transient', 'The token endpoint redirects', response);
  // RFC 6749 section 5.2: 401 stands for failed client authentication.
  if (status === 401) return failure('oauth.operator', 'The token endpoint refuses the client', response);
  return failure('oauth.protocol', 'The answer of the token endpoint is no token response', response);
}

function classOfError(error: string, app: TokenApp): ErrorCode {
  if (error === 'invalid_grant' || app.reauthorizeErrors.includes(error)) return 'oauth.invalid_grant';
  if (OPERATOR_ERRORS.has(error)) return 'oauth.operator';
  return TRANSIENT_ERRORS.has(error) ? 'oauth.transient' : 'oauth.protocol';
}

interface KnownError {
  readonly error: string;
  /** Of Entra ID (`AADSTS` and such a number): which of the many reasons behind one `error` it is. */
  readonly errorCodes?: string;
}

function knownError(body: Readonly<Record<string, unknown>> | undefined, error: string, app: TokenApp): KnownError {
  const known = ['invalid_grant', ...OPERATOR_ERRORS, ...TRANSIENT_ERRORS, ...app.reauthorizeErrors];
  const codes = body?.['error_codes'];
  const numbers = Array.isArray(codes) ? codes.filter(Number.isSafeInteger).slice(0, MAX_ERROR_CODES) : [];
  return {
    error: known.includes(error) ? error : 'other',
    ...(numbers.length === 0 ? {} : { errorCodes: numbers.join(',') }),
  };
}

function failure(
  code: ErrorCode,
  message: string,
  { status, retryAfter }: TokenResponse,
  known?: KnownError,
): BehalfError {
  const retryAfterMs = readRetryAfter(retryAfter);
  return new BehalfError(code, message, {
    details: { status, ...known },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Seconds of a Retry-After header as milliseconds, at most a day. The form with a date is for other clocks than ours. */
export function readRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d{1,9}$/.test(value.trim())) return undefined;
  return Math.min(MAX_RETRY_AFTER_MS, Number(value) * 1_000);
}

/**
 * The body of a token response: JSON, or a form as some servers send whatever they are asked for (GitHub without an accept
 * header); undefined when it is neither.
 */
export function parseBody(body: Buffer): unknown {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    const form = new URLSearchParams(text.trim());
    return form.has('access_token') || form.has('error') ? Object.fromEntries(form) : undefined;
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}
