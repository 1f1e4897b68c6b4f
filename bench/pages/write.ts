import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatResults, type Results } from '../measurements.js';
import { ROOT } from '../root.js';
import { capacityParts, dayPlot, fillMarkers } from './capacity.js';
import { renderPerformance } from './performance.js';
import { performancePlots } from './performance-plots.js';
import { renderReadme } from './readme.js';

/** Generated files with their text, below the root; of docs/capacity.md only what is between the markers is generated. */
export async function renderPages(results: Results): Promise<ReadonlyMap<string, string>> {
  const capacity = await readFile(join(ROOT, 'docs', 'capacity.md'), 'utf8');
  const day = dayPlot(results);
  return new Map([
    ['docs/performance.md', renderPerformance(results)],
    ['docs/capacity.md', fillMarkers(capacity, capacityParts(results))],
    ...performancePlots(results).map(({ file, svg }): [string, string] => [`docs/performance/${file}`, svg]),
    ...(day === undefined ? [] : [['docs/performance/day.svg', day] as const]),
  ]);
}

/** Writes the pages, and beside them the results that they are made of. */
export async function writePages(results: Results): Promise<void> {
  await mkdir(join(ROOT, 'docs', 'performance'), { recursive: true });
  await writeFile(join(ROOT, 'docs', 'performance', 'results.jsonl'), formatResults(results));
  for (const [file, text] of await renderPages(results)) await writeFile(join(ROOT, file), text);
}

export async function writeReadme(results: Results): Promise<void> {
  const file = join(ROOT, 'README.md');
  await writeFile(file, fillMarkers(await readFile(file, 'utf8'), { bench: renderReadme(results) }));
}
