import { type Job, Queue, Worker } from 'bullmq';
import { z } from 'zod';
import type { JobQueue } from '../../src/jobs/job-queue.port.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { RedisClient, RedisLink } from './client.js';
import type { Keys } from './keys.js';
import { reasonOf } from './reason.js';

const QUEUE = 'jobs';
/** Then the queue lets go of a job that nobody could handle; the store's `needingAttention` still knows it. */
const MOST_ATTEMPTS = 100;
const LONGEST_BACKOFF_MS = 60_000;

export interface JobQueueOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** First wait before a job whose handler rejected is delivered again; doubles each time. */
  readonly backoffMs: number;
  /** Silence after which a job counts as abandoned by its process. */
  readonly stalledAfterMs: number;
}

type Handler = Parameters<JobQueue['start']>[0];

/** A worker with its connection and the handlers that have not ended. */
export interface Running {
  readonly worker: Worker;
  readonly connection: RedisClient;
  readonly underWay: Set<Promise<void>>;
}

export function openQueue(link: RedisLink, keys: Keys, logger: Logger): Queue {
  const queue = new Queue(QUEUE, {
    connection: link.client,
    prefix: keys.queue,
    skipVersionCheck: true,
    skipWaitingForReady: true,
    streams: { events: { maxLen: 100 } },
    defaultJobOptions: {
      attempts: MOST_ATTEMPTS,
      backoff: { type: 'custom' },
      removeOnComplete: true,
      removeOnFail: true,
      stackTraceLimit: 0,
    },
  });
  queue.on('error', (error) => logger.debug({ reason: reasonOf(error) }, 'The queue has trouble with Redis'));
  return queue;
}

export function startWorker(
  link: RedisLink,
  keys: Keys,
  options: JobQueueOptions & {
    readonly handler: Handler;
    readonly concurrency: number;
  },
): Running {
  const { handler, logger, backoffMs, stalledAfterMs, concurrency } = options;
  const connection = link.openPatient();
  const underWay = new Set<Promise<void>>();
  const process = async (job: Job): Promise<void> => {
    const handling = handle(job, handler, logger);
    underWay.add(handling);
    try {
      await handling;
    } finally {
      underWay.delete(handling);
    }
  };
  const worker = new Worker(QUEUE, process, {
    connection,
    prefix: keys.queue,
    concurrency,
    skipVersionCheck: true,
    lockDuration: stalledAfterMs,
    stalledInterval: stalledAfterMs,
    // A process may die many times over one job; what then becomes of it, the store's state decides.
    maxStalledCount: MOST_ATTEMPTS,
    runRetryDelay: 1_000,
    settings: { backoffStrategy: (attempts) => Math.min(backoffMs * 2 ** (attempts - 1), LONGEST_BACKOFF_MS) },
  });
  worker.on('error', (error) => logger.debug({ reason: reasonOf(error) }, 'The queue has trouble with Redis'));
  return { worker, connection, underWay };
}

/** An entry of the queue. Those of former versions say neither whose they are nor their rank. */
const Entry = z.object({ id: z.string(), owner: z.string().default(''), rank: z.number().default(1) });

async function handle(job: Job, handler: Handler, logger: Logger): Promise<void> {
  const entry = Entry.safeParse(job.data);
  if (!entry.success) {
    logger.error({ queueId: job.id }, 'Dropped an entry of the queue that names no job');
    return;
  }
  const { id, ...turn } = entry.data;
  try {
    await handler(id, turn);
  } catch (error) {
    const attempt = job.attemptsMade + 1;
    const facts = { job: id, attempt, err: error };
    if (attempt < MOST_ATTEMPTS) logger.warn(facts, 'A job could not be handled; it will be delivered again');
    else logger.error(facts, 'A job could not be handled many times; the queue gives it up');
    // BullMQ stores the message: it must not hold anything of the real one.
    throw new Error('not handled');
  }
}
