import { asBehalfError, BehalfError, type Wording } from '../kernel/errors.js';
import type { RecordKey } from '../kernel/expiring-store.port.js';
import { inSpan } from '../kernel/observers.js';
import { Secret } from '../kernel/secret.js';
import { isAllowedAccount } from './account-policy.js';
import type { Activation, Grant } from './activate-connection.js';
import { clientFingerprint } from './client-fingerprint.js';
import type { Account, TokenSet } from './connection.js';
import { acceptLogin } from './declined-logins.js';
import type { LoginConnected, LoginOutcome } from './login.js';
import { limitKey } from './login-limits.js';
import { audit, type LoginParts, loginApp, summarizeLogin } from './login-parts.js';
import type { LoginLink } from './login-records.js';
import { accountErrorText, exchangeErrorText, refusedAccountText } from './login-texts.js';
import type { OAuthApp, ParentConnection } from './parent-connection.js';

type Failed = Extract<LoginOutcome, { readonly kind: 'provider_error' | 'account_refused' }>;
type Finished = Extract<LoginOutcome, { readonly kind: 'connected' | 'expired' }>;

type Exchanged =
  | { readonly kind: 'exchanged'; readonly tokens: TokenSet; readonly account: Account }
  | { readonly kind: 'failed'; readonly outcome: Failed };

interface Exchange {
  readonly link: LoginLink;
  readonly parent: ParentConnection;
  readonly app: OAuthApp;
}

/** Exchanges the code and finds out whose tokens they are. Tokens without an account are revoked. */
export function exchangeForAccount(
  parts: LoginParts,
  request: Exchange & { readonly code: Secret; readonly verifier: string | undefined },
): Promise<Exchanged> {
  const { app, code, verifier } = request;
  const codeVerifier = verifier === undefined ? {} : { codeVerifier: new Secret(verifier) };
  return accountOf(parts, request, (scopes) => parts.oauth.exchangeCode(app, { code, ...codeVerifier, scopes }));
}

/** The same with an assertion of who the person is, in place of a code. */
export function assertForAccount(
  parts: LoginParts,
  request: Exchange & { readonly assertion: Secret },
): Promise<Exchanged> {
  const { app, assertion } = request;
  return accountOf(parts, request, (scopes) => parts.oauth.exchangeAssertion(app, { assertion, scopes }));
}

async function accountOf(
  parts: LoginParts,
  { app, link, parent }: Exchange,
  grantOf: (scopes: readonly string[]) => Promise<TokenSet>,
): Promise<Exchanged> {
  const login = summarizeLogin(link, parent.title);
  const failed = (error: unknown, text: Wording) => {
    parts.logger.warn({ connection: link.connection, err: asBehalfError(error) }, 'login failed');
    audit(parts, link, 'failed', asBehalfError(error).code);
    parts.tracing?.fail(asBehalfError(error));
    return { kind: 'failed' as const, outcome: { kind: 'provider_error' as const, login, text } };
  };
  let tokens: TokenSet;
  try {
    const scopes = link.scopes ?? app.scopes;
    const exchange = { name: 'exchange code', isDetail: true, facts: { 'behalf.connection': link.connection } };
    tokens = { ...(await inSpan(parts.tracing, exchange, () => grantOf(scopes))), asked: scopes };
  } catch (error) {
    return failed(error, exchangeErrorText(parent.title, asBehalfError(error)));
  }
  let account: Account;
  try {
    account = await inSpan(parts.tracing, { name: 'find account', isDetail: true }, () =>
      parts.lookUpAccount(parent, tokens),
    );
  } catch (error) {
    await discardTokens(parts, link.connection, tokens);
    return failed(error, accountErrorText(parent.title));
  }
  if (isAllowedAccount(parent.accounts, account)) return { kind: 'exchanged', tokens, account };
  await discardTokens(parts, link.connection, tokens);
  audit(parts, { ...link, account }, 'failed', 'account');
  const text = refusedAccountText(parent.title, account, parent.accounts ?? {});
  return { kind: 'failed', outcome: { kind: 'account_refused', login, text } };
}

/** Time in which one login finishes; longer than its two writes, and short enough for somebody whose login was cut off. */
const FINISH_MS = 10_000;

/**
 * Stores the tokens of a login that has passed its check. A claim makes it happen once, however many ways to the provider
 * were open. The link goes when the tokens are stored: where the process dies before, the person can log in with it again.
 * A link that is gone (used, cancelled) means that the tokens are not wanted any more.
 */
export async function finishLogin(
  parts: LoginParts,
  done: {
    readonly linkId: string;
    readonly link: LoginLink;
    readonly parent: ParentConnection;
    readonly grant: Grant;
    /** There for every login with tokens. */
    readonly account?: Account;
    /** The entry of its tokens on the list of revocations, where they have one. */
    readonly revocationId?: string;
  },
): Promise<Finished> {
  const { linkId, parent, grant, account, revocationId } = done;
  const { connection } = done.link;
  const discard = async () => {
    if (grant.tokens) await discardTokens(parts, connection, grant.tokens, revocationId);
  };
  const claim = limitKey('finish', linkId);
  const link = await claimLink(parts, linkId, claim).catch(async (error: unknown) => {
    await discard();
    throw error;
  });
  if (link === undefined) {
    await discard();
    audit(parts, done.link, 'expired', 'link');
    return { kind: 'expired' };
  }
  const activation = await store(parts, link, done).catch(async (error: unknown) => {
    await discard();
    await parts.store.delete(claim).catch(() => {});
    throw error;
  });
  // The login has ended well; a link that stays because the store has gone runs out by itself.
  await parts.records.links.delete(linkId).catch((error: unknown) => {
    parts.logger.warn({ connection, err: asBehalfError(error) }, 'a used login link could not be deleted');
  });
  if (parent.singleSignOn && link.owner !== 'shared') {
    await acceptLogin(parts.store, link.owner, connection).catch((error: unknown) => {
      parts.logger.warn({ connection, err: asBehalfError(error) }, 'a login is done, but it still counts as declined');
    });
  }
  audit(parts, { ...link, account }, 'connected');
  parts.metrics.time('login_ms', parts.clock.now() - link.createdAt, { connection });
  const { replacedAccount } = activation;
  const login = summarizeLogin(link, parent.title);
  const replaced = replacedAccount === undefined ? {} : { replacedAccount };
  await announce(parts, {
    ...login,
    ...(account === undefined ? {} : { account }),
    ...replaced,
    ...(link.continuation === undefined ? {} : { continuation: link.continuation }),
    context: link.context,
  });
  return { kind: 'connected', login, ...(account === undefined ? {} : { account }), ...replaced };
}

async function store(
  { connections }: LoginParts,
  { connection, owner }: LoginLink,
  { account, grant, parent }: Pick<Parameters<typeof finishLogin>[1], 'account' | 'grant' | 'parent'>,
): Promise<Activation> {
  if (grant.tokens === undefined) return connections.keepSecrets(parent, grant.secrets, account);
  if (account === undefined) throw new BehalfError('internal', 'A login came without its account');
  return connections.activate(owner, connection, grant.tokens, account, clientFingerprint(parent));
}

async function claimLink(parts: LoginParts, linkId: string, claim: RecordKey): Promise<LoginLink | undefined> {
  const isFirst = await parts.store.add(claim, '1', FINISH_MS);
  return isFirst ? parts.records.links.get(linkId) : undefined;
}

async function announce(parts: LoginParts, event: LoginConnected): Promise<void> {
  try {
    await parts.onConnected(event);
  } catch (error) {
    parts.logger.error({ connection: event.connection, err: asBehalfError(error) }, 'a login could not be passed on');
  }
}

/**
 * Has tokens revoked that nobody may use: through the list, or at once where the list cannot be reached. Never rejects.
 * `id`: their entry on the list, where they have one.
 */
export async function discardTokens(
  parts: LoginParts,
  connection: string,
  tokens: TokenSet,
  id?: string,
): Promise<void> {
  const app = loginApp(parts, connection)?.app;
  try {
    await parts.revocations
      .add(connection, tokens, id === undefined ? {} : { id })
      .catch(() => (app === undefined ? undefined : parts.oauth.revoke(app, tokens)));
  } catch (error) {
    parts.logger.error({ connection, err: asBehalfError(error) }, 'tokens of a failed login could not be revoked');
  }
}
