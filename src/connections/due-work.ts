import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError, type BehalfError } from '../kernel/errors.js';

const BATCH = 20;

export interface DueWorkDeps<Entry> {
  /** A durable list. What is taken from it shows itself again after `hideMs`, unless it was removed. */
  readonly list: { due(now: number, limit: number, hideMs: number): Promise<readonly Entry[]> };
  /** Longer than an entry takes, in ms; also the pause before a failed one is tried again. */
  readonly hideMs: number;
  /** Pause between two looks at the list, in ms. */
  readonly pollMs: number;
  /** Deals with an entry. What it throws ends this look at the list. */
  readonly handle: (entry: Entry) => Promise<void>;
  /** A look at the list has failed; the next one follows after `pollMs`. */
  readonly failed: (error: BehalfError) => void;
  readonly clock: Clock;
}

/** Works off a durable list, entry by entry, from start to stop. Several processes may do so at once. */
export class DueWork<Entry> {
  readonly #deps: DueWorkDeps<Entry>;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deps: DueWorkDeps<Entry>) {
    this.#deps = deps;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when the entry under way has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Works off what is due now; tells how many entries it took. */
  async once(): Promise<number> {
    const { clock, handle, hideMs, list } = this.#deps;
    const due = await list.due(clock.now(), BATCH, hideMs);
    for (const entry of due) {
      if (this.#stop.signal.aborted) break;
      await handle(entry);
    }
    return due.length;
  }

  async #run(): Promise<void> {
    const { clock, failed, pollMs } = this.#deps;
    while (!this.#stop.signal.aborted) {
      const taken = await this.once().catch((error: unknown) => {
        failed(asBehalfError(error));
        return 0;
      });
      if (taken < BATCH) await clock.sleep(pollMs, this.#stop.signal).catch(() => undefined);
    }
  }
}
