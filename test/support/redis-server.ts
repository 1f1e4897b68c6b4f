import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { canListen } from '../../playground/http.js';

export interface RedisServerOptions {
  /** Write every change to disk, so that `kill` and `restart` lose nothing. Default: nothing is written. */
  readonly appendOnly?: boolean;
  /** More settings, as on the command line: `['--maxmemory', '10mb']`. */
  readonly settings?: readonly string[];
  /** Listen here; default: a free port. */
  readonly port?: number;
}

/** A real `redis-server` in a folder of its own. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder, after `kill`. */
  restart(): Promise<void>;
  /** Freezes the process: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
}

const READY_WITHIN_MS = 20_000;

export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const directory = mkdtempSync(join(tmpdir(), 'behalf-redis-'));
  const settings = [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''],
    ...['--appendonly', options.appendOnly ? 'yes' : 'no', '--appendfsync', 'always'],
    ...['--maxmemory-policy', 'noeviction', '--loglevel', 'warning', ...(options.settings ?? [])],
  ];
  let running = await launch(settings, port);
  const kill = async (): Promise<void> => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.kill('SIGKILL');
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill,
    async restart() {
      await kill();
      running = await launch(settings, port);
    },
    pause: () => void running.kill('SIGSTOP'),
    resume: () => void running.kill('SIGCONT'),
    async stop() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** One Sentinel that watches the server under the name `main`; ends with `stop`. */
export async function startSentinel(master: RedisServer): Promise<Pick<RedisServer, 'port' | 'stop'>> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'behalf-sentinel-'));
  const file = join(directory, 'sentinel.conf');
  writeFileSync(file, `port ${port}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 ${master.port} 1\n`);
  const child = await launch([file, '--sentinel'], port);
  return {
    port,
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function launch(settings: readonly string[], port: number): Promise<ChildProcess> {
  const child = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', () => {
      reject(
        new Error(
          'redis-server is not installed. Debian, Ubuntu: apt-get install -y redis-server · macOS: brew install redis',
        ),
      );
    });
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${output}`)));
  });
  failed.catch(() => undefined);
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  child.once('exit', () => process.removeListener('exit', killAtExit));
  await Promise.race([failed, untilItAnswers(port)]);
  return child;
}

async function untilItAnswers(port: number): Promise<void> {
  for (const deadline = Date.now() + READY_WITHIN_MS; Date.now() < deadline; ) {
    if (await answersPing(port)) return;
    await sleep(20);
  }
  throw new Error(`redis-server on port ${port} did not answer within ${READY_WITHIN_MS} ms`);
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const finish = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('data', (data) => finish(data.toString().startsWith('+PONG')));
    socket.once('error', () => finish(false));
    // Also where the other side ends it without a word.
    socket.once('close', () => finish(false));
    socket.setTimeout(1_000, () => finish(false));
  });
}

/** Below the ephemeral range, and so that the port of a Cluster's bus (10 000 more) is as well. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(11_000, 21_000);
    if ((await canListen(port)) && (await canListen(port + 10_000))) return port;
  }
}
