import type { BehalfError } from '../kernel/errors.js';
import type { Texts } from './english.js';

/** What a person reads of an error: its own words where it has some, else those for its code. */
export function errorText({ code, wording }: Pick<BehalfError, 'code' | 'wording'>, texts: Texts): string {
  if (wording === undefined) return texts.errors[code];
  return typeof wording === 'string' ? wording : wording(texts.locale);
}
