import type { Operation } from './find-operations.js';
import { isObject, type JsonObject, type JsonView, texts } from './json-view.js';

export interface SecurityDraft {
  readonly auth: JsonObject;
  /** Scopes that an operation needs besides the common ones, by its id. */
  readonly scopes: ReadonlyMap<string, readonly string[]>;
  readonly notes: readonly string[];
}

/** Authentication out of the security schemes that the operations name. */
export function convertSecurity(operations: readonly Operation[], view: JsonView): SecurityDraft {
  const notes = new Set<string>();
  const needed = new Map(operations.map((each) => [each.id, requirementsOf(each, view, notes)]));
  const names = new Set([...needed.values()].flatMap((schemes) => [...schemes.keys()]));
  const common = commonScopes([...needed.values()]);
  const auth: Record<string, unknown> = {};
  const schemes = view.object(view.object(view.root['components'])?.['securitySchemes']) ?? {};
  for (const name of names) {
    const method = convertScheme(name, view.object(schemes[name]), common);
    if (typeof method === 'string') notes.add(method);
    else if (Object.keys(method).some((key) => key in auth))
      notes.add(`the security scheme "${name}" is a second one of its kind and is left out`);
    else Object.assign(auth, method);
  }
  if (Object.keys(auth).length === 0) {
    notes.add('the document has no authentication that could be used: a key in the header Authorization is assumed');
    auth['api_key'] = { in: 'header', name: 'Authorization', prefix: 'Bearer ' };
  }
  const scopes = new Map(
    [...needed].map(
      ([id, wanted]) => [id, [...wanted.values()].flat().filter((scope) => !common.includes(scope))] as const,
    ),
  );
  return { auth, scopes, notes: [...notes] };
}

/** Scopes by scheme. Of alternatives all count: a person chooses. */
function requirementsOf(
  { id, operation }: Operation,
  view: JsonView,
  notes: Set<string>,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const alternative of view.objects(operation['security'] ?? view.root['security'])) {
    const names = Object.keys(alternative);
    if (names.length > 1) notes.add(`${id} wants ${names.join(' and ')} together, which is not possible`);
    for (const name of names) {
      found.set(name, [...new Set([...(found.get(name) ?? []), ...texts(alternative[name])])]);
    }
  }
  return found;
}

function commonScopes(needed: readonly ReadonlyMap<string, readonly string[]>[]): readonly string[] {
  const [first = [], ...others] = needed.map((schemes) => [...schemes.values()].flat());
  return [...new Set(first)].filter((scope) => others.every((scopes) => scopes.includes(scope)));
}

/** A method of authentication, or why there is none. */
function convertScheme(name: string, scheme: JsonObject | undefined, scopes: readonly string[]): JsonObject | string {
  switch (scheme?.['type']) {
    case 'oauth2':
      return convertOAuth2(name, scheme, scopes);
    case 'http':
      if (scheme['scheme'] === 'basic') return { basic: {} };
      if (typeof scheme['scheme'] !== 'string' || scheme['scheme'].toLowerCase() !== 'bearer') break;
      return { api_key: { in: 'header', name: 'Authorization', prefix: 'Bearer ' } };
    case 'apiKey': {
      const { in: where, name: key } = scheme;
      if (typeof key !== 'string' || (where !== 'header' && where !== 'query')) break;
      return { api_key: { in: where, name: key } };
    }
  }
  return `the security scheme "${name}" is of a kind that cannot be used`;
}

function convertOAuth2(name: string, scheme: JsonObject, scopes: readonly string[]): JsonObject | string {
  const flows = isObject(scheme['flows']) ? scheme['flows'] : {};
  const flow = isObject(flows['authorizationCode']) ? flows['authorizationCode'] : undefined;
  const { authorizationUrl, tokenUrl } = flow ?? {};
  if (typeof authorizationUrl !== 'string' || typeof tokenUrl !== 'string') {
    return `the security scheme "${name}" has no authorization code flow, by which people log in`;
  }
  return {
    oauth2: {
      authorization_url: authorizationUrl,
      token_url: tokenUrl,
      ...(scopes.length === 0 ? {} : { scopes }),
    },
  };
}
