import type { Queue } from 'bullmq';
import type { JobQueue } from '../../src/jobs/job-queue.port.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import type { JobQueueOptions, Running } from './bullmq.js';
import { type RedisLink, unavailable } from './client.js';
import type { Keys } from './keys.js';

/** After the handlers are done: time for BullMQ to note it in Redis before the connections are cut. */
const STOP_GRACE_MS = 2_000;

/** BullMQ's own limit; what has no priority goes before all that has one. */
const MOST_RANKS = 2_097_151;

/** Delivers through BullMQ, which is loaded at the first use. Its errors stay here; handlers' errors do not get into Redis. */
interface RedisJobQueue extends JobQueue {
  /** Frees the connections, without waiting for handlers. */
  close(): Promise<void>;
}

export function createJobQueue(link: RedisLink, keys: Keys, options: JobQueueOptions): RedisJobQueue {
  let queue: Promise<Queue> | undefined;
  let running: Running | undefined;
  return {
    async push(id, { owner, rank }) {
      await link.call('push', async (redis) => {
        // BullMQ would wait for the connection, however long that takes.
        if (redis.status !== 'ready') throw unavailable('push', 'not connected');
        queue ??= loadBullmq().then(({ openQueue }) => openQueue(link, keys, options.logger));
        await (await queue).add('job', { id, owner, rank }, { priority: Math.min(rank, MOST_RANKS) });
      });
    },
    async start(handler, { concurrency }) {
      if (running) return;
      const { startWorker } = await loadBullmq();
      running ??= startWorker(link, keys, { ...options, handler, concurrency });
    },
    async stop() {
      const stopping = running;
      running = undefined;
      if (stopping) await stopWorker(stopping, link, options.clock);
    },
    async close() {
      await running?.worker.close(true).catch(() => undefined);
      running?.connection.disconnect();
      running = undefined;
      await (await queue)?.close();
      queue = undefined;
    },
  };
}

/** BullMQ takes its time to load; a process that only answers `check` or `--help` does not wait for it. */
function loadBullmq(): Promise<typeof import('./bullmq.js')> {
  return import('./bullmq.js');
}

/** BullMQ's own waiting hangs while Redis is away, so what is under way is counted here. */
async function stopWorker({ worker, connection, underWay }: Running, link: RedisLink, clock: Clock): Promise<void> {
  const finished = (): Promise<unknown> => Promise.allSettled(underWay);
  await worker.pause(true);
  await finished();
  const isReachable = await link
    .call('stop', (redis) => redis.ping())
    .then(
      () => true,
      () => false,
    );
  let isClosed = false;
  const closed = worker.close(!isReachable).finally(() => {
    isClosed = true;
  });
  const givenUp = new AbortController();
  const grace = clock.sleep(STOP_GRACE_MS, givenUp.signal).then(finished);
  await Promise.race([closed, grace]).catch(() => undefined);
  givenUp.abort();
  await grace.catch(() => undefined);
  if (!isClosed) await worker.getBackend().close(true);
  connection.disconnect();
}
