import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError, BehalfError, isBehalfError } from '../kernel/errors.js';
import { joinKey, randomToken } from '../kernel/ids.js';
import type { Logger } from '../kernel/logger.port.js';
import { inSpan, type Observers } from '../kernel/observers.js';
import type { ReasonCode } from '../texts/reason-text.js';
import { BroughtTokens, type WithTokens } from './brought-tokens.js';
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

/** Longer than one call of the token endpoint and than a failover of Redis; renewed while it runs. */
const LEASE_MS = 20_000;
/** After an outage of the store, those who have a rotated token in hand come first. */
const CALM_MS = 5_000;
/** Longer than the lease that a killed process has left, and a slow call after it. */
const PATIENCE_MS = 60_000;
/** Where the present token still does. */
const SHORT_PATIENCE_MS = 2_000;
const FIRST_POLL_MS = 50;
const LAST_POLL_MS = 250;

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
  readonly connection: WithTokens;
  readonly app: App;
  /** `client`: the client asks for a token of its own (client credentials); `connection` may then be generation 0, not stored yet. */
  readonly grant?: 'client';
  /** The token of this generation does not do any more, whatever its time says: the app answered 401 to it, or its login would end unused. */
  readonly refusedGeneration?: number | undefined;
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
  readonly #brought = new BroughtTokens();

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

  /**
   * Waits for the lease, also for that of a process which was killed to run out; ends early when the one who has it has done
   * the work, and soon where the present token still does.
   */
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
    const startedAt = clock.now();
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LAST_POLL_MS, pollMs * 1.5)) {
      const acquiredAt = clock.now();
      if (await leases.acquire(lease.key, lease.holder, LEASE_MS, { calmMs: CALM_MS })) {
        return { kind: 'lease', lease: keepLease(this.#deps, { ...lease, acquiredAt }) };
      }
      const patienceMs = this.#isUsable(request, connection) ? SHORT_PATIENCE_MS : PATIENCE_MS;
      if (clock.now() - startedAt >= patienceMs) {
        throw new BehalfError('oauth.transient', 'Another refresh does not end');
      }
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
    const newer = this.#newerThan(from, request, key);
    if (newer) return this.#save(key, from, newer, lease);
    if (request.grant === undefined && from.tokens.refreshToken === undefined)
      return this.#endLogin(from, 'login_over');
    if (lease.signal.aborted) throw new BehalfError('oauth.transient', 'The lease was lost before the refresh');
    return this.#call({ ...request, connection: from }, key, lease);
  }

  /** Tokens of this login that this process has seen, and that the store is without: its refresh token is used. */
  #newerThan(stored: WithTokens, { connection }: RefreshRequest<App>, key: string): TokenSet | undefined {
    const isOlder = stored.generation < connection.generation && stored.connectedAt === connection.connectedAt;
    return this.#brought.madeFrom(key, stored) ?? (isOlder ? connection.tokens : undefined);
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

  async #save(key: string, from: WithTokens, tokens: TokenSet, lease: HeldLease): Promise<Connection | undefined> {
    const { clock } = this.#deps;
    const brought = this.#brought;
    brought.add(key, from, tokens);
    const saved = await saveRefreshed(this.#deps, {
      from,
      tokens,
      signal: lease.signal,
      isWanted: () => brought.isUnsaved(key, tokens),
      onSaved: () => brought.markSaved(key, clock.now()),
    });
    return saved.kind === 'saved' ? saved.connection : { ...from, tokens };
  }

  async #handleFailure(request: RefreshRequest<App>, key: string, error: BehalfError): Promise<Connection | undefined> {
    const { connection } = request;
    if (request.grant === undefined && isBehalfError(error, 'oauth.invalid_grant')) {
      this.#count(connection, 'invalid_grant');
      return this.#endLogin(connection, 'login_ended');
    }
    this.#count(connection, outcomeOf(error));
    const now = this.#deps.clock.now();
    // People wait for a token that the app has refused, however long it should have lived.
    this.#cooldown.begin(key, { now, isAlive: this.#isUsable(request, connection), error });
    this.#log(connection).warn({ err: error }, 'token refresh failed');
    return this.#goOnWith(request, connection, error);
  }

  #goOnWith(request: RefreshRequest<App>, connection: Connection, error: BehalfError): Connection {
    if (this.#isUsable(request, connection)) return connection;
    throw error;
  }

  /** Whether the old token still does: the app has not refused it, and it has not ended. */
  #isUsable({ refusedGeneration }: RefreshRequest<App>, { generation, tokens }: Connection): boolean {
    return generation !== refusedGeneration && tokens !== undefined && isAlive(tokens, this.#deps.clock.now());
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

/** As it is counted: only what the operator has to mend may wake one. */
function outcomeOf(error: BehalfError): 'operator' | 'protocol' | 'transient' {
  if (isBehalfError(error, 'oauth.operator')) return 'operator';
  return isBehalfError(error, 'oauth.protocol') ? 'protocol' : 'transient';
}

/** True for a client's first token: there is no row of it yet. */
function isFirst({ connection, grant }: Pick<RefreshRequest, 'connection' | 'grant'>): boolean {
  return grant === 'client' && connection.generation === 0;
}
