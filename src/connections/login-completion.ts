import { asBehalfError } from '../kernel/errors.js';
import type { RecordKey } from '../kernel/expiring-store.port.js';
import { Secret } from '../kernel/secret.js';
import type { Account, TokenSet } from './connection.js';
import type { LoginConnected, LoginOutcome } from './login.js';
import { limitKey } from './login-limits.js';
import { audit, type LoginParts, loginApp, summarizeLogin } from './login-parts.js';
import type { LoginLink } from './login-records.js';
import { accountErrorText, exchangeErrorText } from './login-texts.js';
import type { OAuthApp, ParentConnection } from './parent-connection.js';

type Failed = Extract<LoginOutcome, { readonly kind: 'provider_error' }>;
type Finished = Extract<LoginOutcome, { readonly kind: 'connected' | 'expired' }>;

/** Exchanges the code and finds out whose tokens they are. Tokens without an account are revoked. */
export async function exchangeForAccount(
  parts: LoginParts,
  request: {
    readonly link: LoginLink;
    readonly parent: ParentConnection;
    readonly app: OAuthApp;
    readonly code: Secret;
    readonly verifier: string | undefined;
  },
): Promise<
  | { readonly kind: 'exchanged'; readonly tokens: TokenSet; readonly account: Account }
  | { readonly kind: 'failed'; readonly outcome: Failed }
> {
  const { link, parent, app, code, verifier } = request;
  const login = summarizeLogin(link, parent.title);
  const failed = (error: unknown, text: string) => {
    parts.logger.warn({ connection: link.connection, err: asBehalfError(error) }, 'login failed');
    audit(parts, link, 'failed', asBehalfError(error).code);
    return { kind: 'failed' as const, outcome: { kind: 'provider_error' as const, login, text } };
  };
  let tokens: TokenSet;
  try {
    tokens = await parts.oauth.exchangeCode(app, {
      code,
      ...(verifier === undefined ? {} : { codeVerifier: new Secret(verifier) }),
      scopes: link.scopes ?? app.scopes,
    });
  } catch (error) {
    return failed(error, exchangeErrorText(parent.title, asBehalfError(error)));
  }
  try {
    return { kind: 'exchanged', tokens, account: await parts.lookUpAccount(parent, tokens) };
  } catch (error) {
    await discardTokens(parts, link.connection, tokens);
    return failed(error, accountErrorText(parent.title));
  }
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
    readonly tokens: TokenSet;
    readonly account: Account;
  },
): Promise<Finished> {
  const { linkId, parent, tokens, account } = done;
  const { connection } = done.link;
  const claim = limitKey('finish', linkId);
  const link = await claimLink(parts, linkId, claim).catch(async (error: unknown) => {
    await discardTokens(parts, connection, tokens);
    throw error;
  });
  if (link === undefined) {
    await discardTokens(parts, connection, tokens);
    audit(parts, done.link, 'expired', 'link');
    return { kind: 'expired' };
  }
  const activation = await parts.connections
    .activate(link.owner, connection, tokens, account)
    .catch(async (error: unknown) => {
      await discardTokens(parts, connection, tokens);
      await parts.store.delete(claim).catch(() => {});
      throw error;
    });
  // The login has ended well; a link that stays because the store has gone runs out by itself.
  await parts.records.links.delete(linkId).catch((error: unknown) => {
    parts.logger.warn({ connection, err: asBehalfError(error) }, 'a used login link could not be deleted');
  });
  audit(parts, link, 'connected');
  parts.metrics.time('login_ms', parts.clock.now() - link.createdAt, { connection });
  const { replacedAccount } = activation;
  const login = summarizeLogin(link, parent.title);
  const replaced = replacedAccount === undefined ? {} : { replacedAccount };
  await announce(parts, {
    ...login,
    account,
    ...replaced,
    ...(link.continuation === undefined ? {} : { continuation: link.continuation }),
    context: link.context,
  });
  return { kind: 'connected', login, account, ...replaced };
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
