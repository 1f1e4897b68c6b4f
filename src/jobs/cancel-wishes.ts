import type { Clock } from '../kernel/clock.port.js';
import type { ExpiringStore, RecordKey } from '../kernel/expiring-store.port.js';
import type { HeldJob } from './held-job.js';
import type { JobId, JobRow } from './job.js';

/** A wish that no process has heeded by then is of no use any more. */
const TTL_MS = 3_600_000;
/** Jobs that are younger have most likely ended before anybody could want it: they cost no look. */
const YOUNG_MS = 5_000;

/** What persons want to end that runs in another process. */
export class CancelWishes {
  readonly #store: Pick<ExpiringStore, 'put' | 'get'>;
  readonly #clock: Clock;

  constructor(store: Pick<ExpiringStore, 'put' | 'get'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  put(id: JobId): Promise<void> {
    return this.#store.put(keyOf(id), '', TTL_MS);
  }

  /** Looks for wishes about the jobs that this process runs. */
  async heed(running: Iterable<HeldJob>): Promise<void> {
    await Promise.allSettled([...running].map((held) => this.#heedOne(held)));
  }

  /** True where somebody wants this job to end, and that is known by now. */
  async isPut({ createdAt, id }: Pick<JobRow, 'id' | 'createdAt'>): Promise<boolean> {
    if (this.#clock.now() - createdAt < YOUNG_MS) return false;
    return (await this.#store.get(keyOf(id))) !== undefined;
  }

  async #heedOne(held: HeldJob): Promise<void> {
    if (await this.isPut(held.job)) held.askToCancel();
  }
}

function keyOf(id: JobId): RecordKey {
  return { kind: 'cancel', id };
}
