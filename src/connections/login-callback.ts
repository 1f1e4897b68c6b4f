import { asBehalfError } from '../kernel/errors.js';
import { sha256 } from '../kernel/ids.js';
import { Secret } from '../kernel/secret.js';
import type { Account, PersonOwner, TokenSet } from './connection.js';
import type { LoginFacts } from './identity-check.port.js';
import type { LoginOutcome } from './login.js';
import { newLoginCode } from './login-code.js';
import { discardTokens, exchangeForAccount, finishLogin } from './login-completion.js';
import { cookieHas } from './login-cookie.js';
import { audit, type LoginParts, loginApp, summarizeLogin } from './login-parts.js';
import type { LoginAttempt, LoginLink, LoginProof } from './login-records.js';
import { inLoginSpan } from './login-span.js';
import { authorizationErrorText } from './login-texts.js';
import { completeSignedLogin, signedLogin } from './oauth1-login.js';
import type { OAuthApp, ParentConnection } from './parent-connection.js';
import { errorIn, single } from './redirect-answer.js';
import { encodeTokens } from './token-codec.js';

/** Time after the end of a proof before its tokens are revoked: longer than its last answer can take. */
const REVOKE_AFTER_MS = 60_000;

/** A request to a redirect URI. */
export interface ProviderReturn {
  /** The connection that the path names. */
  readonly connection: string;
  readonly query: URLSearchParams;
  /** Value of the browser's login cookie. */
  readonly cookie?: string;
}

interface Return {
  readonly attempt: LoginAttempt;
  readonly link: LoginLink;
  readonly parent: ParentConnection;
  readonly app: OAuthApp;
  readonly query: URLSearchParams;
}

/**
 * Takes the state first, whatever follows; then checks path, browser and issuer; exchanges the code only when the identity
 * check has passed or cannot be made without the account.
 */
export async function completeLogin(parts: LoginParts, answer: ProviderReturn): Promise<LoginOutcome> {
  // OAuth 1.0a has no state: the token of the temporary credentials comes back, or says that the person declined.
  const state = single(answer.query, 'state') ?? single(answer.query, 'oauth_token') ?? single(answer.query, 'denied');
  const attempt = state === undefined ? undefined : await parts.records.attempts.take(sha256(state));
  if (attempt === undefined) {
    audit(parts, { connection: loginApp(parts, answer.connection)?.parent.name ?? 'unknown' }, 'expired', 'state');
    return { kind: 'expired' };
  }
  const { connection } = attempt;
  if (connection !== answer.connection) {
    audit(parts, { connection }, 'mismatch', 'redirect_uri');
    return { kind: 'wrong_connection' };
  }
  if (!cookieHas(answer.cookie, attempt.cookieHash)) {
    audit(parts, { connection }, 'mismatch', 'browser');
    return { kind: 'wrong_browser' };
  }
  const found = loginApp(parts, connection);
  const signed = signedLogin(parts, connection);
  const link = await parts.records.links.get(attempt.linkId);
  if (link?.owner === 'shared' && signed)
    return completeSignedLogin(parts, { attempt, link, query: answer.query, ...signed });
  if (found === undefined || link === undefined) {
    audit(parts, { connection }, 'expired', 'link');
    return { kind: 'expired' };
  }
  const back = { attempt, link, query: answer.query, ...found };
  return inLoginSpan(parts, link, 'complete login', () => judgeAnswer(parts, back));
}

async function judgeAnswer(parts: LoginParts, back: Return): Promise<LoginOutcome> {
  const { link, parent, app, query } = back;
  const login = summarizeLogin(link, parent.title);
  const fail = (error: string): LoginOutcome => {
    audit(parts, link, 'failed', error);
    return { kind: 'provider_error', login, text: authorizationErrorText(parent.title, error) };
  };
  if (!isIssuer(app, query)) {
    audit(parts, link, 'mismatch', 'issuer');
    return { kind: 'wrong_connection' };
  }
  const error = errorIn(query);
  if (error !== undefined) {
    if (error !== 'access_denied') return fail(error);
    audit(parts, link, 'denied');
    return { kind: 'denied', login };
  }
  const code = single(query, 'code');
  return code === undefined ? fail('no_code') : checkIdentity(parts, back, new Secret(code));
}

async function checkIdentity(parts: LoginParts, back: Return, code: Secret): Promise<LoginOutcome> {
  const { attempt, link, parent, app } = back;
  const { owner } = link;
  const { linkId } = attempt;
  if (owner === 'shared') {
    // Its link was given to who may read the keys of this service: no chat user has to be proven, only the browser.
    const shared = await exchangeForAccount(parts, { link, parent, app, code, verifier: attempt.verifier });
    if (shared.kind === 'failed') return shared.outcome;
    return finishLogin(parts, { linkId, link, parent, grant: { tokens: shared.tokens }, account: shared.account });
  }
  const facts = await factsOf(parts, back, owner);
  const before = parts.check.judge(facts);
  if (before.kind === 'sign_in_needed') {
    audit(parts, link, 'mismatch', 'not_signed_in');
    return { kind: 'expired' };
  }
  if (before.kind === 'proof_needed') {
    const verifier = attempt.verifier === undefined ? {} : { verifier: attempt.verifier };
    const pending = { kind: 'code' as const, code: code.reveal(), ...verifier };
    const ttlMs = Math.min(parts.policy.proofTtlMs, facts.codeLifetimeMs);
    return askForProof(parts, { link, owner, linkId, parent, pending, ttlMs });
  }
  const exchanged = await exchangeForAccount(parts, { link, parent, app, code, verifier: attempt.verifier });
  if (exchanged.kind === 'failed') {
    await tellRefusal(parts, link, owner, exchanged.outcome);
    return exchanged.outcome;
  }
  const { tokens, account } = exchanged;
  if (parts.check.judge({ ...facts, account }).kind === 'passed') {
    return finishLogin(parts, { linkId, link, parent, grant: { tokens }, account });
  }
  return askWithTokens(parts, { link, owner, linkId, parent }, tokens, account);
}

async function factsOf(parts: LoginParts, { app, attempt, link }: Return, owner: PersonOwner): Promise<LoginFacts> {
  const facts = {
    popUp: link.popUp,
    signedIn: attempt.signedIn === true,
    codeLifetimeMs: app.codeLifetimeSeconds * 1_000,
  };
  if (facts.signedIn) return facts;
  // Without the profile the person pastes a code instead.
  const profile = await parts.profile(owner, link.context).catch((error: unknown) => {
    parts.logger.warn({ connection: link.connection, err: asBehalfError(error) }, 'no profile of the chat user');
    return undefined;
  });
  return { ...facts, ...(profile?.confirmedEmail === undefined ? {} : { chatEmail: profile.confirmedEmail }) };
}

/** Keeps the tokens sealed until the proof comes; they are on the list of revocations all the while. */
async function askWithTokens(
  parts: LoginParts,
  login: Pick<Asking, 'link' | 'owner' | 'linkId' | 'parent'>,
  tokens: TokenSet,
  account: Account,
): Promise<LoginOutcome> {
  const { clock, policy, revocations } = parts;
  const { connection } = login.link;
  try {
    const { id } = await revocations.add(connection, tokens, {
      dueAt: clock.now() + policy.proofTtlMs + REVOKE_AFTER_MS,
      unlessUsedBy: login.owner,
    });
    const pending = { kind: 'tokens' as const, tokens: encodeTokens(tokens), account, revocationId: id };
    const asked = await askForProof(parts, { ...login, pending, ttlMs: policy.proofTtlMs });
    return asked.kind === 'proof_needed' ? { ...asked, account } : asked;
  } catch (error) {
    await discardTokens(parts, connection, tokens);
    throw asBehalfError(error);
  }
}

/** The page says it, too; what the chat says stays there to be read again. */
async function tellRefusal(
  parts: LoginParts,
  { context, continuation }: LoginLink,
  owner: PersonOwner,
  outcome: LoginOutcome,
): Promise<void> {
  if (outcome.kind !== 'account_refused' || !parts.onFailed) return;
  const { login, text } = outcome;
  const event = {
    ...login,
    owner,
    reason: 'account_refused' as const,
    text,
    ...(continuation === undefined ? {} : { continuation }),
    context,
  };
  await parts.onFailed(event).catch((error: unknown) => {
    parts.logger.error({ connection: login.connection, err: asBehalfError(error) }, 'a login could not be reported');
  });
}

interface Asking {
  readonly link: LoginLink;
  /** Whose login it is: the chat of nobody could prove a shared one. */
  readonly owner: PersonOwner;
  readonly linkId: string;
  readonly parent: ParentConnection;
  readonly pending: LoginProof['pending'];
  readonly ttlMs: number;
}

async function askForProof(parts: LoginParts, asking: Asking): Promise<LoginOutcome> {
  const { link, linkId, owner, parent, pending, ttlMs } = asking;
  const code = newLoginCode();
  const proof: LoginProof = { linkId, owner, connection: link.connection, pending };
  await parts.records.proofs.put(sha256(code), proof, ttlMs);
  return { kind: 'proof_needed', login: summarizeLogin(link, parent.title), code, validMs: ttlMs };
}

/** RFC 9207 section 2.4: compared as strings; required where the server promises it. */
function isIssuer(app: OAuthApp, query: URLSearchParams): boolean {
  if (!query.has('iss')) return app.issuerRequired !== true;
  return app.issuer === undefined || single(query, 'iss') === app.issuer;
}
