import { type FileValue, isFileValue } from '../kernel/file-value.js';
import type { Holder } from './holder.js';

/** So many of the largest files may be passed on at once. */
const LARGEST_AT_ONCE = 4;

interface Waiting {
  readonly bytes: number;
  readonly enter: () => void;
}

/**
 * Room for files that are passed on: each is in memory from when it is read until the app has answered. Calls without files cost
 * nothing; the others come in the order in which they ask.
 */
export class FileRoom {
  readonly #maxFileBytes: number;
  #free: number;
  readonly #waiting: Waiting[] = [];

  /** `maxFileBytes`: the largest file that there may be. */
  constructor(maxFileBytes: number) {
    this.#maxFileBytes = maxFileBytes;
    this.#free = LARGEST_AT_ONCE * maxFileBytes;
  }

  /** How many calls wait for room. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Does the work when there is room for the files in its input. Rejects when the holder is lost before. */
  async during<T>(
    { holder, input }: { readonly input: Readonly<Record<string, unknown>>; readonly holder?: Holder | undefined },
    work: () => Promise<T>,
  ): Promise<T> {
    const files = Object.values(input).filter(isFileValue);
    if (files.length === 0) return work();
    const bytes = Math.min(this.#bytesOf(files), LARGEST_AT_ONCE * this.#maxFileBytes);
    await this.#enter(bytes, holder?.signalFor(Number.POSITIVE_INFINITY));
    try {
      return await work();
    } finally {
      this.#free += bytes;
      this.#admit();
    }
  }

  #bytesOf(files: readonly FileValue[]): number {
    return files.reduce((sum, { size = this.#maxFileBytes }) => sum + Math.min(size, this.#maxFileBytes), 0);
  }

  async #enter(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal?.reason);
        this.#admit();
      };
      const enter = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const waiting = { bytes, enter };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(waiting);
      this.#admit();
    });
  }

  #admit(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (!next || next.bytes > this.#free) return;
      this.#waiting.shift();
      this.#free -= next.bytes;
      next.enter();
    }
  }
}
