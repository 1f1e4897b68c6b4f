import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { formatResults, type PartName, parseResults, Results } from './measurements.js';
import { HELP, type Options, readOptions } from './options.js';
import { writePages, writeReadme } from './pages/write.js';
import { MEASURES } from './parts/index.js';
import { ROOT } from './root.js';
import { Stand } from './stand.js';
import { leaveTheirCore } from './world/cores.js';
import { buildPrograms } from './world/programs.js';

const RESULTS = join(ROOT, 'bench', 'results');
const COMMITTED = join(ROOT, 'docs', 'performance', 'results.jsonl');

/**
 * Measures the parts that are named, keeps what they gave as JSON lines, and writes the pages that show it. Ratios are of pairs of
 * rounds in one run; the median is what counts.
 */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') return console.log(HELP);
  const startedAt = new Date();
  const out = options.out ?? join(RESULTS, `${startedAt.toISOString().replace(/[:.]/g, '-')}.jsonl`);
  const before = await knownResults();
  let own = new Results();
  if (options.parts.length > 0) await buildPrograms();
  leaveTheirCore();
  for (const part of options.parts) {
    own = own.with(await runPart(part, options, before.with(own)));
    await mkdir(dirname(out), { recursive: true });
    await writeFile(out, formatResults(own));
  }
  if (options.parts.length > 0) console.log(`The results are in ${out}`);
  const known = await knownResults(options.out);
  if (options.writesReadme) await writeReadme(known);
  if (options.writesPages) await writePages(known);
}

async function runPart(part: PartName, options: Options, known: Results): Promise<Results> {
  const startedAt = new Date();
  const stand = new Stand(part, options);
  await stand.open();
  try {
    await MEASURES[part](stand, known);
  } finally {
    await stand.close();
  }
  const run = {
    kind: 'part',
    part,
    startedAt: startedAt.toISOString(),
    seconds: Math.round((Date.now() - startedAt.getTime()) / 1_000),
    machine: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}`,
    isQuick: options.isQuick,
  } as const;
  return new Results([run], stand.measurements);
}

/**
 * Of each part the newest run: of those that are committed, those of this machine, and that of another file. A short run counts only
 * where there is no other.
 */
async function knownResults(another?: string): Promise<Results> {
  const names = (await readdir(RESULTS).catch(() => [])).filter((name) => name.endsWith('.jsonl')).sort();
  const files = [COMMITTED, ...names.map((name) => join(RESULTS, name)), ...(another === undefined ? [] : [another])];
  const all: Results[] = [];
  for (const file of files) all.push(parseResults(await readFile(file, 'utf8').catch(() => '')));
  return [...all.map((results) => results.short(true)), ...all.map((results) => results.short(false))].reduce(
    (known, later) => known.with(later),
    new Results(),
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
