import { asBehalfError, type ErrorCode } from '../kernel/errors.js';
import { randomToken, sha256 } from '../kernel/ids.js';
import { Secret } from '../kernel/secret.js';
import type { BrowserIdentity, SignedInPerson } from './browser-identity.port.js';
import type { PersonOwner } from './connection.js';
import { ownerParts } from './connection-records.js';
import type { LoginStart, SignInOutcome } from './login.js';
import { addCookie, cookieHas, dropCookie } from './login-cookie.js';
import { appendBounded, limitKey } from './login-limits.js';
import { audit, type LoginParts, loginApp, summarizeLogin } from './login-parts.js';
import type { LoginLink, LoginSignIn } from './login-records.js';
import { inLoginSpan } from './login-span.js';
import { type OpenLogin, startAtProvider } from './login-start.js';
import { errorIn, single } from './redirect-answer.js';
import { signInErrorText } from './sign-in-texts.js';
import { burnLogin, isSamePerson } from './wrong-person.js';

/** Ways to the sign-in page that one link may have open. */
const MAX_SIGN_INS = 10;
/** What the sign-in page says when it is not able to (RFC 6749 section 4.1.2.1). */
const AWAY: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable']);

/** A request to the redirect URI of a sign-in. */
export interface SignInReturn {
  /** The chat platform that the path names. */
  readonly platform: string;
  readonly query: URLSearchParams;
  /** Value of the browser's login cookie. */
  readonly cookie?: string;
}

interface SignInWay {
  readonly identity: BrowserIdentity;
  readonly owner: PersonOwner;
  /** The other checks of the chain count as well. */
  readonly isOptional: boolean;
}

/** How the person of a link signs in before the provider; undefined where nobody asks for it. */
export function signInFor({ policy, signInOf }: LoginParts, { owner }: LoginLink): SignInWay | undefined {
  if (owner === 'shared' || policy.identityCheck === 'off-insecure') return undefined;
  const identity = signInOf?.(owner.platform);
  return identity && { identity, owner, isOptional: policy.identityCheck === 'auto' };
}

/** Sends the browser to the sign-in page, bound to this browser as the way to the provider is. */
export async function beginSignIn(
  { policy, records, store }: LoginParts,
  { link, linkId }: OpenLogin,
  { identity, owner }: SignInWay,
  cookie: string | undefined,
): Promise<LoginStart> {
  const state = randomToken();
  const browser = randomToken();
  const nonce = randomToken();
  const codeVerifier = new Secret(randomToken());
  const id = sha256(state);
  const signIn: LoginSignIn = {
    linkId,
    connection: link.connection,
    platform: identity.platform,
    cookieHash: sha256(browser),
    nonce,
    verifier: codeVerifier.reveal(),
  };
  await records.signIns.put(id, signIn, policy.stateTtlMs);
  const entry = { id, max: MAX_SIGN_INS, ttlMs: policy.stateTtlMs };
  const tooMany = await appendBounded(store, limitKey('sign-ins', linkId), entry);
  await Promise.all(tooMany.map((old) => records.signIns.delete(old)));
  return {
    kind: 'redirect',
    redirectTo: identity.authorizationUrl({ owner, state, nonce, codeVerifier }),
    cookie: { value: addCookie(cookie, browser), maxAgeSeconds: Math.ceil(policy.stateTtlMs / 1_000) },
  };
}

/**
 * Takes the state first, whatever follows; then checks the browser; then asks the platform who signed in. The right person goes
 * on to the provider with a fresh cookie; for anybody else the login ends.
 */
export async function completeSignIn(parts: LoginParts, answer: SignInReturn): Promise<SignInOutcome> {
  const { cookie, platform, query } = answer;
  const state = single(query, 'state');
  const signIn = state === undefined ? undefined : await parts.records.signIns.take(sha256(state));
  if (signIn === undefined || signIn.platform !== platform) {
    audit(parts, { connection: signIn?.connection ?? 'unknown' }, 'expired', 'sign_in_state');
    return { kind: 'expired' };
  }
  const { connection, linkId } = signIn;
  if (!cookieHas(cookie, signIn.cookieHash)) {
    audit(parts, { connection }, 'mismatch', 'browser');
    return { kind: 'wrong_browser' };
  }
  const link = await parts.records.links.get(linkId);
  const found = loginApp(parts, connection);
  const way = link && signInFor(parts, link);
  if (link === undefined || found === undefined || way === undefined) {
    audit(parts, { connection }, 'expired', 'link');
    return { kind: 'expired' };
  }
  // It has served: whoever goes on does so with a fresh value in its place.
  const rest = dropCookie(cookie, signIn.cookieHash);
  const back = { signIn, way, cookie: rest, query, login: { linkId, link, ...found } };
  return inLoginSpan(parts, link, 'sign in', () => judgeAnswer(parts, back));
}

interface Back {
  readonly signIn: LoginSignIn;
  readonly login: OpenLogin;
  readonly way: SignInWay;
  readonly query: URLSearchParams;
  readonly cookie: string;
}

async function judgeAnswer(parts: LoginParts, back: Back): Promise<SignInOutcome> {
  const { cookie, login, query, signIn, way } = back;
  const { connection, platform } = signIn;
  const error = errorIn(query);
  if (error === 'access_denied') {
    audit(parts, login.link, 'denied', 'sign_in');
    return {
      kind: 'sign_in_denied',
      login: summarizeLogin(login.link, login.parent.title),
      signIn: way.identity.title,
      hasOtherWay: way.isOptional,
    };
  }
  if (error !== undefined) {
    parts.logger.warn({ connection, platform, error }, 'the sign-in page answered with an error');
    return failSignIn(parts, back, AWAY.has(error) ? 'oauth.transient' : 'oauth.operator');
  }
  const code = single(query, 'code');
  if (code === undefined) return failSignIn(parts, back, 'oauth.protocol');
  let person: SignedInPerson;
  try {
    const { nonce, verifier } = signIn;
    const proof = { owner: way.owner, nonce, codeVerifier: new Secret(verifier), code: new Secret(code) };
    person = await way.identity.prove(proof);
  } catch (cause) {
    const err = asBehalfError(cause);
    parts.logger.warn({ connection, platform, err, ...err.details }, 'nobody could be signed in');
    return failSignIn(parts, back, err.code);
  }
  if (!isSamePerson({ platform, ...person }, way.owner)) return refuse(parts, login, way, person);
  audit(parts, login.link, 'signed_in');
  return startAtProvider(parts, login, { cookie, signedIn: true });
}

/** Where the platform is away the other checks decide, if they may. Never after a wrong answer. */
async function failSignIn(parts: LoginParts, { cookie, login, way }: Back, code: ErrorCode): Promise<SignInOutcome> {
  const { link, parent } = login;
  audit(parts, link, 'failed', `sign_in:${code}`);
  if (code === 'oauth.transient' && way.isOptional) return startAtProvider(parts, login, { cookie, signedIn: false });
  const text = signInErrorText(way.identity.title, code);
  return { kind: 'sign_in_failed', login: summarizeLogin(link, parent.title), text, hasOtherWay: way.isOptional };
}

/** The link was forwarded, or the person is signed in with another account: nothing of the login may be used any more. */
async function refuse(
  parts: LoginParts,
  { link, linkId, parent }: OpenLogin,
  { identity, owner }: SignInWay,
  person: SignedInPerson,
): Promise<SignInOutcome> {
  const { connection } = link;
  await burnLogin(parts, { linkId, connection, owner });
  const signedIn = ownerParts({ platform: identity.platform, ...person }).join('/');
  parts.logger.warn({ connection, signedIn }, 'another person signed in for a login');
  return { kind: 'wrong_person', login: summarizeLogin(link, parent.title), signIn: identity.title };
}
