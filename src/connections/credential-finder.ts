import type { Clock } from '../kernel/clock.port.js';
import { BehalfError, type ErrorCode, isBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import { Secret } from '../kernel/secret.js';
import type { Texts } from '../texts/english.js';
import type { ReasonCode } from '../texts/reason-text.js';
import { said } from '../texts/texts-for.js';
import { hasTokens } from './brought-tokens.js';
import { clientFingerprint } from './client-fingerprint.js';
import type { Account, Connection, ConnectionOwner, Credential, TokenSet } from './connection.js';
import type { ConnectionRecords } from './connection-records.js';
import { ended } from './ended-connection.js';
import { methodOf, type ParentConnection, type TokenApp } from './parent-connection.js';
import type { TokenRefresher } from './token-refresher.js';

export interface CredentialOptions {
  /** The app answered 401 to the credential of that generation. */
  readonly refusedGeneration?: number;
}

/** What an action is carried out with, or that somebody has to log in first. */
export type CredentialAnswer =
  | {
      readonly kind: 'ready';
      readonly credential: Credential;
      readonly account?: Account | undefined;
      /** Of a login: access that it asked for, or that the app has granted. */
      readonly scopes?: readonly string[] | undefined;
    }
  /** `reason`: why an earlier login does not do any more, for the person; absent when there was none. `asked`: its access. */
  | { readonly kind: 'login_required'; readonly reason?: string; readonly asked?: readonly string[] };

/** What is found first may be moments old: before it is refreshed, the row is read again. */
const AS_EXPECTED = { asExpected: true };

interface FinderParts {
  readonly records: ConnectionRecords;
  readonly refresher: TokenRefresher;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Notes that the connection was used. */
  readonly touch: (connection: Connection) => void;
}

/** Finds what actions are carried out with, for each method of authentication. */
export class CredentialFinder {
  readonly #parts: FinderParts;

  constructor(parts: FinderParts) {
    this.#parts = parts;
  }

  async find(owner: ConnectionOwner, parent: ParentConnection, options: CredentialOptions): Promise<CredentialAnswer> {
    const { auth, name } = parent;
    if (auth.kind === 'oauth2') return this.#ofLogin(owner, parent, auth.app, options);
    if (owner !== 'shared') {
      throw new BehalfError('connection.invalid', `Connection ${name} has no login of persons`, {
        details: { connection: name, method: methodOf(auth) },
      });
    }
    switch (auth.kind) {
      case 'static':
        return { kind: 'ready', credential: auth.credential };
      case 'client_credentials':
        return this.#ofClient(parent, { ...options, app: auth.app });
      case 'stored':
        return this.#ofSecrets(parent, auth.credentialOf);
    }
  }

  /**
   * Ends a connection that was made with another client or for other hosts; gives what is there now, undefined where nothing
   * had to end. Its tokens are not revoked: they would have to be sent to hosts that they are not for.
   */
  async endIfForeign(connection: Connection, parent: ParentConnection): Promise<Connection | undefined> {
    const { client, name, owner, status } = connection;
    if (client === undefined || status !== 'connected' || client === clientFingerprint(parent)) return undefined;
    const reason: ReasonCode = 'client_changed';
    // What the former client could ask for may be nothing to the new one.
    const { asked: _, ...last } = ended(connection, {
      status: 'disconnected',
      reason,
      changedAt: this.#parts.clock.now(),
    });
    if (!(await this.#parts.records.write(last))) {
      const current = await this.#parts.records.read(owner, name);
      return current && ((await this.endIfForeign(current, parent)) ?? current);
    }
    this.#parts.logger.warn({ connection: name }, 'a connection was made with another client, so it has ended');
    return last;
  }

  async #read(owner: ConnectionOwner, parent: ParentConnection): Promise<Connection | undefined> {
    const connection = await this.#parts.records.read(owner, parent.name, AS_EXPECTED);
    return connection && ((await this.endIfForeign(connection, parent)) ?? connection);
  }

  async #ofLogin(
    owner: ConnectionOwner,
    parent: ParentConnection,
    app: TokenApp,
    { refusedGeneration }: CredentialOptions,
  ): Promise<CredentialAnswer> {
    const connection = await this.#read(owner, parent);
    if (!connection || !hasTokens(connection)) return this.#answer(connection);
    return this.#answer(await this.#fresh(parent, { app, connection, refusedGeneration }));
  }

  /** The client gets its first token by itself; where an administrator has disconnected it, it does not. */
  async #ofClient(
    parent: ParentConnection,
    request: CredentialOptions & { readonly app: TokenApp },
  ): Promise<CredentialAnswer> {
    const now = this.#parts.clock.now();
    const stored = await this.#parts.records.read('shared', parent.name, AS_EXPECTED);
    if (stored && stored.status !== 'connected') return this.#answer(stored);
    const client = clientFingerprint(parent);
    const isUsable = stored?.tokens !== undefined && stored.client === client;
    const first: Connection = {
      owner: 'shared',
      name: parent.name,
      generation: stored?.generation ?? 0,
      status: 'connected',
      connectedAt: now,
      changedAt: now,
    };
    const connection = {
      ...(stored ?? first),
      client,
      tokens: isUsable ? stored.tokens : ENDED,
    };
    return this.#answer(await this.#fresh(parent, { ...request, connection, grant: 'client' }));
  }

  async #ofSecrets(
    parent: ParentConnection,
    credentialOf: (secrets: NonNullable<Connection['secrets']>) => Promise<Credential>,
  ): Promise<CredentialAnswer> {
    const connection = await this.#read('shared', parent);
    if (connection?.status !== 'connected' || !connection.secrets) return this.#answer(connection);
    this.#parts.touch(connection);
    const { account, secrets } = connection;
    return {
      kind: 'ready',
      credential: await credentialOf(secrets),
      account,
    };
  }

  async #fresh(
    parent: ParentConnection,
    request: Parameters<TokenRefresher['fresh']>[0],
  ): Promise<Connection | undefined> {
    try {
      return await this.#parts.refresher.fresh(request);
    } catch (error) {
      throw namingApp(error, parent.title);
    }
  }

  #answer(ready: Connection | undefined): CredentialAnswer {
    if (ready?.status !== 'connected' || ready.tokens === undefined) {
      const { asked, reason } = ready ?? {};
      return {
        kind: 'login_required',
        ...(reason === undefined ? {} : { reason }),
        ...(asked === undefined ? {} : { asked }),
      };
    }
    this.#parts.touch(ready);
    return {
      kind: 'ready',
      credential: bearer(ready.tokens, ready.generation),
      account: ready.account,
      scopes: [...new Set([...ready.tokens.scopes, ...(ready.tokens.asked ?? [])])],
    };
  }
}

/** Stands where a client has no usable token yet. */
const ENDED: TokenSet = { accessToken: new Secret(''), expiresAt: 0, issuedAt: 0, scopes: [] };

/** The tokens as what an action is carried out with. */
export function bearer({ accessToken, fields }: TokenSet, generation: number): Credential {
  return { kind: 'bearer', token: accessToken, generation, fields };
}

const TEXTS: Partial<Record<ErrorCode, (title: string, texts: Texts) => string>> = {
  'oauth.transient': (title, { apps }) => apps.unreachable(title),
  'oauth.operator': (title, { logins }) => logins.credentialsRefused(title),
  'oauth.protocol': (title, { logins }) => logins.loginNotUnderstood(title),
};

/** The same error with a text for the person that names the app. */
function namingApp(error: unknown, title: string): unknown {
  if (!isBehalfError(error, 'oauth.transient', 'oauth.operator', 'oauth.protocol')) return error;
  const { code, message, details, retryAfterMs } = error;
  const text = TEXTS[code];
  return new BehalfError(code, message, {
    details,
    ...(text ? { userText: said((texts) => text(title, texts)) } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
