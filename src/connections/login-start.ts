import { randomToken, sha256 } from '../kernel/ids.js';
import { Secret } from '../kernel/secret.js';
import type { LoginStart } from './login.js';
import { addCookie } from './login-cookie.js';
import { appendBounded, limitKey } from './login-limits.js';
import { audit, type LoginParts } from './login-parts.js';
import type { LoginAttempt, LoginLink } from './login-records.js';
import type { OAuthApp, ParentConnection } from './parent-connection.js';

/** Ways to the provider that one link may have open. */
const MAX_ATTEMPTS = 10;

/** A login at an app that speaks OAuth 2.0, while it may go to the provider. */
export interface OpenLogin {
  readonly linkId: string;
  readonly link: LoginLink;
  readonly parent: ParentConnection;
  readonly app: OAuthApp;
}

/** Sends the browser to the provider, with a state and a cookie of its own. `signedIn`: this browser has passed the check. */
export async function startAtProvider(
  parts: LoginParts,
  { app, link, linkId, parent }: OpenLogin,
  browser: { readonly cookie: string | undefined; readonly signedIn: boolean },
): Promise<Extract<LoginStart, { kind: 'redirect' }>> {
  const { oauth, policy, records, store } = parts;
  const state = randomToken();
  const attemptId = sha256(state);
  const value = randomToken();
  const codeVerifier = app.pkce === 'S256' ? new Secret(randomToken()) : undefined;
  const attempt: LoginAttempt = {
    linkId,
    connection: link.connection,
    cookieHash: sha256(value),
    ...(browser.signedIn ? { signedIn: true } : {}),
    ...(codeVerifier === undefined ? {} : { verifier: codeVerifier.reveal() }),
  };
  await records.attempts.put(attemptId, attempt, policy.stateTtlMs);
  const entry = { id: attemptId, max: MAX_ATTEMPTS, ttlMs: policy.stateTtlMs };
  const tooMany = await appendBounded(store, limitKey('attempts', linkId), entry);
  await Promise.all(tooMany.map((old) => records.attempts.delete(old)));
  audit(parts, link, 'started');
  return {
    kind: 'redirect',
    redirectTo: oauth.authorizationUrl(app, {
      state,
      ...(codeVerifier === undefined ? {} : { codeVerifier }),
      scopes: link.scopes ?? app.scopes,
      parameters: await pageParameters(parts, link, parent),
    }),
    cookie: { value: addCookie(browser.cookie, value), maxAgeSeconds: Math.ceil(policy.stateTtlMs / 1_000) },
  };
}

/** What this one login asks of the app's login page. */
async function pageParameters(
  parts: LoginParts,
  { context, owner }: LoginLink,
  { auth, loginHint, prompt }: ParentConnection,
): Promise<Readonly<Record<string, string>>> {
  const email =
    loginHint && owner !== 'shared'
      ? (await parts.profile(owner, context).catch(() => undefined))?.confirmedEmail
      : undefined;
  // A list, separated by blanks (OpenID Connect Core 3.1.2.1): what the app needs in any case stays.
  const always = auth.kind === 'oauth2' ? auth.app.authorizationParameters['prompt'] : undefined;
  const prompts = [...new Set([always, prompt].filter((value) => value !== undefined))].join(' ');
  return {
    ...(prompt === undefined ? {} : { prompt: prompts }),
    ...(email === undefined ? {} : { login_hint: email }),
  };
}
