import type { RevocationOutcome } from '../../src/connections/oauth-client.port.js';
import type { OAuthApp, RevocationCall } from '../../src/connections/parent-connection.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { IncomingResponse, OutgoingRequest } from '../../src/kernel/http-client.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import { parseBody, readRetryAfter } from './token-response.js';

/** What servers say, besides the words of the standard, of a token that is dead already. */
const DEAD: ReadonlySet<unknown> = new Set([
  ...['invalid_token', 'invalid_grant'],
  // Slack
  ...['invalid_auth', 'token_revoked', 'token_expired', 'account_inactive'],
]);

/** The app's own call for ending a token, where it has none of RFC 7009. */
export function revocationRequest(
  app: Pick<OAuthApp, 'clientId' | 'clientSecret'>,
  call: RevocationCall & { readonly url: string },
  token: Secret,
): OutgoingRequest {
  const pair = `${app.clientId}:${app.clientSecret?.reveal() ?? ''}`;
  const authorization =
    call.authentication === 'client' ? `Basic ${Buffer.from(pair).toString('base64')}` : `Bearer ${token.reveal()}`;
  const headers = { accept: 'application/json', 'user-agent': 'Behalf', authorization };
  if (call.json === undefined) return { method: call.method, url: call.url, headers };
  return {
    method: call.method,
    url: call.url,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ [call.json]: token.reveal() }),
  };
}

/** RFC 7009 section 2.2: 200 whatever the body, also for tokens that are dead; 503 means later. */
export function judgeRevocation({ status, headers, body }: IncomingResponse): RevocationOutcome {
  if (status >= 200 && status < 300) return 'revoked';
  const details = { status };
  if (status === 408 || status === 429 || status >= 500) {
    const retryAfterMs = readRetryAfter(headers['retry-after']);
    throw new BehalfError('oauth.transient', 'The revocation endpoint is in trouble', {
      details,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  const { error } = readAnswer(body);
  if (error === 'unsupported_token_type') return 'unsupported';
  if (DEAD.has(error)) return 'revoked';
  throw new BehalfError('oauth.operator', 'The revocation endpoint refuses', { details });
}

/** The same for a call of the app's own: what is not there any more is dead, and so is what may not speak for itself. */
export function judgeRevocationCall(response: IncomingResponse, { authentication }: RevocationCall): RevocationOutcome {
  const { status, body } = response;
  if (status === 404 || (status === 401 && authentication === 'token')) return 'revoked';
  const { error, ok } = readAnswer(body);
  // Slack answers 200, whatever happened.
  if (ok !== false || DEAD.has(error)) return judgeRevocation(response);
  throw new BehalfError('oauth.operator', 'The app refuses to end the token', { details: { status } });
}

function readAnswer(body: Buffer): { readonly error?: unknown; readonly ok?: unknown } {
  const answer = parseBody(body);
  return typeof answer === 'object' && answer !== null ? answer : {};
}
