import { randomToken, sha256 } from '../kernel/ids.js';
import type { PersonOwner } from './connection.js';
import { createIdentityCheck } from './identity-check.js';
import type { LoginOutcome, LoginRequest, LoginStart, LoginView, ProofOutcome, SignInOutcome } from './login.js';
import { completeLogin, type ProviderReturn } from './login-callback.js';
import { appendBounded, limitKey, ownedLimitKey, takeList } from './login-limits.js';
import {
  DEFAULT_LOGIN_POLICY,
  type LoginParts,
  type LoginPolicy,
  type LoginsDeps,
  loginApp,
  summarizeLogin,
} from './login-parts.js';
import { proveLogin } from './login-proof.js';
import { createLoginRecords, type LoginLink } from './login-records.js';
import { inLoginSpan } from './login-span.js';
import { startAtProvider } from './login-start.js';
import { beginSignedLogin, signedLogin } from './oauth1-login.js';
import { beginSignIn, completeSignIn, type SignInReturn, signInFor } from './sign-in.js';
import { createSilentLogins, type SilentLogins } from './silent-logins.js';

/** Open links of one person and connection; a newer one replaces the oldest. */
const MAX_LINKS = 5;
/** Links of one continuation that can still be ended with it. */
const MAX_CONTINUATION_LINKS = 50;

/** Logins of persons: from the link in the chat to stored tokens, with both bindings (same person, same browser). */
export interface Logins {
  /** Makes a link for this person alone. The token is 256 random bits, to be put into the URL of the login page. */
  createLink(request: LoginRequest): Promise<{ readonly token: string; readonly expiresAt: number }>;
  /** True while a link can begin a login: not over, not used, not replaced by newer ones. */
  isOpen(token: string): Promise<boolean>;
  /** What the page shows. Changes nothing: scanners fetch links before people do. */
  view(token: string): Promise<LoginView>;
  /**
   * The button on the page was pressed. `cookie`: the browser's login cookie, if it has one. `anotherWay`: the person cannot sign
   * in to the chat platform here, and goes on to the other checks where the policy has any.
   */
  begin(token: string, cookie?: string, anotherWay?: boolean): Promise<LoginStart>;
  /** The browser is back from the chat platform's sign-in page. */
  signedIn(answer: SignInReturn): Promise<SignInOutcome>;
  /** The browser is back from the provider. */
  complete(answer: ProviderReturn): Promise<LoginOutcome>;
  /** The chat handed a code back: pasted, or from the pop-up. Ask `looksLikeCode` first for what people write. */
  prove(owner: PersonOwner, code: string): Promise<ProofOutcome>;
  /** Ends the open links of a continuation, e.g. of a job that was cancelled. */
  cancelFor(continuation: string): Promise<void>;
  /** Logins that the chat client does by itself. */
  readonly silent: SilentLogins;
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
    isOpen: async (token) => (await liveLink(parts, sha256(token))) !== undefined,
    view: (token) => viewLink(parts, token),
    begin: (token, cookie, anotherWay = false) => beginLogin(parts, token, cookie, anotherWay),
    signedIn: (answer) => completeSignIn(parts, answer),
    complete: (answer) => completeLogin(parts, answer),
    prove: (owner, code) => proveLogin(parts, owner, code),
    async cancelFor(continuation) {
      const links = await takeList(deps.store, limitKey('continuation', continuation));
      await Promise.all(links.map((id) => parts.records.links.delete(id)));
    },
    // In a list of their own: they come with every request, and must not take the place of links that people see.
    silent: createSilentLogins(parts, (request) => createLink(parts, request, 'silent-links')),
  };
}

async function createLink(
  { clock, policy, records, store, tracing }: LoginParts,
  request: LoginRequest,
  list: 'links' | 'silent-links' = 'links',
): Promise<{ readonly token: string; readonly expiresAt: number }> {
  const { owner, connection, continuation, context, locale, scopes, popUp } = request;
  const token = randomToken();
  const id = sha256(token);
  const now = clock.now();
  const trace = tracing?.carrier();
  const link: LoginLink = {
    owner: owner === 'shared' ? owner : { platform: owner.platform, tenantId: owner.tenantId, userId: owner.userId },
    connection,
    ...(continuation === undefined ? {} : { continuation }),
    context,
    ...(scopes === undefined ? {} : { scopes: [...scopes] }),
    popUp,
    ...(locale === undefined ? {} : { locale }),
    ...(trace === undefined ? {} : { trace }),
    createdAt: now,
    expiresAt: now + policy.linkTtlMs,
  };
  // A login that began in time may end after the link's own time.
  const ttlMs = policy.linkTtlMs + 2 * policy.stateTtlMs + policy.proofTtlMs;
  const [superseded] = await Promise.all([
    appendBounded(store, ownedLimitKey(list, owner, connection), { id, max: MAX_LINKS, ttlMs }),
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
  const signIn = signInFor(parts, link);
  return {
    kind: 'open',
    login: summarizeLogin(link, parent.title),
    ...(profile ? { holder: { name: profile.name, place: profile.place } } : {}),
    scopes: link.scopes ?? (parent.auth.kind === 'oauth2' ? parent.auth.app.scopes : []),
    ...(signIn
      ? { signIn: { title: signIn.identity.title, origin: signIn.identity.origin, optional: signIn.isOptional } }
      : {}),
  };
}

async function beginLogin(
  parts: LoginParts,
  token: string,
  cookie: string | undefined,
  anotherWay: boolean,
): Promise<LoginStart> {
  const linkId = sha256(token);
  const open = await openLink(parts, linkId);
  if (open === undefined) return beginSigned(parts, linkId, cookie);
  const signIn = signInFor(parts, open.link);
  const skips = anotherWay && signIn?.isOptional === true;
  return inLoginSpan(parts, open.link, 'begin login', () =>
    signIn && !skips
      ? beginSignIn(parts, { linkId, ...open }, signIn, cookie)
      : startAtProvider(parts, { linkId, ...open }, { cookie, signedIn: false }),
  );
}

/** The same where the app speaks OAuth 1.0a; only shared connections do. */
async function beginSigned(parts: LoginParts, linkId: string, cookie: string | undefined): Promise<LoginStart> {
  const link = await liveLink(parts, linkId);
  const signed = link && signedLogin(parts, link.connection);
  // Persons have no connections of this kind: their link must not connect for everybody.
  const isShared = link?.owner === 'shared';
  return signed && isShared ? beginSignedLogin(parts, { linkId, link, app: signed.app }, cookie) : { kind: 'unknown' };
}
