import type { Clock } from '../kernel/clock.port.js';
import type { Connection, ConnectionOwner, ConnectionStatus, TokenSet } from './connection.js';
import type { ConnectionRecords } from './connection-records.js';
import type { ConnectionStore } from './connection-store.port.js';
import type { CredentialFinder } from './credential-finder.js';
import { keepAliveAt } from './keep-alive-time.js';
import { keepAlivePolicyOf, type OAuthApp, type ParentConnection } from './parent-connection.js';
import type { TokenRefresher } from './token-refresher.js';

/** A connection whose refresh token would end unused. */
interface IdleLogin {
  readonly kind: 'kept';
  /** When its token has to be used, in ms since the epoch; may be over. */
  readonly dueAt: number;
  readonly connection: Connection & { readonly tokens: TokenSet };
  readonly app: OAuthApp;
}

/** What there is to keep alive. `generation`: of the row, 0 where there is none. */
export type KeepAlivePlan =
  | IdleLogin
  /** `off`: not switched on for this connection; `ended`: there is no login; `unused`: for too long to keep it. */
  | { readonly kind: 'left'; readonly why: 'off' | 'ended' | 'unused'; readonly generation: number };

interface IdleLoginsDeps {
  readonly store: Pick<ConnectionStore, 'lastUses'>;
  readonly records: ConnectionRecords;
  readonly finder: Pick<CredentialFinder, 'endIfForeign'>;
  readonly refresher: TokenRefresher;
  readonly clock: Clock;
}

/** Logins that nobody uses: until when their tokens live, and using these in time. */
export class IdleLogins {
  readonly #deps: IdleLoginsDeps;

  constructor(deps: IdleLoginsDeps) {
    this.#deps = deps;
  }

  /** Looks at a connection of `name`; `parent`: as it is configured now. Rejects with `store.unavailable`. */
  async plan(owner: ConnectionOwner, name: string, parent: ParentConnection | undefined): Promise<KeepAlivePlan> {
    const found = await this.#deps.records.look(owner, name);
    if (found === undefined) return { kind: 'left', why: 'ended', generation: 0 };
    if (found.kind === 'unreadable') return { kind: 'left', why: 'ended', generation: found.row.generation };
    const policy = keepAlivePolicyOf(parent);
    const { generation } = found.connection;
    if (parent?.auth.kind !== 'oauth2' || policy === undefined) return { kind: 'left', why: 'off', generation };
    // Its token is nothing for the server that is configured now.
    const connection = (await this.#deps.finder.endIfForeign(found.connection, parent)) ?? found.connection;
    const dueAt = keepAliveAt(connection, policy);
    if (dueAt === undefined || connection.tokens === undefined)
      return { kind: 'left', why: 'ended', generation: connection.generation };
    if (await this.#isUnused(connection, policy.maxUnusedMs)) return { kind: 'left', why: 'unused', generation };
    return { kind: 'kept', dueAt, connection: { ...connection, tokens: connection.tokens }, app: parent.auth.app };
  }

  /**
   * Uses its refresh token, as any refresh does; gives what the connection is now, undefined where it is gone. Rejects as
   * {@link TokenRefresher.fresh} does: then it is kept.
   */
  async refresh({ app, connection }: IdleLogin): Promise<ConnectionStatus | undefined> {
    const { refresher } = this.#deps;
    const now = await refresher.fresh({ connection, app, refusedGeneration: connection.generation });
    return now?.status;
  }

  async #isUnused({ connectedAt, name, owner }: Connection, maxUnusedMs: number): Promise<boolean> {
    const { clock, store } = this.#deps;
    const latest = clock.now() - maxUnusedMs;
    if (connectedAt > latest) return false;
    const uses = await store.lastUses(owner);
    const usedAt = Object.hasOwn(uses, name) ? uses[name] : undefined;
    return Math.max(usedAt ?? 0, connectedAt) <= latest;
  }
}
