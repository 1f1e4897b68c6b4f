/** Writes that share a transaction: committing costs more than writing. */
export interface SharedCommits {
  /** Runs `work` soon, together with others; resolves when it is committed. */
  add<T>(work: () => T, options?: SharedWork): Promise<T>;
  /** Runs what waits, at once. */
  flush(): void;
}

export interface SharedWork {
  /** All that it changes, one statement changes: by itself it needs no transaction. */
  readonly isOneStatement?: boolean;
}

interface Waiting extends SharedWork {
  readonly work: () => unknown;
  resolve(value: unknown): void;
  readonly reject: (error: unknown) => void;
}

/** `transaction` makes all changes or none, and throws in the latter case. */
export function createSharedCommits(transaction: <T>(work: () => T) => T): SharedCommits {
  let waiting: Waiting[] = [];

  function flush(): void {
    const batch = waiting;
    waiting = [];
    // One that fails must not take the others with it: each is done by itself then.
    if (batch.length > 1 && areCommitted(batch)) return;
    for (const single of batch) {
      try {
        single.resolve(single.isOneStatement ? single.work() : transaction(single.work));
      } catch (error) {
        single.reject(error);
      }
    }
  }

  function areCommitted(batch: readonly Waiting[]): boolean {
    let results: readonly unknown[];
    try {
      results = transaction(() => batch.map(({ work }) => work()));
    } catch {
      return false;
    }
    for (const [index, each] of batch.entries()) each.resolve(results[index]);
    return true;
  }

  return {
    add: <T>(work: () => T, { isOneStatement = false }: SharedWork = {}) =>
      new Promise<T>((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ work, isOneStatement, resolve, reject });
      }),
    flush,
  };
}
