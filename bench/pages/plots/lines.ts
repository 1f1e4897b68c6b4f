import { frame, mark, type PlotWords, readable, round, SERIES, text, ticks, WIDTH } from './frame.js';

export interface Line {
  readonly label: string;
  /** By x. */
  readonly points: readonly (readonly [number, number])[];
}

export interface Axes {
  readonly x: string;
  readonly y: string;
  /** Powers of ten in equal steps. */
  readonly isLogarithmic?: boolean;
  /** A line across, with its words. */
  readonly limit?: { readonly value: number; readonly label: string };
}

const LEFT = 70;
const RIGHT = 190;
const TOP = 48;
const BOTTOM = 300;
const HEIGHT = 350;
/** More points than this get no marks. */
const MARKED = 26;
const LABEL_GAP = 17;

/** Lines over a common axis, each named at its end. */
export function lineChart(words: PlotWords, axes: Axes, lines: readonly Line[]): string {
  const points = lines.flatMap((line) => line.points);
  const x = horizontal(
    points.map(([value]) => value),
    axes.isLogarithmic === true,
  );
  const scale = ticks(Math.max(axes.limit?.value ?? 0, ...points.map(([, value]) => value)));
  const y = (value: number): number => BOTTOM - (value / (scale.at(-1) ?? 1)) * (BOTTOM - TOP);
  const right = WIDTH - RIGHT;
  const grid = scale.flatMap((value) => [
    `<path class="grid" d="M${LEFT} ${round(y(value))}H${right}"/>`,
    text(LEFT - 8, y(value) + 4, readable(value), { anchor: 'end', kind: 'small' }),
  ]);
  const below = x.ticks.map((value) =>
    text(x.at(value), BOTTOM + 18, readable(value), { anchor: 'middle', kind: 'small' }),
  );
  const limit = axes.limit
    ? [
        `<path class="limit" d="M${LEFT} ${round(y(axes.limit.value))}H${right}"/>`,
        text(right - 4, y(axes.limit.value) - 5, axes.limit.label, { anchor: 'end', kind: 'small' }),
      ]
    : [];
  const place = ([left, up]: readonly [number, number]): readonly [number, number] => [x.at(left), y(up)];
  const drawn = lines.flatMap((line, series) => drawLine(line.points.map(place), series));
  return frame(words, HEIGHT, [
    ...grid,
    `<path class="axis" d="M${LEFT} ${TOP}V${BOTTOM}H${right}"/>`,
    ...below,
    ...limit,
    ...drawn,
    ...nameLines(lines, place),
    text(LEFT, BOTTOM + 40, axes.x, { kind: 'small' }),
    text(16, TOP - 8, axes.y, { kind: 'small' }),
  ]);
}

function drawLine(points: readonly (readonly [number, number])[], series: number): readonly string[] {
  const number = series % SERIES;
  const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
  const line = `<path class="line l${number} d${number}" d="${path}"/>`;
  return points.length > MARKED ? [line] : [line, ...points.map(([x, y]) => mark(x, y, series))];
}

/** At the right, as high as the lines end, none over another. */
function nameLines(
  lines: readonly Line[],
  place: (point: readonly [number, number]) => readonly [number, number],
): readonly string[] {
  const ends = lines
    .flatMap(({ label, points }, series) => {
      const last = points.at(-1);
      return last ? [{ label, series, y: place(last)[1] }] : [];
    })
    .sort((left, right) => left.y - right.y);
  let lowest = Number.NEGATIVE_INFINITY;
  return ends.flatMap(({ label, series, y }) => {
    lowest = Math.max(y, lowest + LABEL_GAP);
    return [mark(WIDTH - RIGHT + 12, lowest, series), text(WIDTH - RIGHT + 24, lowest + 4, label, { kind: 'small' })];
  });
}

function horizontal(values: readonly number[], isLogarithmic: boolean) {
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const width = WIDTH - RIGHT - LEFT;
  if (!isLogarithmic) {
    const scale = ticks(highest);
    const end = scale.at(-1) ?? 1;
    return { at: (value: number): number => LEFT + (value / end) * width, ticks: scale };
  }
  const span = Math.log10(highest / lowest) || 1;
  return {
    at: (value: number): number => LEFT + (Math.log10(value / lowest) / span) * width,
    ticks: [...new Set(values)].sort((left, right) => left - right),
  };
}
