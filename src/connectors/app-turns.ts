import type { CallLimit, ParentConnection } from '../connections/parent-connection.js';
import type { Clock } from '../kernel/clock.port.js';
import { BehalfError } from '../kernel/errors.js';
import { joinKey, sha256 } from '../kernel/ids.js';
import type { Metrics } from '../kernel/metrics.port.js';
import type { RateLimiter } from '../kernel/rate-limiter.port.js';
import { neverMoreThan } from '../kernel/token-bucket.js';
import { rateLimitedText } from './app-error.js';
import type { Connector } from './connector.js';
import type { Holder } from './holder.js';

/** Longest that a call waits for its turn while it keeps its place, in ms: the person is waiting in the chat. */
export const LONGEST_WAIT_MS = 5_000;
/** The same for the further pages of a list: what was read already would have to be read again. */
const LONGEST_PAGE_WAIT_MS = 30_000;
/** Longest that a job waits beside its place, in ms. */
const LONGEST_ABSENCE_MS = 15 * 60_000;
/** How late a turn may be used: later, it would come on top of those of others. */
const GRACE_MS = 1_000;

/** A turn that was kept for a job which does not wait for it in its place. */
export interface BookedTurn {
  readonly key: string;
  /** When it begins, in ms since the epoch. */
  readonly at: number;
}

/** The turn with which a job comes back; it is used once. */
export class Booking {
  #turn: BookedTurn | undefined;

  constructor(turn: BookedTurn | undefined) {
    this.#turn = turn;
  }

  /** Milliseconds until it begins; undefined when it is another one's, or over. */
  use(key: string, now: number): number | undefined {
    const turn = this.#turn;
    if (turn?.key !== key) return undefined;
    this.#turn = undefined;
    return now <= turn.at + GRACE_MS ? Math.max(0, turn.at - now) : undefined;
  }
}

/** One call that wants its turn. */
export interface TurnRequest {
  readonly connector: Pick<Connector, 'callLimit'>;
  readonly parent: ParentConnection;
  /** Label of the account that acts. */
  readonly account?: string | undefined;
  readonly booking?: Booking | undefined;
  readonly holder?: Holder | undefined;
}

/** Of the connection, else of its connector; undefined: we limit nothing. */
export function callLimitOf({ connector, parent }: Pick<TurnRequest, 'connector' | 'parent'>): CallLimit | undefined {
  return parent.callLimit ?? connector.callLimit;
}

/**
 * Lets calls go no faster than an app is to be called, by all processes together and in the order in which they come. A call that
 * would wait for long fails with `app.busy`: its turn is kept, so that its job can leave its place and come back for it.
 * Connections without a limit cost nothing.
 */
export class AppTurns {
  readonly #limiter: Pick<RateLimiter, 'take'>;
  readonly #clock: Clock;
  readonly #metrics: Metrics;

  constructor(deps: { readonly limiter: Pick<RateLimiter, 'take'>; readonly clock: Clock; readonly metrics: Metrics }) {
    this.#limiter = deps.limiter;
    this.#clock = deps.clock;
    this.#metrics = deps.metrics;
  }

  /** `isFurtherPage`: of a list of which a part was read. */
  async pass(call: TurnRequest, { isFurtherPage = false } = {}): Promise<void> {
    const limit = callLimitOf(call);
    if (!limit) return;
    const key = keyOf(call, limit);
    const waitMs = call.booking?.use(key, this.#clock.now()) ?? (await this.#take(call, { key, limit }));
    if (waitMs <= 0) return;
    if (waitMs > (isFurtherPage ? LONGEST_PAGE_WAIT_MS : LONGEST_WAIT_MS))
      throw this.#busy(call.parent, waitMs, { key, at: this.#clock.now() + waitMs });
    this.#count(call.parent, 'waited');
    await this.#clock.sleep(waitMs, call.holder?.signalFor(waitMs));
  }

  /** The app itself has asked a call to wait for so long. */
  refused(parent: ParentConnection, waitMs: number): BehalfError {
    return this.#busy(parent, waitMs);
  }

  async #take({ parent }: TurnRequest, { key, limit }: { readonly key: string; readonly limit: CallLimit }) {
    const now = this.#clock.now();
    const turn = await this.#limiter.take(key, neverMoreThan(limit), { now, maxWaitMs: LONGEST_ABSENCE_MS });
    if (turn.isGiven) return turn.waitMs;
    this.#count(parent, 'refused');
    throw tooLong(parent, turn.waitMs);
  }

  #busy(parent: ParentConnection, waitMs: number, turn?: BookedTurn): BehalfError {
    this.#count(parent, 'left');
    if (waitMs > LONGEST_ABSENCE_MS) return tooLong(parent, waitMs);
    return new BehalfError('app.busy', `${parent.connector} is called as often as it may be`, {
      userText: rateLimitedText(parent.title, waitMs),
      details: { connection: parent.name, ...(turn ? { turn: turn.key, turnAt: turn.at } : {}) },
      retryAfterMs: waitMs,
    });
  }

  #count({ connector }: ParentConnection, outcome: string): void {
    this.#metrics.count('app_turns', { app: connector, outcome });
  }
}

function tooLong(parent: ParentConnection, waitMs: number): BehalfError {
  return new BehalfError('app.rate_limited', `${parent.connector} is called as often as it may be`, {
    userText: rateLimitedText(parent.title, waitMs),
    details: { connection: parent.name },
    retryAfterMs: waitMs,
  });
}

function keyOf({ account = '', parent }: TurnRequest, { scope }: CallLimit): string {
  return sha256(joinKey('app', parent.name, ...(scope === 'person' ? [account] : [])));
}

/** The turn that was kept for the call which failed so; undefined where the app has asked for a pause. */
export function bookedTurnOf({ details }: BehalfError): BookedTurn | undefined {
  const { turn, turnAt } = details;
  return typeof turn === 'string' && typeof turnAt === 'number' ? { key: turn, at: turnAt } : undefined;
}
