import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './redis-server.js';

const SCRIPTS = resolve(__dirname, '../../deploy/compose');
const PASSWORD = 'between-ourselves';
/** A Sentinel that the machine has not let run for two seconds does nothing for thirty (TILT), and the next vote is later. */
const PATIENCE_MS = 180_000;
/** Three Sentinels on one machine notice at the same time and may all vote for themselves: the next vote is after twice this. */
const FAILOVER_TIMEOUT_MS = '10000';
const LOOK_MS = 100;
const REPLICAS = 2;
/** Of the three Sentinels: as many as choose a new master. */
const MAJORITY = 2;

interface Member {
  readonly port: number;
  start(): void;
  kill(): Promise<void>;
}

/** Three servers of Redis and three Sentinels, started by the scripts of `deploy/compose`. */
export interface WatchedRedis {
  /** `redis+sentinel://…` */
  readonly url: string;
  /** Resolves when most Sentinels see a master with two replicas that take what it writes: it may be killed from then on. */
  untilWhole(): Promise<void>;
  /** Resolves when both replicas have all that was written before. */
  untilReplicated(): Promise<void>;
  /** kill -9 of the master; resolves with its port. */
  killMaster(): Promise<number>;
  /** Resolves when most Sentinels name another master than that, and it takes writes. */
  untilFailedOver(former: number): Promise<void>;
  /** The killed server comes back, as whatever the Sentinels say. */
  restart(port: number): void;
  stop(): Promise<void>;
}

/** Needs `redis-server` and `redis-cli`. Every wait ends with an error that says what did not come about. */
export async function startWatchedRedis(): Promise<WatchedRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'behalf-watched-'));
  const { servers, sentinels, url } = await membersIn(folder);
  for (const each of [...servers, ...sentinels]) each.start();
  const master = () => masterOf(sentinels);
  return {
    url,
    async untilWhole() {
      await until('a master with two replicas that most Sentinels see', async () => {
        const whole = await Promise.all(sentinels.map(({ port }) => seesAll(port)));
        return whole.filter(Boolean).length >= MAJORITY && (await takesWrites(await master(), REPLICAS));
      });
      await until('the Sentinels to vote again sooner', async () => {
        const settings = ['SET', 'behalf', 'failover-timeout', FAILOVER_TIMEOUT_MS];
        const set = await Promise.all(
          sentinels.map(({ port }) => ask(port, (redis) => redis.call('SENTINEL', ...settings))),
        );
        return set.every((answer) => answer === 'OK');
      });
    },
    untilReplicated: () => until('both replicas to catch up', async () => takesWrites(await master(), REPLICAS)),
    async killMaster() {
      const port = await master();
      const server = servers.find((each) => each.port === port);
      if (!server) throw new Error('The Sentinels name no master');
      await server.kill();
      return server.port;
    },
    untilFailedOver: (former) =>
      until('the Sentinels to choose another master', async () => {
        const port = await master();
        return port !== former && (await takesWrites(port, 1));
      }),
    restart: (port) => servers.find((each) => each.port === port)?.start(),
    async stop() {
      await Promise.all([...sentinels, ...servers].map((each) => each.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function membersIn(folder: string) {
  const ports = await freePorts(6);
  const [redisPorts, sentinelPorts] = [ports.slice(0, 3), ports.slice(3)];
  const addresses = sentinelPorts.map((port) => `127.0.0.1:${port}`);
  const environment = {
    PATH: process.env['PATH'],
    REDIS_PASSWORD: PASSWORD,
    SELF: '127.0.0.1',
    FIRST_MASTER: `127.0.0.1:${redisPorts[0]}`,
    SENTINELS: addresses.join(' '),
  };
  const member = (port: number, script: string, settings: readonly string[], own: Record<string, string>): Member => {
    const directory = join(folder, String(port));
    mkdirSync(directory);
    return startable(port, () =>
      spawn('sh', [join(SCRIPTS, script), ...settings], {
        cwd: directory,
        env: { ...environment, ...own },
        stdio: 'ignore',
      }),
    );
  };
  return {
    url: `redis+sentinel://:${PASSWORD}@${addresses.join(',')}/behalf`,
    servers: redisPorts.map((port) =>
      member(port, 'redis.sh', ['--bind', '127.0.0.1', '--save', ''], { REDIS_PORT: String(port) }),
    ),
    sentinels: sentinelPorts.map((port) =>
      member(port, 'sentinel.sh', [], {
        SENTINEL_PORT: String(port),
        SENTINEL_FILE: join(folder, String(port), 'sentinel.conf'),
      }),
    ),
  };
}

function startable(port: number, launch: () => ChildProcess): Member {
  let child: ChildProcess | undefined;
  const killAtExit = (): void => void child?.kill('SIGKILL');
  process.once('exit', killAtExit);
  return {
    port,
    start() {
      child = launch();
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The port that most of the Sentinels name. */
async function masterOf(sentinels: readonly Member[]): Promise<number | undefined> {
  const named = await Promise.all(
    sentinels.map(({ port }) =>
      ask(port, async (redis) => portIn(await redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'behalf'))),
    ),
  );
  return named.find((port) => port && named.filter((other) => other === port).length >= MAJORITY);
}

function portIn(address: unknown): number | undefined {
  return Array.isArray(address) ? Number(address[1]) : undefined;
}

/** Whether a Sentinel can choose: it knows the other ones and both replicas, and all of them answer it. */
async function seesAll(port: number): Promise<boolean> {
  const seen = await ask(port, async (redis) => {
    const quorum = await redis.call('SENTINEL', 'CKQUORUM', 'behalf');
    const replicas = fieldsOf(await redis.call('SENTINEL', 'REPLICAS', 'behalf'));
    const others = fieldsOf(await redis.call('SENTINEL', 'SENTINELS', 'behalf'));
    const linked = replicas.filter((each) => each.get('flags') === 'slave' && each.get('master-link-status') === 'ok');
    return String(quorum).startsWith('OK') && linked.length === REPLICAS && others.length === REPLICAS;
  });
  return seen ?? false;
}

/** Whether a server takes a write and so many replicas take it from there, and with it all that was written before. */
async function takesWrites(port: number | undefined, replicas: number): Promise<boolean> {
  if (port === undefined) return false;
  const taken = await ask(
    port,
    async (redis) => {
      await redis.set('probe', '1', 'PX', PATIENCE_MS);
      return (await redis.wait(replicas, 1_000)) >= replicas;
    },
    { password: PASSWORD },
  );
  return taken ?? false;
}

/** Nothing while nobody answers there, or answers with an error. */
async function ask<T>(
  port: number,
  question: (redis: Redis) => Promise<T>,
  access: { readonly password?: string } = {},
): Promise<T | undefined> {
  const redis = new Redis(port, '127.0.0.1', {
    ...access,
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    commandTimeout: 5_000,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await question(redis);
  } catch {
    return undefined;
  } finally {
    redis.disconnect();
  }
}

/** What `SENTINEL REPLICAS` and its like list: names and values in turn for each. */
function fieldsOf(reply: unknown): readonly ReadonlyMap<string, string>[] {
  const lists: readonly unknown[] = Array.isArray(reply) ? reply : [];
  return lists.map((list) => {
    const texts = Array.isArray(list) ? list.map(String) : [];
    return new Map(texts.flatMap((name, index) => (index % 2 === 0 ? [[name, texts[index + 1] ?? '']] : [])));
  });
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
    if (await isSo()) return;
    await sleep(LOOK_MS);
  }
  throw new Error(`Waited ${PATIENCE_MS / 1_000} s in vain for ${what}`);
}

async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
