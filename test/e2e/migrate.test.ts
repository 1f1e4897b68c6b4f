import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { FaultStage, SLOW_TEST_MS } from './faults/support/fault-stage.js';

const ROOT = join(__dirname, '../..');
const run = promisify(execFile);

jest.setTimeout(SLOW_TEST_MS);

describe('behalf migrate', () => {
  let stage: FaultStage;
  let redis: RedisServer;

  beforeAll(async () => {
    [stage, redis] = await Promise.all([FaultStage.start({ store: 'embedded' }), startRedis({ appendOnly: true })]);
  });

  afterAll(async () => {
    await stage.stop();
    await redis.stop();
  });

  /** Rejects with what the command has printed when it does not end well. */
  async function behalf(settings: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<string> {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', join('src', 'main.ts'), ...words], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...stage.environment, ...settings },
    });
    return stdout;
  }

  test('refuses while the service runs, and without a place to go to', async () => {
    await expect(behalf({ REDIS_URL: redis.url }, 'migrate')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is in use by another process of Behalf. Stop that one first'),
    });
    await expect(behalf({}, 'migrate')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('REDIS_URL is not set'),
    });
  });

  test('takes connections and waiting jobs along: nobody logs in anew, and the same prompt still works', async () => {
    const [rita, carl] = [stage.actor('rita'), stage.actor('carl')];
    await stage.connect(carl);
    await rita.say('own deal amount: 31');
    const prompt = await stage.reads(rita, /Please connect to Acme CRM/);
    await stage.service.stop();
    const otherKey = `other:${randomBytes(32).toString('base64')}`;
    await expect(behalf({ REDIS_URL: redis.url, ENCRYPTION_KEYS: otherKey }, 'migrate')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Nothing was moved. Give all keys that the service has had'),
    });

    const moved: unknown = JSON.parse(await behalf({ REDIS_URL: redis.url }, 'migrate', '--json'));

    expect(moved).toMatchObject({
      connections: { moved: 1, there: 0, unreadable: 0 },
      jobs: { moved: 2, there: 0 },
    });
    const folder = stage.environment['DATA_DIR'] ?? '';
    expect(existsSync(join(folder, 'behalf.db'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith('behalf.db.moved-'))).toHaveLength(1);
    stage.leadTo(await stage.startAnother({ REDIS_URL: redis.url }));
    await stage.ask(carl, 'find opportunities account: Nobody', /Nobody has no opportunities/);
    await stage.logIn(rita, prompt);
    const answer = await stage.reads(rita, /Own deal of 31/);
    expect(answer.id).toBe(prompt.id);
    expect(await stage.deals(31)).toBe(1);
  });
});
