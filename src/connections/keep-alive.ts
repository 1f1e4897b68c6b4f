import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError } from '../kernel/errors.js';
import { randomToken } from '../kernel/ids.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Metrics } from '../kernel/metrics.port.js';
import type { ConnectionOwner } from './connection.js';
import { connectionKey, ownerParts } from './connection-records.js';
import type { IdleLogins, KeepAlivePlan } from './idle-logins.js';
import type { KeepAliveList, ListedConnection } from './keep-alive-list.port.js';
import { KeepAlivePauses } from './keep-alive-pauses.js';
import type { KeepAliveSweep } from './keep-alive-sweep.js';
import { keepLease } from './lease-keeper.js';
import type { LeaseStore } from './lease-store.port.js';
import { keepAlivePolicyOf, type ParentConnection } from './parent-connection.js';

const LEASE_KEY = 'keep-alive';
const LEASE_MS = 60_000;
const POLL_MS = 30_000;
const BATCH = 20;
/** Longer than a batch takes, even where each refresh waits for a lease and for an app that does not answer. */
const HIDE_MS = 20 * 60_000;
/** At most two refreshes in a second: 120 in a minute. */
const PACE_MS = 500;
const SWEEP_PACE_MS = 1_000;

export interface KeepAliveDeps {
  readonly list: KeepAliveList;
  readonly idle: Pick<IdleLogins, 'plan' | 'refresh'>;
  readonly sweep: Pick<KeepAliveSweep, 'step'>;
  /** All that are configured now. */
  readonly parents: () => readonly ParentConnection[];
  readonly leases: LeaseStore;
  /** A login has ended: the app says that it is over. */
  readonly onEnded?: (owner: ConnectionOwner) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** 0 to 1. */
  readonly random: () => number;
  /** When a process that does the work dies, another one goes on within this time and a poll; in ms. Default 60 000. */
  readonly leaseMs?: number;
}

/**
 * Uses the refresh tokens that their servers would end for want of use, in time: one process for all, a few in a minute, through
 * the same refresh as commands. Does nothing, and asks the store for nothing, where no connection is to be kept alive.
 */
export class KeepAlive {
  readonly #deps: KeepAliveDeps;
  readonly #pauses = new KeepAlivePauses();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deps: KeepAliveDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when the refresh under way has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Keeps alive what is due now; tells how many connections it took. */
  async work(signal: AbortSignal = this.#stop.signal): Promise<number> {
    const { clock, list } = this.#deps;
    const due = await list.due(clock.now(), BATCH, HIDE_MS);
    for (const connection of due) {
      // What is left shows itself again.
      if (signal.aborted) break;
      if (await this.#keep(connection)) await this.#wait(PACE_MS, signal);
    }
    return due.length;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      if (this.#isWanted()) await this.#lead().catch((error: unknown) => this.#failed(error));
      await this.#wait(POLL_MS, signal);
    }
  }

  #isWanted(): boolean {
    return this.#deps.parents().some((parent) => keepAlivePolicyOf(parent) !== undefined);
  }

  /** Works for as long as the lease is ours; resolves at once where another process has it. */
  async #lead(): Promise<void> {
    const { clock, leaseMs = LEASE_MS, leases, logger } = this.#deps;
    const held = { key: LEASE_KEY, holder: randomToken(128), ttlMs: leaseMs, acquiredAt: clock.now() };
    if (!(await leases.acquire(held.key, held.holder, held.ttlMs))) return;
    const lease = keepLease(this.#deps, held);
    const signal = AbortSignal.any([this.#stop.signal, lease.signal]);
    logger.info({}, 'this process keeps logins alive that nobody uses, for all processes');
    try {
      while (!signal.aborted && this.#isWanted()) {
        const isMore = await this.#round(signal).catch((error: unknown) => this.#failed(error));
        await this.#wait(isMore ? SWEEP_PACE_MS : POLL_MS, signal);
      }
    } finally {
      await lease.release();
    }
  }

  /** What is due, and a page of those that are not listed yet; true where there may be more of these. */
  async #round(signal: AbortSignal): Promise<boolean> {
    let taken = BATCH;
    while (taken === BATCH && !signal.aborted) taken = await this.work(signal);
    return !signal.aborted && (await this.#deps.sweep.step());
  }

  /** True where the app was asked. Rejects with `store.unavailable`: then it shows itself again. */
  async #keep({ name, owner }: ListedConnection): Promise<boolean> {
    const { clock, idle, list } = this.#deps;
    const parent = this.#deps.parents().find((candidate) => candidate.name === name);
    const plan = await idle.plan(owner, name, parent);
    if (plan.kind === 'left') {
      await list.schedule({ owner, name, generation: plan.generation }, undefined);
      if (plan.why === 'unused') this.#report(plan.why, { owner, name });
      return false;
    }
    const { connection, dueAt } = plan;
    const now = clock.now();
    const laterAt = dueAt > now ? dueAt : this.#pauses.appPause(name, now);
    if (laterAt === undefined) return this.#refresh(plan);
    await list.schedule(connection, dueAt > now ? laterAt : this.#spread(now, laterAt));
    return false;
  }

  async #refresh(plan: KeepAlivePlan & { readonly kind: 'kept' }): Promise<true> {
    const { clock, idle, list, onEnded } = this.#deps;
    const { name, owner } = plan.connection;
    const key = connectionKey(owner, name);
    try {
      const status = await idle.refresh(plan);
      this.#pauses.answered(name, key);
      if (status === 'connected') this.#report('refreshed', plan.connection);
      if (status !== 'needs_login') return true;
      this.#report('login_ended', plan.connection);
      onEnded?.(owner);
    } catch (error) {
      const failure = asBehalfError(error);
      if (failure.code === 'store.unavailable') throw failure;
      const now = clock.now();
      const { retryAfterMs = 0 } = failure;
      const nextAt = this.#spread(now, this.#pauses.failed(name, key, { now, retryAfterMs }));
      await list.schedule(plan.connection, nextAt);
      this.#report('failed', plan.connection);
    }
    return true;
  }

  /** A time at or after `until`, by up to a quarter of the pause: what failed together is not tried together. */
  #spread(now: number, until: number): number {
    return until + (until - now) * 0.25 * this.#deps.random();
  }

  #report(outcome: 'refreshed' | 'login_ended' | 'failed' | 'unused', { name, owner }: ListedConnection): void {
    const { logger, metrics } = this.#deps;
    metrics.count('kept_alive', { connection: name, outcome });
    // The refresh itself has told why it failed, or that a login is needed.
    logger.info({ connection: name, owner: ownerParts(owner).join('/'), outcome }, 'a login that nobody uses');
  }

  #failed(error: unknown): false {
    this.#deps.logger.warn({ err: asBehalfError(error) }, 'logins that nobody uses could not be kept alive; trying on');
    return false;
  }

  /** Ends early when it is over; moved a little, so that processes do not ask together. */
  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    await this.#deps.clock.sleep(ms * (1 + 0.2 * this.#deps.random()), signal).catch(() => undefined);
  }
}
