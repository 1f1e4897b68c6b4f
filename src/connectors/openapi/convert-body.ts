import { plainMediaType } from '../../kernel/file-value.js';
import { objectSchema, toInput, typeOf } from './convert-schema.js';
import type { InputNames } from './input-names.js';
import type { JsonObject, JsonView } from './json-view.js';

/** A body as it stands in a request, or why there is none. */
export type BodyDraft =
  /** `type`: content type, where it is not the usual one of such a body. */
  | { readonly kind: 'body'; readonly body: JsonObject; readonly type?: string; readonly note?: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unsupported'; readonly why: string };

/** The body of a request; its fields become inputs. */
export function convertBody(operation: JsonObject, view: JsonView, inputs: InputNames): BodyDraft {
  const body = view.object(operation['requestBody']);
  if (!body) return { kind: 'none' };
  const types = view.entries(body['content']);
  const isRequired = body['required'] === true;
  for (const [type, key] of [
    [/^application\/(?:[\w.+-]+\+)?json\b/i, 'json'],
    [/^application\/x-www-form-urlencoded\b/i, 'form'],
  ] as const) {
    const media = types.find(([name]) => type.test(name));
    if (!media) continue;
    const own = plainMediaType(media[0]);
    const body = { [key]: fields(view.object(media[1]['schema']) ?? {}, view, inputs, isRequired) };
    return { kind: 'body', body, ...(key === 'json' && own !== 'application/json' ? { type: own } : {}) };
  }
  const text = types.find(([name]) => /^text\/plain\b/i.test(name))?.[1];
  if (text) return { kind: 'body', body: { text: whole(view.object(text['schema']) ?? {}, view, inputs, isRequired) } };
  const file = types.find(([name]) => /^multipart\/form-data\b/i.test(name))?.[1];
  if (file) return convertMultipart(view.object(file['schema']) ?? {}, view, inputs);
  const names = types.map(([name]) => name).join(', ');
  return isRequired ? { kind: 'unsupported', why: `its body is ${names || 'of no type'}` } : { kind: 'none' };
}

/** A value by property; a body that is no plain object is one input. */
function fields(schema: JsonObject, view: JsonView, inputs: InputNames, isRequired: boolean): unknown {
  const { properties, required } = objectSchema(schema, view);
  if (typeOf(schema) !== 'object' || properties.size === 0) return whole(schema, view, inputs, isRequired);
  const values: [string, string][] = [];
  for (const [name, property] of properties) {
    if (property['readOnly'] === true) continue;
    const isNeeded = isRequired && required.has(name);
    values.push([name, inputs.add(name, toInput(name, property, view, isNeeded))]);
  }
  return Object.fromEntries(values);
}

function whole(schema: JsonObject, view: JsonView, inputs: InputNames, isRequired: boolean): string {
  return inputs.add('body', toInput('body', schema, view, isRequired));
}

function convertMultipart(schema: JsonObject, view: JsonView, inputs: InputNames): BodyDraft {
  const { properties, required } = objectSchema(schema, view);
  const isFile = (property: JsonObject) => property['format'] === 'binary' || 'contentMediaType' in property;
  const files = [...properties].filter(([, property]) => isFile(property));
  const [file] = files;
  if (!file || files.length > 1) return { kind: 'unsupported', why: 'its body is no single file' };
  const values: [string, string][] = [];
  for (const [name, property] of properties) {
    if (isFile(property) || property['readOnly'] === true) continue;
    values.push([name, inputs.add(name, toInput(name, property, view, required.has(name)))]);
  }
  const name = inputs.add('file_name', { type: 'string', title: 'Name of the file', required: true });
  const text = inputs.add('content', { type: 'string', title: 'Content', required: true });
  const parts = values.length === 0 ? {} : { fields: Object.fromEntries(values) };
  const body = { multipart: { ...parts, file: { field: file[0], name, text, type: 'text/plain' } } };
  return { kind: 'body', body, note: 'the file is sent as a text; "base64" in place of "text" sends any bytes' };
}
