import { toInput, typeOf } from './convert-schema.js';
import type { Operation } from './find-operations.js';
import type { InputNames } from './input-names.js';
import type { JsonObject, JsonView } from './json-view.js';

export interface ParametersDraft {
  /** With `{{ input.<name> }}` for parameters. */
  readonly path: string;
  readonly query: JsonObject;
  readonly headers: JsonObject;
  readonly idempotencyHeader?: string;
  readonly notes: readonly string[];
  /** Why the operation cannot be an action. */
  readonly unsupported?: string;
}

/** What the service says itself, or OpenAPI wants to be ignored (OpenAPI 3.1, Parameter Object). */
const OWN_HEADERS = /^(?:accept|authorization|connection|content-length|content-type|cookie|host|user-agent)$/i;
const IDEMPOTENCY = /^(?:x-)?idempotency-key$/i;
const PAGES = /^(?:page|cursor|offset|after|starting_after|page_?token|next_?token|marker)$/i;

/** Parameters in path, query and headers; they become inputs. */
export function convertParameters(each: Operation, view: JsonView, inputs: InputNames): ParametersDraft {
  const filled = new Map<string, string>();
  const query: [string, string][] = [];
  const headers: [string, string][] = [];
  const notes: string[] = [];
  let idempotencyHeader: string | undefined;
  let unsupported: string | undefined;
  for (const parameter of parametersOf(each, view)) {
    const { name, in: where, required } = parameter;
    if (typeof name !== 'string' || (where === 'header' && OWN_HEADERS.test(name))) continue;
    if (where === 'header' && IDEMPOTENCY.test(name)) {
      idempotencyHeader = name;
      continue;
    }
    const why = reasonAgainst(parameter, view);
    if (why !== undefined) {
      if (required === true) unsupported ??= `its parameter "${name}" ${why}`;
      else notes.push(`the parameter "${name}" is left out: it ${why}`);
      continue;
    }
    const pill = addInput(name, parameter, view, inputs);
    if (where === 'path') filled.set(name, pill);
    else (where === 'query' ? query : headers).push([name, pill]);
    if (where === 'query' && PAGES.test(name)) notes.push(`"${name}" looks like pages: "pagination" can read them`);
  }
  const path = each.path.replaceAll(/\{([^{}]+)\}/g, (whole, name: string) => filled.get(name) ?? whole);
  if (/[?#\\{}]/.test(path.replaceAll(/\{\{.*?\}\}/g, ''))) unsupported ??= `its path ${each.path} cannot be written`;
  return {
    path,
    query: Object.fromEntries(query),
    headers: Object.fromEntries(headers),
    ...(idempotencyHeader === undefined ? {} : { idempotencyHeader }),
    notes,
    ...(unsupported === undefined ? {} : { unsupported }),
  };
}

/** Those of the path, unless the operation has its own of the same name and place. */
function parametersOf({ operation, shared }: Operation, view: JsonView): readonly JsonObject[] {
  const found = new Map<string, JsonObject>();
  for (const parameter of [...view.objects(shared['parameters']), ...view.objects(operation['parameters'])]) {
    found.set(JSON.stringify([parameter['in'], parameter['name']]), parameter);
  }
  return [...found.values()];
}

function addInput(name: string, parameter: JsonObject, view: JsonView, inputs: InputNames): string {
  const schema = view.object(parameter['schema']) ?? {};
  const described = { ...schema, description: parameter['description'] ?? schema['description'] };
  const input = toInput(name, described, view, parameter['required'] === true || parameter['in'] === 'path');
  if (typeOf(schema) !== 'array' || isExploded(parameter)) return inputs.add(name, input);
  // Texts, because they are joined.
  const items = { ...view.object(input['items']), type: 'string' };
  return inputs.add(name, { ...input, items }, (reference) => `$join(${reference}, ",")`);
}

/** Lists in a query are repeated by default, elsewhere separated by commas. */
function isExploded({ in: where, explode }: JsonObject): boolean {
  return where === 'query' && explode !== false;
}

function reasonAgainst(parameter: JsonObject, view: JsonView): string | undefined {
  const { in: where, style } = parameter;
  if (where !== 'path' && where !== 'query' && where !== 'header') return 'is no part of the address or the headers';
  if (parameter['content'] !== undefined) return 'holds a document';
  const usual = where === 'query' ? 'form' : 'simple';
  if (style !== undefined && style !== usual)
    return `is written in the style ${typeof style === 'string' ? style : JSON.stringify(style)}`;
  const type = typeOf(view.object(parameter['schema']) ?? {});
  if (type === 'object') return 'holds an object';
  return type === 'array' && where === 'path' ? 'holds a list in the path' : undefined;
}
