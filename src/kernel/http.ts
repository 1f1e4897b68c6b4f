/** An HTTP request as routes see it: nothing of any server library. Header names are lower case. */
export interface HttpRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** Values of `:name` segments of the route's path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The raw bytes: signatures are made over them. */
  readonly body: Buffer;
  /** Unique per request; stands in the log and, on trouble, on the page. */
  readonly id: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
}

/** What the server refuses before the handler: malformed, of another method, too large, or for there is too much to do. */
export type HttpRefusal = 400 | 405 | 413 | 503;

/** One path that the server answers. `path` may hold `:name` segments. */
export interface HttpRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Bytes of body accepted; larger ones are refused with 413 before the handler. Default 64 KiB. */
  readonly maxBodyBytes?: number;
  /** True: answered also while there is too much to do. */
  readonly isVital?: boolean;
  /** True: a GET changes nothing, so that HEAD is answered, too. Monitors ask so, and what looks after links. */
  readonly isReadOnly?: boolean;
  /** In place of the server's own words for what it refuses before the handler. */
  readonly refusal?: (status: HttpRefusal) => HttpResponse;
  handle(request: HttpRequest): Promise<HttpResponse>;
}
