import type { HttpRefusal, HttpResponse } from '../../kernel/http.js';

/** Words of RFC 9110 for the statuses that the API answers with. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Every answer is for the one who asked, now. */
const ALWAYS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

export interface Problem {
  readonly status: number;
  /** Tells one problem from another, for programs; stable. */
  readonly code: string;
  /** What is wrong and what to do. */
  readonly detail: string;
  readonly errors?: readonly { readonly input: string; readonly message: string }[];
  /** Joins with the log. */
  readonly ref?: string;
  readonly headers?: HttpResponse['headers'];
}

/** An answer that says what went wrong (RFC 9457). */
export function problem({ headers = {}, status, ...facts }: Problem): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...ALWAYS, ...headers },
    body: JSON.stringify({ type: 'about:blank', title: TITLES[status] ?? 'Error', status, ...facts }),
  };
}

export function json(status: number, body: unknown, headers: HttpResponse['headers'] = {}): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...ALWAYS, ...headers },
    body: JSON.stringify(body),
  };
}

/** For `Retry-After`, in whole seconds. */
export function retryAfter(ms: number): { readonly 'retry-after': string } {
  return { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) };
}

/** What the server itself refuses, before a route sees it. */
export function refusal(status: HttpRefusal): HttpResponse {
  switch (status) {
    case 400:
      return problem({ status, code: 'malformed_request', detail: 'The address or a header is not rightly written.' });
    case 405:
      return problem({
        status,
        code: 'method_not_allowed',
        detail: 'This address takes what Allow says, nothing else.',
      });
    case 413:
      return problem({ status, code: 'body_too_large', detail: 'The body is larger than this address takes.' });
    case 503:
      return problem({ status, code: 'busy', detail: 'There is too much to do at the moment. Send it again later.' });
  }
}
