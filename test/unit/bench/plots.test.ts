import { barChart } from '../../../bench/pages/plots/bars.js';
import { readable, ticks } from '../../../bench/pages/plots/frame.js';
import { lineChart } from '../../../bench/pages/plots/lines.js';

const words = { title: 'Answers & <replies>', description: 'Two bars: "one" and two.' };

/** Throws where an element is not closed, or closed in the wrong order. */
function elementsOf(svg: string): readonly string[] {
  const open: string[] = [];
  const names: string[] = [];
  for (const [, close, name = '', empty] of svg.matchAll(/<(\/?)([a-z]+)(?:\s+[a-zA-Z-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(name);
    else names.push(name);
    if (!close && !empty) open.push(name);
  }
  expect(open).toEqual([]);
  expect(svg.match(/</g)).toHaveLength([...svg.matchAll(/<\/?[a-z]/g)].length);
  return names;
}

const groups = [
  {
    label: 'Slack',
    bars: [
      { label: 'bare', value: 100 },
      { label: 'ours', value: 50 },
    ],
  },
];
const bars = barChart(words, 'ms', groups);
const lines = lineChart(words, { x: 'recipes', y: 'x', isLogarithmic: true, limit: { value: 1.1, label: 'asked' } }, [
  {
    label: 'first',
    points: [
      [10, 1],
      [10_000, 1.05],
    ],
  },
  {
    label: 'second',
    points: [
      [10, 1],
      [10_000, 1.06],
    ],
  },
]);

describe.each([
  ['bars', bars],
  ['lines', lines],
])('a plot of %s', (_, svg) => {
  it('is well-formed, with its words escaped', () => {
    expect(elementsOf(svg)[0]).toBe('svg');
    expect(svg).toContain('Answers &amp; &lt;replies&gt;');
    expect(svg).not.toContain('NaN');
  });

  it('has words for those who do not see it', () => {
    expect(svg).toContain('role="img" aria-labelledby="title desc"');
    expect(svg).toMatch(/<title id="title">.+<\/title>/);
    expect(svg).toMatch(/<desc id="desc">.+<\/desc>/);
  });

  it('can be read on a dark page', () => {
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
  });
});

it('bars are as long as their values, and say them', () => {
  const widths = [...bars.matchAll(/<rect class="f\d" x="[\d.]+" y="[\d.]+" width="([\d.]+)"/g)].map(([, width]) =>
    Number(width),
  );

  expect(widths).toHaveLength(2);
  expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeCloseTo(2, 1);
  expect(bars).toContain('>100</text>');
  expect(bars).toContain('>50</text>');
});

it('series differ in more than their colour', () => {
  expect(bars).toContain('fill="url(#p1)"');
  expect(lines).toContain('class="line l1 d1"');
  expect(lines).toContain('<circle class="f0"');
  expect(lines).toMatch(/<rect class="f1"[^>]*width="8"/);
});

it('names of lines do not lie over each other', () => {
  const heights = [...lines.matchAll(/<text class="small" x="[\d.]+" y="([\d.]+)"[^>]*>(?:first|second)</g)].map(
    ([, y]) => Number(y),
  );

  expect(heights).toHaveLength(2);
  expect(Math.abs((heights[0] ?? 0) - (heights[1] ?? 0))).toBeGreaterThanOrEqual(17);
});

it('equal factors are equally far on a logarithmic axis', () => {
  const chart = lineChart(words, { x: 'n', y: 'ms', isLogarithmic: true }, [
    {
      label: 'a',
      points: [
        [10, 1],
        [100, 1],
        [1_000, 1],
      ],
    },
  ]);
  const places = [...chart.matchAll(/cx="([\d.]+)"/g)].map(([, x]) => Number(x)).slice(0, 3);

  expect((places[1] ?? 0) - (places[0] ?? 0)).toBeCloseTo((places[2] ?? 0) - (places[1] ?? 0), 0);
});

it.each([
  [0, [0, 1]],
  [5, [0, 1, 2, 3, 4, 5]],
  [73, [0, 20, 40, 60, 80]],
  [0.3, [0, 0.1, 0.2, 0.3]],
])('an axis up to %p has round numbers', (highest, expected) => {
  expect(ticks(highest)).toEqual(expected);
});

it.each([
  [0, '0'],
  [0.1234, '0.123'],
  [99.95, '100'],
  [1234567, '1\u202f234\u202f567'],
])('%p is written as %p', (value, expected) => {
  expect(readable(value)).toBe(expected);
});
