import type { Labels, PartName, Results } from '../measurements.js';
import { median } from '../statistics.js';
import { RECIPE_COUNTS } from '../subjects.js';
import { type BarGroup, barChart } from './plots/bars.js';
import type { PlotWords } from './plots/frame.js';
import { readable } from './plots/frame.js';
import { type Line, lineChart } from './plots/lines.js';
import { namesOf } from './readme.js';

/** A plot and what is said before it. */
export interface Plot {
  readonly file: string;
  /** In place of the picture. */
  readonly alt: string;
  readonly svg: string;
  readonly section?: { readonly title: string; readonly words: readonly string[] };
}

/** The plots of the page in their order; those of parts that were not measured are left out. */
export function performancePlots(results: Results): readonly Plot[] {
  const parts: readonly [PartName, () => readonly Plot[]][] = [
    ['commands', () => commandPlots(results)],
    ['startup', () => [startPlot(results)]],
    ['refresh-storm', () => [stormPlot(results)]],
    ['recipes', () => recipePlots(results)],
    ['connections', () => connectionPlots(results)],
    ['memory', () => [memoryPlot(results)]],
    ['soak', () => [soakPlot(results)]],
  ];
  return parts.flatMap(([part, draw]) => (results.run(part) ? draw() : []));
}

function commandPlots(results: Results): readonly Plot[] {
  const groups = (name: string, load: string): readonly BarGroup[] =>
    (['slack', 'teams'] as const).map((chat) => ({
      label: chat === 'slack' ? 'Slack' : 'Microsoft Teams',
      bars: namesOf(results, 'commands', name, { chat, load }).map((program) => ({
        label: titleOf(program),
        value: median(results.values('commands', name, { chat, program, load })),
      })),
    }));
  return [
    {
      ...bars('throughput.svg', 'Commands a second, 50 in flight', 'commands a second', groups('throughput', 'c50')),
      section: {
        title: 'Commands',
        words: [
          'One process on one core; medians of the rounds, p99 over all of them. More is better here, less is better in the next three.',
        ],
      },
    },
    bars('cpu.svg', 'CPU of a command at 100 a second', 'ms', groups('cpu', 'r100')),
    bars('answer.svg', 'From the request to the answer at 100 a second, p50', 'ms', groups('endToEndP50', 'r100')),
    bars(
      'acknowledged.svg',
      'From the request to its acknowledgement at 100 a second, p99',
      'ms',
      groups('ackP99', 'r100'),
    ),
  ];
}

function startPlot(results: Results): Plot {
  const programs = namesOf(results, 'startup', 'startUp', {});
  const of = (name: string) =>
    programs.map((program) => ({ label: program, value: median(results.values('startup', name, { program })) }));
  return {
    ...bars('startup.svg', 'From the start of the process until it listens', 'ms', [
      { label: '', bars: of('startUp') },
    ]),
    section: { title: 'Start-up', words: ['Less is better.'] },
  };
}

function stormPlot(results: Results): Plot {
  const scenes = results.find('refresh-storm', 'refreshCalls');
  const rows = scenes.map(({ at, value }) => {
    const find = (name: string): number =>
      results.value('refresh-storm', name, { scene: at['scene'] ?? '' }) ?? Number.NaN;
    return `| ${at['scene']} | ${at['processes']} | ${at['commands']} | ${value} | ${find('reusedTokens')} | ${find('toldToTryLater')} | ${readable(find('timeToServeAll') / 1_000)} s |`;
  });
  const served = scenes.map(({ at }) => ({
    label: String(at['scene']),
    value: (results.value('refresh-storm', 'timeToServeAll', { scene: at['scene'] ?? '' }) ?? 0) / 1_000,
  }));
  return {
    ...bars('refresh-storm.svg', 'Until all commands of the storm are answered', 's', [{ label: '', bars: served }]),
    section: {
      title: 'A storm on an ended token',
      words: [
        'Many commands at once in four processes, while the access token has ended and the refresh token is good for one use. The process that is killed dies while the server still',
        'works on its refresh; its commands go on in another one when its lease is over (`JOB_LEASE_SECONDS`, 5 here).',
        'Others cannot refresh before the lease of the refresh is over; whoever asks meanwhile waits for it.',
        '',
        '| Scene | Processes | Commands | Refreshes | Used tokens used again | Told to try again later | All answered after |',
        '|---|---:|---:|---:|---:|---:|---:|',
        ...rows,
      ],
    },
  };
}

function recipePlots(results: Results): readonly Plot[] {
  const line = (label: string, name: string): Line => ({
    label,
    points: pointsOf(results, ['recipes', name], {}, 'recipes'),
  });
  const ratio: Line = { label: 'CPU of a command', points: [[RECIPE_COUNTS[0], 1], ...line('', 'cpuRatio').points] };
  return [
    {
      ...lines(
        'recipes-cpu.svg',
        [
          'CPU of a command by the number of recipes, against 10',
          { x: 'recipes', y: 'x', isLogarithmic: true, limit: { value: 1.1, label: 'asked: 1.1' } },
        ],
        [ratio],
      ),
      section: { title: 'Recipes', words: ['10 to 10 000 recipes in one process.'] },
    },
    lines(
      'recipes-match.svg',
      [
        'Finding a recipe by its command',
        { x: 'recipes', y: 'µs', isLogarithmic: true, limit: { value: 5, label: 'asked: 5 µs' } },
      ],
      [line('match', 'match')],
    ),
    lines(
      'recipes-load.svg',
      ['Reading and checking all recipes, and the whole start-up', { x: 'recipes', y: 'ms', isLogarithmic: true }],
      [line('read and checked', 'load'), line('start-up', 'startUp')],
    ),
  ];
}

function connectionPlots(results: Results): readonly Plot[] {
  const stores = (['redis', 'embedded'] as const).map((store): Line => {
    const found = pointsOf(results, ['connections', 'cpuRatio'], { store }, 'connections');
    const base = Number(results.find('connections', 'cpuRatio', { store })[0]?.at['to'] ?? 1_000);
    return { label: store === 'redis' ? 'Redis' : 'embedded', points: [[base, 1], ...found] };
  });
  const memory = (['jwt', 'opaque'] as const).map((tokens) => ({
    label: tokens === 'jwt' ? 'tokens of 1.9 KB' : 'short tokens',
    value: results.value('connections', 'redisBytes', { tokens }) ?? 0,
  }));
  return [
    {
      ...lines(
        'connections-cpu.svg',
        [
          'CPU of a command by the number of connections, against the fewest',
          { x: 'connections', y: 'x', isLogarithmic: true, limit: { value: 1.2, label: 'asked: 1.2' } },
        ],
        stores,
      ),
      section: {
        title: 'Connections',
        words: [
          'Two services side by side, one on the fewest connections, the other on as many as the axis says; 500 people are at work, spread over all.',
        ],
      },
    },
    bars('connections-memory.svg', 'Memory of Redis for a connection, index included', 'bytes', [
      { label: '', bars: memory },
    ]),
  ];
}

function memoryPlot(results: Results): Plot {
  const acts = [
    ['finished', 'a command that is answered'],
    ['suspended', 'one that waits for a login'],
    ['login', 'a login and its answer'],
  ] as const;
  const groups = [
    {
      label: 'Redis, what stays of',
      bars: acts.map(([act, label]) => ({ label, value: results.value('memory', 'redisBytes', { act }) ?? 0 })),
    },
    {
      label: 'Embedded file',
      bars: results.find('memory', 'fileBytes').map(({ at, value }) => ({ label: String(at['thing']), value })),
    },
  ];
  const kinds = results.find('memory', 'keyBytes', { act: 'finished' }).filter(({ value }) => value > 0);
  return {
    ...bars('memory.svg', 'What is kept', 'bytes', groups),
    section: {
      title: 'What is kept',
      words: [
        `Of a command that is answered there stay in Redis: ${kinds.map(({ at, value }) => `${at['kind']} ${readable(value)} bytes`).join(', ')}. Event claims go after a day, jobs after \`HISTORY_DAYS\`, entries of the audit log after \`AUDIT_DAYS\`.`,
      ],
    },
  };
}

function soakPlot(results: Results): Plot {
  const found = results.find('soak', 'rss');
  const at = found[0]?.at ?? {};
  const points = found.map((sample) => [Number(sample.at['second']) / 60, sample.value] as const);
  const value = (name: string): number => results.value('soak', name) ?? Number.NaN;
  return {
    ...lines(
      'soak.svg',
      [`Memory of the process under half load, ${at['store']} store`, { x: 'minutes', y: 'MB' }],
      [{ label: 'resident memory', points }],
    ),
    section: {
      title: 'Soak',
      words: [
        `${readable(value('commands'))} commands in ${at['minutes']} minutes, Slack and Teams in turns, ${readable(value('rate'))} a second: ${value('failures')} failed, answered after ${readable(value('endToEndP50'))} ms (p50) and ${readable(value('endToEndP99'))} ms (p99).`,
      ],
    },
  };
}

function bars(file: string, title: string, unit: string, groups: readonly BarGroup[]): Plot {
  const said = groups.map(({ bars: own, label }) => {
    const values = own.map((bar) => `${bar.label} ${readable(bar.value)}`).join(', ');
    return label === '' ? values : `${label}: ${values}`;
  });
  return plot(file, { title, description: `In ${unit}. ${said.join('. ')}.` }, (words) =>
    barChart(words, unit, groups),
  );
}

function lines(
  file: string,
  [title, axes]: readonly [string, Parameters<typeof lineChart>[1]],
  drawn: readonly Line[],
): Plot {
  const said = drawn.map(({ label, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last) return `${label}: nothing`;
    return `${label}: from ${readable(first[1])} at ${readable(first[0])} to ${readable(last[1])} at ${readable(last[0])}`;
  });
  const description = `${axes.y} over ${axes.x}. ${said.join('. ')}.`;
  return plot(file, { title, description }, (words) => lineChart(words, axes, drawn));
}

function plot(file: string, words: PlotWords, draw: (words: PlotWords) => string): Plot {
  return { file, alt: `${words.title}. ${words.description}`, svg: draw(words) };
}

function pointsOf(
  results: Results,
  [part, name]: readonly [PartName, string],
  at: Labels,
  size: string,
): readonly (readonly [number, number])[] {
  const points = new Map<number, number[]>();
  for (const measurement of results.find(part, name, at)) {
    const x = Number(measurement.at[size]);
    points.set(x, [...(points.get(x) ?? []), measurement.value]);
  }
  return [...points].sort(([left], [right]) => left - right).map(([x, values]) => [x, median(values)]);
}

function titleOf(program: string): string {
  return program.startsWith('bare') ? program : `Behalf, ${program}`;
}
