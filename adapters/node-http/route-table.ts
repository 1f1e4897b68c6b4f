import type { HttpRoute } from '../../src/kernel/http.js';

/** Longest value of a `:name` segment, in characters: tokens of ours have less than 100. */
const MAX_PARAMETER = 512;

export type FoundRoute =
  | { readonly kind: 'found'; readonly route: HttpRoute; readonly params: Readonly<Record<string, string>> }
  /** The address is one of the route's, but not rightly written. */
  | { readonly kind: 'malformed'; readonly route: HttpRoute }
  | { readonly kind: 'none' };

export type RouteTable = (method: string, path: string) => FoundRoute;

const NONE: FoundRoute = { kind: 'none' };

/** Finds routes: a map for those without parameters, which are the busy ones, and a list for the others. */
export function createRouteTable(routes: readonly HttpRoute[]): RouteTable {
  const exact = new Map<string, FoundRoute>();
  const patterns: { readonly route: HttpRoute; readonly segments: readonly string[] }[] = [];
  for (const route of routes) {
    if (route.path.includes('/:')) patterns.push({ route, segments: route.path.split('/') });
    else {
      const found = { kind: 'found', route, params: {} } as const;
      exact.set(`${route.method} ${route.path}`, found);
      // Node leaves the body out.
      if (route.isReadOnly) exact.set(`HEAD ${route.path}`, found);
    }
  }
  return (method, asked) => {
    const path = asked.length > 1 && asked.endsWith('/') ? asked.slice(0, -1) : asked;
    const known = exact.get(`${method} ${path}`);
    if (known) return known;
    const segments = path.split('/');
    for (const { route, segments: wanted } of patterns) {
      if (route.method !== method || wanted.length !== segments.length) continue;
      if (wanted.every((part, index) => part.startsWith(':') || part === segments[index]))
        return withParameters(route, wanted, segments);
    }
    return NONE;
  };
}

function withParameters(route: HttpRoute, wanted: readonly string[], segments: readonly string[]): FoundRoute {
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    if (!part.startsWith(':')) continue;
    const value = decode(segments[index] ?? '');
    if (value === undefined || value === '' || value.length > MAX_PARAMETER) return { kind: 'malformed', route };
    params[part.slice(1)] = value;
  }
  return { kind: 'found', route, params };
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
