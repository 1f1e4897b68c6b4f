import type { Shape } from './data-shape.js';

const STRING: Shape = { kind: 'string' };
const NUMBER: Shape = { kind: 'number' };
const INTEGER: Shape = { kind: 'integer' };
const BOOLEAN: Shape = { kind: 'boolean' };

/** What JSONata's own functions give, where that does not depend on what they are given. */
export const RESULTS: ReadonlyMap<string, Shape> = new Map([
  ...[
    ...['string', 'substring', 'substringBefore', 'substringAfter', 'uppercase', 'lowercase', 'trim', 'pad', 'join'],
    ...['now', 'fromMillis', 'formatNumber', 'formatInteger', 'formatBase', 'base64encode', 'base64decode', 'type'],
    ...['encodeUrlComponent', 'encodeUrl', 'decodeUrlComponent', 'decodeUrl'],
  ].map((name) => [name, STRING] as const),
  ...['number', 'sum', 'average', 'abs', 'power', 'sqrt', 'random', 'max', 'min'].map(
    (name) => [name, NUMBER] as const,
  ),
  ...['length', 'count', 'floor', 'ceil', 'millis', 'toMillis', 'parseInteger'].map((name) => [name, INTEGER] as const),
  ...['contains', 'boolean', 'not', 'exists'].map((name) => [name, BOOLEAN] as const),
]);

/** Functions that give some or all of their first argument's items. */
export const SELECTIONS: ReadonlySet<string> = new Set(['filter', 'single', 'sort', 'reverse', 'shuffle', 'distinct']);

/** Functions that call their second argument with each item of their first. */
export const EACH_ITEM: ReadonlySet<string> = new Set(['map', 'filter', 'single']);
