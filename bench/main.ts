import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { type Load, measure, quantile, type Round, type Target } from './load.js';
import { Platform } from './platform.js';
import { measureRecipes } from './recipes.js';
import { bareEchoName, type Report, renderReport, type StartUp } from './report.js';
import { countRoundTrips } from './round-trips.js';
import { type Running, startBareBot, startBehalf, withUsers } from './targets.js';

const ROOT = join(__dirname, '..');
const LOADS: readonly Load[] = ['c50', 'r100', 'slow'];

interface Options {
  readonly rounds: number;
  readonly seconds: number;
}

/**
 * Measures a whole command of Behalf (signature or token check, deduplication, durable job, token from the store and
 * decryption, one call to an app, reply, log line, metrics) against echo bots on bare Bolt and bare botbuilder, in turns, in
 * one run. Ratios are of pairs of rounds; the median is what counts. `--recipes`: what many recipes cost, without a network.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean' }, readme: { type: 'boolean' }, recipes: { type: 'boolean' } },
  });
  if (values.recipes) return console.log(await measureRecipes(join(ROOT, 'bench/config')));
  const options: Options = values.quick ? { rounds: 1, seconds: 2 } : { rounds: 5, seconds: 3 };
  await buildPrograms();
  const platform = new Platform();
  await platform.start();
  const redis = await startRedis();
  const stops: (() => Promise<void>)[] = [redis.stop, async () => platform.stop()];
  try {
    const report = await run(platform, redis.url, options, stops);
    const text = renderReport(report);
    console.log(text);
    if (values.readme) await writeReadme(text);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function run(
  platform: Platform,
  redisUrl: string,
  options: Options,
  stops: (() => Promise<void>)[],
): Promise<Report> {
  const started = async (running: Promise<Running>): Promise<Running> => {
    const process = await running;
    stops.push(process.stop);
    return process;
  };
  const startUps = await measureStartUp(platform, redisUrl, options.rounds);
  const bolt = await started(startBareBot('bare-bolt', platform));
  const botbuilder = await started(startBareBot('bare-botbuilder', platform));
  const embedded = await started(startBehalf(platform, {}));
  const onRedis = await started(startBehalf(platform, { redisUrl }));
  const bare = (running: Running, chat: 'slack' | 'teams'): Target => ({
    name: bareEchoName(chat),
    chat,
    port: running.port,
    pid: running.pid,
    users: ['U1', 'U2', 'U3'],
  });
  const targets: Target[] = [
    bare(bolt, 'slack'),
    await withUsers(platform, embedded, 'embedded', 'slack'),
    await withUsers(platform, onRedis, 'Redis', 'slack'),
    bare(botbuilder, 'teams'),
    await withUsers(platform, embedded, 'embedded', 'teams'),
    await withUsers(platform, onRedis, 'Redis', 'teams'),
  ];
  // Code that V8 has not compiled yet is no part of what a command costs.
  for (const target of targets) await measure(platform, target, 'c50', options.seconds);
  const rounds: { target: Target; load: Load; round: Round }[] = [];
  for (let number = 1; number <= options.rounds; number += 1) {
    for (const load of LOADS) {
      for (const target of targets) {
        const round = await measure(platform, target, load, options.seconds);
        rounds.push({ target, load, round });
        console.error(
          `round ${number} ${load} ${target.chat} ${target.name}: ${round.perSecond.toFixed(0)}/s, ${round.cpuMsPerCommand.toFixed(2)} ms CPU, p50 ${round.endToEndP50.toFixed(1)} ms, ack p99 ${round.ackP99.toFixed(1)} ms, ${round.failures} failed, ${round.newConnections} new connections`,
        );
      }
    }
  }
  const redisTarget = targets[2];
  const roundTrips = redisTarget ? await countRoundTrips(platform, redisTarget, redisUrl) : Number.NaN;
  return {
    machine: `${cpus()[0]?.model ?? 'unknown'}, one core for each process under test, Node ${process.version}`,
    rounds,
    roundTrips,
    startUps,
  };
}

/** From the start of the process to an open port, each program on its own, in turns. */
async function measureStartUp(platform: Platform, redisUrl: string, rounds: number): Promise<readonly StartUp[]> {
  const programs: readonly [string, () => Promise<Running>][] = [
    ['bare Bolt', () => startBareBot('bare-bolt', platform)],
    ['Behalf, Slack only', () => startBehalf(platform, { only: 'slack' })],
    ['Behalf, both platforms', () => startBehalf(platform, {})],
    ['Behalf, both platforms, Redis', () => startBehalf(platform, { redisUrl })],
  ];
  const samples = new Map<string, { ms: number[]; rss: number[] }>();
  for (let number = 0; number < rounds; number += 1) {
    for (const [name, start] of programs) {
      const running = await start();
      const sample = samples.get(name) ?? { ms: [], rss: [] };
      sample.ms.push(running.startUpMs);
      sample.rss.push(running.idleRssMb);
      samples.set(name, sample);
      await running.stop();
    }
  }
  return [...samples].map(([name, { ms, rss }]) => ({ name, ms: quantile(ms, 0.5), rssMb: quantile(rss, 0.5) }));
}

async function buildPrograms(): Promise<void> {
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

async function startRedis(): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-bench-redis-'));
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'],
    { stdio: 'ignore' },
  );
  server.once('error', () => {
    console.error('The bench needs redis-server: apt-get install redis-server, or brew install redis');
    process.exit(1);
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeReadme(text: string): Promise<void> {
  const file = join(ROOT, 'README.md');
  const readme = await readFile(file, 'utf8');
  await writeFile(
    file,
    readme.replace(/<!-- bench -->[\s\S]*<!-- \/bench -->/, `<!-- bench -->\n${text}\n<!-- /bench -->`),
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
