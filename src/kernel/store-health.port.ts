/** The set of stores as one thing that runs: opened at start, closed at the end, asked by readiness. */
export interface StoreHealth {
  /** Resolves when the store answers within `timeoutMs`; else `store.unavailable`. */
  check(timeoutMs: number): Promise<void>;
  /** Advice for the operator found at start, e.g. an eviction policy that loses rows. One sentence each. */
  warnings(): Promise<readonly string[]>;
  close(): Promise<void>;
}
