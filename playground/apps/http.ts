import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Markup } from './html.js';

const MAX_BODY_BYTES = 1_000_000;

/** What a handler answers: JSON, or a page. */
export interface Reply {
  readonly status: number;
  readonly json?: unknown;
  readonly page?: Markup;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Body = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'too-large' };

export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BODY_BYTES) return { kind: 'too-large' };
  return { kind: 'text', text: Buffer.concat(chunks).toString('utf8') };
}

export type ParsedJson =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly reply: Reply };

/** Reads a JSON body; no body at all counts as `{}`. */
export async function readJson(request: IncomingMessage): Promise<ParsedJson> {
  const body = await readBody(request);
  if (body.kind === 'too-large')
    return { kind: 'failed', reply: failure(413, 'too_large', 'The request is too large') };
  if (body.text === '') return { kind: 'json', value: {} };
  try {
    return { kind: 'json', value: JSON.parse(body.text) };
  } catch {
    return { kind: 'failed', reply: failure(400, 'bad_json', 'The request is not valid JSON') };
  }
}

export function failure(status: number, error: string, message: string, headers?: Reply['headers']): Reply {
  return { status, json: { error, message }, ...(headers ? { headers } : {}) };
}

export function send(response: ServerResponse, reply: Reply): void {
  const isPage = reply.page !== undefined;
  const text = isPage ? `<!doctype html>\n${reply.page.source}` : JSON.stringify(reply.json ?? {});
  response.writeHead(reply.status, {
    'content-type': isPage ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(isPage ? PAGE_HEADERS : {}),
    ...reply.headers,
  });
  response.end(text);
}

/** No `form-action`: Chromium applies it to the redirect after a form too, and that one leads to the client. */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

export interface Listening {
  readonly server: Server;
  readonly port: number;
  stop(): Promise<void>;
}

/** Listens before anybody knows what to answer, because an issuer contains the port. */
export async function listen(host: string, port: number): Promise<Listening> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    server,
    port: address !== null && typeof address === 'object' ? address.port : port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
