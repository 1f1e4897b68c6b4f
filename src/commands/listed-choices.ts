import type { Parameter } from '../recipes/compiled-parameter.js';
import type { Texts } from '../texts/english.js';

/** A form shows all. */
const SHOWN = 10;

/** What a value may be, in words; undefined where it is not one of a few. */
export function listedChoices({ options = [] }: Pick<Parameter, 'options'>, { help }: Texts): string | undefined {
  if (options.length === 0) return undefined;
  const rest = options.length - SHOWN;
  const labels = options.slice(0, SHOWN).map(({ label }) => label);
  return help.oneOf([...labels, ...(rest > 0 ? [help.manyMore(rest)] : [])].join(', '));
}
