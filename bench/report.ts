import { type ChatKind, type Load, quantile, type Round, type Target } from './load.js';

export interface StartUp {
  readonly name: string;
  readonly ms: number;
  readonly rssMb: number;
}

export interface Report {
  readonly machine: string;
  readonly rounds: readonly { readonly target: Target; readonly load: Load; readonly round: Round }[];
  /** Redis round trips of one command. */
  readonly roundTrips: number;
  readonly startUps: readonly StartUp[];
}

const BARE = { slack: 'bare Bolt, echo', teams: 'bare botbuilder, echo' } as const;

export function bareEchoName(chat: ChatKind): string {
  return BARE[chat];
}

/** The figures as Markdown: medians, and ratios of pairs of rounds against the bare bot of the same platform. */
export function renderReport(report: Report): string {
  const lines = [
    `A whole command of Behalf — signature or token check, deduplication, job durable before the acknowledgement, token read and`,
    'decrypted, one call to an app, reply, log line, metrics — against a bot that only echoes, in one run, in turns. c50: 50 commands',
    'in flight; r100: 100 a second; slow: the same while the app takes 2 s for a call. In brackets: the median ratio to the bare bot',
    'of the same platform. Behalf runs as `npm start` and the image start it, with its flags for the size of young memory; the bare bots as they are.',
    '',
    '| | commands/s, c50 | CPU ms, c50 | CPU ms, r100 | p50 ms, r100 | ack p99 ms, r100 | ack p99 ms, slow | new connections, r100 | failed |',
    '|---|---|---|---|---|---|---|---|---|',
    ...(['slack', 'teams'] as const).flatMap((chat) => rowsOf(report, chat)),
    '',
    '| start-up | ms until it listens | idle RSS, MB |',
    '|---|---|---|',
    ...report.startUps.map(
      ({ ms, name, rssMb }) =>
        `| ${name} | ${ms.toFixed(0)}${against(ms, report.startUps[0]?.ms)} | ${rssMb.toFixed(0)}${against(rssMb, report.startUps[0]?.rssMb)} |`,
    ),
    '',
    `Redis round trips of a command: ${report.roundTrips.toFixed(1)}. Measured on ${report.machine}; read the ratios, not the absolute figures. \`npm run bench\` repeats it.`,
  ];
  return lines.join('\n');
}

function rowsOf(report: Report, chat: ChatKind): string[] {
  const names = [
    ...new Set(report.rounds.filter(({ target }) => target.chat === chat).map(({ target }) => target.name)),
  ];
  return names.map((name) => {
    const cell = (load: Load, figure: (round: Round) => number, digits: number): string => {
      const own = roundsOf(report, { chat, name, load }).map(figure);
      const bare = roundsOf(report, { chat, name: BARE[chat], load }).map(figure);
      const ratio =
        name === BARE[chat]
          ? ''
          : ` (${quantile(
              own.map((value, index) => value / (bare[index] ?? Number.NaN)),
              0.5,
            ).toFixed(2)} x)`;
      return `${quantile(own, 0.5).toFixed(digits)}${ratio}`;
    };
    const failed = report.rounds
      .filter(({ target }) => target.chat === chat && target.name === name)
      .reduce((sum, { round }) => sum + round.failures, 0);
    const connections = roundsOf(report, { chat, name, load: 'r100' }).reduce(
      (sum, round) => sum + round.newConnections,
      0,
    );
    const title = name === BARE[chat] ? name : `Behalf on ${chat === 'slack' ? 'Slack' : 'Teams'}, ${name}`;
    return `| ${title} | ${cell('c50', (round) => round.perSecond, 0)} | ${cell('c50', (round) => round.cpuMsPerCommand, 2)} | ${cell('r100', (round) => round.cpuMsPerCommand, 2)} | ${cell('r100', (round) => round.endToEndP50, 1)} | ${cell('r100', (round) => round.ackP99, 1)} | ${cell('slow', (round) => round.ackP99, 1)} | ${connections} | ${failed} |`;
  });
}

function roundsOf(report: Report, wanted: { chat: ChatKind; name: string; load: Load }): readonly Round[] {
  return report.rounds
    .filter(({ load, target }) => target.chat === wanted.chat && target.name === wanted.name && load === wanted.load)
    .map(({ round }) => round);
}

function against(value: number, bare: number | undefined): string {
  return bare === undefined || bare === value ? '' : ` (${(value / bare).toFixed(2)} x)`;
}
