import type { ShapeNotation } from '../../language/data-shape.js';
import { isOfFormat } from '../value-formats.js';
import { type JsonObject, type JsonView, line, texts } from './json-view.js';
import { toTitle } from './names.js';

/** Deepest part of an answer that is described; what is below is `any`. */
const MAX_DEPTH = 6;
/** Most fields that are described, in all: a person reads the file. */
const MAX_FIELDS = 300;
/** Most parts of an `allOf`, at all depths. */
const MAX_PARTS = 50;

type Type = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array';
const TYPES: readonly Type[] = ['string', 'number', 'integer', 'boolean', 'object', 'array'];

/** An object schema with what `allOf` adds to it. */
export interface ObjectSchema {
  readonly properties: ReadonlyMap<string, JsonObject>;
  readonly required: ReadonlySet<string>;
}

/** The one type of a schema, besides null; undefined: it may be several, or is not said. */
export function typeOf(schema: JsonObject): Type | undefined {
  const named = Array.isArray(schema['type']) ? schema['type'] : [schema['type']];
  const types = TYPES.filter((type) => named.includes(type));
  if (types.length === 1) return types[0];
  const isOpen = types.length > 1 || 'oneOf' in schema || 'anyOf' in schema;
  if (isOpen) return undefined;
  return 'properties' in schema || 'allOf' in schema ? 'object' : undefined;
}

export function objectSchema(schema: JsonObject, view: JsonView): ObjectSchema {
  const properties = new Map<string, JsonObject>();
  const required = new Set<string>();
  const parts = [schema];
  for (let index = 0; index < Math.min(parts.length, MAX_PARTS); index += 1) {
    const part = parts[index] ?? {};
    for (const [name, property] of view.entries(part['properties'])) {
      if (!properties.has(name)) properties.set(name, property);
    }
    for (const name of texts(part['required'])) required.add(name);
    parts.push(...view.objects(part['allOf']));
  }
  return { properties, required };
}

/** What answers look like, in the notation of `output_schema`. */
export function toShape(schema: JsonObject, view: JsonView): ShapeNotation {
  return new ShapeWriter(view).write(schema, 0, []);
}

class ShapeWriter {
  readonly #view: JsonView;
  #fields = 0;

  constructor(view: JsonView) {
    this.#view = view;
  }

  write(schema: JsonObject, depth: number, above: readonly JsonObject[]): ShapeNotation {
    const type = typeOf(schema);
    if (type === undefined || depth > MAX_DEPTH || above.includes(schema)) return 'any';
    if (type === 'array') {
      const items = this.#view.object(schema['items']);
      return [items ? this.write(items, depth + 1, [...above, schema]) : 'any'];
    }
    return type === 'object' ? this.#object(schema, depth, above) : type;
  }

  #object(schema: JsonObject, depth: number, above: readonly JsonObject[]): ShapeNotation {
    const { properties, required } = objectSchema(schema, this.#view);
    const fields: [string, ShapeNotation][] = [];
    for (const [name, property] of properties) {
      if (property['writeOnly'] === true || name === '' || name.endsWith('?')) continue;
      this.#fields += 1;
      if (this.#fields > MAX_FIELDS) return 'any';
      const isThere = required.has(name);
      fields.push([isThere ? name : `${name}?`, this.write(property, depth + 1, [...above, schema])]);
    }
    return fields.length === 0 ? 'any' : Object.fromEntries(fields);
  }
}

/** An input of an action, as it stands in the file. */
export function toInput(name: string, schema: JsonObject, view: JsonView, required: boolean): JsonObject {
  const type = typeOf(schema) ?? 'any';
  const description = line(schema['description']);
  const items = type === 'array' ? view.object(schema['items']) : undefined;
  const itemType = items && typeOf(items);
  const rules = toRules(schema, type);
  return {
    type,
    title: line(schema['title']) ?? toTitle(name),
    ...(description === undefined ? {} : { description }),
    ...(required ? { required } : {}),
    ...defaultOf(schema['default'], type, rules),
    ...rules,
    ...(items && itemType ? { items: { type: itemType, ...toRules(items, itemType) } } : {}),
  };
}

const FORMATS = ['date', 'date-time', 'email', 'uri'] as const;

function toRules(schema: JsonObject, type: Type | 'any') {
  const isText = type === 'string';
  const kind = isText ? 'string' : 'number';
  const hasValues = isText || type === 'number' || type === 'integer';
  const values: readonly unknown[] = hasValues && Array.isArray(schema['enum']) ? schema['enum'] : [];
  const known = values.filter((value) => typeof value === kind);
  const length = schema[isText ? 'maxLength' : 'maxItems'];
  const isLength = (isText || type === 'array') && typeof length === 'number' && Number.isInteger(length) && length > 0;
  const format = isText ? FORMATS.find((known) => known === schema['format']) : undefined;
  return {
    ...(known.length > 0 ? { enum: known } : {}),
    ...(isLength ? { max_length: length } : {}),
    ...(format === undefined ? {} : { format }),
  };
}

/** A default that its own rules refuse would make the file broken. */
function defaultOf(value: unknown, type: Type | 'any', rules: ReturnType<typeof toRules>) {
  const isScalar =
    (type === 'string' && typeof value === 'string') ||
    (type === 'boolean' && typeof value === 'boolean') ||
    (type === 'number' && typeof value === 'number') ||
    (type === 'integer' && Number.isSafeInteger(value));
  const isKnown = rules.enum === undefined || rules.enum.includes(value);
  const isOfRightForm = typeof value !== 'string' || rules.format === undefined || isOfFormat(value, rules.format);
  return isScalar && isKnown && isOfRightForm && rules.max_length === undefined && value !== ''
    ? { default: value }
    : {};
}
