/** Writes that share a transaction: committing costs more than writing. */
export interface SharedCommits {
  /** Runs `work` soon, together with others; resolves when it is committed. */
  add<T>(work: () => T): Promise<T>;
  /** Runs what waits, at once. */
  flush(): void;
}

interface Waiting {
  readonly run: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** `transaction` makes all changes or none, and throws in the latter case. */
export function createSharedCommits(transaction: (work: () => void) => void): SharedCommits {
  let waiting: Waiting[] = [];

  function flush(): void {
    const batch = waiting;
    waiting = [];
    if (batch.length > 1 && commit(batch) === undefined) return;
    // One that fails must not take the others with it: each is done by itself.
    for (const single of batch) {
      const failure = commit([single]);
      if (failure) single.reject(failure.error);
    }
  }

  /** Settles the batch when it is committed; otherwise tells why not. */
  function commit(batch: readonly Waiting[]): { readonly error: unknown } | undefined {
    try {
      transaction(() => {
        for (const { run } of batch) run();
      });
    } catch (error) {
      return { error };
    }
    for (const { resolve } of batch) resolve();
    return undefined;
  }

  return {
    add: <T>(work: () => T) =>
      new Promise<T>((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        let result: { readonly value: T } | undefined;
        waiting.push({
          run: () => {
            result = { value: work() };
          },
          resolve: () => {
            if (result) resolve(result.value);
          },
          reject,
        });
      }),
    flush,
  };
}
