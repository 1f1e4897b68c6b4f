import { LRUCache } from 'lru-cache';

/** Calls that wait, in all workspaces. */
export interface HeldCalls {
  count: number;
}

const MAX_LANES = 2_000;
/** Slack takes about one message a second for a channel. https://docs.slack.dev/apis/web-api/rate-limits */
const SPACING_MS = 1_000;

/**
 * What Slack has said about when it takes calls again, by method, and by channel where it counts so. While a lane is closed
 * nobody runs into it: each caller gets a time of its own, one after the other, in the order in which they ask.
 */
export class RateLimits {
  /** Made when it is needed: it takes its whole room at once, in every workspace. */
  #openAt: LRUCache<string, number> | undefined;

  /** Slack refused a call: the lane is closed for `pauseMs`. */
  close(lane: string, now: number, pauseMs: number): void {
    this.#openAt ??= new LRUCache<string, number>({ max: MAX_LANES });
    this.#openAt.set(lane, Math.max(now + pauseMs, this.#openAt.get(lane) ?? 0));
  }

  /** How long the lane stays closed, in ms. */
  remaining(lane: string, now: number): number {
    return Math.max(0, (this.#openAt?.get(lane) ?? 0) - now);
  }

  /** The same, and the next caller comes after this one. */
  take(lane: string, now: number): number {
    const openAt = this.#openAt?.get(lane);
    if (openAt === undefined) return 0;
    if (openAt <= now) this.#openAt?.delete(lane);
    else this.#openAt?.set(lane, openAt + SPACING_MS);
    return Math.max(0, openAt - now);
  }
}

export function laneOf(method: string, args: Readonly<Record<string, unknown>>): string {
  const { channel } = args;
  return typeof channel === 'string' && method.startsWith('chat.') ? `${method} ${channel}` : method;
}
