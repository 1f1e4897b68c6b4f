import type { PlainValue, Shape } from './data-shape.js';
import { type ExpressionNode, nodeAt, nodesAt } from './expression-node.js';
import type { Typed } from './typed-value.js';

/** A comparison that no data makes true: with a value that the other side never has. */
export interface NeverEqual {
  readonly written: PlainValue;
  /** The other side, by its names from the root of the data, where it was reached by names only. */
  readonly of?: readonly string[];
  /** What the other side is. */
  readonly shape: Shape;
  /** Where the value stands in the expression, counted from 0; absent where that is not certain. */
  readonly offset?: number;
}

/** Compares the written values on one side of `=`, `!=` or `in` with what is known of the other. */
export function neverEqual(source: string, node: ExpressionNode, sides: readonly Typed[]): readonly NeverEqual[] {
  const [left, right] = ['lhs', 'rhs'].map((key) => nodeAt(node, key));
  const [leftType, rightType] = sides;
  const operator = node['value'];
  if (!left || !right || !leftType || !rightType) return [];
  if (operator === 'in') return literalsOf(right).flatMap((literal) => compare(source, literal, leftType));
  if (operator !== '=' && operator !== '!=') return [];
  return [...compare(source, left, rightType), ...compare(source, right, leftType)];
}

/** The values of a list that is written out; the value itself where it is one. */
function literalsOf(node: ExpressionNode): readonly ExpressionNode[] {
  return node['type'] === 'unary' && node['value'] === '[' ? nodesAt(node, 'expressions') : [node];
}

function compare(source: string, literal: ExpressionNode, { isMany, origin, shape }: Typed): readonly NeverEqual[] {
  const written = literal['value'];
  const isLiteral = ['string', 'number', 'value'].includes(String(literal['type']));
  if (!isLiteral || !isPlain(written) || isMany || mayBe(shape, written)) return [];
  return [{ written, shape, ...(origin ? { of: origin } : {}), ...offsetOf(source, literal) }];
}

function isPlain(value: unknown): value is PlainValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function mayBe(shape: Shape, written: PlainValue): boolean {
  switch (shape.kind) {
    case 'any':
      return shape.oneOf?.includes(written) ?? true;
    case 'string':
    case 'boolean':
      return typeof written === shape.kind;
    case 'integer':
    case 'number':
      return typeof written === 'number';
    // A list of one thing may count as that thing.
    case 'list':
      return true;
    case 'object':
      return false;
  }
}

/** The tree tells where a value ends. */
function offsetOf(source: string, literal: ExpressionNode): { readonly offset?: number } {
  const end = Number(literal['position']);
  const written = String(literal['value']);
  const length = literal['type'] === 'string' ? written.length + 2 : written.length;
  return source.slice(end - length, end).includes(written) ? { offset: end - length } : {};
}
