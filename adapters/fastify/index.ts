import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { asBehalfError, BehalfError } from '../../src/kernel/errors.js';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../src/kernel/http.js';
import type { HttpServer } from '../../src/kernel/http-server.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';

const DEFAULT_BODY_BYTES = 64 * 1024;
/** Longer than any handler of ours; a client that sends its request slower than this is cut off. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The process's HTTP server on Fastify. Bodies stay raw: platforms sign the bytes. */
export function createHttpServer(options: { readonly logger: Logger; readonly host?: string }): HttpServer {
  const { logger } = options;
  let server: FastifyInstance | undefined;
  let isClosing = false;
  return {
    async listen(routes, port) {
      server = Fastify({
        logger: false,
        genReqId: () => randomUUID(),
        requestTimeout: REQUEST_TIMEOUT_MS,
        forceCloseConnections: 'idle',
        routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
        exposeHeadRoutes: false,
      });
      server.removeAllContentTypeParsers();
      server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
      server.setNotFoundHandler((_request, reply) => reply.code(404).type('text/plain').send('Not found\n'));
      server.setErrorHandler((error, request, reply) => answerError(error, request, reply, logger));
      server.addHook('onSend', async (_request, reply) => {
        if (isClosing) reply.header('connection', 'close');
      });
      // A connection that gets idle while the server closes would be waited for until its client lets go of it.
      const { server: sockets } = server;
      server.addHook('onResponse', async () => {
        if (isClosing) setImmediate(() => sockets.closeIdleConnections());
      });
      for (const route of routes) addRoute(server, route);
      await server.listen({ port, host: options.host ?? '::' }).catch(async (error: unknown) => {
        // Containers without IPv6 have no `::`.
        if (codeOf(error) !== 'EAFNOSUPPORT' || options.host !== undefined) throw portError(error, port);
        await server?.listen({ port, host: '0.0.0.0' });
      });
      const address = server.server.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    },
    async close() {
      isClosing = true;
      await server?.close();
    },
  };
}

function addRoute(server: FastifyInstance, route: HttpRoute): void {
  server.route({
    method: route.method,
    url: route.path,
    bodyLimit: route.maxBodyBytes ?? DEFAULT_BODY_BYTES,
    handler: async (request, reply) => send(reply, await route.handle(toHttpRequest(request))),
  });
}

function toHttpRequest(request: FastifyRequest): HttpRequest {
  const mark = request.url.indexOf('?');
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return {
    method: request.method,
    path: mark === -1 ? request.url : request.url.slice(0, mark),
    params: isStringRecord(request.params) ? request.params : {},
    query: new URLSearchParams(mark === -1 ? '' : request.url.slice(mark + 1)),
    headers,
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    id: request.id,
  };
}

function send(reply: FastifyReply, response: HttpResponse): FastifyReply {
  reply.code(response.status);
  for (const [name, value] of Object.entries(response.headers ?? {})) reply.header(name, value);
  const { body } = response;
  return reply.send(body === undefined || typeof body === 'string' ? (body ?? '') : Buffer.from(body));
}

/** Errors of the transport (too large, malformed) are the caller's; all others are ours and show only a reference. */
function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): FastifyReply {
  const status = statusOf(error);
  if (status >= 400 && status < 500) {
    logger.info({ requestId: request.id, status, path: request.routeOptions.url }, 'request refused');
    return reply
      .code(status)
      .type('text/plain')
      .send(status === 413 ? 'Too large\n' : 'Bad request\n');
  }
  const err = asBehalfError(error);
  logger.error({ requestId: request.id, err, path: request.routeOptions.url }, 'request failed');
  return reply.code(500).type('text/plain').send(`Something went wrong on our side (reference ${err.ref}).\n`);
}

function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 500;
}

function portError(error: unknown, port: number): unknown {
  const why = { EADDRINUSE: 'is in use by another process', EACCES: 'is not allowed to this user' };
  const code = codeOf(error);
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error;
  return new BehalfError('config.invalid', `PORT ${port} ${why[code]}. Choose another one.`);
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function isStringRecord(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null;
}
