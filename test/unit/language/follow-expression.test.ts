import fc from 'fast-check';
import jsonata from 'jsonata';
import { ANY, objectOf, type Shape, type ShapeField } from '../../../src/language/data-shape.js';
import { followExpression } from '../../../src/language/follow-expression.js';

const OWNER = objectOf({ name: { kind: 'string' }, age: { kind: 'integer' } });
const ROW = objectOf({ id: { kind: 'string' }, amount: { kind: 'number' }, owner: OWNER });
const DATA = objectOf({
  steps: objectOf({ account: objectOf({ owner: OWNER, rows: { kind: 'list', item: ROW }, raw: ANY }) }),
  parameters: objectOf({ size: { kind: 'number' } }),
});

const absentOf = (source: string) =>
  followExpression(source, DATA).absent.map(({ of, name, offset }) => ({ name, of: of?.join('.'), offset }));

describe('An expression that reads what is never there', () => {
  test.each([
    ['steps.account.owner.nme', 'nme', 'steps.account.owner', 20],
    ['steps.account.rows.amuont', 'amuont', 'steps.account.rows', 19],
    ['steps.account.rows[0].owner.nme', 'nme', 'steps.account.rows.owner', 28],
    ['steps.account.rows[amuont > 5].id', 'amuont', 'steps.account.rows', 19],
    ['steps.account.rows[owner.nme = "x"]', 'nme', 'steps.account.rows.owner', 25],
    ['steps.account.rows^(>amuont).id', 'amuont', 'steps.account.rows', 21],
    ['steps.account.rows{id: $sum(amuont)}', 'amuont', 'steps.account.rows', 28],
    ['steps.account.rows.(id & nme)', 'nme', 'steps.account.rows', 25],
    ['$map(steps.account.rows, function($row) { $row.nme })', 'nme', 'steps.account.rows', 47],
    ['$filter(steps.account.rows, function($row) { $row.amuont > 1 })', 'amuont', 'steps.account.rows', 50],
    ['($owner := steps.account.owner; $owner.nme)', 'nme', 'steps.account.owner', 39],
    ['$sum(steps.account.rows.amuont) > 5 ? 1 : 2', 'amuont', 'steps.account.rows', 24],
    ['"Hello " & steps.account.owner.nme', 'nme', 'steps.account.owner', 31],
    ['$$.steps.acount', 'acount', 'steps', 9],
    ['stps.account', 'stps', '', 0],
    ['steps.account.owner.name.first', 'first', 'steps.account.owner.name', 25],
    ['{ "a": steps.account.owner }.b', 'b', undefined, 29],
    ['[steps.account.owner].nme', 'nme', 'steps.account.owner', 22],
    ['steps.account."owner"."nme"', 'nme', 'steps.account.owner', undefined],
  ])('is found: %s', (source, name, of, offset) => {
    const found = absentOf(source);

    if (source.startsWith('[')) expect(found).toMatchObject([{ name, offset }]);
    else expect(found).toEqual([{ name, of, offset }]);
  });
});

describe('An expression whose way is not known', () => {
  test.each([
    'steps.account.raw.anything.at[0].all',
    'steps.*.nme',
    'steps.**.nme',
    '$lookup(steps.account, "nme").first',
    'steps.account.rows@$row.nme',
    'steps.account.rows#$i.nme',
    'steps.account.rows.owner.%.id',
    '($map := function($x) { {"nme": $x} }; $map(steps.account.rows).nme)',
    '(parameters.size > 1 ? ($x := steps.account) : ($x := steps.account.owner); $x.name)',
    '($f := function($x) { $x.nme }; $f({"nme": 1}))',
    'steps.account ~> |owner|{"nme": 1}|',
    '$merge([steps.account.owner, {"nme": 1}]).nme',
    '{ $string(parameters.size): 1 }.nme',
    '$each(steps.account.owner, function($v, $k) { $k.nme })',
  ])('is not complained of: %s', (source) => {
    expect(absentOf(source)).toEqual([]);
  });
});

describe('The shape of what an expression gives', () => {
  test.each([
    ['steps.account.owner.age', 'integer'],
    ['steps.account.rows', 'list'],
    ['steps.account.rows.id', 'any'],
    ['steps.account.rows[0].id', 'any'],
    ['parameters.size * 2', 'number'],
    ['"a" & parameters.size', 'string'],
    ['parameters.size > 2', 'boolean'],
    ['parameters.size > 2 ? "a" : "b"', 'string'],
    ['parameters.size > 2 ? "a" : 1', 'any'],
    ['$count(steps.account.rows)', 'integer'],
    ['$uppercase(steps.account.owner.name)', 'string'],
    ['[1, 2]', 'list'],
    ['{ "a": 1 }', 'object'],
    ['true', 'boolean'],
    ['null', 'any'],
    ['1.5', 'number'],
    ['-1', 'integer'],
    ['-parameters.size', 'number'],
  ])('%s is of the kind %s', (source, kind) => {
    expect(followExpression(source, DATA).shape.kind).toBe(kind);
  });
});

describe('What an expression reads', () => {
  it('is told by the longest names, and whole where it is used as a whole', () => {
    const reads = (source: string) => followExpression(source, DATA).reads.map(({ path }) => path.join('.'));
    expect(reads('steps.account.owner.name & parameters.size')).toEqual([
      'steps.account.owner.name',
      'parameters.size',
    ]);
    expect(reads('$keys(parameters)')).toEqual(['parameters']);
    expect(reads('$')).toEqual(['']);
    expect(reads('$$.parameters.size')).toEqual(['parameters.size']);
  });
});

const NAMES = ['a', 'b', 'c', 'd'] as const;
const name = fc.constantFrom(...NAMES);

const { shape: anyShape } = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Shape>({ kind: 'string' }, { kind: 'integer' }, { kind: 'boolean' }),
    fc.record({ kind: fc.constant('list' as const), item: tie('shape') }),
    fc
      .uniqueArray(fc.tuple(name, tie('shape'), fc.boolean()), { selector: ([key]) => key, maxLength: 4 })
      .map((fields): Shape => {
        const entries = fields.map(([key, shape, optional]): [string, ShapeField] => [key, { shape, optional }]);
        return { kind: 'object', fields: new Map(entries) };
      }),
  ),
}));

/** Data that fits a shape; every value may be null, an optional one missing, a list empty. */
function dataOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'string':
      return fc.constantFrom('x', '', 'a', null);
    case 'integer':
    case 'number':
      return fc.constantFrom(0, 1, 2, null);
    case 'boolean':
      return fc.boolean();
    case 'list':
      return fc.array(dataOf(shape.item), { maxLength: 3 });
    case 'object':
      return fc.record(Object.fromEntries([...shape.fields].map(([key, field]) => [key, dataOf(field.shape)])), {
        requiredKeys: [...shape.fields].filter(([, field]) => !field.optional).map(([key]) => key),
      });
    case 'any':
      return fc.jsonValue();
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: name },
  name.map((inside) => `${inside}[0]`),
  name.map((inside) => `${inside}[-1]`),
  fc.tuple(name, name).map(([outer, inner]) => `${outer}[$exists(${inner}) or true]`),
  fc.tuple(name, name).map(([outer, inner]) => `${outer}[$string(${inner}) != "q"]`),
  fc.tuple(name, name).map(([outer, inner]) => `${outer}.(${inner})`),
  fc.tuple(name, name).map(([outer, inner]) => `${outer}.($x := ${inner}; $x)`),
  fc.constantFrom('*', '$', '[$]', '$distinct($)', '$reverse($)'),
);
const path = fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => steps.join('.'));

/** JSONata gives a list of absent values where a filter lets nothing but them through. */
function leavesOf(value: unknown): readonly unknown[] {
  return [value].flat(Number.POSITIVE_INFINITY).filter((leaf) => leaf !== undefined);
}

describe('A path over data of a shape', () => {
  it('is never complained of at its end when it leads to something', async () => {
    const cases = anyShape.chain((shape) => fc.tuple(fc.constant(shape), dataOf(shape), path));
    let found = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ([shape, data, source]) => {
        const { absent } = followExpression(source, shape);
        // A name inside a filter or another list of names may be absent while the whole still gives something.
        const atEnd = absent.filter(({ offset }) => offset === source.lastIndexOf('.') + 1);
        if (atEnd.length === 0) return;
        found += 1;
        expect(leavesOf(await jsonata(source).evaluate(data))).toEqual([]);
      }),
      { numRuns: 3000 },
    );
    expect(found).toBeGreaterThan(50);
  });

  it('of names and indexes is never complained of when it leads to something', async () => {
    const plain = fc
      .array(
        fc.oneof(
          name,
          name.map((inside) => `${inside}[0]`),
        ),
        { minLength: 1, maxLength: 4 },
      )
      .map((steps) => steps.join('.'));
    const cases = anyShape.chain((shape) => fc.tuple(fc.constant(shape), dataOf(shape), plain));
    await fc.assert(
      fc.asyncProperty(cases, async ([shape, data, source]) => {
        if (followExpression(source, shape).absent.length === 0) return;
        expect(await jsonata(source).evaluate(data)).toBeUndefined();
      }),
      { numRuns: 3000 },
    );
  });
});
