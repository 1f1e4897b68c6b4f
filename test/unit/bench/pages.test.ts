import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUDGETS, type Budget, judge } from '../../../bench/budgets.js';
import { type Measurement, parseResults, Results } from '../../../bench/measurements.js';
import { fillMarkers } from '../../../bench/pages/capacity.js';
import { renderReadme } from '../../../bench/pages/readme.js';
import { renderPages } from '../../../bench/pages/write.js';

const ROOT = join(__dirname, '..', '..', '..');
const committed = parseResults(readFileSync(join(ROOT, 'docs/performance/results.jsonl'), 'utf8'));

it('the pages in docs/ show the results that are committed', async () => {
  const pages = await renderPages(committed);

  expect(pages.size).toBeGreaterThan(8);
  for (const [file, text] of pages)
    expect({ file, text: readFileSync(join(ROOT, file), 'utf8') }).toEqual({ file, text });
});

it('without results there is a page that says so', async () => {
  const { renderPerformance } = await import('../../../bench/pages/performance.js');

  const page = renderPerformance(new Results());

  expect(page).toContain('| commands | not yet | | |');
  expect(page).not.toMatch(/NaN|undefined/);
  expect(page).not.toContain('✓');
});

describe('a budget', () => {
  const budget = (bound: Budget['bound'], must: number, stretch: number): Budget => ({
    what: '',
    part: 'commands',
    unit: 'x',
    measured: () => undefined,
    bound,
    must,
    stretch,
  });

  it.each([
    ['most', 1.1, 1, 1, 'stretch'],
    ['most', 1.1, 1, 1.1, 'held'],
    ['most', 1.1, 1, 1.11, 'not held'],
    ['least', 2.5, 5, 2.4, 'not held'],
    ['least', 2.5, 5, 3, 'held'],
    ['least', 2.5, 5, 6, 'stretch'],
    ['most', 0, 0, 0, 'held'],
    ['most', 0, 0, 1, 'not held'],
    ['most', 1, 1, undefined, 'not measured'],
    ['most', 1, 1, Number.NaN, 'not measured'],
  ] as const)('of at %s %p, better %p, is for %p: %s', (bound, must, stretch, value, verdict) => {
    expect(judge(budget(bound, must, stretch), value)).toBe(verdict);
  });

  it('finds its measurement among the committed ones', () => {
    const measuredParts = new Set(committed.runs.map(({ part }) => part));
    const lost = BUDGETS.filter(({ measured, part }) => measuredParts.has(part) && measured(committed) === undefined);

    expect(lost.map(({ what }) => what)).toEqual([]);
  });
});

it('the README compares pair by pair and adds up failures', () => {
  const round = (program: string, round: number, cpu: number): Measurement[] =>
    (['c50', 'r100', 'slow'] as const).flatMap((load) => {
      const at = { chat: 'slack', program, load, round };
      const values = { throughput: 100, cpu, endToEndP50: 2, ackP99: 3, failures: 1, newConnections: 0 };
      return Object.entries(values).map(([name, value]) => ({
        kind: 'measurement' as const,
        part: 'commands' as const,
        name,
        value,
        at,
      }));
    });
  const results = new Results(
    [],
    [
      ...round('bare Bolt, echo', 1, 1),
      ...round('Redis', 1, 1.5),
      ...round('bare Bolt, echo', 2, 4),
      ...round('Redis', 2, 6),
    ],
  );

  const row = renderReadme(results)
    .split('\n')
    .find((line) => line.startsWith('| Behalf on Slack, Redis'));

  expect(row).toBe(
    '| Behalf on Slack, Redis | 100 (1.00 x) | 6.00 (1.50 x) | 6.00 (1.50 x) | 2.0 (1.00 x) | 3.0 (1.00 x) | 3.0 (1.00 x) | 0 | 6 |',
  );
});

it('generated parts take the place between their markers alone', () => {
  const page = 'before\n<!-- a -->\nold $1\n<!-- /a -->\nafter';

  expect(fillMarkers(page, { a: 'costs $& more' })).toBe('before\n<!-- a -->\ncosts $& more\n<!-- /a -->\nafter');
  expect(() => fillMarkers(page, { b: '' })).toThrow('<!-- b -->');
});
