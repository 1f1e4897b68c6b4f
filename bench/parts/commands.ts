import type { Stand } from '../stand.js';
import { quantile } from '../statistics.js';
import { BARE } from '../subjects.js';
import { type Load, measure, type Round, type Target } from '../world/load.js';
import { withUsers } from '../world/people.js';
import type { Running } from '../world/programs.js';
import { measureOneCommand } from './redis-per-command.js';

const LOADS: readonly Load[] = ['c50', 'r100', 'slow'];

/**
 * A whole command of Behalf (signature or token check, deduplication, durable job, token from the store and decryption, one
 * call to an app, reply, log line, metrics) against echo bots on bare Bolt and bare botbuilder, in turns, in one run.
 */
export async function measureCommands(stand: Stand): Promise<void> {
  const { platform } = stand;
  const { rounds, seconds } = stand.options;
  const redis = await stand.redis();
  const bare = (running: Running, chat: 'slack' | 'teams'): Target => ({
    name: BARE[chat],
    chat,
    port: running.port,
    pid: running.pid,
    users: ['U1', 'U2', 'U3'],
  });
  const bolt = await stand.bareBot('bare-bolt');
  const botbuilder = await stand.bareBot('bare-botbuilder');
  const embedded = await stand.behalf();
  const onRedis = await stand.behalf({ redisUrl: redis.url });
  const redisTarget = await withUsers(platform, onRedis, 'Redis', 'slack');
  const targets: readonly Target[] = [
    bare(bolt, 'slack'),
    await withUsers(platform, embedded, 'embedded', 'slack'),
    redisTarget,
    bare(botbuilder, 'teams'),
    await withUsers(platform, embedded, 'embedded', 'teams'),
    await withUsers(platform, onRedis, 'Redis', 'teams'),
  ];
  // Code that V8 has not compiled yet is no part of what a command costs.
  for (const target of targets) await measure(platform, target, 'c50', seconds);
  // Three of the 300 commands of a round would decide what its p99 is: it is that of all rounds.
  const turns = LOADS.flatMap((load) => targets.map((target) => turnOf(load, target)));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { acks, load, target } of turns) {
      const measured = await measure(platform, target, load, seconds);
      acks.push(...measured.acks);
      noteRound(stand, measured, { chat: target.chat, program: target.name, load, round });
    }
  }
  for (const { acks, load, target } of turns)
    stand.note('ackP99', quantile(acks, 0.99), { unit: 'ms', at: { chat: target.chat, program: target.name, load } });
  await measureOneCommand(stand, redisTarget, redis);
}

/** `acks`: times of its acknowledgements, in ms. */
function turnOf(load: Load, target: Target): { readonly load: Load; readonly target: Target; readonly acks: number[] } {
  return { load, target, acks: [] };
}

function noteRound(
  stand: Stand,
  measured: Round,
  at: { readonly chat: string; readonly program: string; readonly load: Load; readonly round: number },
): void {
  stand.note('throughput', measured.perSecond, { unit: '1/s', at });
  stand.note('cpu', measured.cpuMsPerCommand, { unit: 'ms', at });
  stand.note('endToEndP50', measured.endToEndP50, { unit: 'ms', at });
  stand.note('failures', measured.failures, { at });
  stand.note('newConnections', measured.newConnections, { at });
  stand.say(
    `round ${at.round} ${at.load} ${at.chat} ${at.program}: ${measured.perSecond.toFixed(0)}/s, ${measured.cpuMsPerCommand.toFixed(2)} ms CPU, p50 ${measured.endToEndP50.toFixed(1)} ms, ack p99 ${quantile(measured.acks, 0.99).toFixed(1)} ms, ${measured.failures} failed, ${measured.newConnections} new connections`,
  );
}
