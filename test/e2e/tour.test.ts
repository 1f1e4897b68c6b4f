import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { STORY } from '../../playground/tour/story.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';

const ROOT = join(__dirname, '../..');
const TOUR_MS = 120_000;

/** `npm run playground -- --tour …`, as somebody at a terminal has it. */
async function runTour(options: readonly string[] = []): Promise<{ readonly code: unknown; readonly output: string }> {
  const program = ['--import', 'tsx', join('playground', 'main.ts'), '--tour', ...options];
  const child = spawn(process.execPath, program, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = await once(child, 'close');
  return { code, output: Buffer.concat(chunks).toString('utf8') };
}

function expectWholeStory({ code, output }: { readonly code: unknown; readonly output: string }): void {
  expect(output).toContain(`The tour is over: ${STORY.length} acts`);
  for (const { title } of STORY) expect(output).toContain(title);
  expect(code).toBe(0);
}

describe('the tour', () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis.stop());

  it(
    'plays the whole story with the embedded store',
    async () => {
      expectWholeStory(await runTour());
    },
    TOUR_MS,
  );

  it(
    'plays the whole story on a real Redis',
    async () => {
      expectWholeStory(await runTour(['--redis', redis.url]));
    },
    TOUR_MS,
  );

  it(
    'ends with an error and the last words of the service when that does not start',
    async () => {
      const { code, output } = await runTour(['--redis', 'not-an-address']);
      expect(code).toBe(1);
      expect(output).toContain('REDIS_URL');
    },
    TOUR_MS,
  );
});
