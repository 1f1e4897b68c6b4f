import { openRedisStores } from './redis-harness.js';

/** Takes jobs from the queue, says so, and never finishes one. Arguments: URL, prefix. */
async function main(url = '', prefix = ''): Promise<void> {
  const { queue } = await openRedisStores({ url, prefix, stalledAfterMs: 1_000 });
  await queue.start(
    async (id) => {
      process.stdout.write(`${id}\n`);
      await new Promise(() => undefined);
    },
    { concurrency: 5 },
  );
}

void main(...process.argv.slice(2));
