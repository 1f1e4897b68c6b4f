import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const ROOT = join(__dirname, '..');
const FROM_SOURCES = ['--import', 'tsx', join('src', 'main.ts'), 'start'];
const KEPT_LINES = 40;
const READY_POLL_MS = 50;

/** What a process needs from the machine; everything else is the caller's choice. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot', 'NODE_EXTRA_CA_CERTS'];

export interface ServiceOptions {
  /** Everything that the service logs, over restarts too. A temporary file unless told. */
  readonly logFile?: string;
  /** Arguments of node; the service from its sources unless told. */
  readonly entry?: readonly string[];
  /** How long to wait for `/readyz`; 30,000 ms unless told. */
  readonly readyTimeoutMs?: number;
}

export interface RunningService {
  readonly logFile: string;
  readonly pid: number | undefined;
  /** Resolves when the present process has ended. */
  readonly exited: Promise<void>;
  /** How the last process ended, once it has: its exit code, `null` after a signal. */
  readonly exitCode: number | null | undefined;
  /** The last lines of its log. */
  lastLines(): string;
  /** Ends the process (SIGTERM: gracefully) and waits until it has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again with the same environment and waits until it is ready. */
  start(): Promise<void>;
  restart(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Runs the service as operators do: a process with an environment. Resolves when `/readyz` answers 200; rejects with
 * the last lines of the log when the process ends before or is not ready in time.
 */
export async function startService(
  env: Readonly<Record<string, string>>,
  options: ServiceOptions = {},
): Promise<RunningService> {
  const logFile = options.logFile ?? join(tmpdir(), `behalf-playground-${process.pid}-${env['PORT'] ?? ''}.log`);
  await mkdir(dirname(logFile), { recursive: true });
  const { entry = FROM_SOURCES, readyTimeoutMs = 30_000 } = options;
  const service = new Service(env, { logFile, entry, readyTimeoutMs });
  await service.start();
  return service;
}

class Service implements RunningService {
  readonly logFile: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #entry: readonly string[];
  readonly #readyTimeoutMs: number;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #lines: string[] = [];

  constructor(env: Readonly<Record<string, string>>, options: Required<ServiceOptions>) {
    this.#env = env;
    this.logFile = options.logFile;
    this.#entry = options.entry;
    this.#readyTimeoutMs = options.readyTimeoutMs;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get exitCode(): number | null | undefined {
    return this.#child?.signalCode ? null : (this.#child?.exitCode ?? undefined);
  }

  get exited(): Promise<void> {
    return this.#exited;
  }

  lastLines(): string {
    return this.#lines.join('\n');
  }

  async start(): Promise<void> {
    const inherited = INHERITED.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    const child = spawn(process.execPath, this.#entry, {
      cwd: ROOT,
      env: { ...Object.fromEntries(inherited), ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#exited = once(child, 'exit').then(() => undefined);
    const log = createWriteStream(this.logFile, { flags: 'a' });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        log.write(chunk);
        this.#lines = [...this.#lines, ...chunk.toString('utf8').trimEnd().split('\n')].slice(-KEPT_LINES);
      });
    }
    child.on('close', () => log.end());
    await this.#ready(child);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#child?.kill(signal);
    await this.#exited;
  }

  async restart(signal?: NodeJS.Signals): Promise<void> {
    await this.stop(signal);
    await this.start();
  }

  async #ready(child: ChildProcess): Promise<void> {
    const url = `http://127.0.0.1:${this.#env['PORT'] ?? '3000'}/readyz`;
    const deadline = Date.now() + this.#readyTimeoutMs;
    while (Date.now() < deadline) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(
          `Behalf ended with ${child.exitCode ?? child.signalCode}. Its last lines:\n${this.lastLines()}`,
        );
      }
      const status = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
        async (response) => {
          await response.body?.cancel();
          return response.status;
        },
        () => 0,
      );
      if (status === 200) return;
      await wait(READY_POLL_MS);
    }
    await this.stop('SIGKILL');
    throw new Error(`Behalf was not ready after ${this.#readyTimeoutMs} ms. Its last lines:\n${this.lastLines()}`);
  }
}
