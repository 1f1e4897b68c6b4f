import type { JobId } from '../../src/jobs/job.js';
import type { JobQueue, QueueTurn } from '../../src/jobs/job-queue.port.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import { type Database, numberOf, textOf } from './database.js';

/** Then the queue lets go of a job that nobody could handle; the store's `needingAttention` still knows it. */
const MOST_ATTEMPTS = 100;
const LONGEST_BACKOFF_MS = 60_000;
const LONGEST_NAP_MS = 60_000;
const RETRY_MS = 1_000;

interface JobQueueOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** First wait before a job whose handler rejected is delivered again; doubles each time. */
  readonly backoffMs: number;
}

interface Delivery {
  readonly number: number;
  readonly job: JobId;
  readonly attempts: number;
  readonly turn: QueueTurn;
}

interface Running {
  readonly handler: Parameters<JobQueue['start']>[0];
  readonly concurrency: number;
  readonly stop: AbortController;
  readonly underWay: Map<number, Promise<void>>;
  /** Ends the nap until the next due time. */
  nap: AbortController;
}

/**
 * Deliveries are rows that go away when their handler is done, so what was under way when the process ended comes again
 * at the next start. A push in this process is delivered at once.
 */
export function createJobQueue(database: Database, { clock, logger, backoffMs }: JobQueueOptions): JobQueue {
  const insert = database.prepare('INSERT INTO deliveries (job, attempts, due_at, owner, rank) VALUES (?, 0, ?, ?, ?)');
  const dueNow = database.prepare(
    'SELECT * FROM deliveries INDEXED BY deliveries_by_rank WHERE due_at <= ? ORDER BY rank, number LIMIT ?',
  );
  const nextDue = database.prepare('SELECT min(due_at) AS due_at FROM deliveries WHERE due_at > ?');
  const remove = database.prepare('DELETE FROM deliveries WHERE number = ?');
  const postpone = database.prepare('UPDATE deliveries SET attempts = ?, due_at = ? WHERE number = ?');
  let running: Running | undefined;

  /** Fills the free places; resolves with the ms until there may be more to do. */
  async function deliver(now: Running): Promise<number> {
    return database.call('deliver', () => {
      const places = now.concurrency - now.underWay.size;
      const rows = dueNow.all(clock.now(), now.concurrency);
      const deliveries = rows.map((row) => ({
        number: numberOf(row, 'number'),
        job: textOf(row, 'job'),
        attempts: numberOf(row, 'attempts'),
        turn: { owner: textOf(row, 'owner'), rank: numberOf(row, 'rank') },
      }));
      for (const delivery of deliveries.filter(({ number }) => !now.underWay.has(number)).slice(0, places)) {
        now.underWay.set(delivery.number, handle(now, delivery));
      }
      const next = nextDue.get(clock.now())?.['due_at'];
      return typeof next === 'number' ? Math.min(next - clock.now(), LONGEST_NAP_MS) : LONGEST_NAP_MS;
    });
  }

  async function handle(now: Running, delivery: Delivery): Promise<void> {
    // Handlers begin after the loop that starts them, so that one that throws at once cannot disturb it.
    await Promise.resolve();
    const change = await now.handler(delivery.job, delivery.turn).then(
      () => () => remove.run(delivery.number),
      (error: unknown) => () => putOff(delivery, error),
    );
    await settle(now, change);
    now.underWay.delete(delivery.number);
    now.nap.abort();
  }

  function putOff({ number, job, attempts }: Delivery, error: unknown): number {
    const attempt = attempts + 1;
    if (attempt >= MOST_ATTEMPTS) {
      logger.error({ job, attempt, err: error }, 'A job could not be handled many times; the queue gives it up');
      return remove.run(number);
    }
    logger.warn({ job, attempt, err: error }, 'A job could not be handled; it will be delivered again');
    return postpone.run(attempt, clock.now() + Math.min(backoffMs * 2 ** attempts, LONGEST_BACKOFF_MS), number);
  }

  /** A full disk must not make a finished job come again at once: tries until it is noted or the queue stops. */
  async function settle(now: Running, change: () => number): Promise<void> {
    for (;;) {
      try {
        await database.call('settle delivery', change);
        return;
      } catch (error) {
        logger.error({ err: error }, 'A delivery could not be noted as done');
        await clock.sleep(RETRY_MS, now.stop.signal).catch(() => undefined);
        if (now.stop.signal.aborted) return;
      }
    }
  }

  async function run(now: Running): Promise<void> {
    while (!now.stop.signal.aborted) {
      const nap = new AbortController();
      now.nap = nap;
      const waitMs = await deliver(now).catch((error: unknown) => {
        logger.error({ err: error }, 'The queue cannot be read');
        return RETRY_MS;
      });
      await clock.sleep(waitMs, nap.signal).catch(() => undefined);
    }
  }

  return {
    async push(id, { owner, rank }) {
      await database.call('push', () => insert.run(id, clock.now(), owner, rank));
      running?.nap.abort();
    },
    async start(handler, { concurrency }) {
      if (running) return;
      running = { handler, concurrency, stop: new AbortController(), underWay: new Map(), nap: new AbortController() };
      void run(running);
    },
    async stop() {
      const stopping = running;
      running = undefined;
      stopping?.stop.abort();
      stopping?.nap.abort();
      await Promise.allSettled(stopping?.underWay.values() ?? []);
    },
  };
}
