import type { HttpRoute } from '../../src/kernel/http.js';

/** Longest value of a `:name` segment, in characters: tokens of ours have less than 100. */
const MAX_PARAMETER = 512;

export type FoundRoute =
  | { readonly kind: 'found'; readonly route: HttpRoute; readonly params: Readonly<Record<string, string>> }
  /** The address is one of the route's, but not rightly written. */
  | { readonly kind: 'malformed'; readonly route: HttpRoute }
  /** The address is one of the route's; `allow` lists the methods that it takes (RFC 9110 section 15.5.6). */
  | { readonly kind: 'wrong_method'; readonly route: HttpRoute; readonly allow: string }
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
    const fitting = patterns.filter(({ segments: wanted }) => fits(wanted, segments));
    const one = fitting.find(({ route }) => route.method === method);
    if (one) return withParameters(one.route, one.segments, segments);
    return otherMethods([...routes.filter((route) => route.path === path), ...fitting.map(({ route }) => route)]);
  };
}

function fits(wanted: readonly string[], segments: readonly string[]): boolean {
  if (wanted.length !== segments.length) return false;
  return wanted.every((part, index) => part.startsWith(':') || part === segments[index]);
}

function otherMethods(routes: readonly HttpRoute[]): FoundRoute {
  const [route] = routes;
  if (!route) return NONE;
  const methods = routes.flatMap(({ isReadOnly, method }) => (isReadOnly ? [method, 'HEAD'] : [method]));
  return { kind: 'wrong_method', route, allow: [...new Set(methods)].join(', ') };
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
