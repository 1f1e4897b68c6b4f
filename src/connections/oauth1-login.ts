import { asBehalfError, type BehalfError, type Wording } from '../kernel/errors.js';
import { randomToken, sha256 } from '../kernel/ids.js';
import { Secret } from '../kernel/secret.js';
import type { LoginOutcome, LoginStart } from './login.js';
import { finishLogin } from './login-completion.js';
import { addCookie } from './login-cookie.js';
import { audit, type LoginParts, type LoginsDeps, summarizeLogin } from './login-parts.js';
import type { LoginAttempt, LoginLink } from './login-records.js';
import { accountErrorText, exchangeErrorText } from './login-texts.js';
import type { OAuth1App, ParentAuth, ParentConnection } from './parent-connection.js';

interface SignedLogin {
  readonly parent: ParentConnection;
  readonly auth: Extract<ParentAuth, { kind: 'stored' }>;
  readonly app: OAuth1App;
}

/** The OAuth 1.0a client of a connection that is connected by a login for everybody. */
export function signedLogin(parts: Pick<LoginsDeps, 'parents'>, connection: string): SignedLogin | undefined {
  const parent = parts.parents(connection);
  if (parent?.auth.kind !== 'stored' || !parent.auth.login) return undefined;
  return { parent, auth: parent.auth, app: parent.auth.login };
}

/** Gets temporary credentials and sends the browser to the app; they stand for the state, bound to this browser. */
export async function beginSignedLogin(
  parts: LoginParts,
  login: { readonly linkId: string; readonly link: LoginLink; readonly app: OAuth1App },
  cookie: string | undefined,
): Promise<LoginStart> {
  const { oauth1, policy, records } = parts;
  const { app, link, linkId } = login;
  const temporary = await oauth1.requestToken(app);
  const browser = randomToken();
  const attempt: LoginAttempt = {
    linkId,
    connection: link.connection,
    cookieHash: sha256(browser),
    temporary: { token: temporary.token, secret: temporary.secret.reveal() },
  };
  await records.attempts.put(sha256(temporary.token), attempt, policy.stateTtlMs);
  audit(parts, link, 'started');
  return {
    kind: 'redirect',
    redirectTo: oauth1.authorizationUrl(app, temporary.token),
    cookie: { value: addCookie(cookie, browser), maxAgeSeconds: Math.ceil(policy.stateTtlMs / 1_000) },
  };
}

/** The browser is back: gets the token, tries it out and keeps it. The attempt has been taken and its browser checked. */
export async function completeSignedLogin(
  parts: LoginParts,
  back: SignedLogin & {
    readonly attempt: LoginAttempt;
    readonly link: LoginLink;
    readonly query: URLSearchParams;
  },
): Promise<LoginOutcome> {
  const { app, attempt, auth, link, parent, query } = back;
  const { temporary } = attempt;
  const login = summarizeLogin(link, parent.title);
  const verifier = query.get('oauth_verifier') ?? '';
  if (query.has('denied') || verifier === '' || temporary === undefined) {
    audit(parts, link, 'denied');
    return { kind: 'denied', login };
  }
  const failed = (error: unknown, write: (title: string, error: BehalfError) => Wording): LoginOutcome => {
    const err = asBehalfError(error);
    parts.logger.warn({ connection: link.connection, err }, 'login failed');
    audit(parts, link, 'failed', err.code);
    return { kind: 'provider_error', login, text: write(parent.title, err) };
  };
  const owner = { token: temporary.token, secret: new Secret(temporary.secret) };
  let secrets: { readonly token: Secret; readonly token_secret: Secret };
  try {
    const { secret, token } = await parts.oauth1.accessToken(app, owner, verifier);
    secrets = { token: new Secret(token), token_secret: secret };
  } catch (error) {
    return failed(error, exchangeErrorText);
  }
  try {
    const account = await parts.trySecrets(parent, await auth.credentialOf(secrets));
    const grant = { secrets };
    const { linkId } = attempt;
    return await finishLogin(parts, { linkId, link, parent, grant, ...(account === undefined ? {} : { account }) });
  } catch (error) {
    if (asBehalfError(error).code === 'store.unavailable') throw error;
    return failed(error, accountErrorText);
  }
}
