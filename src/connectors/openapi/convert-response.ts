import type { ShapeNotation } from '../../language/data-shape.js';
import { objectSchema, toShape } from './convert-schema.js';
import type { JsonObject, JsonView } from './json-view.js';

const JSON_TYPE = /^(?:application\/(?:[\w.+-]+\+)?json|\*\/\*)(?:;|$)/i;

export interface ResponseDraft {
  readonly response?: 'text' | 'none';
  readonly schema?: ShapeNotation;
  readonly note?: string;
}

/** What a good answer is. */
export function convertResponse(operation: JsonObject, view: JsonView): ResponseDraft {
  const good = view.entries(operation['responses']).filter(([status]) => /^2(?:\d\d|XX)$/i.test(status));
  const contents = good.flatMap(([, response]) => view.entries(response['content']));
  const json = contents.find(([type]) => JSON_TYPE.test(type))?.[1];
  if (json) {
    const schema = view.object(json['schema']);
    const shape = schema ? toShape(schema, view) : 'any';
    return shape === 'any' ? {} : { schema: shape };
  }
  if (contents.length === 0) return {};
  if (contents.some(([type]) => /^text\//i.test(type))) return { response: 'text', schema: 'string' };
  return { response: 'none', note: `its answer (${contents.map(([type]) => type).join(', ')}) is not read` };
}

/** Where apps keep their words for people, most telling first. */
const WORDS = ['message', 'error_description', 'error.message', 'detail', 'title', 'error'] as const;

/** The datapill for the app's own words, as the described errors have them. */
export function errorWords(operations: readonly JsonObject[], view: JsonView): string | undefined {
  for (const operation of operations) {
    const bad = view.entries(operation['responses']).filter(([status]) => /^(?:[45]..|default)$/i.test(status));
    const contents = bad.flatMap(([, response]) => view.entries(response['content']));
    for (const [type, media] of contents) {
      const schema = JSON_TYPE.test(type) ? view.object(media['schema']) : undefined;
      const found = schema && WORDS.find((words) => isText(schema, words.split('.'), view));
      if (found) return `{{ body.${found} }}`;
    }
  }
  return undefined;
}

function isText(schema: JsonObject, path: readonly string[], view: JsonView): boolean {
  const [name = '', ...rest] = path;
  const property = objectSchema(schema, view).properties.get(name);
  if (!property) return false;
  return rest.length === 0 ? property['type'] === 'string' : isText(property, rest, view);
}
