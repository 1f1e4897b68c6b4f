import { z } from 'zod';

/** The parts of the suite, in the order in which they run. */
export const PARTS = [
  'startup',
  'commands',
  'refresh-storm',
  'recipes',
  'connections',
  'memory',
  'soak',
  'day',
] as const;

export type PartName = (typeof PARTS)[number];

const measurementShape = z.object({
  kind: z.literal('measurement'),
  part: z.enum(PARTS),
  /** What was measured: `throughput`, `cpu`. */
  name: z.string(),
  /** Of the value: `ms`, `us`, `bytes`, `MB`, `1/s`; absent for counts and ratios. */
  unit: z.string().exactOptional(),
  value: z.number(),
  /** Under what: program, kind of load, size, round. */
  at: z.record(z.string(), z.union([z.string(), z.number()])),
});

const partShape = z.object({
  kind: z.literal('part'),
  part: z.enum(PARTS),
  /** ISO 8601. */
  startedAt: z.string(),
  seconds: z.number(),
  machine: z.string(),
  /** A short run: shows that everything works, not how fast it is. */
  isQuick: z.boolean(),
});

const lineShape = z.discriminatedUnion('kind', [measurementShape, partShape]);

export type Measurement = z.infer<typeof measurementShape>;
export type PartRun = z.infer<typeof partShape>;
export type Labels = Measurement['at'];

/** All that is known, of each part its last run. */
export class Results {
  readonly runs: readonly PartRun[];
  readonly measurements: readonly Measurement[];

  constructor(runs: readonly PartRun[] = [], measurements: readonly Measurement[] = []) {
    this.runs = runs;
    this.measurements = measurements;
  }

  /** These, where `later` has not run the part itself. */
  with(later: Results): Results {
    const anew = new Set(later.runs.map(({ part }) => part));
    const order = (left: { part: PartName }, right: { part: PartName }): number =>
      PARTS.indexOf(left.part) - PARTS.indexOf(right.part);
    return new Results(
      [...this.runs.filter(({ part }) => !anew.has(part)), ...later.runs].sort(order),
      [...this.measurements.filter(({ part }) => !anew.has(part)), ...later.measurements].sort(order),
    );
  }

  /** Only parts whose run was a short one, or only the others. */
  short(isQuick: boolean): Results {
    const runs = this.runs.filter((run) => run.isQuick === isQuick);
    const parts = new Set(runs.map(({ part }) => part));
    return new Results(
      runs,
      this.measurements.filter(({ part }) => parts.has(part)),
    );
  }

  run(part: PartName): PartRun | undefined {
    return this.runs.find((run) => run.part === part);
  }

  /** Measurements of this name whose labels hold all of `at`. */
  find(part: PartName, name: string, at: Labels = {}): readonly Measurement[] {
    return this.measurements.filter(
      (measurement) =>
        measurement.part === part &&
        measurement.name === name &&
        Object.entries(at).every(([label, value]) => measurement.at[label] === value),
    );
  }

  values(part: PartName, name: string, at: Labels = {}): readonly number[] {
    return this.find(part, name, at).map(({ value }) => value);
  }

  /** The one value; undefined where it was not measured. */
  value(part: PartName, name: string, at: Labels = {}): number | undefined {
    return this.values(part, name, at)[0];
  }
}

/** One JSON value a line. Throws with the line's number where one cannot be read. */
export function parseResults(text: string): Results {
  const lines = text.split('\n').filter((line) => line !== '');
  const read = lines.map((line, index) => {
    try {
      return lineShape.parse(JSON.parse(line));
    } catch (error) {
      throw new Error(`Line ${index + 1} of the results is none: ${String(error)}`);
    }
  });
  return new Results(
    read.filter((line) => line.kind === 'part'),
    read.filter((line) => line.kind === 'measurement'),
  );
}

export function formatResults({ measurements, runs }: Results): string {
  const lines = runs.flatMap((run) => [run, ...measurements.filter(({ part }) => part === run.part)]);
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
