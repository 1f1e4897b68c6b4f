import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../playground/http.js';
import { type RunningService, startService } from '../../playground/service.js';
import { API_KEYS, jobOf, SHOP, send } from '../support/api-kit.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { ScriptedApp } from '../support/scripted-app.js';
import { callable, serviceEnvironment, writeServiceFiles } from '../support/service-files.js';
import { eventually } from '../support/service-kit.js';

const RECIPES = {
  order: callable({
    name: 'Order',
    http: 'true',
    inputs: '[{ name: number, type: string }]',
    outputs: '{ id: "{{ steps.made.id }}", last: "{{ steps.last.id }}" }',
    connections: 'crm: { use: crm-shared }',
    steps: `  - { id: made, action: crm.create, input: { name: "{{ parameters.number }}" } }
  - reply: { text: "Made {{ parameters.number }}" }
  - { id: last, action: crm.create_once, input: { name: last } }`,
  }),
};
const BODY = { inputs: { number: '4711' } };
const START = '/api/recipes/order/jobs';
/** Real processes start and take over: longer than a usual test. */
const LONG_MS = 120_000;

describe.each(['embedded', 'redis'] as const)('processes of the service on the %s store', (kind) => {
  let folder: string;
  let app: ScriptedApp;
  let slack: ScriptedApp;
  let redis: RedisServer | undefined;
  const services: RunningService[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'behalf-api-'));
    [app, slack] = await Promise.all([ScriptedApp.start(), ScriptedApp.start()]);
    writeServiceFiles(folder, RECIPES);
    redis = kind === 'redis' ? await startRedis() : undefined;
  }, LONG_MS);
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop('SIGKILL')));
    await Promise.all([app.stop(), slack.stop()]);
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, LONG_MS);

  async function boot(): Promise<RunningService & { readonly origin: string }> {
    const port = await freePort();
    const environment = {
      PORT: String(port),
      CONFIG_DIR: folder,
      DATA_DIR: path.join(folder, 'data'),
      ...(redis ? { REDIS_URL: redis.url } : {}),
      ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
      SLACK_SIGNING_SECRET: 'signing-secret',
      SLACK_BOT_TOKEN: 'xoxb-token',
      SLACK_API_URL: slack.url,
      EGRESS_ALLOW: '127.0.0.1',
      JOB_LEASE_SECONDS: '5',
      API_KEYS,
      ...serviceEnvironment({ crm: app.url, files: app.url }),
    };
    const service = await startService(environment, { logFile: path.join(folder, `${port}.log`) });
    services.push(service);
    return Object.assign(service, { origin: `http://127.0.0.1:${port}` });
  }

  test(
    'take a job in, run it and give what it gave',
    async () => {
      const { origin } = await boot();
      const { id } = jobOf(await send(origin, START, { body: BODY }));
      await ended(origin, id);
      expect(jobOf(await send(origin, `/api/jobs/${id}`))).toMatchObject({
        outputs: { id: 'r1', last: 'r2' },
        replies: [{ text: 'Made 4711' }],
      });
      expect((await send(origin, `/api/jobs/${id}`, { key: SHOP })).status).toBe(404);
    },
    LONG_MS,
  );

  test(
    'go on with the job of one that was killed, and repeat neither what is done nor the request',
    async () => {
      const repeat = { body: BODY, headers: { 'idempotency-key': 'order-4711' } };
      app.answer(({ path: called }) => (called === '/api/once' ? new Promise(() => {}) : undefined));
      const first = await boot();
      const other = redis ? await boot() : undefined;
      const { id } = jobOf(await send(first.origin, START, repeat));
      await eventually(() => app.callsOf('POST').length === 2);
      await first.stop('SIGKILL');
      app.answer(undefined);
      const { origin } = other ?? (await boot());
      expect(jobOf(await send(origin, START, repeat)).id).toBe(id);
      await ended(origin, id);
      expect(jobOf(await send(origin, `/api/jobs/${id}`))).toMatchObject({
        status: 'succeeded',
        replies: [{ text: 'Made 4711' }],
      });
      expect(app.callsOf('POST').map(({ path: called }) => called)).toEqual(['/api/things', '/api/once', '/api/once']);
    },
    LONG_MS,
  );
});

/** Waits as a program does, for longer than a lease and the look of another process take on a busy machine. */
async function ended(origin: string, id: string): Promise<void> {
  for (let look = 0; look < 300; look += 1) {
    const { status } = jobOf(await send(origin, `/api/jobs/${id}`));
    if (status !== 'running' && status !== 'pending') return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('The job does not end');
}
