import type { HttpRequest, HttpResponse, HttpRoute } from '../../../src/kernel/http.js';

/** Sends a request to the route that fits, as the server would. */
export async function send(
  routes: readonly HttpRoute[],
  method: 'GET' | 'POST',
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpResponse> {
  const { pathname, searchParams } = new URL(url, 'https://behalf.example.com');
  for (const route of routes) {
    const params = paramsOf(route.path, pathname);
    if (route.method !== method || params === undefined) continue;
    const request: HttpRequest = {
      method,
      path: pathname,
      params,
      query: searchParams,
      headers,
      body: Buffer.alloc(0),
      id: 'r1',
    };
    return route.handle(request);
  }
  throw new Error(`There is no route for ${method} ${pathname}`);
}

export function get(
  routes: readonly HttpRoute[],
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpResponse> {
  return send(routes, 'GET', url, headers);
}

function paramsOf(pattern: string, pathname: string): Record<string, string> | undefined {
  const expected = pattern.split('/');
  const actual = pathname.split('/');
  if (expected.length !== actual.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const value = decodeURIComponent(actual[index] ?? '');
    if (part.startsWith(':')) params[part.slice(1)] = value;
    else if (part !== value) return undefined;
  }
  return params;
}
