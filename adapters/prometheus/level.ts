import { Gauge, type GaugeConfiguration } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

interface Source {
  readonly read: () => number | Promise<number>;
  readonly labels: Labels;
}

/** A gauge that is read whenever it is asked for. Gives what adds a source of it. */
export function createLevel(
  configuration: Omit<GaugeConfiguration<string>, 'collect'>,
): (read: Source['read'], labels: Labels) => void {
  const sources: Source[] = [];
  const gauge: Gauge = new Gauge({
    ...configuration,
    async collect() {
      const values = await Promise.all(sources.map(readingOf));
      // Only now: others may ask at the same time.
      gauge.reset();
      for (const [index, { labels }] of sources.entries()) gauge.inc(labels, values[index] ?? Number.NaN);
    },
  });
  return (read, labels) => void sources.push({ read, labels });
}

/** What cannot be read now must not keep anybody from the other metrics. */
async function readingOf({ read }: Source): Promise<number> {
  try {
    return await read();
  } catch {
    return Number.NaN;
  }
}
