import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type ApiOptions, handlePost, stateFor } from './front/api.js';
import { Events } from './front/events.js';
import type { FrontPage } from './front/ports.js';
import { proxy } from './front/proxy.js';
import { closeServer, listen, sendJson } from './http.js';

export interface FrontOptions extends ApiOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Loopback unless told, where `localhost` means IPv4 and IPv6. */
  readonly host?: string;
  readonly page: FrontPage | (() => Promise<FrontPage>);
  /** Where the service listens. */
  readonly serviceUrl: () => string;
}

export interface Front {
  /** `http://localhost:<port>`: the service's PUBLIC_URL. The page is at `/playground`. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

const PAGE_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; frame-ancestors 'none'",
};

/**
 * Starts what stands in front of the service: the playground's page and API under `/playground`, and a load balancer
 * for everything else, so that page and service share one origin.
 */
export async function startFront(options: FrontOptions): Promise<Front> {
  const events = new Events(options.conversations, options.apps);
  const context = { options, events, port: options.port };
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    handle(context, request, response).catch(() => response.destroy());
  };
  const first = createServer(serve);
  context.port = await listen(first, options.port, options.host ?? '127.0.0.1');
  const servers: Server[] = [first];
  if (options.host === undefined) {
    const second = createServer(serve);
    // Some machines have no IPv6; browsers then use the other address.
    await listen(second, context.port, '::1').then(
      () => servers.push(second),
      () => undefined,
    );
  }
  return {
    url: `http://localhost:${context.port}`,
    port: context.port,
    stop: async () => {
      events.stop();
      await Promise.all(servers.map(closeServer));
    },
  };
}

interface Context {
  readonly options: FrontOptions;
  readonly events: Events;
  readonly port: number;
}

async function handle(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const path = url.pathname;
  if (path === '/') return void response.writeHead(302, { location: '/playground' }).end();
  if (path.startsWith('/playground/api/')) return answerApi(context, { request, response, url });
  if (path === '/playground' || path.startsWith('/playground/')) return sendPage(context, path, response);
  proxy(context.options.serviceUrl(), request, response);
}

async function sendPage({ options }: Context, path: string, response: ServerResponse): Promise<void> {
  const page = typeof options.page === 'function' ? await options.page() : options.page;
  const send = (type: string, text: string): void => {
    response.writeHead(200, { ...PAGE_HEADERS, 'content-type': `${type}; charset=utf-8` }).end(text);
  };
  if (path === '/playground' || path === '/playground/') return send('text/html', page.html);
  if (path.endsWith('.js')) return send('text/javascript', page.script);
  if (path.endsWith('.css')) return send('text/css', page.style);
  response.writeHead(404).end();
}

async function answerApi(
  context: Context,
  call: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly url: URL },
): Promise<void> {
  const { request, response, url } = call;
  if (!isFromOwnPage(request, context)) {
    return sendJson(response, 403, { body: { error: 'Only the playground’s own page may do that.' } });
  }
  const name = url.pathname.slice('/playground/api/'.length);
  if (request.method === 'POST') return handlePost(context.options, { name, request, response });
  if (request.method !== 'GET') return sendJson(response, 405);
  if (name === 'events') return context.events.listen(response);
  const state = name === 'state' ? await stateFor(context.options, url.searchParams.get('person') ?? '') : undefined;
  const headers = { 'cache-control': 'no-store' };
  if (!state) return sendJson(response, 404, { body: { error: 'There is nothing here.' }, headers });
  sendJson(response, 200, { body: state, headers });
}

/** Other sites must not act for the playground's people: not by a form, not by a name that resolves to this machine. */
function isFromOwnPage({ headers }: IncomingMessage, { options, port }: Context): boolean {
  const names = ['localhost', '127.0.0.1', '[::1]', ...(options.host === undefined ? [] : [options.host])];
  const hosts = names.map((name) => `${name}:${port}`);
  const { host, origin } = headers;
  const site = headers['sec-fetch-site'];
  if (host === undefined || !hosts.includes(host)) return false;
  if (origin !== undefined && origin !== `http://${host}`) return false;
  return site === undefined || site === 'same-origin' || site === 'none';
}
