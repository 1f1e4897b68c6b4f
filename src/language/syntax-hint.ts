/** Signs of other languages, and what JSONata has in their place. */
const FOREIGN: readonly (readonly [sign: string, hint: string])[] = [
  ['==', 'JSONata compares with a single ='],
  ['&&', 'write "and"'],
  ['||', 'write "or"'],
  ['<>', 'write !='],
  ['|', 'there are no filters: call a function around it, such as $uppercase(…)'],
  ['!', 'write $not(…)'],
];

/** What to write where an expression cannot be read; nothing where that is not known. `end`: of what JSONata stumbles over. */
export function syntaxHint(source: string, end: number | undefined): { readonly hint?: string } {
  if (end === undefined) return {};
  const hint = FOREIGN.find(([sign]) => {
    const start = source.lastIndexOf(sign, end - 1);
    return start >= 0 && start >= end - sign.length;
  })?.[1];
  return hint === undefined ? {} : { hint };
}
