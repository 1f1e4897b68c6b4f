import { z } from 'zod';
import { didYouMean } from './did-you-mean.js';
import type { CompileContext } from './template.js';
import type { YamlPath } from './yaml-document.js';

/** What is known of a value before there is one. Any value may also be null; `any` may be anything at all. */
export type Shape =
  /** `oneOf`: what it may be, where that is all. */
  | { readonly kind: 'any'; readonly oneOf?: readonly PlainValue[] }
  | { readonly kind: 'string' | 'number' | 'integer' | 'boolean' }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, ShapeField> };

export type PlainValue = string | number | boolean;

export interface ShapeField {
  readonly shape: Shape;
  /** True: it may be missing. */
  readonly optional: boolean;
}

/** A shape as people write it: the name of a type, a map of fields (`name?` may be missing), or a list of one shape. */
export type ShapeNotation = string | readonly ShapeNotation[] | { readonly [name: string]: ShapeNotation };

const TYPES = ['string', 'number', 'integer', 'boolean', 'any'] as const;

/** Deepest notation: a person wrote it. */
const MAX_DEPTH = 20;

export const ANY: Shape = { kind: 'any' };

/** Zod schema of the notation; what a type name may be is told by `parseShape`, with a position. */
export const ShapeNotation: z.ZodType<ShapeNotation> = z
  .lazy(() => z.union([z.string(), z.array(ShapeNotation).length(1), z.record(z.string(), ShapeNotation)]))
  .meta({
    id: 'Shape',
    description: `A type (${TYPES.join(', ')}), a map of fields ("name?" may be missing), or a list with one shape`,
  });

/** Reads the notation; mistakes are added to the context's problems and become `any`. */
export function parseShape(written: unknown, path: YamlPath, context: CompileContext): Shape {
  if (typeof written === 'string') return parseType(written, path, context);
  if (path.length > MAX_DEPTH * 2) return broken(path, context, 'the schema is too deep');
  if (Array.isArray(written)) {
    if (written.length !== 1) return broken(path, context, 'a list in a schema holds one shape: that of its items');
    return { kind: 'list', item: parseShape(written[0], [...path, 0], context) };
  }
  if (typeof written !== 'object' || written === null) {
    return broken(path, context, 'a schema is a type, a map of fields or a list with one shape');
  }
  const fields = Object.entries(written).map(([key, value]): [string, ShapeField] => {
    const optional = key.endsWith('?');
    return [optional ? key.slice(0, -1) : key, { shape: parseShape(value, [...path, key], context), optional }];
  });
  return { kind: 'object', fields: new Map(fields) };
}

function parseType(written: string, path: YamlPath, context: CompileContext): Shape {
  const kind = TYPES.find((type) => type === written);
  if (kind !== undefined) return { kind };
  return broken(path, context, `there is no type "${written}"`, didYouMean(written, TYPES));
}

function broken(path: YamlPath, context: CompileContext, message: string, hint?: string): Shape {
  const { document, problems } = context;
  const place = { file: document.file, ...document.positionOf(path) };
  problems.push({ ...place, severity: 'error', message, ...(hint === undefined ? {} : { hint }) });
  return ANY;
}

/** In one line, in the notation's own words: `{ id: string, tags?: [string] }`. */
export function printShape(shape: Shape): string {
  switch (shape.kind) {
    case 'list':
      return `[${printShape(shape.item)}]`;
    case 'object': {
      const fields = [...shape.fields].map(([name, { shape: field, optional }]) => {
        return `${name}${optional ? '?' : ''}: ${printShape(field)}`;
      });
      return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
    }
    default:
      return shape.kind;
  }
}

/** An object with these fields, all of them always there. */
export function objectOf(fields: Readonly<Record<string, Shape>>): Shape {
  const entries = Object.entries(fields).map(([name, shape]): [string, ShapeField] => [
    name,
    { shape, optional: false },
  ]);
  return { kind: 'object', fields: new Map(entries) };
}

/** A file that a person sent; what stands beside these is sealed and nothing for recipes. */
export const FILE: Shape = {
  kind: 'object',
  fields: new Map<string, ShapeField>([
    ['name', { shape: { kind: 'string' }, optional: false }],
    ['type', { shape: { kind: 'string' }, optional: false }],
    ['size', { shape: { kind: 'integer' }, optional: true }],
  ]),
};

export type Member =
  | { readonly kind: 'found'; readonly shape: Shape; readonly optional: boolean }
  /** It is never there; `known` are the names that are. */
  | { readonly kind: 'absent'; readonly known: readonly string[] };

/** What a name of a value gives. As in JSONata, a name of a list is that name of its items. */
export function memberOf(shape: Shape, name: string): Member {
  switch (shape.kind) {
    case 'any':
      return { kind: 'found', shape: ANY, optional: true };
    case 'list':
      return memberOf(shape.item, name);
    case 'object': {
      const field = shape.fields.get(name);
      return field ? { kind: 'found', ...field } : { kind: 'absent', known: [...shape.fields.keys()] };
    }
    default:
      return { kind: 'absent', known: [] };
  }
}
