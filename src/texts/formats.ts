import type { RichText, Span } from '../kernel/rich-text.js';

/** How numbers, spans of time and lists are written where a person lives. */
export interface Formats {
  /** BCP 47. */
  readonly locale: string;
  /** `A, B and C` */
  and(items: readonly string[]): string;
  /** `A, B or C` */
  or(items: readonly string[]): string;
  /** `A, B or C` of marked words. */
  orOf(items: readonly Span[]): RichText;
  number(value: number): string;
  /** As people type it: all its digits, and nothing between the thousands. */
  exact(value: number): string;
  /** Written before the fraction of a number; two where region and language differ (Switzerland), so that both are in use. */
  readonly decimals: readonly string[];
  /** Written between the thousands of a number. */
  readonly group: string;
  /** `5 minutes`: the largest unit of which there is a whole number; milliseconds are rounded away. */
  duration(ms: number): string;
  /** `3 days ago`, in whole minutes, hours or days; less than a minute is no minute. */
  ago(ms: number): string;
  /** The text for as many as there are. */
  plural(count: number, texts: { readonly one: string; readonly other: string }): string;
}

/** What is written in this place of a number. */
function signOf(numbers: Intl.NumberFormat, place: 'decimal' | 'group'): string {
  return numbers.formatToParts(1_234_567.5).find(({ type }) => type === place)?.value ?? '';
}

const UNITS = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
] as const;

/** A wait in the unit that people count it in: whole seconds, from two minutes on whole minutes; in ms, at least a second. */
export function roundUp(ms: number): number {
  const unit = ms < 120_000 ? 1_000 : 60_000;
  return Math.max(1, Math.ceil(ms / unit)) * unit;
}

/** A label or question as the beginning of a longer sentence. */
export function withoutEnd(label: string): string {
  return label.replace(/[?.:!…\s]+$/u, '');
}

/** @throws RangeError for what is no BCP 47 tag */
export function formatsFor(locale: string): Formats {
  const list = (type: 'conjunction' | 'disjunction') => new Intl.ListFormat(locale, { type, style: 'long' });
  const plurals = new Intl.PluralRules(locale);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always' });
  const numbers = new Intl.NumberFormat(locale);
  const exact = new Intl.NumberFormat(locale, { useGrouping: false, maximumFractionDigits: 20 });
  const ofLanguage = new Intl.NumberFormat(new Intl.Locale(locale).language);
  return {
    locale,
    and: (items) => list('conjunction').format(items),
    or: (items) => list('disjunction').format(items),
    orOf: (items) => {
      const places = items.map((_, index) => String(index));
      return list('disjunction')
        .formatToParts(places)
        .map(({ type, value }) => (type === 'element' ? (items[Number(value)] ?? { text: '' }) : { text: value }));
    },
    number: (value) => numbers.format(value),
    exact: (value) => exact.format(value),
    decimals: [...new Set([numbers, ofLanguage].map((format) => signOf(format, 'decimal')))],
    group: signOf(numbers, 'group'),
    duration: (ms) => {
      const [size, unit] = UNITS.find(([length]) => ms >= length && ms % length === 0) ?? [1_000, 'second'];
      const amount = Math.round(ms / size);
      return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(amount);
    },
    ago: (ms) => {
      const [size, unit] = UNITS.find(([length]) => ms >= length) ?? UNITS[2];
      const [length, name] = unit === 'second' ? UNITS[2] : [size, unit];
      return relative.format(-Math.floor(ms / length), name);
    },
    plural: (count, texts) => (plurals.select(count) === 'one' ? texts.one : texts.other),
  };
}
