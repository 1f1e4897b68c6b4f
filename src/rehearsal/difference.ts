import { isDeepStrictEqual } from 'node:util';

/** What was expected against what came, line by line as JSON; undefined when they are the same. */
export function difference(expected: unknown, found: unknown): readonly string[] | undefined {
  if (isDeepStrictEqual(plain(expected), plain(found))) return undefined;
  return mark(linesOf(expected), linesOf(found));
}

/** Without what JSON does not know, so that an absent value and an undefined one are the same. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function linesOf(value: unknown): readonly string[] {
  if (value === undefined) return ['(nothing)'];
  if (typeof value === 'string') return value.split('\n');
  return JSON.stringify(sorted(value), undefined, 2).split('\n');
}

/** Keys in one order, so that only values differ. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

/** Lines that both begin or end with stay; what is between was expected (`-`) or came (`+`). */
function mark(before: readonly string[], after: readonly string[]): readonly string[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [
    ...before.slice(0, head).map((line) => `  ${line}`),
    ...before.slice(head, before.length - tail).map((line) => `- ${line}`),
    ...after.slice(head, after.length - tail).map((line) => `+ ${line}`),
    ...before.slice(before.length - tail).map((line) => `  ${line}`),
  ];
}
