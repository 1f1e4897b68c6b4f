import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './redis-server.js';

const SCRIPTS = resolve(__dirname, '../../deploy/compose');
const PASSWORD = 'between-ourselves';
const run = promisify(execFile);

interface Member {
  readonly port: number;
  readonly start: () => void;
  readonly kill: () => Promise<void>;
}

/** Three servers of Redis and three Sentinels, started by the scripts of `deploy/compose`. */
export interface WatchedRedis {
  readonly url: string;
  /** Port of the master that the Sentinels name; nothing while they do not agree. */
  master(): Promise<number | undefined>;
  /** How far the master has written; below zero while there is none. */
  written(): Promise<number>;
  /** How many replicas have what was written up to there. */
  replicatedSince(offset: number): Promise<number>;
  /** kill -9 of the server on that port. */
  kill(port: number): Promise<void>;
  /** The killed server comes back, as whatever the Sentinels say. */
  restart(port: number): void;
  stop(): Promise<void>;
}

/** Needs `redis-server` and `redis-cli`. */
export async function startWatchedRedis(): Promise<WatchedRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'behalf-watched-'));
  const ports = await freePorts(6);
  const [servers, sentinels] = [ports.slice(0, 3), ports.slice(3)];
  const environment = {
    PATH: process.env['PATH'],
    REDIS_PASSWORD: PASSWORD,
    SELF: '127.0.0.1',
    FIRST_MASTER: `127.0.0.1:${servers[0]}`,
    SENTINELS: sentinels.map((port) => `127.0.0.1:${port}`).join(' '),
  };
  const member = (port: number, script: string, settings: readonly string[], own: Record<string, string>): Member => {
    const directory = join(folder, String(port));
    mkdirSync(directory);
    let child: ChildProcess | undefined;
    return {
      port,
      start() {
        child = spawn('sh', [join(SCRIPTS, script), ...settings], {
          cwd: directory,
          env: { ...environment, ...own },
          stdio: 'ignore',
        });
        const killed = child;
        process.once('exit', () => void killed.kill('SIGKILL'));
      },
      async kill() {
        if (!child || child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      },
    };
  };
  const redis = servers.map((port) =>
    member(port, 'redis.sh', ['--bind', '127.0.0.1', '--save', ''], { REDIS_PORT: String(port) }),
  );
  const watchers = sentinels.map((port) =>
    member(port, 'sentinel.sh', [], {
      SENTINEL_PORT: String(port),
      SENTINEL_FILE: join(folder, String(port), 'sentinel.conf'),
    }),
  );
  for (const each of [...redis, ...watchers]) each.start();
  const find = (port: number) => redis.find((each) => each.port === port);
  const master = async (): Promise<number | undefined> => {
    const answers = await Promise.all(
      sentinels.map((port) => ask(port, ['sentinel', 'get-master-addr-by-name', 'behalf'])),
    );
    const named = new Set(answers.map((answer) => answer.split('\n')[1]));
    const [only] = named;
    return named.size === 1 && only ? Number(only) : undefined;
  };
  const replication = async () => {
    const info = await ask((await master()) ?? 0, ['-a', PASSWORD, '--no-auth-warning', 'info', 'replication']);
    const replicas = [...info.matchAll(/^slave\d+:.*state=online,offset=(\d+)/gm)].map(([, offset]) => Number(offset));
    return { written: Number(/^master_repl_offset:(\d+)/m.exec(info)?.[1] ?? -1), replicas };
  };
  return {
    url: `redis+sentinel://:${PASSWORD}@${sentinels.map((port) => `127.0.0.1:${port}`).join(',')}/behalf`,
    master,
    async replicatedSince(offset) {
      const { replicas } = await replication();
      return replicas.filter((theirs) => theirs >= offset).length;
    },
    async written() {
      return (await replication()).written;
    },
    kill: async (port) => find(port)?.kill(),
    restart: (port) => find(port)?.start(),
    async stop() {
      await Promise.all([...watchers, ...redis].map((each) => each.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Empty while nobody answers there. */
async function ask(port: number, words: readonly string[]): Promise<string> {
  const answer = await run('redis-cli', ['-h', '127.0.0.1', '-p', String(port), ...words]).catch(() => undefined);
  return answer?.stdout ?? '';
}

async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
