import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';

export interface RedisServer {
  readonly url: string;
  readonly client: Redis;
  stop(): Promise<void>;
}

/** `isDurable`: with the append-only file, as in earnest; without it, a million records are written sooner. */
export async function startRedis({ isDurable }: { readonly isDurable: boolean }): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-bench-redis-'));
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const file = isDurable ? ['--appendonly', 'yes', '--appendfsync', 'everysec'] : ['--appendonly', 'no'];
  const server = spawn('redis-server', ['--port', String(port), '--dir', folder, '--save', '', ...file], {
    stdio: 'ignore',
  });
  server.once('error', () => {
    console.error('The bench needs redis-server: apt-get install redis-server, or brew install redis');
    process.exit(1);
  });
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  // Until it listens there are errors, and the next try follows.
  client.on('error', () => {});
  await client.ping();
  return {
    url,
    client,
    async stop() {
      client.disconnect();
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await Promise.race([ended, wait(10_000, undefined, { ref: false })]);
      server.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a Redis server says of itself: totals since its start. */
export interface RedisFigures {
  readonly memoryBytes: number;
  /** Commands carried out, those inside of scripts too. */
  readonly operations: number;
  readonly cpuMs: number;
  /** In and out. */
  readonly networkBytes: number;
}

export async function redisFigures(redis: Redis): Promise<RedisFigures> {
  return readInfo(await redis.info());
}

/** Reads an answer of `INFO`. */
export function readInfo(info: string): RedisFigures {
  const field = (name: string): number => Number(new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? Number.NaN);
  return {
    memoryBytes: field('used_memory'),
    operations: field('total_commands_processed'),
    cpuMs: (field('used_cpu_user') + field('used_cpu_sys')) * 1_000,
    networkBytes: field('total_net_input_bytes') + field('total_net_output_bytes'),
  };
}
