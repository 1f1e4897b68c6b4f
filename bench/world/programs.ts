import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { build } from 'esbuild';
import { freePort } from '../../playground/http.js';
import { SERVICE_FLAGS } from '../../scripts/service-flags.js';
import { ROOT } from '../root.js';
import { onTheirCore } from './cores.js';
import type { Platform } from './platform.js';
import { rssMb } from './process-figures.js';

export interface Running {
  readonly port: number;
  readonly pid: number;
  /** From the start of the process until it listens, in ms. */
  readonly startUpMs: number;
  readonly idleRssMb: number;
  /** Of the embedded store. */
  readonly dataDir: string;
  /** Ends it in peace; `SIGKILL`: at once. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface BehalfOptions {
  readonly redisUrl?: string;
  /** Leaves the other platform out. */
  readonly only?: 'slack' | 'teams';
  /** Default: the bench's, with one recipe. */
  readonly configDir?: string;
  /** Default: a new one, removed at the end. */
  readonly dataDir?: string;
  /** Further settings; an empty text takes one away. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
}

/** Starts a program and waits until its port is open. */
async function startProcess(
  args: readonly string[],
  port: number,
  environment: Readonly<Record<string, string>>,
): Promise<Omit<Running, 'dataDir'>> {
  // For profiles of the programs under test: BENCH_NODE_ARGS='--cpu-prof --cpu-prof-dir=/tmp/profiles'.
  const nodeArgs = (process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter((argument) => argument !== '');
  const [program, ...rest] = [...onTheirCore(process.execPath), ...nodeArgs, ...args] as const;
  const startedAt = performance.now();
  const env = { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...environment, PORT: String(port) };
  const child = spawn(program, rest, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'inherit'] });
  await untilListening(port, child);
  const startUpMs = performance.now() - startedAt;
  await wait(1_000);
  const pid = child.pid ?? 0;
  return { port, pid, startUpMs, idleRssMb: rssMb(pid), stop: (signal) => end(child, signal) };
}

export async function startBareBot(name: 'bare-bolt' | 'bare-botbuilder', platform: Platform): Promise<Running> {
  const args = [join('bench', 'dist', `${name}.js`)];
  return { dataDir: '', ...(await startProcess(args, await freePort(), platform.environment())) };
}

/** Behalf as built. */
export async function startBehalf(
  platform: Platform,
  encryptionKeys: string,
  options: BehalfOptions = {},
): Promise<Running> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'behalf-bench-')));
  const without = options.only === 'slack' ? /^(Microsoft|BOT_)/ : options.only === 'teams' ? /^SLACK_/ : /^$/;
  const port = await freePort();
  const settings = {
    ...Object.fromEntries(Object.entries(platform.environment()).filter(([name]) => !without.test(name))),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    // A few people do the work of thousands: counted as ever, and never too much.
    PERSON_COMMANDS_PER_MINUTE: '1000000',
    PERSON_OPEN_JOBS: '1000000',
    CONFIG_DIR: options.configDir ?? join('bench', 'config'),
    DATA_DIR: dataDir,
    ENCRYPTION_KEYS: encryptionKeys,
    LOG_LEVEL: 'info',
    ...(options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl }),
    ...options.settings,
  };
  const args = [...SERVICE_FLAGS, ...(options.nodeArgs ?? []), join('dist', 'src', 'main.js'), 'start'];
  const set = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''));
  const running = await startProcess(args, port, set);
  return {
    ...running,
    dataDir,
    async stop(signal) {
      await running.stop(signal);
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Builds the service and the bare bots. */
export async function buildPrograms(): Promise<void> {
  await build({
    entryPoints: [join(ROOT, 'bench/bots/bare-bolt.ts'), join(ROOT, 'bench/bots/bare-botbuilder.ts')],
    outdir: join(ROOT, 'bench/dist'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    format: 'cjs',
    logLevel: 'error',
  });
  await new Promise<void>((resolve, reject) => {
    const built = spawn('npm', ['run', '-s', 'build'], { cwd: ROOT, stdio: 'inherit' });
    built.once('exit', (code) => (code === 0 ? resolve() : reject(new Error('The build has failed'))));
  });
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

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  // The service gives itself 25 seconds.
  await Promise.race([ended, wait(26_000, undefined, { ref: false })]);
  child.kill('SIGKILL');
}
