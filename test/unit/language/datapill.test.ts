import { readFileSync } from 'node:fs';
import jsonata from 'jsonata';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { compileDatapill, type Datapill, type DatapillLimits } from '../../../src/language/datapill.js';
import { FUNCTIONS } from '../../../src/language/functions.js';

const PLACE = { file: 'recipes/x.yaml', position: { line: 12, column: 7 } };

function compile(source: string, limits?: DatapillLimits): Datapill {
  const result = limits ? compileDatapill(source, PLACE, limits) : compileDatapill(source, PLACE);
  if (result.kind === 'broken') throw new Error(result.message);
  return result.pill;
}

async function failureOf(pill: Datapill, data: Readonly<Record<string, unknown>>): Promise<unknown> {
  try {
    await pill.evaluate(data);
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

describe('a datapill', () => {
  test('keeps the type of its result', async () => {
    expect(await compile('parameters.amount * 2').evaluate({ parameters: { amount: 21 } })).toBe(42);
    expect(await compile('parameters.list[x > 1]').evaluate({ parameters: { list: [{ x: 1 }, { x: 2 }] } })).toEqual({
      x: 2,
    });
    expect(await compile('parameters.none').evaluate({ parameters: {} })).toBeUndefined();
  });

  test('tells which paths it reads from the root', () => {
    const source = "$sum(steps.found.items[price > limit].price) > parameters.amount and $$.user.name = 'Rita'";
    expect(compile(source).references).toEqual([
      ['steps', 'found', 'items'],
      ['parameters', 'amount'],
      ['user', 'name'],
    ]);
    expect(compile('steps.a.b').references).toEqual([['steps', 'a', 'b']]);
  });

  test('reads no name inside functions of items as a root path', () => {
    expect(compile('steps.x.items.(name & " " & city)').references).toEqual([['steps', 'x', 'items']]);
    expect(compile('steps.x.items{name: city}').references).toEqual([['steps', 'x', 'items']]);
  });

  test('refuses $eval, empty and broken expressions when it is compiled', () => {
    expect(compileDatapill('$eval(parameters.code)', PLACE)).toMatchObject({
      kind: 'broken',
      message: '$eval is not available',
    });
    expect(compileDatapill(' ', PLACE)).toMatchObject({ kind: 'broken' });
    expect(compileDatapill('parameters.(', PLACE)).toMatchObject({ kind: 'broken' });
    expect(compileDatapill('('.repeat(20_000), PLACE)).toMatchObject({ kind: 'broken' });
    expect(compileDatapill('('.repeat(3_900), PLACE)).toMatchObject({ kind: 'broken' });
  });

  test.each([
    ['$uppercas(user.name)', 'there is no $uppercas', 'did you mean "$uppercase"?'],
    ['$Uppercase(user.name)', 'there is no $Uppercase', 'did you mean "$uppercase"?'],
    ['$map(steps.x.items, function($i) { $item.name })', 'there is no $item', undefined],
    ['steps.x.items@$one.($on.name)', 'there is no $on', undefined],
  ])('knows when it is compiled that %s names nothing', (source, message, hint) => {
    expect(compileDatapill(source, PLACE)).toEqual({
      kind: 'broken',
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  });

  test.each([
    ["parameters.a == 'b'", 'JSONata compares with a single ='],
    ["parameters.a === 'b'", 'JSONata compares with a single ='],
    ['parameters.a && parameters.b', 'write "and"'],
    ['parameters.a || parameters.b', 'write "or"'],
    ['parameters.a <> parameters.b', 'write !='],
    ['!parameters.a', 'write $not(…)'],
    ['parameters.a | upper', 'there are no filters: call a function around it, such as $uppercase(…)'],
    ["parameters.a + 'x", undefined],
    ["parameters.a != '' and (", undefined],
  ])('tells what to write in place of %s', (source, hint) => {
    const result = compileDatapill(source, PLACE);
    expect(result).toMatchObject({ kind: 'broken', message: expect.stringContaining('the expression is not valid: ') });
    expect(result.kind === 'broken' && result.hint).toBe(hint);
  });

  test('may use what it has bound itself, wherever that stands', () => {
    for (const source of [
      '($x := 1; $f := function($y) { $x + $y }; $f(2))',
      'steps.x.items@$one#$at.{ "a": $one.name, "b": $at }',
      'steps.x.items#$at[$at < 2].name',
      '$map(steps.x.items, function($one, $at) { $at & $one.name & $$.user.name })',
      'steps.x.items ~> $map(function($one) { $one.name }) ~> $join(", ")',
      '$now() & $millis() & $string($)',
    ])
      expect(compileDatapill(source, PLACE)).toMatchObject({ kind: 'ok' });
  });

  test('knows every function that JSONata has', () => {
    const source = readFileSync(require.resolve('jsonata'), 'utf8');
    const bound = [...source.matchAll(/(?:staticFrame|environment)\.bind\(["']([a-z][\w]*)["']/gu)].map(
      ([, name]) => name,
    );

    expect(new Set([...bound, 'pad'].filter((name) => name !== 'eval'))).toEqual(FUNCTIONS);
  });

  test.each([
    ['an endless recursion', '($f := function($x) { 1 + $f($x) }; $f(1))'],
    ['an endless tail recursion', '($f := function($x) { $f($x) }; $f(1))'],
    ['a long sequence', '[1..9000000].$string($)'],
    ['a text that doubles', '($f := function($t, $n) { $n = 0 ? $t : $f($t & $t, $n - 1) }; $f("abcdefgh", 26))'],
    ['a padded text', '$pad("x", 100000000)'],
    ['a regular expression of exponential time', '$match(parameters.text, /^(a+)+$/)'],
    ['a function as a result', 'function($x) { $x }'],
  ])('is stopped: %s', async (_name, source) => {
    const limits = { timeMs: 100, depth: 20_000, sequence: 100_000 };

    const error = await failureOf(compile(source, limits), { parameters: { text: `${'a'.repeat(60)}!` } });

    expect(isBehalfError(error, 'datapill.failed')).toBe(true);
  });

  test('names its place and never the data when it fails', async () => {
    const error = await failureOf(compile('$number(parameters.card)'), { parameters: { card: 'secret-4111' } });

    expect(isBehalfError(error, 'datapill.failed') && `${error.message} ${JSON.stringify(error.details)}`).toMatch(
      /recipes\/x\.yaml:12:7/,
    );
    expect(isBehalfError(error) && `${error.message} ${error.userText} ${JSON.stringify(error.details)}`).not.toContain(
      'secret-4111',
    );
  });

  test.each([
    ['$uppercase(list)', 'argument 1 of $uppercase is of another type (T0410)'],
    ['$sum(words)', 'argument 1 of $sum must be a list of numbers (T0412)'],
    ['word + 1', 'the left side of + is no number (T2001)'],
    ['1 * word', 'the right side of * is no number (T2002)'],
    ["word < 5 ? 'a' : 'b'", 'the sides of < are of different types (T2009)'],
    ['word()', 'word is called, and no function (T1006)'],
    ['$toMillis(word)', '$toMillis got no date as in ISO 8601 (D3110)'],
    ["$formatNumber(1, '#.#.#')", 'the picture of $formatNumber is wrong (D3081)'],
    ["$fromMillis(1, '[Z00000]')", 'the picture of a date or a number is wrong (D3134)'],
    ['$number(word)', '$number got what is no number (D3030)'],
    ['$error(word)', '$error was called (D3137)'],
    ['$substring(1, 1)', '$substring lacks an argument, or the one that it has is of another type (T0411)'],
  ])('says in words why %s fails, without the data', async (source, why) => {
    const error = await failureOf(compile(source), { word: 'canary', words: ['canary'], list: [{ canary: 1 }] });
    expect(error).toMatchObject({
      message: `The datapill at recipes/x.yaml:12:7 failed: ${why}`,
      details: { file: 'recipes/x.yaml', line: 12, column: 7, reason: why },
    });
  });

  test('gives plain data without JSONata sequences', async () => {
    const value = await compile('steps.items.name').evaluate({ steps: { items: [{ name: 'a' }, { name: 'b' }] } });
    expect(Object.getOwnPropertyNames(value)).toEqual(['0', '1', 'length']);
    expect(await compile('{"__proto__": {"admin": true}}.admin').evaluate({})).toBeUndefined();
  });

  test('groups thousands of items and matches them with a regular expression', async () => {
    const items = Array.from({ length: 3_000 }, (_, index) => ({ name: `n${index}`, size: index }));
    expect(Object.keys(Object(await compile('items{name: size}', WIDE).evaluate({ items })))).toHaveLength(3_000);
    expect(await compile('$count(items[name ~> /^n(1|2)0+$/])', WIDE).evaluate({ items })).toBe(6);
    expect(await compile('$replace(text, /(\\d+)-(\\d+)/, "$2-$1")').evaluate({ text: '1-2 and 33-44' })).toBe(
      '2-1 and 44-33',
    );
  });
});

const WIDE: DatapillLimits = { timeMs: 10_000, depth: 20_000, sequence: 100_000 };

describe('a plain path', () => {
  test('means the same as in JSONata, over random data', async () => {
    const random = randomNumbers(7);
    const names = ['a', 'b', 'constructor', 'length', '__proto__'];
    for (let round = 0; round < 400; round += 1) {
      const data = { a: randomValue(random, names, 4), b: randomValue(random, names, 4) };
      const path = Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(random, names)).join('.');

      const ours = await compile(path, WIDE).evaluate(data);
      const theirs: unknown = await jsonata(path).evaluate(data);

      expect({ path, value: plain(ours) }).toEqual({ path, value: plain(theirs) });
    }
  });
});

function plain(value: unknown): unknown {
  return value === undefined ? 'absent' : JSON.parse(JSON.stringify(value));
}

function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function pick(random: () => number, names: readonly string[]): string {
  return names[Math.floor(random() * names.length)] ?? 'a';
}

function randomValue(random: () => number, names: readonly string[], depth: number): unknown {
  const kind = Math.floor(random() * (depth > 0 ? 8 : 5));
  if (kind === 0) return null;
  if (kind === 1) return Math.floor(random() * 100);
  if (kind === 2) return 'text';
  if (kind === 3) return random() > 0.5;
  if (kind === 4) return random() > 0.5 ? [] : {};
  if (kind === 5) return Array.from({ length: Math.floor(random() * 3) }, () => randomValue(random, names, depth - 1));
  return Object.fromEntries(
    names.filter((name) => name !== '__proto__').map((name) => [name, randomValue(random, names, depth - 1)]),
  );
}
