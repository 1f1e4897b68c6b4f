import { box, frame, type PlotWords, readable, round, text, ticks, WIDTH } from './frame.js';

export interface Bar {
  readonly label: string;
  readonly value: number;
}

export interface BarGroup {
  readonly label: string;
  readonly bars: readonly Bar[];
}

const LEFT = 250;
const RIGHT = 80;
const TOP = 44;
const BAR = 18;
const GAP = 6;
const BETWEEN = 22;

/** Lying bars in groups, each with its number; bars at the same place of their groups look alike. */
export function barChart(words: PlotWords, unit: string, groups: readonly BarGroup[]): string {
  const highest = Math.max(0, ...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const scale = ticks(highest);
  const width = WIDTH - LEFT - RIGHT;
  const x = (value: number): number => LEFT + (value / (scale.at(-1) ?? 1)) * width;
  const drawn: string[] = [];
  let y = TOP;
  for (const group of groups) {
    if (group.label !== '') drawn.push(text(16, y + 13, group.label, { kind: 'small' }));
    if (group.label !== '') y += BAR + 2;
    for (const [index, bar] of group.bars.entries()) {
      drawn.push(text(LEFT - 8, y + 13, bar.label, { anchor: 'end' }));
      drawn.push(...box(LEFT, y, x(bar.value) - LEFT, BAR, index));
      drawn.push(text(x(bar.value) + 6, y + 13, readable(bar.value), { kind: 'small' }));
      y += BAR + GAP;
    }
    y += BETWEEN - GAP;
  }
  const bottom = y - BETWEEN + GAP + 6;
  const grid = scale.flatMap((value) => [
    `<path class="grid" d="M${round(x(value))} ${TOP - 6}V${round(bottom)}"/>`,
    text(x(value), bottom + 16, readable(value), { anchor: 'middle', kind: 'small' }),
  ]);
  const axis = text(WIDTH - 16, bottom + 34, unit, { anchor: 'end', kind: 'small' });
  return frame(words, Math.round(bottom + 44), [...grid, ...drawn, axis]);
}
