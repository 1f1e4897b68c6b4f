import type { Results } from '../measurements.js';
import { median, medianRatio, sum } from '../statistics.js';
import { BARE } from '../subjects.js';
import type { ChatKind, Load } from '../world/load.js';

/** The table of the README: medians, and ratios of pairs of rounds against the bare bot of the same platform. */
export function renderReadme(results: Results): string {
  const baseStart = results.values('startup', 'startUp', { program: 'bare Bolt' });
  const baseRss = results.values('startup', 'idleRss', { program: 'bare Bolt' });
  const programs = namesOf(results, 'startup', 'startUp', {});
  const lines = [
    `A whole command of Behalf — signature or token check, deduplication, job durable before the acknowledgement, token read and`,
    'decrypted, one call to an app, reply, log line, metrics — against a bot that only echoes, in one run, in turns. c50: 50 commands',
    'in flight; r100: 100 a second; slow: the same while the app takes 2 s for a call. In brackets: the median ratio to the bare bot',
    'of the same platform. Behalf runs as `npm start` and the image start it, with its flags for the size of young memory; the bare bots',
    'as their vendors show them (Bolt with its HTTP receiver, CloudAdapter on Express).',
    '',
    '| | commands/s, c50 | CPU ms, c50 | CPU ms, r100 | p50 ms, r100 | ack p99 ms, r100 | ack p99 ms, slow | new connections, r100 | failed |',
    '|---|---|---|---|---|---|---|---|---|',
    ...(['slack', 'teams'] as const).flatMap((chat) => rowsOf(results, chat)),
    '',
    '| start-up | ms until it listens | idle RSS, MB |',
    '|---|---|---|',
    ...programs.map((program) => {
      const start = results.values('startup', 'startUp', { program });
      const rss = results.values('startup', 'idleRss', { program });
      const isBase = program === 'bare Bolt';
      return `| ${program} | ${median(start).toFixed(0)}${isBase ? '' : against(start, baseStart)} | ${median(rss).toFixed(0)}${isBase ? '' : against(rss, baseRss)} |`;
    }),
    '',
    `Redis round trips of a command: ${results.value('commands', 'redisRoundTrips')?.toFixed(1) ?? 'not measured'}. Measured on ${results.run('commands')?.machine ?? 'no machine'}, one core for each process under test; read the ratios, not the absolute figures.`,
    '`npm run bench -- --readme` repeats it.',
  ];
  return lines.join('\n');
}

/** Programs in the order in which they were measured. */
export function namesOf(
  results: Results,
  part: 'startup' | 'commands',
  name: string,
  at: Record<string, string>,
): readonly string[] {
  return [...new Set(results.find(part, name, at).map((measurement) => String(measurement.at['program'])))];
}

function rowsOf(results: Results, chat: ChatKind): readonly string[] {
  return namesOf(results, 'commands', 'throughput', { chat }).map((program) => {
    const isBare = program === BARE[chat];
    const cell = (load: Load, figure: string, digits: number): string => {
      const own = results.values('commands', figure, { chat, program, load });
      const bare = results.values('commands', figure, { chat, program: BARE[chat], load });
      return `${median(own).toFixed(digits)}${isBare ? '' : against(own, bare)}`;
    };
    const failed = sum(results.values('commands', 'failures', { chat, program }));
    const connections = sum(results.values('commands', 'newConnections', { chat, program, load: 'r100' }));
    const title = isBare ? program : `Behalf on ${chat === 'slack' ? 'Slack' : 'Teams'}, ${program}`;
    return `| ${title} | ${cell('c50', 'throughput', 0)} | ${cell('c50', 'cpu', 2)} | ${cell('r100', 'cpu', 2)} | ${cell('r100', 'endToEndP50', 1)} | ${cell('r100', 'ackP99', 1)} | ${cell('slow', 'ackP99', 1)} | ${connections} | ${failed} |`;
  });
}

function against(own: readonly number[], base: readonly number[]): string {
  return ` (${medianRatio(own, base).toFixed(2)} x)`;
}
