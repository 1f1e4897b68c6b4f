/** Turns that are given up to `burst` at once, and then one each `intervalMs`. */
export interface Bucket {
  readonly burst: number;
  readonly intervalMs: number;
}

/** So many turns within so much time. */
export interface Rate {
  readonly requests: number;
  readonly perMs: number;
}

/** Whether a turn was given, and how long to wait for it: for its beginning where it was, for the next try where not. */
export interface Turn {
  readonly isGiven: boolean;
  readonly waitMs: number;
}

/** What is left for single turns, and may be used up at once, is a tenth of the rate. */
const BURST_PART = 10;

/** All turns of a minute may come at once. */
export function perMinute(turns: number): Bucket {
  return { burst: turns, intervalMs: 60_000 / turns };
}

/**
 * Never more than `requests` in any span of `perMs`, however that lies: what counts them at the other end may begin its spans
 * when it likes. A full bucket and what flows in meanwhile are together no more than that.
 */
export function neverMoreThan({ perMs, requests }: Rate): Bucket {
  const burst = Math.max(1, Math.floor(requests / BURST_PART));
  return { burst, intervalMs: perMs / (requests - burst + 1) };
}

/**
 * Takes a turn that begins within `maxWaitMs`. `fullAt` is all that is remembered of a bucket: when it is full again (ms since
 * the epoch); undefined: it is. This is the generic cell rate algorithm (ITU-T I.371, virtual scheduling).
 */
export function takeTurn(
  fullAt: number | undefined,
  { burst, intervalMs }: Bucket,
  { maxWaitMs, now }: { readonly now: number; readonly maxWaitMs: number },
): Turn & { readonly fullAt: number } {
  const from = Math.max(fullAt ?? 0, now);
  const waitMs = Math.max(0, from - (burst - 1) * intervalMs - now);
  const isGiven = waitMs <= maxWaitMs;
  return { isGiven, waitMs, fullAt: isGiven ? from + intervalMs : from };
}
