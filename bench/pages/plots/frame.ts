/** Words of a plot: for screen readers, and where pictures are off. */
export interface PlotWords {
  readonly title: string;
  /** What can be seen on it, in a sentence or two. */
  readonly description: string;
}

/** Sizes in pixels of the picture. */
export const WIDTH = 760;
const FONT = "system-ui, -apple-system, 'Segoe UI', sans-serif";

/** Fills and strokes by number; each series also has a pattern, a dash and a mark of its own. */
export const SERIES = 4;

const STYLE = `
    .paper { fill: #fff }
    .word { fill: #17202b; font-size: 13px }
    .title { fill: #17202b; font-size: 15px; font-weight: 600 }
    .small { fill: #46525f; font-size: 12px }
    .axis { stroke: #46525f; fill: none }
    .grid { stroke: #d5dbe2; fill: none }
    .limit { stroke: #17202b; stroke-dasharray: 2 3; fill: none }
    .f0 { fill: #34609c } .f1 { fill: #b5651d } .f2 { fill: #3d7a4e } .f3 { fill: #7a4e8a }
    .l0 { stroke: #34609c } .l1 { stroke: #b5651d } .l2 { stroke: #3d7a4e } .l3 { stroke: #7a4e8a }
    .line { fill: none; stroke-width: 2 }
    .d1 { stroke-dasharray: 8 4 } .d2 { stroke-dasharray: 2 4 } .d3 { stroke-dasharray: 10 3 2 3 }
    .hatch { stroke: #fff; stroke-width: 1.6; fill: none }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #10161d }
      .word, .title { fill: #e8edf3 }
      .small { fill: #b4bfcb }
      .axis { stroke: #b4bfcb }
      .grid { stroke: #303b47 }
      .limit { stroke: #e8edf3 }
      .f0 { fill: #7fb0f0 } .f1 { fill: #f0a860 } .f2 { fill: #7fd09a } .f3 { fill: #c79bdb }
      .l0 { stroke: #7fb0f0 } .l1 { stroke: #f0a860 } .l2 { stroke: #7fd09a } .l3 { stroke: #c79bdb }
      .hatch { stroke: #10161d }
    }`;

/** A whole picture around its insides. */
export function frame(words: PlotWords, height: number, inside: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc" font-family="${FONT}">`,
    `  <title id="title">${escaped(words.title)}</title>`,
    `  <desc id="desc">${escaped(words.description)}</desc>`,
    `  <style>${STYLE}\n  </style>`,
    '  <defs>',
    ...HATCHES,
    '  </defs>',
    `  <rect class="paper" width="${WIDTH}" height="${height}"/>`,
    `  ${text(16, 24, words.title, { kind: 'title' })}`,
    ...inside.map((line) => `  ${line}`),
    '</svg>',
    '',
  ].join('\n');
}

const HATCHES = ['M0 8 8 0', 'M0 4H8', 'M4 0V8'].map(
  (path, index) =>
    `    <pattern id="p${index + 1}" width="8" height="8" patternUnits="userSpaceOnUse"><path class="hatch" d="${path}"/></pattern>`,
);

export function text(
  x: number,
  y: number,
  words: string,
  { anchor = 'start', kind = 'word' }: { readonly anchor?: 'start' | 'middle' | 'end'; readonly kind?: string } = {},
): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escaped(words)}</text>`;
}

/** A filled box with the pattern of its series over it. */
export function box(x: number, y: number, width: number, height: number, series: number): readonly string[] {
  const place = `x="${round(x)}" y="${round(y)}" width="${round(Math.max(width, 0.5))}" height="${round(height)}"`;
  const fill = `<rect class="f${series % SERIES}" ${place}/>`;
  return series % SERIES === 0 ? [fill] : [fill, `<rect fill="url(#p${series % SERIES})" ${place}/>`];
}

/** A point's mark: circle, square, triangle, diamond. */
export function mark(x: number, y: number, series: number): string {
  const kind = `class="f${series % SERIES}"`;
  const [left, right, top, bottom] = [x - 4, x + 4, y - 4, y + 4].map(round);
  if (series % SERIES === 0) return `<circle ${kind} cx="${round(x)}" cy="${round(y)}" r="4"/>`;
  if (series % SERIES === 1) return `<rect ${kind} x="${left}" y="${top}" width="8" height="8"/>`;
  if (series % SERIES === 2) return `<path ${kind} d="M${round(x)} ${top} ${right} ${bottom} ${left} ${bottom}z"/>`;
  return `<path ${kind} d="M${round(x)} ${round(y - 5)} ${round(x + 5)} ${round(y)} ${round(x)} ${round(y + 5)} ${round(x - 5)} ${round(y)}z"/>`;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A number as people read it: at most three figures after the first one that counts, thousands with thin spaces. */
export function readable(value: number): string {
  if (value !== 0 && Math.abs(value) < 100) return String(Number(value.toPrecision(3)));
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** Round numbers from 0 to the first that is not below `highest`, about five of them. */
export function ticks(highest: number): readonly number[] {
  if (!(highest > 0)) return [0, 1];
  const rough = highest / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const count = Math.ceil(Number((highest / step).toFixed(6)));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
