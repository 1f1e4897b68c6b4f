import { randomToken, sha256 } from '../kernel/ids.js';
import { Secret } from '../kernel/secret.js';
import type { ConnectionOwner, PersonOwner } from './connection.js';
import { ownerParts } from './connection-records.js';
import { createIdentityCheck } from './identity-check.js';
import type { LoginOutcome, LoginStart, LoginView, ProofOutcome } from './login.js';
import { completeLogin, type ProviderReturn } from './login-callback.js';
import { addCookie } from './login-cookie.js';
import { appendBounded, limitKey, takeList } from './login-limits.js';
import {
  audit,
  DEFAULT_LOGIN_POLICY,
  type LoginParts,
  type LoginPolicy,
  type LoginsDeps,
  loginApp,
  summarizeLogin,
} from './login-parts.js';
import { proveLogin } from './login-proof.js';
import { createLoginRecords, type LoginLink } from './login-records.js';
import { beginSignedLogin, signedLogin } from './oauth1-login.js';
import type { ParentConnection } from './parent-connection.js';

/** Open links of one person and connection; a newer one replaces the oldest. */
const MAX_LINKS = 5;
/** Ways to the provider that one link may have open. */
const MAX_ATTEMPTS = 10;
/** Links of one continuation that can still be ended with it. */
const MAX_CONTINUATION_LINKS = 50;

export interface LoginRequest {
  /** `shared`: whoever opens the link connects it for everybody; only for who may read the keys of this service. */
  readonly owner: ConnectionOwner;
  readonly connection: string;
  /** What goes on after the login, e.g. a job's id; opaque here. */
  readonly continuation?: string;
  /** JSON, handed back to `profile`, `onConnected` and `onFailed`, e.g. the conversation. */
  readonly context: unknown;
  /** Instead of the connection's own. */
  readonly scopes?: readonly string[];
  /** The link opens in the chat client's own window, which can hand a code back. */
  readonly popUp: boolean;
  /** What the person reads (BCP 47), where it is known. */
  readonly locale?: string | undefined;
}

/** Logins of persons: from the link in the chat to stored tokens, with both bindings (same person, same browser). */
export interface Logins {
  /** Makes a link for this person alone. The token is 256 random bits, to be put into the URL of the login page. */
  createLink(request: LoginRequest): Promise<{ readonly token: string; readonly expiresAt: number }>;
  /** What the page shows. Changes nothing: scanners fetch links before people do. */
  view(token: string): Promise<LoginView>;
  /** The button on the page was pressed. `cookie`: the browser's login cookie, if it has one. */
  begin(token: string, cookie?: string): Promise<LoginStart>;
  /** The browser is back from the provider. */
  complete(answer: ProviderReturn): Promise<LoginOutcome>;
  /** The chat handed a code back: pasted, or from the pop-up. Ask `looksLikeCode` first for what people write. */
  prove(owner: PersonOwner, code: string): Promise<ProofOutcome>;
  /** Ends the open links of a continuation, e.g. of a job that was cancelled. */
  cancelFor(continuation: string): Promise<void>;
}

export function createLogins(deps: LoginsDeps): Logins {
  const policy: LoginPolicy = { ...DEFAULT_LOGIN_POLICY, ...deps.policy };
  const parts: LoginParts = {
    ...deps,
    policy,
    records: createLoginRecords(deps.store, deps.vault),
    check: createIdentityCheck(policy.identityCheck, policy.proofTtlMs),
  };
  return {
    createLink: (request) => createLink(parts, request),
    view: (token) => viewLink(parts, token),
    begin: (token, cookie) => beginLogin(parts, token, cookie),
    complete: (answer) => completeLogin(parts, answer),
    prove: (owner, code) => proveLogin(parts, owner, code),
    async cancelFor(continuation) {
      const links = await takeList(deps.store, limitKey('continuation', continuation));
      await Promise.all(links.map((id) => parts.records.links.delete(id)));
    },
  };
}

async function createLink(
  { clock, policy, records, store }: LoginParts,
  request: LoginRequest,
): Promise<{ readonly token: string; readonly expiresAt: number }> {
  const { owner, connection, continuation, context, locale, scopes, popUp } = request;
  const token = randomToken();
  const id = sha256(token);
  const now = clock.now();
  const link: LoginLink = {
    owner: owner === 'shared' ? owner : { platform: owner.platform, tenantId: owner.tenantId, userId: owner.userId },
    connection,
    ...(continuation === undefined ? {} : { continuation }),
    context,
    ...(scopes === undefined ? {} : { scopes: [...scopes] }),
    popUp,
    ...(locale === undefined ? {} : { locale }),
    createdAt: now,
    expiresAt: now + policy.linkTtlMs,
  };
  // A login that began in time may end after the link's own time.
  const ttlMs = policy.linkTtlMs + policy.stateTtlMs + policy.proofTtlMs;
  const [superseded] = await Promise.all([
    appendBounded(store, limitKey('links', ...ownerParts(owner), connection), { id, max: MAX_LINKS, ttlMs }),
    records.links.put(id, link, ttlMs),
    continuation === undefined
      ? undefined
      : appendBounded(store, limitKey('continuation', continuation), { id, max: MAX_CONTINUATION_LINKS, ttlMs }),
  ]);
  await Promise.all(superseded.map((old) => records.links.delete(old)));
  return { token, expiresAt: link.expiresAt };
}

/** The link and its app, while it may be used for a new way to the provider. */
async function openLink(parts: LoginParts, id: string) {
  const link = await liveLink(parts, id);
  if (link === undefined) return undefined;
  const found = loginApp(parts, link.connection);
  return found && { link, ...found };
}

async function liveLink(parts: LoginParts, id: string): Promise<LoginLink | undefined> {
  const link = await parts.records.links.get(id);
  return link === undefined || parts.clock.now() >= link.expiresAt ? undefined : link;
}

async function viewLink(parts: LoginParts, token: string): Promise<LoginView> {
  const link = await liveLink(parts, sha256(token));
  const found = link && (loginApp(parts, link.connection) ?? signedLogin(parts, link.connection));
  if (!found) return { kind: 'unknown' };
  const { parent } = found;
  const { owner } = link;
  const profile = owner === 'shared' ? undefined : await parts.profile(owner, link.context);
  return {
    kind: 'open',
    login: summarizeLogin(link, parent.title),
    ...(profile ? { holder: { name: profile.name, place: profile.place } } : {}),
    scopes: link.scopes ?? (parent.auth.kind === 'oauth2' ? parent.auth.app.scopes : []),
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

async function beginLogin(parts: LoginParts, token: string, cookie: string | undefined): Promise<LoginStart> {
  const { oauth, policy, records, store } = parts;
  const linkId = sha256(token);
  const open = await openLink(parts, linkId);
  if (open === undefined) return beginSigned(parts, linkId, cookie);
  const { link, app, parent } = open;
  const state = randomToken();
  const attemptId = sha256(state);
  const browser = randomToken();
  const codeVerifier = app.pkce === 'S256' ? new Secret(randomToken()) : undefined;
  const attempt = {
    linkId,
    connection: link.connection,
    cookieHash: sha256(browser),
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
    cookie: { value: addCookie(cookie, browser), maxAgeSeconds: Math.ceil(policy.stateTtlMs / 1_000) },
  };
}

/** The same where the app speaks OAuth 1.0a; only shared connections do. */
async function beginSigned(parts: LoginParts, linkId: string, cookie: string | undefined): Promise<LoginStart> {
  const link = await liveLink(parts, linkId);
  const signed = link && signedLogin(parts, link.connection);
  // Persons have no connections of this kind: their link must not connect for everybody.
  const isShared = link?.owner === 'shared';
  return signed && isShared ? beginSignedLogin(parts, { linkId, link, app: signed.app }, cookie) : { kind: 'unknown' };
}
