import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startRedis } from '../support/redis-server.js';

const ROOT = path.join(__dirname, '../..');

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'behalf-start-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** What is loaded before the service: a signal makes it fail where nobody expects it. */
const BROKEN = `process.on('SIGUSR2', () => {
  const error = Object.assign(new Error('message-canary\\n    with-canary'), { code: 'EBROKEN', request: { authorization: 'header-canary' } });
  if (process.env.FAILS_BY === 'rejection') Promise.reject(error);
  else throw error;
});`;

/** Starts the service as an operator does, and sends it a signal where one is given; resolves when it has given up. */
async function start(environment: Readonly<Record<string, string>>, signal?: NodeJS.Signals) {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(ROOT, 'src/main.ts'), 'start'], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'] ?? '',
      SLACK_SIGNING_SECRET: 'signing-canary',
      SLACK_BOT_TOKEN: 'xoxb-canary',
      // Nobody listens there.
      SLACK_API_URL: 'http://127.0.0.1:1/api/',
      DATA_DIR: path.join(directory, 'data'),
      CONFIG_DIR: directory,
      PORT: '0',
      ...environment,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += String(data);
      if (signal !== undefined && output.includes('"port"')) child.kill(signal);
    });
  }
  try {
    const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(25_000) });
    return { code, output };
  } finally {
    child.kill('SIGKILL');
  }
}

describe('a service that cannot start ends, says why, and shows no secret', () => {
  test('when its port is taken', async () => {
    const taken = createServer().listen(0, '::');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { code, output } = await start({ PORT: String(port) });
    taken.close();
    expect(output).toContain(`behalf: PORT ${port} is in use by another process. Choose another one.\n`);
    expect(code).toBe(2);
    expect(output).not.toContain('canary');
  });

  test('when its configuration is wrong', async () => {
    const { code, output } = await start({ SLACK_BOT_TOKEN: '', LOG_LEVEL: 'loud', ENCRYPTION_KEYS: 'k1:canary' });
    expect(code).toBe(2);
    expect(output).toContain('The configuration has 3 mistakes:');
    expect(output).not.toContain('canary');
  });

  test('when there is no folder for its recipes', async () => {
    const { code, output } = await start({ CONFIG_DIR: path.join(directory, 'confg') });
    expect(output).toContain(`behalf: CONFIG_DIR: ${path.join(directory, 'confg')} is not a folder\n`);
    expect(code).toBe(2);
    expect(output).not.toContain('canary');
  });

  test('when Redis does not have its database', async () => {
    const server = await startRedis();
    const { code, output } = await start({ REDIS_URL: `redis://:password-canary@127.0.0.1:${server.port}/99` });
    await server.stop();
    expect(output).toContain('behalf: REDIS_URL ends in the number of a database that Redis does not have');
    expect(code).toBe(2);
    expect(output).not.toContain('canary');
  });

  test('when its data cannot be kept', async () => {
    writeFileSync(path.join(directory, 'data'), 'a file');
    const { code, output } = await start({ ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}` });
    expect(code).toBe(2);
    expect(output).toMatch(/behalf: DATA_DIR: .*data cannot be made/);
  });

  test('when its data cannot be kept, and its key would have been made beside them', async () => {
    writeFileSync(path.join(directory, 'data'), 'a file');
    const { code, output } = await start({});
    expect(code).toBe(2);
    expect(output).toMatch(/behalf: DATA_DIR: the folder \S+data cannot be made \(EEXIST\)\n/);
  });

  test('when connections.yaml is a folder, as Docker makes one', async () => {
    mkdirSync(path.join(directory, 'connections.yaml'));
    const { code, output } = await start({});
    expect(code).toBe(2);
    expect(output).toMatch(/\nbehalf: \S+connections\.yaml is a folder: it must be a file/);
  });

  test('when recipes is a file', async () => {
    writeFileSync(path.join(directory, 'recipes'), '');
    const { code, output } = await start({});
    expect(code).toBe(2);
    expect(output).toMatch(/\nbehalf: \S+recipes is a file: it must be a folder\n/);
  });
});

describe('a service that fails where nobody expects it', () => {
  test.each([
    ['exception', 'uncaught exception'],
    ['rejection', 'unhandled rejection'],
  ])('ends by an %s, says where, and shows nothing of what failed', async (how, what) => {
    const file = path.join(directory, 'broken.cjs');
    writeFileSync(file, BROKEN);
    const environment = {
      NODE_OPTIONS: `--require ${file}`,
      FAILS_BY: how,
      ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    };
    const { code, output } = await start(environment, 'SIGUSR2');
    expect(code).toBe(1);
    expect(output).toContain(`"reason":"Error (EBROKEN)`);
    expect(output).toContain(`"msg":"${what}"`);
    expect(output).not.toContain('canary');
  });
});
