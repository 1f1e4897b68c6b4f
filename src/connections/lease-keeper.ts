import type { Clock } from '../kernel/clock.port.js';
import type { LeaseStore } from './lease-store.port.js';

export interface HeldLease {
  /** Aborted when the lease is lost or can no longer be known to be held. */
  readonly signal: AbortSignal;
  /** Frees it. Never rejects: a lease that cannot be freed runs out by itself. */
  release(): Promise<void>;
}

/** Keeps a lease that was just acquired, renewing it three times per lifetime, until it is released or lost. */
export function keepLease(
  parts: { readonly leases: LeaseStore; readonly clock: Clock },
  lease: { readonly key: string; readonly holder: string; readonly ttlMs: number; readonly acquiredAt: number },
): HeldLease {
  const { leases, clock } = parts;
  const { key, holder, ttlMs } = lease;
  const lost = new AbortController();
  const done = new AbortController();

  async function renewOnce(heldUntil: number): Promise<number | undefined> {
    const askedAt = clock.now();
    try {
      return (await leases.renew(key, holder, ttlMs)) ? askedAt + ttlMs : undefined;
    } catch {
      return clock.now() < heldUntil ? heldUntil : undefined;
    }
  }

  async function keep(): Promise<void> {
    let heldUntil: number | undefined = lease.acquiredAt + ttlMs;
    while (heldUntil !== undefined) {
      await clock.sleep(ttlMs / 3, done.signal);
      heldUntil = await renewOnce(heldUntil);
    }
    lost.abort();
  }

  // Sleeping rejects when the lease is released; that ends the keeping.
  keep().catch(() => undefined);

  return {
    signal: lost.signal,
    async release() {
      done.abort();
      await leases.release(key, holder).catch(() => undefined);
    },
  };
}
