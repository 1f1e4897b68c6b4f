import fc from 'fast-check';

/** What has led parsers astray before, among any other value. */
const hostileValue = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('__proto__', 'constructor', '', '\0', '\r\n', '\ud800', '{{ 1 }}', '../..', '1e999', ' '),
  fc.constantFrom(null, -1, 0, true, [], {}, [[]], 2 ** 53),
);

/** The same value with some of its parts replaced or taken away. */
export function damaged(whole: unknown): fc.Arbitrary<unknown> {
  const change = fc.record({
    path: fc.constantFrom(...pathsOf(whole)),
    value: fc.option(hostileValue, { nil: undefined }),
  });
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce<unknown>((value, { path, value: part }) => withPart(value, path, part), whole));
}

type Path = readonly string[];

function pathsOf(value: unknown): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, part]) => pathsOf(part).map((path) => [key, ...path]))];
}

function withPart(value: unknown, [key, ...rest]: Path, part: unknown): unknown {
  if (key === undefined) return part;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, old]) => {
    if (name !== key) return [[name, old]];
    const next = withPart(old, rest, part);
    return next === undefined ? [] : [[name, next]];
  });
  return Array.isArray(value) ? entries.map(([, entry]) => entry) : Object.fromEntries(entries);
}
