interface Lane<T> {
  next?: { readonly start: () => void; readonly drop: (dropped: T) => void };
}

/** Runs one piece of work at a time for each key; of those that come meanwhile only the latest is done. */
export class LatestOnly<T> {
  readonly #dropped: T;
  readonly #lanes = new Map<string, Lane<T>>();

  /** `dropped`: what is given for work that something later took the place of. */
  constructor(dropped: T) {
    this.#dropped = dropped;
  }

  async run(key: string, work: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(key);
    if (!lane) return this.#begin(key, work);
    return new Promise((resolve) => {
      lane.next?.drop(this.#dropped);
      lane.next = { start: () => resolve(this.#begin(key, work)), drop: resolve };
    });
  }

  async #begin(key: string, work: () => Promise<T>): Promise<T> {
    const lane: Lane<T> = {};
    this.#lanes.set(key, lane);
    try {
      return await work();
    } finally {
      this.#lanes.delete(key);
      lane.next?.start();
    }
  }
}
