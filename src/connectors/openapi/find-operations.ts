import type { JsonObject, JsonView } from './json-view.js';

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;

/** One operation of an OpenAPI document. */
export interface Operation {
  /** Its operationId, or `GET /pets`. */
  readonly id: string;
  readonly method: string;
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly operation: JsonObject;
  /** What it shares with the other operations of its path. */
  readonly shared: JsonObject;
}

/** Every operation that can be an action, by its id. */
export function findOperations(view: JsonView): ReadonlyMap<string, Operation> {
  const found = new Map<string, Operation>();
  for (const [path, shared] of view.entries(view.root['paths'])) {
    for (const key of METHODS) {
      const operation = view.object(shared[key]);
      if (!operation) continue;
      const method = key.toUpperCase();
      const given = operation['operationId'];
      const id = typeof given === 'string' && given !== '' && !found.has(given) ? given : `${method} ${path}`;
      found.set(id, { id, method, path, operation, shared });
    }
  }
  return found;
}
