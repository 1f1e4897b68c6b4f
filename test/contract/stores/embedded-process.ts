import { setTimeout as sleep } from 'node:timers/promises';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { openEmbeddedStores } from './embedded-harness.js';
import { ANN, jobId, jobRow, TURN } from './stores.js';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function write(directory: string, pause: () => Promise<unknown>): Promise<void> {
  const { jobs, connections, expiring } = await openEmbeddedStores({ directory });
  for (let n = 1; ; n += 1) {
    const sealed = Buffer.alloc(1_900, n);
    await jobs.accept(jobRow({ id: jobId(n), sealed }), `event ${n}`, 600_000);
    await connections.write({ owner: ANN, name: 'crm', generation: n, sealed });
    await expiring.put({ kind: 'login', id: String(n) }, 'value', 600_000);
    say(String(n));
    await pause();
  }
}

/** What a process does with the stores of a folder; each line says what has been done. */
const WORK: Readonly<Record<string, (directory: string) => Promise<void>>> = {
  write: (directory) => write(directory, () => new Promise(setImmediate)),
  // As a service does that has much to do, and not as fast as the disk lets.
  steadily: (directory) => write(directory, () => sleep(2)),
  async take(directory) {
    const { queue } = await openEmbeddedStores({ directory });
    await queue.push('one', TURN);
    await queue.push('two', TURN);
    const handle = async (id: string): Promise<void> => {
      say(id);
      if (id === 'two') await new Promise(() => undefined);
    };
    await queue.start(handle, { concurrency: 1 });
    setInterval(() => undefined, 1_000);
  },
  async fill(directory) {
    const { jobs, health } = await openEmbeddedStores({ directory });
    const code = async (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => 'done',
        (error: unknown) => (isBehalfError(error) ? error.code : 'foreign error'),
      );
    let last = 'done';
    let count = 0;
    for (; last === 'done'; count += 1) {
      const row = jobRow({ id: jobId(count), sealed: Buffer.alloc(50_000) });
      last = await code(jobs.accept(row, `event ${count}`, 600_000));
    }
    say(last);
    say(await code(health.check(1_000)));
    say(String((await jobs.load(jobId(0)))?.sealed.byteLength));
    say(String(await jobs.load(jobId(count - 1))));
    await health.close();
  },
  async strange(directory) {
    Object.defineProperty(process, 'arch', { value: 's390x' });
    await openEmbeddedStores({ directory }).catch((error: unknown) => {
      say(isBehalfError(error) ? `${error.code}: ${error.message}` : 'foreign error');
    });
  },
};

const [work = '', directory = ''] = process.argv.slice(2);
void WORK[work]?.(directory);
