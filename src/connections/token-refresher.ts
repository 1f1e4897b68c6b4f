import { LRUCache } from 'lru-cache';
import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError, BehalfError, isBehalfError } from '../kernel/errors.js';
import { joinKey, randomToken } from '../kernel/ids.js';
import type { Logger } from '../kernel/logger.port.js';
import { inSpan, type Observers } from '../kernel/observers.js';
import type { ReasonCode } from '../texts/reason-text.js';
import type { Connection, TokenSet } from './connection.js';
import { type ConnectionRecords, connectionKey, ownerParts } from './connection-records.js';
import { ended } from './ended-connection.js';
import { type HeldLease, keepLease } from './lease-keeper.js';
import type { LeaseStore } from './lease-store.port.js';
import type { TokenApp } from './parent-connection.js';
import { RefreshCooldown } from './refresh-cooldown.js';
import type { RevocationPlan } from './revocation-plan.js';
import { saveRefreshed } from './save-refreshed.js';
import { isAlive, isDue } from './token-freshness.js';

/** Longer than one call of the token endpoint; renewed while it runs. */
const LEASE_MS = 20_000;
const FIRST_POLL_MS = 50;
const LAST_POLL_MS = 250;
const UNSAVED_KEPT = 1_000;

export interface TokenRefresherDeps<App> extends Pick<Observers, 'logger' | 'metrics' | 'tracing'> {
  readonly records: ConnectionRecords;
  readonly leases: LeaseStore;
  readonly oauth: {
    /** As `OAuthClient.refresh`. */
    refresh(app: App, tokens: TokenSet): Promise<TokenSet>;
    /** As `OAuthClient.requestToken`. */
    requestToken(app: App): Promise<TokenSet>;
  };
  readonly revocations: RevocationPlan;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
}

/** A connection whose token may have to be refreshed. */
export interface RefreshRequest<App = TokenApp> {
  /** As just read; `connected`, with tokens. */
  readonly connection: Connection & { readonly tokens: TokenSet };
  readonly app: App;
  /** `client`: the client asks for a token of its own (client credentials); `connection` may then be generation 0, not stored yet. */
  readonly grant?: 'client';
  /** The token of this generation does not do any more, whatever its time says: the app answered 401 to it, or its login would end unused. */
  readonly refusedGeneration?: number;
}

/**
 * Keeps access tokens fresh: one refresh per connection at a time, in this process and among all. A refresh token may be
 * usable once only, so nobody refreshes without the lease, and after the lease the row is read again. Tokens are written
 * only over the generation that they were refreshed from.
 */
export class TokenRefresher<App = TokenApp> {
  readonly #deps: TokenRefresherDeps<App>;
  readonly #flights = new Map<string, Promise<Connection | undefined>>();
  readonly #cooldown = new RefreshCooldown();
  /** Tokens that a refresh brought and the store did not take: the next one writes them instead of refreshing again. */
  readonly #unsaved = new LRUCache<string, { readonly from: Connection; readonly tokens: TokenSet }>({
    max: UNSAVED_KEPT,
  });

  constructor(deps: TokenRefresherDeps<App>) {
    this.#deps = deps;
  }

  /**
   * The connection with a token that can be used, which may be the one given. Where the login has ended in the meantime, the
   * connection as it is now, without tokens; undefined when it is gone. Rejects with `oauth.transient`, `oauth.operator`,
   * `oauth.protocol` or `store.unavailable` when there is no usable token for now: the connection is kept.
   */
  fresh(request: RefreshRequest<App>): Promise<Connection | undefined> {
    const { connection, refusedGeneration } = request;
    if (this.#isGood(connection, request)) return Promise.resolve(connection);
    const key = connectionKey(connection.owner, connection.name);
    const flightKey = joinKey(key, String(refusedGeneration));
    const running = this.#flights.get(flightKey);
    if (running !== undefined) {
      this.#count(connection, 'coalesced');
      return running;
    }
    const start = { name: 'refresh token', isDetail: true, facts: { 'behalf.connection': connection.name } };
    const flight = inSpan(this.#deps.tracing, start, () => this.#refresh(request, key)).finally(() =>
      this.#flights.delete(flightKey),
    );
    this.#flights.set(flightKey, flight);
    return flight;
  }

  #isGood(connection: Connection, { grant, refusedGeneration }: RefreshRequest<App>): boolean {
    const { tokens } = connection;
    if (tokens === undefined || connection.generation === refusedGeneration) return false;
    const now = this.#deps.clock.now();
    if (grant === undefined && tokens.refreshToken === undefined && isAlive(tokens, now)) return true;
    return !isDue(tokens, now, this.#deps.random());
  }

  async #refresh(request: RefreshRequest<App>, key: string): Promise<Connection | undefined> {
    const { connection } = request;
    const cooling = this.#cooldown.active(key, this.#deps.clock.now());
    if (cooling) return this.#goOnWith(request, connection, cooling);
    const turn = await this.#takeTurn(request, key).catch((error: unknown) => ({ kind: 'failed' as const, error }));
    if (turn.kind === 'failed') return this.#goOnWith(request, connection, asBehalfError(turn.error));
    if (turn.kind === 'done') return turn.connection;
    try {
      return await this.#refreshHolding(request, key, turn.lease);
    } finally {
      await turn.lease.release();
    }
  }

  /** Waits for the lease; ends early when the one who has it has done the work. */
  async #takeTurn(
    request: RefreshRequest<App>,
    key: string,
  ): Promise<
    | { readonly kind: 'lease'; readonly lease: HeldLease }
    | { readonly kind: 'done'; readonly connection: Connection | undefined }
  > {
    const { clock, leases, records, random } = this.#deps;
    const { connection } = request;
    const lease = { key: joinKey('refresh', key), holder: randomToken(128), ttlMs: LEASE_MS };
    const giveUpAt = clock.now() + LEASE_MS;
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LAST_POLL_MS, pollMs * 1.5)) {
      const acquiredAt = clock.now();
      if (await leases.acquire(lease.key, lease.holder, LEASE_MS)) {
        return { kind: 'lease', lease: keepLease(this.#deps, { ...lease, acquiredAt }) };
      }
      if (clock.now() >= giveUpAt) throw new BehalfError('oauth.transient', 'Another refresh does not end');
      await clock.sleep(pollMs * (0.75 + 0.5 * random()));
      const current = await records.read(connection.owner, connection.name);
      if (this.#isSettled(request, current)) {
        this.#count(connection, 'coalesced');
        return { kind: 'done', connection: current };
      }
    }
  }

  /** True when there is nothing to refresh any more: the login has ended, or newer tokens are there. */
  #isSettled(request: RefreshRequest<App>, current: Connection | undefined): boolean {
    if (current === undefined && isFirst(request)) return false;
    if (current?.status !== 'connected') return true;
    return current.generation !== request.connection.generation && this.#isGood(current, request);
  }

  async #refreshHolding(request: RefreshRequest<App>, key: string, lease: HeldLease): Promise<Connection | undefined> {
    const { records } = this.#deps;
    const { connection } = request;
    const stored = await records.read(connection.owner, connection.name);
    // The same generation is what was asked about; a client's may come with tokens that do not count any more.
    const isAsked = stored === undefined ? isFirst(request) : stored.generation === connection.generation;
    const current = isAsked && request.grant === 'client' ? connection : stored;
    if (current?.tokens === undefined || this.#isSettled(request, current)) return current;
    const from = { ...current, tokens: current.tokens };
    const unsaved = this.#unsaved.get(key);
    if (unsaved && unsaved.from.generation === from.generation) return this.#save(key, from, unsaved.tokens, lease);
    if (request.grant === undefined && from.tokens.refreshToken === undefined)
      return this.#endLogin(from, 'login_over');
    if (lease.signal.aborted) throw new BehalfError('oauth.transient', 'The lease was lost before the refresh');
    return this.#call({ ...request, connection: from }, key, lease);
  }

  async #call(request: RefreshRequest<App>, key: string, lease: HeldLease): Promise<Connection | undefined> {
    const { connection, app, grant } = request;
    const { oauth } = this.#deps;
    let tokens: TokenSet;
    try {
      // Not ended when the lease is lost: the provider may have rotated the refresh token, and its answer is the only copy.
      const { asked } = connection.tokens;
      const fresh = grant === 'client' ? await oauth.requestToken(app) : await oauth.refresh(app, connection.tokens);
      tokens = asked === undefined ? fresh : { ...fresh, asked };
    } catch (error) {
      return this.#handleFailure(request, key, asBehalfError(error));
    }
    this.#cooldown.end(key);
    this.#count(connection, 'ok');
    return this.#save(key, connection, tokens, lease);
  }

  async #save(key: string, from: Connection, tokens: TokenSet, lease: HeldLease): Promise<Connection | undefined> {
    const saved = await saveRefreshed(this.#deps, { from, tokens, signal: lease.signal });
    if (saved.kind === 'saved') {
      this.#unsaved.delete(key);
      return saved.connection;
    }
    this.#unsaved.set(key, { from, tokens });
    return { ...from, tokens };
  }

  async #handleFailure(request: RefreshRequest<App>, key: string, error: BehalfError): Promise<Connection | undefined> {
    const { connection } = request;
    if (request.grant === undefined && isBehalfError(error, 'oauth.invalid_grant')) {
      this.#count(connection, 'invalid_grant');
      return this.#endLogin(connection, 'login_ended');
    }
    this.#count(connection, isBehalfError(error, 'oauth.operator', 'oauth.protocol') ? 'operator' : 'transient');
    const now = this.#deps.clock.now();
    // People wait for a token that the app has refused, however long it should have lived.
    const isUsable = connection.generation !== request.refusedGeneration && isAlive(connection.tokens, now);
    this.#cooldown.begin(key, { now, isAlive: isUsable, error });
    this.#log(connection).warn({ err: error }, 'token refresh failed');
    return this.#goOnWith(request, connection, error);
  }

  /** Uses the old token where the app has not refused it and it has not ended. */
  #goOnWith(request: RefreshRequest<App>, connection: Connection, error: BehalfError): Connection {
    const usable = connection.generation !== request.refusedGeneration;
    if (usable && connection.tokens && isAlive(connection.tokens, this.#deps.clock.now())) return connection;
    throw error;
  }

  /** Marks that a login is needed, unless somebody has written since: then what they wrote counts. */
  async #endLogin(connection: Connection, reason: ReasonCode): Promise<Connection | undefined> {
    const { records, clock } = this.#deps;
    const last = ended(connection, { status: 'needs_login', reason, changedAt: clock.now() });
    if (await records.write(last)) {
      this.#log(connection).info({ generation: last.generation }, 'connection needs a login');
      return last;
    }
    return records.read(connection.owner, connection.name);
  }

  #count(connection: Connection, outcome: string): void {
    this.#deps.metrics.count('token_refreshes', { connection: connection.name, outcome });
  }

  #log(connection: Connection): Logger {
    return this.#deps.logger.child({ connection: connection.name, owner: ownerParts(connection.owner).join('/') });
  }
}

/** True for a client's first token: there is no row of it yet. */
function isFirst({ connection, grant }: Pick<RefreshRequest, 'connection' | 'grant'>): boolean {
  return grant === 'client' && connection.generation === 0;
}
