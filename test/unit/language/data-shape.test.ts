import { ANY, memberOf, objectOf, parseShape, printShape, ShapeNotation } from '../../../src/language/data-shape.js';
import type { Problem } from '../../../src/language/problem.js';
import { parseYaml } from '../../../src/language/yaml-document.js';

function read(text: string) {
  const yaml = parseYaml('connectors/x.yaml', text);
  if (yaml.kind === 'broken') throw new Error(yaml.problems[0]?.message);
  const problems: Problem[] = [];
  return { shape: parseShape(yaml.document.value, [], { document: yaml.document, problems }), problems };
}

describe('The shape of data', () => {
  it('is read from the notation and printed in it', () => {
    const { shape, problems } = read(
      '{ id: string, size: integer, owner?: { name: string }, rows: [{ tags: [any] }] }',
    );
    expect(problems).toEqual([]);
    expect(printShape(shape)).toBe('{ id: string, size: integer, owner?: { name: string }, rows: [{ tags: [any] }] }');
  });

  it('names the place and the nearest type of a mistyped one', () => {
    const { problems } = read('id: string\nrows:\n  - size: nunber\n');
    expect(problems).toEqual([
      {
        file: 'connectors/x.yaml',
        line: 3,
        column: 11,
        severity: 'error',
        message: 'there is no type "nunber"',
        hint: 'did you mean "number"?',
      },
    ]);
  });

  it('refuses a list of two shapes and a value that is no shape', () => {
    expect(read('[string, number]').problems).toMatchObject([{ message: expect.stringContaining('holds one shape') }]);
    expect(read('id: 5').problems).toMatchObject([{ line: 1, column: 5 }]);
  });

  it('has a schema for editors that takes the same notation', () => {
    expect(ShapeNotation.safeParse({ id: 'string', rows: [{ name: 'string' }] }).success).toBe(true);
    expect(ShapeNotation.safeParse({ id: 5 }).success).toBe(false);
    expect(ShapeNotation.safeParse(['string', 'string']).success).toBe(false);
  });
});

describe('A name of a shape', () => {
  const { shape } = read('{ id: string, owner?: { name: string }, rows: [{ size: integer }] }');

  it('gives the shape of the field and whether it may be missing', () => {
    expect(memberOf(shape, 'id')).toEqual({ kind: 'found', shape: { kind: 'string' }, optional: false });
    expect(memberOf(shape, 'owner')).toMatchObject({ kind: 'found', optional: true });
  });

  it('is looked up in the items of a list', () => {
    const rows = memberOf(shape, 'rows');
    expect(rows.kind === 'found' && memberOf(rows.shape, 'size')).toMatchObject({ shape: { kind: 'integer' } });
  });

  it('is absent where the fields are known and it is none of them', () => {
    expect(memberOf(shape, 'nme')).toEqual({ kind: 'absent', known: ['id', 'owner', 'rows'] });
    expect(memberOf({ kind: 'string' }, 'length')).toEqual({ kind: 'absent', known: [] });
    expect(memberOf(objectOf({ id: ANY }), 'nme')).toEqual({ kind: 'absent', known: ['id'] });
  });

  it('may be anything where nothing is known', () => {
    expect(memberOf(ANY, 'whatever')).toEqual({ kind: 'found', shape: ANY, optional: true });
  });
});
