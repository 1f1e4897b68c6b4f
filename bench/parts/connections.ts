import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stand } from '../stand.js';
import { median, medianRatio } from '../statistics.js';
import { eachOf, measure, openPool, send, type Target } from '../world/load.js';
import { userIds } from '../world/people.js';
import type { Running } from '../world/programs.js';
import { redisFigures } from '../world/redis.js';
import { openStore, personSeed, sealedBytes, type TokenKind, vaultOf, writeSeeds } from '../world/seed.js';

type StoreName = 'redis' | 'embedded';

/** People who are at work, spread over all who are connected. */
const AT_WORK = 500;

/** A store that can be filled further, and a service on it. */
interface Filled {
  fill(from: number, to: number): Promise<void>;
  start(): Promise<Running>;
  /** Bytes that are kept. */
  size(): Promise<number>;
}

/** What a command costs among 1 000 to 1 000 000 connections, and what each of them takes. */
export async function measureConnections(stand: Stand): Promise<void> {
  const vault = vaultOf(stand.encryptionKeys);
  for (const tokens of ['jwt', 'opaque'] as const) {
    stand.note('sealedBytes', sealedBytes(vault, personSeed('U1000000', tokens)), { unit: 'bytes', at: { tokens } });
    await measureMemory(stand, tokens);
  }
  for (const store of ['redis', 'embedded'] as const) await growAndMeasure(stand, store);
}

async function measureMemory(stand: Stand, tokens: TokenKind): Promise<void> {
  const count = stand.options.isQuick ? 10_000 : 100_000;
  const server = await stand.redis({ isDurable: false });
  const before = await redisFigures(server.client);
  await seed(stand, { redisUrl: server.url }, { from: 0, to: count, tokens });
  const after = await redisFigures(server.client);
  const each = (after.memoryBytes - before.memoryBytes) / count;
  await server.stop();
  stand.note('redisBytes', each, { unit: 'bytes', at: { tokens, connections: count } });
  stand.say(`${tokens}: ${each.toFixed(0)} bytes in Redis for one of ${count} connections`);
}

async function growAndMeasure(stand: Stand, store: StoreName): Promise<void> {
  const [smallest = 1_000, ...sizes] = stand.options.sizes;
  const base = await open(stand, store);
  await base.fill(0, smallest);
  const baseTarget = targetOf(await base.start(), smallest);
  const warm = (target: Target) => warmUp(stand, target);
  await warm(baseTarget);
  const growing = await open(stand, store);
  const empty = await growing.size();
  let filled = 0;
  for (const connections of sizes) {
    await growing.fill(filled, connections);
    filled = connections;
    if (store === 'embedded') {
      stand.note('fileBytes', ((await growing.size()) - empty) / connections, { unit: 'bytes', at: { connections } });
    }
    const running = await growing.start();
    const target = targetOf(running, connections);
    await warm(target);
    await compare(stand, { store, base: baseTarget, target, smallest, connections });
    await running.stop();
  }
}

interface Comparison {
  readonly store: StoreName;
  readonly base: Target;
  readonly target: Target;
  readonly smallest: number;
  readonly connections: number;
}

async function compare(stand: Stand, { base, connections, smallest, store, target }: Comparison): Promise<void> {
  const figures: { own: number[]; base: number[] } = { own: [], base: [] };
  for (let round = 0; round < stand.options.rounds; round += 1) {
    figures.base.push((await measure(stand.platform, base, 'c50', stand.options.seconds)).cpuMsPerCommand);
    figures.own.push((await measure(stand.platform, target, 'c50', stand.options.seconds)).cpuMsPerCommand);
  }
  const ratio = medianRatio(figures.own, figures.base);
  stand.note('cpu', median(figures.base), { unit: 'ms', at: { store, connections: smallest, beside: connections } });
  stand.note('cpu', median(figures.own), { unit: 'ms', at: { store, connections, beside: smallest } });
  stand.note('cpuRatio', ratio, { at: { store, connections, to: smallest } });
  stand.say(`${store}, ${connections} connections: ${ratio.toFixed(2)} x the CPU of ${smallest}`);
}

async function open(stand: Stand, store: StoreName): Promise<Filled> {
  if (store === 'redis') {
    const server = await stand.redis({ isDurable: false });
    return {
      fill: (from, to) => seed(stand, { redisUrl: server.url }, { from, to, tokens: 'jwt' }),
      start: () => stand.behalf({ redisUrl: server.url, only: 'slack' }),
      size: async () => (await redisFigures(server.client)).memoryBytes,
    };
  }
  const directory = await mkdtemp(join(tmpdir(), 'behalf-bench-'));
  stand.atEnd(() => rm(directory, { recursive: true, force: true }));
  return {
    fill: (from, to) => seed(stand, { directory }, { from, to, tokens: 'jwt' }),
    start: () => stand.behalf({ dataDir: directory, only: 'slack' }),
    size: async () => (await stat(join(directory, 'behalf.db')).catch(() => ({ size: 0 }))).size,
  };
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly tokens: TokenKind;
}

async function seed(stand: Stand, place: Parameters<typeof openStore>[0], range: Range): Promise<void> {
  const store = await openStore(place);
  await writeSeeds(store.connections, vaultOf(stand.encryptionKeys), seeds(range), (written) => {
    if (written % 100_000 === 0) stand.say(`${range.from + written} connections written`);
  });
  await store.close();
}

/** One after the other: a million of them need not fit into memory. */
function* seeds({ from, to, tokens }: Range) {
  for (let index = from; index < to; index += 1) yield personSeed(userIds(1, index)[0] ?? '', tokens);
}

function targetOf(running: Running, connections: number): Target {
  const step = Math.max(1, Math.floor(connections / AT_WORK));
  const users = Array.from({ length: Math.min(AT_WORK, connections) }, (_, index) => userIds(1, index * step)[0] ?? '');
  return { name: `${connections}`, chat: 'slack', port: running.port, pid: running.pid, users };
}

/** What is looked up once for a person, and compiled once for all, is no part of what a command costs. */
async function warmUp(stand: Stand, target: Target): Promise<void> {
  const pool = openPool(target.port);
  await eachOf(target.users, () => send(stand.platform, pool, target));
  await pool.close();
  await measure(stand.platform, target, 'c50', stand.options.seconds);
}
