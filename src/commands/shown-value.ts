import type { Parameter } from '../recipes/compiled-parameter.js';
import type { Texts } from '../texts/english.js';

/** A value in the words of whoever reads it, who could type it so. */
export function shownValue(
  { options = [] }: Pick<Parameter, 'options'>,
  value: unknown,
  { format, parameters }: Texts,
): string {
  const chosen = options.find((option) => option.value === value);
  if (chosen) return chosen.label;
  if (typeof value === 'number') return format.exact(value);
  if (typeof value === 'boolean') return value ? parameters.words.yes : parameters.words.no;
  return String(value);
}
