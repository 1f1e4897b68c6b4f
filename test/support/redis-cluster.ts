import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { freePort, type RedisServer, startRedis } from './redis-server.js';

const run = promisify(execFile);
/** A busy machine; every wait ends with words. */
const PATIENCE_MS = 120_000;

export interface RedisCluster {
  readonly url: string;
  readonly nodes: readonly RedisServer[];
  /** The master that has the slot of the key, as most masters say. */
  ownerOf(key: string): Promise<RedisServer>;
  /** Begins to move the slot of the key to another master: from then on each of its keys is here or there. */
  beginMove(key: string): Promise<SlotMove>;
  /** Moves that many slots from one master to another, with `redis-cli`. */
  reshard(from: RedisServer, to: RedisServer, slots: number): Promise<void>;
  /** Resolves when the replica of a master has all that was written before. */
  untilReplicated(master: RedisServer): Promise<void>;
  /** Resolves when another node has taken over the slots of the killed one. */
  untilTakenOver(key: string, from: RedisServer): Promise<void>;
  stop(): Promise<void>;
}

/** A slot on its way, as `redis-cli --cluster reshard` moves it. */
export interface SlotMove {
  /** The keys that are still on the first master. */
  left(): Promise<readonly string[]>;
  /** Moves one of them. */
  moveKey(key: string): Promise<void>;
  /** Moves what is left and ends it. */
  finish(): Promise<void>;
}

/** Three masters that share the slots, each with a replica where asked for. */
export async function startRedisCluster(options: { readonly replicas?: boolean } = {}): Promise<RedisCluster> {
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '5000'];
  const nodes: RedisServer[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(nodes.map((node) => node.stop())));
  const ports = new Set<number>();
  while (ports.size < (options.replicas ? 6 : 3)) ports.add(await freePort());
  try {
    for (const port of ports) nodes.push(await startRedis({ settings, port }));
    const addresses = nodes.map(addressOf);
    const replicas = options.replicas ? ['--cluster-replicas', '1'] : [];
    await run('redis-cli', ['--cluster', 'create', ...addresses, ...replicas, '--cluster-yes'], {
      timeout: PATIENCE_MS,
    });
    if (options.replicas) await untilReplicated(nodes);
  } catch (error) {
    await stop();
    throw new Error('redis-cli could not form a Cluster. Install it with: apt-get install -y redis-tools', {
      cause: error,
    });
  }
  return { ...actsOn(nodes), url: `redis+cluster://${nodes.map(addressOf).join(',')}`, nodes, stop };
}

function actsOn(nodes: readonly RedisServer[]): Omit<RedisCluster, 'url' | 'nodes' | 'stop'> {
  const findOwner = async (key: string): Promise<RedisServer | undefined> => {
    const named = await Promise.all(nodes.map((node) => masterOf(node, key)));
    const ports = new Set(named.filter((port) => port !== undefined));
    return ports.size === 1 ? nodes.find(({ port }) => ports.has(port)) : undefined;
  };
  const ownerOf = async (key: string): Promise<RedisServer> => {
    const owner = await findOwner(key);
    if (!owner) throw new Error(`The nodes do not agree on who has the slot of ${key}`);
    return owner;
  };
  return {
    ownerOf,
    async beginMove(key) {
      const from = await ownerOf(key);
      const others = await Promise.all(nodes.map(async (node) => ((await isMaster(node)) ? [node] : [])));
      const to = others.flat().find((node) => node !== from);
      if (!to) throw new Error('There is one master only');
      return move(nodes, { key, from, to });
    },
    async reshard(from, to, slots) {
      const [source, target] = await Promise.all([idOf(from), idOf(to)]);
      const which = ['--cluster-from', source, '--cluster-to', target, '--cluster-slots', String(slots)];
      await run('redis-cli', ['--cluster', 'reshard', addressOf(from), ...which, '--cluster-yes'], {
        timeout: PATIENCE_MS,
        maxBuffer: 2 ** 26,
      });
    },
    untilReplicated: (master) =>
      until('the replica to catch up', async () => {
        const info = String(await on(master, 'INFO', 'replication'));
        const written = Number(/^master_repl_offset:(\d+)/m.exec(info)?.[1]);
        return Number(/^slave0:.*state=online,offset=(\d+)/m.exec(info)?.[1]) >= written;
      }),
    untilTakenOver: (key, from) =>
      until('a replica to take over', async () => {
        const owner = await findOwner(key);
        return owner !== undefined && owner !== from;
      }),
  };
}

async function move(
  nodes: readonly RedisServer[],
  { key, from, to }: { readonly key: string; readonly from: RedisServer; readonly to: RedisServer },
): Promise<SlotMove> {
  const slot = Number(await on(from, 'CLUSTER', 'KEYSLOT', key));
  const [source, target] = await Promise.all([idOf(from), idOf(to)]);
  await on(to, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', source);
  await on(from, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', target);
  const left = async (): Promise<readonly string[]> => texts(await on(from, 'CLUSTER', 'GETKEYSINSLOT', slot, 10_000));
  const moveKey = async (moved: string): Promise<void> =>
    void (await on(from, 'MIGRATE', '127.0.0.1', to.port, moved, 0, 10_000));
  return {
    left,
    moveKey,
    async finish() {
      for (const moved of await left()) await moveKey(moved);
      for (const node of [to, from, ...nodes.filter((other) => other !== from && other !== to)]) {
        if (await isMaster(node)) await on(node, 'CLUSTER', 'SETSLOT', slot, 'NODE', target);
      }
    },
  };
}

/** Port of the master that has the slot of the key, as this node says; nothing where it is gone. */
async function masterOf(node: RedisServer, key: string): Promise<number | undefined> {
  const slot = Number(await on(node, 'CLUSTER', 'KEYSLOT', key).catch(() => undefined));
  const ranges: unknown = await on(node, 'CLUSTER', 'SLOTS').catch(() => []);
  for (const range of Array.isArray(ranges) ? ranges : []) {
    const [first, last, master]: readonly unknown[] = range;
    if (slot >= Number(first) && slot <= Number(last) && Array.isArray(master)) return Number(master[1]);
  }
  return undefined;
}

async function untilReplicated(nodes: readonly RedisServer[]): Promise<void> {
  await until('every replica to be in sync', async () => {
    const told = await Promise.all(nodes.map((node) => on(node, 'INFO', 'replication').catch(() => '')));
    const linked = told.filter((info) => /role:slave[\s\S]*master_link_status:up/.test(String(info)));
    return linked.length * 2 === nodes.length;
  });
}

async function isMaster(node: RedisServer): Promise<boolean> {
  const role = await on(node, 'ROLE').catch(() => undefined);
  return Array.isArray(role) && role[0] === 'master';
}

async function idOf(node: RedisServer): Promise<string> {
  return String(await on(node, 'CLUSTER', 'MYID'));
}

/** One command on this node itself. */
async function on(node: RedisServer, command: string, ...values: readonly (string | number)[]): Promise<unknown> {
  const redis = new Redis(node.port, '127.0.0.1', {
    lazyConnect: true,
    retryStrategy: null,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 5_000,
    commandTimeout: 20_000,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await redis.call(command, ...values);
  } finally {
    redis.disconnect();
  }
}

function texts(reply: unknown): readonly string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}

function addressOf({ port }: RedisServer): string {
  return `127.0.0.1:${port}`;
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
    if (await isSo()) return;
    await sleep(100);
  }
  throw new Error(`Waited ${PATIENCE_MS / 1_000} s in vain for ${what}`);
}
