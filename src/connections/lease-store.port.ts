/**
 * Exclusive leases with an owner: the one who holds it may do the thing (refresh a token), everybody else waits or re-reads.
 * Release and renewal compare the holder, so that nobody frees somebody else's lease after its own ran out.
 * A lease bounds waste, not truth: the write after it still compares generations.
 */
export interface LeaseStore {
  /**
   * Takes the lease for `ttlMs` if nobody holds it; tells whether it did. `holder` is a random token of this attempt.
   * `calmMs`: not for so long after an outage of the store, in which leases may have run out; whoever held one when it began
   * can finish first.
   */
  acquire(key: string, holder: string, ttlMs: number, options?: { readonly calmMs?: number }): Promise<boolean>;
  /** Prolongs it if still held by `holder`; false: it is lost. */
  renew(key: string, holder: string, ttlMs: number): Promise<boolean>;
  /** Frees it if still held by `holder`. */
  release(key: string, holder: string): Promise<void>;
}
