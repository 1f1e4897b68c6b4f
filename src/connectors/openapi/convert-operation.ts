import { convertBody } from './convert-body.js';
import { convertParameters } from './convert-parameters.js';
import { convertResponse } from './convert-response.js';
import type { Operation } from './find-operations.js';
import { InputNames } from './input-names.js';
import { type JsonObject, type JsonView, line } from './json-view.js';

export type ActionDraft =
  | { readonly kind: 'action'; readonly action: JsonObject; readonly notes: readonly string[] }
  | { readonly kind: 'unsupported'; readonly why: string };

/** An action out of an operation; `baseUrl` where the operation has a server of its own. */
export function convertOperation(
  each: Operation,
  view: JsonView,
  more: { readonly baseUrl?: string; readonly scopes: readonly string[] },
): ActionDraft {
  const inputs = new InputNames();
  const parameters = convertParameters(each, view, inputs);
  if (parameters.unsupported !== undefined) return { kind: 'unsupported', why: parameters.unsupported };
  const isReading = each.method === 'GET' || each.method === 'HEAD';
  const body = isReading ? ({ kind: 'none' } as const) : convertBody(each.operation, view, inputs);
  if (body.kind === 'unsupported') return { kind: 'unsupported', why: body.why };
  const { note, response, schema } = convertResponse(each.operation, view);
  const { baseUrl, scopes } = more;
  const { idempotencyHeader } = parameters;
  const description = line(each.operation['description']);
  const input = inputs.all();
  const type = body.kind === 'body' && body.type !== undefined ? { 'Content-Type': body.type } : {};
  return {
    kind: 'action',
    action: {
      title: titleOf(each),
      ...(description === undefined ? {} : { description }),
      request: {
        method: each.method,
        ...(baseUrl === undefined ? {} : { base_url: baseUrl }),
        path: parameters.path,
        ...filledOnly({ query: parameters.query, headers: { ...parameters.headers, ...type } }),
        ...(body.kind === 'body' ? body.body : {}),
      },
      ...(input ? { input } : {}),
      ...(scopes.length === 0 ? {} : { scopes }),
      ...(response === undefined ? {} : { response }),
      ...(schema === undefined ? {} : { output_schema: schema }),
      ...(idempotencyHeader === undefined ? {} : { idempotency_key_header: idempotencyHeader }),
    },
    notes: [
      ...(line(each.operation['summary']) === undefined ? ['complete the title: "Your account may not …"'] : []),
      ...parameters.notes,
      ...(body.kind === 'body' && body.note !== undefined ? [body.note] : []),
      ...(note === undefined ? [] : [note]),
    ],
  };
}

/** Completes "Your account may not …". */
function titleOf({ id, operation }: Operation): string {
  const words = (line(operation['summary']) ?? `do ${id}`).replace(/\.$/, '');
  const isSentence = /^[A-Z][a-z]/.test(words);
  return isSentence ? `${words.charAt(0).toLowerCase()}${words.slice(1)}` : words;
}

function filledOnly(parts: Readonly<Record<string, JsonObject>>): JsonObject {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => Object.keys(value).length > 0));
}
