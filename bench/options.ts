import { parseArgs } from 'node:util';
import { PARTS, type PartName } from './measurements.js';

/** What a run of the suite measures, and how long. */
export interface Options {
  readonly parts: readonly PartName[];
  readonly isQuick: boolean;
  /** Rounds of each kind of load, in turns, and seconds of each. */
  readonly rounds: number;
  readonly seconds: number;
  /** Numbers of connections. */
  readonly sizes: readonly number[];
  readonly soakMinutes: number;
  readonly soakStore: 'redis' | 'embedded';
  /** People of the simulated day, and the minutes that it takes. */
  readonly dayUsers: number;
  readonly dayMinutes: number;
  /** File for the results; default: one of `bench/results/` with the date. */
  readonly out?: string;
  /** Writes the pages in docs/ from what was measured last. */
  readonly writesPages: boolean;
  /** Writes the table of the README. */
  readonly writesReadme: boolean;
}

/** What `npm run bench` measures when it is told nothing. */
const DEFAULT_PARTS: readonly PartName[] = ['startup', 'commands'];

export const HELP = `npm run bench -- [options]

  --only <parts>     ${PARTS.join(', ')}, or all; without it: ${DEFAULT_PARTS.join(', ')}
  --quick            a short run: shows that everything works, not how fast it is
  --sizes <numbers>  connections; default 1000,10000,100000,1000000
  --minutes <n>      of the soak; default 30
  --store <store>    of the soak: redis (default) or embedded
  --users <n>        people of the simulated day; default 1000
  --day-minutes <n>  that the simulated day takes; default 6
  --out <file>       where the results go; default bench/results/<date>.jsonl
  --report           writes docs/performance.md and docs/capacity.md; with --only none: from what is there
  --readme           writes the table of the README
  --recipes          as --only recipes`;

/** Reads the arguments. Throws with words for whoever typed them. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean' },
      only: { type: 'string' },
      quick: { type: 'boolean' },
      sizes: { type: 'string' },
      minutes: { type: 'string' },
      store: { type: 'string' },
      users: { type: 'string' },
      'day-minutes': { type: 'string' },
      out: { type: 'string' },
      report: { type: 'boolean' },
      readme: { type: 'boolean' },
      recipes: { type: 'boolean' },
    },
  });
  if (values.help) return 'help';
  const isQuick = values.quick === true;
  const store = values.store ?? 'redis';
  if (store !== 'redis' && store !== 'embedded') throw new Error(`--store is redis or embedded, not ${store}`);
  return {
    parts: values.recipes ? ['recipes'] : readParts(values.only),
    isQuick,
    rounds: isQuick ? 1 : 5,
    seconds: isQuick ? 2 : 3,
    sizes: readNumbers('--sizes', values.sizes ?? (isQuick ? '1000,5000' : '1000,10000,100000,1000000')),
    soakMinutes: readNumber('--minutes', values.minutes ?? (isQuick ? '1' : '30')),
    soakStore: store,
    dayUsers: readNumber('--users', values.users ?? (isQuick ? '200' : '1000')),
    dayMinutes: readNumber('--day-minutes', values['day-minutes'] ?? (isQuick ? '1' : '6')),
    ...(values.out === undefined ? {} : { out: values.out }),
    writesPages: values.report === true,
    writesReadme: values.readme === true,
  };
}

function readParts(only: string | undefined): readonly PartName[] {
  if (only === undefined) return DEFAULT_PARTS;
  if (only === 'all') return PARTS;
  if (only === 'none') return [];
  const named = only.split(',').map((name) => {
    const part = PARTS.find((known) => known === name.trim());
    if (part === undefined) throw new Error(`--only does not know ${name}; there are ${PARTS.join(', ')}, all, none`);
    return part;
  });
  return PARTS.filter((part) => named.includes(part));
}

function readNumbers(option: string, text: string): readonly number[] {
  return text
    .split(',')
    .map((number) => readNumber(option, number))
    .sort((left, right) => left - right);
}

function readNumber(option: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`${option} takes numbers above 0, not ${text}`);
  return number;
}
