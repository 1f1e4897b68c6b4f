import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEmbeddedStores, type EmbeddedStores } from '../../adapters/embedded/index.js';
import { loadCatalogue } from '../../src/catalogue.js';
import { runCheck } from '../../src/cli/check.js';
import { type Connections, createConnections } from '../../src/connections/connections.js';
import { createRevocationPlan } from '../../src/connections/revocation-plan.js';
import { parseKeyring } from '../../src/kernel/key-entries.js';
import { noMetrics } from '../../src/kernel/metrics.port.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { createVault } from '../../src/kernel/vault.js';
import { openRedisStores } from '../contract/stores/redis-harness.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { startRedis } from '../support/redis-server.js';
import { callable, recipe, serviceEnvironment, writeServiceFiles } from '../support/service-files.js';

const FIND = '  - { action: crm.find }';
const RECIPES = {
  look: recipe({ command: 'look', connections: 'crm: { use: crm }', steps: FIND }),
  mine: recipe({ command: 'mine', steps: FIND }),
  inner: callable({ name: 'Inner', connections: 'crm: { use: crm-shared }', steps: FIND }),
  outer: recipe({
    command: 'outer',
    connections: '{}',
    steps: '  - call: { recipe: inner, connections: { crm: crm-eu } }',
  }),
};
const APPS = { crm: 'http://127.0.0.1:1', files: 'http://127.0.0.1:2' };
const WARNING =
  'recipes/look.yaml:7:15 warning "crm" is shared by everybody and must be connected first  hint: run behalf connect crm, or set verify_user_access: true';

let folder: string;
let environment: Record<string, string>;
let stores: EmbeddedStores | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'behalf-check-shared-'));
  writeServiceFiles(folder, RECIPES);
  environment = {
    ...serviceEnvironment(APPS),
    DATA_DIR: path.join(folder, 'data'),
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    EGRESS_ALLOW: '127.0.0.1',
  };
});

afterEach(async () => {
  await stores?.health.close();
  stores = undefined;
  rmSync(folder, { recursive: true });
});

async function check(more: Readonly<Record<string, string>> = {}, options: { readonly offline?: boolean } = {}) {
  const { exitCode, output } = await runCheck({
    configDir: folder,
    environment: { ...environment, ...more },
    ...options,
  });
  return { exitCode, lines: output.trimEnd().split('\n') };
}

/** Changes what the store holds; leaves it open when asked to. */
async function inStore(work: (connections: Connections) => Promise<unknown>, { stays = false } = {}): Promise<void> {
  const basics = { clock: systemClock, logger: new RecordingLogger(), metrics: noMetrics };
  const { DATA_DIR: directory = '', REDIS_URL: url } = environment;
  stores = url === undefined ? await createEmbeddedStores({ directory, ...basics }) : await openRedisStores({ url });
  const vault = createVault(parseKeyring(environment['ENCRYPTION_KEYS'] ?? ''));
  const policy = { configDir: folder, publicUrl: 'http://localhost:3000', egressAllow: ['127.0.0.1'] };
  const { parent } = await loadCatalogue(policy, environment);
  const revocations = createRevocationPlan({ queue: stores.revocations, vault, parents: parent, clock: systemClock });
  const never = async () => Promise.reject(new Error('not called'));
  await work(
    createConnections({
      store: stores.connections,
      leases: stores.leases,
      vault,
      oauth: {
        authorizationUrl: () => '',
        exchangeAssertion: never,
        exchangeCode: never,
        refresh: never,
        requestToken: never,
        revoke: never,
      },
      revocations,
      ...basics,
    }),
  );
  if (stays) return;
  await stores.health.close();
  stores = undefined;
}

const connect = (name: string) => (connections: Connections) => {
  const tokens = { accessToken: new Secret('access'), issuedAt: 0, scopes: [] };
  return connections.activate('shared', name, tokens, { id: 'a', label: 'admin@acme.example' });
};

describe('behalf check, about shared connections', () => {
  test('warns and says why where there is no store to look at', async () => {
    const { exitCode, lines } = await check();

    expect(exitCode).toBe(0);
    expect(lines).toContain(WARNING);
    expect(lines).toContain(
      `whether shared connections are connected was not looked at: there is no store in ${environment['DATA_DIR']} (DATA_DIR)`,
    );
    expect(lines.at(-1)).toBe('4 recipes can start, 6 connections, 2 problems');
  });

  test('has an error at each place that names one which is not connected, also in a call', async () => {
    await inStore(async () => undefined);

    const { exitCode, lines } = await check();

    expect(exitCode).toBe(2);
    expect(lines).toEqual([
      'recipes/look.yaml:7:15 error "crm" is shared by everybody and is not connected  hint: run behalf connect crm, or set verify_user_access: true',
      expect.stringMatching(/^recipes\/outer\.yaml:10:\d+ error "crm-eu" is shared by everybody and is not connected/),
      'a recipe starts by itself when its shared connections are connected',
      '2 recipes can start, 6 connections, 2 problems',
    ]);
  });

  test('finds nothing wrong when they are connected, and tells the reason when they are not any more', async () => {
    await inStore(async (connections) => {
      await connect('crm')(connections);
      await connect('crm-eu')(connections);
    });
    expect(await check()).toEqual({ exitCode: 0, lines: ['4 recipes can start, 6 connections, 0 problems'] });

    await inStore((connections) => connections.markNeedsLogin('shared', 'crm', 1, 'The app has ended the login'));
    expect((await check()).lines[0]).toBe(
      'recipes/look.yaml:7:15 error "crm" is shared by everybody and needs a login (The app has ended the login)  hint: run behalf connect crm',
    );
    await inStore((connections) => connections.disconnect('shared', 'crm'));
    expect((await check()).lines[0]).toContain('"crm" is shared by everybody and is disconnected');
  });

  test('says that a running service keeps the store to itself, and goes on', async () => {
    await inStore(async () => undefined, { stays: true });

    const { exitCode, lines } = await check();

    expect(exitCode).toBe(0);
    expect(lines).toContain(WARNING);
    expect(lines).toContainEqual(expect.stringContaining('is in use by another process of Behalf'));
  });

  test('looks into Redis beside a running service', async () => {
    const redis = await startRedis();
    environment['REDIS_URL'] = redis.url;
    await inStore(connect('crm'), { stays: true });

    expect((await check()).lines).toEqual([
      expect.stringContaining('"crm-eu" is shared by everybody and is not connected'),
      'a recipe starts by itself when its shared connections are connected',
      '3 recipes can start, 6 connections, 1 problem',
    ]);

    await stores?.health.close();
    stores = undefined;
    await redis.stop();
  });

  test('does not look when it is told so, or without the keys, or at a file of another program', async () => {
    await inStore(async () => undefined);

    const why = async (...given: Parameters<typeof check>) =>
      (await check(...given)).lines.find((line) => line.includes('was not looked at'))?.split(': ')[1];
    expect(await why({}, { offline: true })).toBe('--offline');
    expect(await why({ ENCRYPTION_KEYS: '' })).toBe('ENCRYPTION_KEYS is not set');
    mkdirSync(path.join(folder, 'foreign'));
    writeFileSync(path.join(folder, 'foreign/behalf.db'), 'no database');
    expect(await why({ DATA_DIR: path.join(folder, 'foreign') })).toContain('is damaged or no database of Behalf');
    expect(await why({ REDIS_URL: 'amqp://127.0.0.1' })).toContain('REDIS_URL');
  });

  test('says of each recipe in JSON whether it starts and why not', async () => {
    await inStore(connect('crm-eu'));
    writeFileSync(path.join(folder, 'recipes/broken.yaml'), 'name: [');

    const { output } = await runCheck({ configDir: folder, environment, json: true });

    expect(JSON.parse(output)).toMatchObject({
      store: { looked: true },
      recipes: [
        {
          id: 'broken',
          file: 'recipes/broken.yaml',
          state: 'stopped',
          reasons: [expect.stringMatching(/^line \d+: /)],
        },
        { id: 'inner', name: 'Inner', state: 'started', reasons: [], isKept: false },
        { id: 'look', command: 'look', state: 'held', reasons: ['crm is not connected'] },
        { id: 'mine', command: 'mine', state: 'started', reasons: [] },
        { id: 'outer', command: 'outer', state: 'started', reasons: [] },
      ],
    });
  });
});
