/** Events that one platform's adapter works on at once, also after the platform was answered: a process that does not get on takes no more. */
const MOST = 1_000;

/** Work on events that has not ended. */
export class UnderWay {
  readonly #most: number;
  readonly #work = new Set<Promise<unknown>>();

  constructor(most = MOST) {
    this.#most = most;
  }

  /** True: what comes now is to be delivered again, later. */
  get isFull(): boolean {
    return this.#work.size >= this.#most;
  }

  /** Counts the work until it ends, well or not. */
  follow<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(
      () => {},
      () => {},
    );
    this.#work.add(settled);
    void settled.then(() => this.#work.delete(settled));
    return work;
  }

  /** Resolves when all that is under way now has ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#work);
  }
}
