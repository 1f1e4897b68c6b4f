import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import { Browser } from '../playground/tour/browser.js';
import { SERVICE_FLAGS } from '../scripts/service-flags.js';
import { rssMb, type Target } from './load.js';
import type { Platform } from './platform.js';

const ROOT = join(__dirname, '..');
const USERS = Array.from({ length: 50 }, (_, index) => `U${1000 + index}`);

export interface Running {
  readonly port: number;
  readonly pid: number;
  /** From the start of the process until it listens, in ms. */
  readonly startUpMs: number;
  readonly idleRssMb: number;
  stop(): Promise<void>;
}

/** Starts a program on one core of its own where the machine has two, and waits until its port is open. */
async function startProcess(
  args: readonly string[],
  port: number,
  environment: Readonly<Record<string, string>>,
): Promise<Running> {
  const pinned = existsSync('/usr/bin/taskset')
    ? ['/usr/bin/taskset', '-c', '0', process.execPath]
    : [process.execPath];
  // For profiles of the programs under test: BENCH_NODE_ARGS='--cpu-prof --cpu-prof-dir=/tmp/profiles'.
  const nodeArgs = (process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter((argument) => argument !== '');
  const [program = '', ...rest] = [...pinned, ...nodeArgs, ...args];
  const startedAt = performance.now();
  const env = { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...environment, PORT: String(port) };
  const child = spawn(program, rest, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'inherit'] });
  await untilListening(port, child);
  const startUpMs = performance.now() - startedAt;
  await wait(1_000);
  const pid = child.pid ?? 0;
  return { port, pid, startUpMs, idleRssMb: rssMb(pid), stop: () => end(child) };
}

export async function startBareBot(name: 'bare-bolt' | 'bare-botbuilder', platform: Platform): Promise<Running> {
  return startProcess([join('bench', 'dist', `${name}.js`)], await freePort(), platform.environment());
}

/** Behalf as built, with the bench's recipe; `only` leaves the other platform out. */
export async function startBehalf(
  platform: Platform,
  options: { readonly redisUrl?: string; readonly only?: 'slack' | 'teams' },
): Promise<Running> {
  const dataDir = await mkdtemp(join(tmpdir(), 'behalf-bench-'));
  const without = options.only === 'slack' ? /^(Microsoft|BOT_)/ : options.only === 'teams' ? /^SLACK_/ : /^$/;
  const environment = Object.fromEntries(
    Object.entries(platform.environment()).filter(([name]) => !without.test(name)),
  );
  const port = await freePort();
  const running = await startProcess([...SERVICE_FLAGS, join('dist', 'src', 'main.js'), 'start'], port, {
    ...environment,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    CONFIG_DIR: join('bench', 'config'),
    DATA_DIR: dataDir,
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    LOG_LEVEL: 'info',
    ...(options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl }),
  });
  return {
    ...running,
    async stop() {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Logs every user in through the real pages, so that the store holds what it would hold in earnest. */
export async function withUsers(
  platform: Platform,
  running: Running,
  name: string,
  chat: 'slack' | 'teams',
): Promise<Target> {
  const target: Target = { name, chat, port: running.port, pid: running.pid, users: USERS };
  const pool = new Pool(`http://127.0.0.1:${running.port}`);
  for (const user of USERS) await logIn(platform, pool, target, user);
  await pool.close();
  return target;
}

async function logIn(platform: Platform, pool: Pool, target: Target, user: string): Promise<void> {
  const prompted = platform.replyWith('prompt');
  const text = 'lookup name: first';
  await post(pool, target.chat === 'slack' ? platform.slackRequest(user, text) : platform.teamsRequest(user, { text }));
  await prompted;
  const browser = new Browser();
  const page = await browser.submit(await browser.open(platform.latestPrompt), /\/login\//);
  const code = /data-login-code="([^"]+)"/.exec(page.html)?.[1];
  if (code !== undefined)
    await post(pool, platform.teamsRequest(user, { name: 'signin/verifyState', value: { state: code } }));
  else if (!page.text.includes('Connected')) throw new Error(`The login of the bench does not work: ${page.text}`);
}

async function post(
  pool: Pool,
  request: { path: string; headers: Record<string, string>; body: string },
): Promise<void> {
  const response = await pool.request({ method: 'POST', ...request });
  await response.body.dump();
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`A program of the bench ended with ${child.exitCode}`);
    if (await answers(port)) return;
    await wait(5);
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    await response.body?.cancel();
    return response.status !== 503;
  } catch {
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([ended, wait(5_000)]);
  child.kill('SIGKILL');
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}
