import type { Labels, PartName, Results } from './measurements.js';
import { median, medianRatio, sum } from './statistics.js';
import { BARE } from './subjects.js';
import type { ChatKind, Load } from './world/load.js';

/** What we ask of ourselves, and what came out. */
export interface Budget {
  readonly what: string;
  /** Of the measurement. */
  readonly part: PartName;
  /** At least, or at most, so much; `stretch` is what we would like. */
  readonly bound: 'least' | 'most';
  readonly must: number;
  readonly stretch: number;
  /** What follows the numbers: `x`, `MB`. */
  readonly unit: string;
  /** Undefined where it was not measured. */
  readonly measured: (results: Results) => number | undefined;
}

export type Verdict = 'stretch' | 'held' | 'not held' | 'not measured';

export function judge({ bound, must, stretch }: Budget, value: number | undefined): Verdict {
  if (value === undefined || Number.isNaN(value)) return 'not measured';
  const reaches = (limit: number): boolean => (bound === 'least' ? value >= limit : value <= limit);
  if (reaches(stretch) && stretch !== must) return 'stretch';
  return reaches(must) ? 'held' : 'not held';
}

const most = { bound: 'most', unit: 'x', part: 'commands' } as const;
const least = { bound: 'least', unit: 'x', part: 'commands' } as const;

function perProgram(
  chat: ChatKind,
  title: string,
  budget: Omit<Budget, 'measured' | 'what'>,
  [figure, load]: readonly [string, Load],
): readonly Budget[] {
  return ['embedded', 'Redis'].map((program) => ({
    ...budget,
    what: `${chat === 'slack' ? 'Slack' : 'Teams'}, ${program}: ${title}`,
    measured: (results: Results) => againstBare(results, chat, program, [figure, load]),
  }));
}

/** In the order of their subject. Ratios are against the bare bot of the same platform, pair by pair in one run. */
export const BUDGETS: readonly Budget[] = [
  ...perProgram('slack', 'throughput, 50 in flight', { ...least, must: 1, stretch: 1.6 }, ['throughput', 'c50']),
  ...perProgram('slack', 'CPU of a command, 50 in flight', { ...most, must: 1, stretch: 0.6 }, ['cpu', 'c50']),
  ...perProgram('slack', 'CPU of a command, 100 a second', { ...most, must: 1, stretch: 0.75 }, ['cpu', 'r100']),
  ...perProgram('teams', 'throughput, 50 in flight', { ...least, must: 2.5, stretch: 5 }, ['throughput', 'c50']),
  ...perProgram('teams', 'CPU of a command, 50 in flight', { ...most, must: 0.45, stretch: 0.2 }, ['cpu', 'c50']),
  ...perProgram('teams', 'CPU of a command, 100 a second', { ...most, must: 0.7, stretch: 0.45 }, ['cpu', 'r100']),
  ...perProgram('slack', 'time to the answer, p50', { ...most, must: 1.3, stretch: 1 }, ['endToEndP50', 'r100']),
  ...perProgram('teams', 'time to the answer, p50', { ...most, must: 0.9, stretch: 0.6 }, ['endToEndP50', 'r100']),
  ...(['slack', 'teams'] as const).flatMap((chat) => [
    ...perProgram(chat, 'acknowledged, p99', { ...most, must: 1.5, stretch: 1 }, ['ackP99', 'r100']),
    ...perProgram(chat, 'acknowledged while the app is slow, p99', { ...most, must: 1.5, stretch: 1 }, [
      'ackP99',
      'slow',
    ]),
  ]),
  {
    ...most,
    what: 'round trips to Redis for a command',
    must: 5,
    stretch: 3,
    unit: '',
    measured: (results) => results.value('commands', 'redisRoundTrips'),
  },
  {
    ...most,
    what: 'new outgoing connections while all goes its way',
    must: 0,
    stretch: 0,
    unit: '',
    measured: (results) => {
      const values = ['embedded', 'Redis'].flatMap((program) =>
        results.values('commands', 'newConnections', { program, load: 'r100' }),
      );
      return values.length === 0 ? undefined : sum(values);
    },
  },
  ...(['one person', 'a process killed'] as const).map(
    (scene): Budget => ({
      ...most,
      part: 'refresh-storm',
      what: `refreshes of one ended token in four processes, ${scene === 'one person' ? 'all well' : 'one of them killed meanwhile'}`,
      must: scene === 'one person' ? 1 : 2,
      stretch: scene === 'one person' ? 1 : 2,
      unit: '',
      measured: (results) => results.value('refresh-storm', 'refreshCalls', { scene }),
    }),
  ),
  {
    ...most,
    part: 'refresh-storm',
    what: 'used refresh tokens that were used again',
    must: 0,
    stretch: 0,
    unit: '',
    measured: (results) => {
      const values = results.values('refresh-storm', 'reusedTokens');
      return values.length === 0 ? undefined : sum(values);
    },
  },
  memoryOfConnections('jwt', 'with tokens of 1.9 KB', [270, 245]),
  memoryOfConnections('opaque', 'with short tokens', [70, 45]),
  ...(['redis', 'embedded'] as const).map(
    (store): Budget => ({
      ...most,
      part: 'connections',
      what: `CPU of a command among the most connections, ${store === 'redis' ? 'Redis' : 'embedded'}`,
      must: 1.2,
      stretch: 1.1,
      measured: (results) => ofLargest(results, ['connections', 'cpuRatio'], { store }, 'connections'),
    }),
  ),
  {
    ...most,
    part: 'recipes',
    what: 'CPU of a command, 10 000 recipes against 10',
    must: 1.1,
    stretch: 1.03,
    measured: (results) => results.value('recipes', 'cpuRatio', { recipes: 10_000 }),
  },
  {
    ...most,
    part: 'recipes',
    what: 'finding one of 10 000 recipes',
    must: 5,
    stretch: 1,
    unit: 'µs',
    measured: (results) => results.value('recipes', 'match', { recipes: 10_000 }),
  },
  {
    ...most,
    part: 'memory',
    what: 'heap of a workspace that is in use',
    must: 1,
    stretch: 1,
    unit: 'KB',
    measured: (results) => kilobytes(results.value('memory', 'heapOfWorkspace')),
  },
  {
    ...most,
    part: 'memory',
    what: 'heap that each workspace adds beyond those that are kept open',
    must: 0.1,
    stretch: 0.1,
    unit: 'KB',
    measured: (results) => kilobytes(results.value('memory', 'heapBeyond')),
  },
  ...startBudgets(),
  {
    ...most,
    part: 'soak',
    what: 'memory after the first two minutes of the soak',
    must: 1.05,
    stretch: 1.02,
    measured: (results) => {
      const growth = results.value('soak', 'growth');
      return growth === undefined ? undefined : 1 + growth;
    },
  },
  {
    ...most,
    part: 'soak',
    what: 'commands of the soak that failed',
    must: 0,
    stretch: 0,
    unit: '',
    measured: (results) => results.value('soak', 'failures'),
  },
];

function startBudgets(): readonly Budget[] {
  const against = (name: string, program: string) => (results: Results) =>
    ratioOf(results.values('startup', name, { program }), results.values('startup', name, { program: 'bare Bolt' }));
  const start = { ...most, part: 'startup' } as const;
  return [
    {
      ...start,
      what: 'start-up, Slack only',
      must: 1.5,
      stretch: 1,
      measured: against('startUp', 'Behalf, Slack only'),
    },
    {
      ...start,
      what: 'start-up, both platforms',
      must: 2.2,
      stretch: 1.6,
      measured: against('startUp', 'Behalf, both platforms'),
    },
    {
      ...start,
      what: 'memory when idle, Slack only',
      must: 1.5,
      stretch: 1,
      measured: against('idleRss', 'Behalf, Slack only'),
    },
  ];
}

function memoryOfConnections(tokens: string, words: string, [must, stretch]: readonly [number, number]): Budget {
  return {
    ...most,
    part: 'connections',
    what: `Redis, 100 000 connections ${words}`,
    must,
    stretch,
    unit: 'MB',
    measured: (results) => {
      const bytes = results.value('connections', 'redisBytes', { tokens });
      return bytes === undefined ? undefined : (bytes * 100_000) / 1_000_000;
    },
  };
}

function againstBare(
  results: Results,
  chat: ChatKind,
  program: string,
  [figure, load]: readonly [string, Load],
): number | undefined {
  return ratioOf(
    results.values('commands', figure, { chat, program, load }),
    results.values('commands', figure, { chat, program: BARE[chat], load }),
  );
}

function ratioOf(own: readonly number[], base: readonly number[]): number | undefined {
  return own.length === 0 || base.length === 0 ? undefined : medianRatio(own, base);
}

function ofLargest(
  results: Results,
  [part, name]: readonly [PartName, string],
  at: Labels,
  size: string,
): number | undefined {
  const found = results.find(part, name, at);
  const largest = Math.max(...found.map((measurement) => Number(measurement.at[size])));
  const values = found.filter((measurement) => Number(measurement.at[size]) === largest).map(({ value }) => value);
  return values.length === 0 ? undefined : median(values);
}

function kilobytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 1_024;
}
