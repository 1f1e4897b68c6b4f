import type { Formats } from '../texts/formats.js';

/** Digits that a number keeps without loss. */
const MAX_DIGITS = 15;
/** What people type for what is printed between the thousands. */
const TYPED: Readonly<Record<string, string>> = { '’': "'", '\u00a0': ' ', '\u202f': ' ' };

type Decimal = '.' | ',';

/** What a text is as a number. `ambiguous`: one number where commas, another where points divide thousands. */
export type ReadNumber =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'ambiguous'; readonly whole: string; readonly fraction: string }
  | { readonly kind: 'none' };

/**
 * Reads a number as it is written where a person lives: `1,500` is 1500 in English and 1.5 in German. With a decimal point it is
 * read everywhere as long as that cannot be mistaken. Without `format` nobody knows where the person lives, and in some places
 * both ways are in use: there, what could be either is ambiguous (`1,500`, `1.500`) and what can be read in one way only is not
 * (`1500`, `1.5`, `1,500.00`).
 */
export function readNumber(text: string, format: Pick<Formats, 'decimals' | 'group'> | undefined): ReadNumber {
  const typed = text.replaceAll(/[’\u00a0\u202f]/gu, (sign) => TYPED[sign] ?? sign);
  const group = format && (TYPED[format.group] ?? format.group);
  const [point, comma] = [readWith('.', typed, group), readWith(',', typed, group)];
  const decimals = format?.decimals ?? ['.', ','];
  if (decimals.length === 1) return found(decimals[0] === '.' ? point : (comma ?? point));
  if (point === undefined || comma === undefined || point === comma) return found(point ?? comma);
  const [fraction = 0, whole = 0] = [point, comma].sort((left, right) => Math.abs(left) - Math.abs(right));
  return { kind: 'ambiguous', whole: String(whole), fraction: written(fraction) };
}

function found(value: number | undefined): ReadNumber {
  return value === undefined ? { kind: 'none' } : { kind: 'number', value };
}

/** The number that a text is with this sign before its fraction, and the other one, or `group`, between its thousands. */
function readWith(decimal: Decimal, text: string, group = ''): number | undefined {
  const other = decimal === '.' ? ',' : '.';
  const own = group === decimal ? '' : group;
  // Nothing is grouped behind a leading zero.
  const form = new RegExp(`^[+-]?(?:\\d+|[1-9]\\d{0,2}([${other}${own}])\\d{3}(?:\\1\\d{3})*)(?:[${decimal}]\\d+)?$`);
  const digits = text.replaceAll(/\D/gu, '').length;
  if (digits > MAX_DIGITS || !form.test(text)) return undefined;
  return Number(
    text
      .replaceAll(/[^\d.,+-]/gu, '')
      .replaceAll(other, '')
      .replace(decimal, '.'),
  );
}

/** Three digits behind the point could be thousands again; four cannot. */
function written(fraction: number): string {
  const text = String(fraction);
  return /\.\d{3}$/u.test(text) ? `${text}0` : text;
}
