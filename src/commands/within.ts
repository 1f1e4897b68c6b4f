import type { Clock } from '../kernel/clock.port.js';

/** The work's result, or `late` when it takes longer than `ms`; it goes on then. Rejects as the work does. */
export async function within<T, L>(clock: Clock, ms: number, work: Promise<T>, late: L): Promise<T | L> {
  const over = new AbortController();
  const limit = clock.sleep(ms, over.signal).then(
    () => late,
    () => late,
  );
  try {
    return await Promise.race([work, limit]);
  } finally {
    over.abort();
    // What fails after its time has been given up already.
    work.catch(() => undefined);
  }
}
