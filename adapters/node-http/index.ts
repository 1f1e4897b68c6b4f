import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { asBehalfError, BehalfError } from '../../src/kernel/errors.js';
import type { HttpRefusal, HttpRequest } from '../../src/kernel/http.js';
import type { HttpServer } from '../../src/kernel/http-server.port.js';
import { randomDigits } from '../../src/kernel/ids.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import { type Metrics, noMetrics } from '../../src/kernel/metrics.port.js';
import { readBody } from './read-body.js';
import { createRoom, type Room } from './room.js';
import { createRouteTable, type RouteTable } from './route-table.js';
import { createSender, type Sender } from './send.js';

const DEFAULT_BODY_BYTES = 64 * 1024;
const RETRY_AFTER_S = '2';
/** Longer than any handler of ours; a client that sends its request slower than this is cut off. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than load balancers keep theirs (60 s is common), so that it is them who close. */
const KEEP_ALIVE_MS = 72_000;
/** While closing: how often connections that have become idle are looked for. */
const CLOSE_IDLE_EVERY_MS = 100;
/** RFC 9110 section 8.3.1: `type/subtype`, each a token, then parameters. */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/;

/**
 * The process's HTTP server on Node's own: there are a dozen routes, and a framework's layers cost a tenth of the CPU of a
 * command. Bodies stay raw: platforms sign the bytes.
 */
export function createHttpServer(options: {
  readonly logger: Logger;
  readonly host?: string;
  /** Browsers reach it over https, whoever ends that: they are told to come in no other way. */
  readonly isHttps?: boolean;
  readonly metrics?: Metrics;
  /** In place of the usual room. */
  readonly room?: Room;
}): HttpServer {
  const { logger, metrics = noMetrics, room = createRoom() } = options;
  metrics.level('http_requests_open', () => room.requests);
  const sender = createSender({ isHttps: options.isHttps === true });
  let server: Server | undefined;
  return {
    async listen(routes, port) {
      const table = createRouteTable(routes);
      const started = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS });
      started.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
        void answer({ incoming, outgoing, sender, table, server: started, logger, metrics, room });
      });
      server = started;
      await open(started, port, options.host ?? '::').catch(async (error: unknown) => {
        // Containers without IPv6 have no `::`.
        if (codeOf(error) !== 'EAFNOSUPPORT' || options.host !== undefined) throw portError(error, port);
        await open(started, port, '0.0.0.0');
      });
      const address = started.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    },
    async close() {
      const closing = server;
      if (!closing?.listening) return;
      await new Promise<void>((resolve) => {
        const idle = setInterval(() => closing.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
        closing.close(() => {
          clearInterval(idle);
          resolve();
        });
      });
    },
  };
}

function open(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly sender: Sender;
  readonly table: RouteTable;
  readonly server: Server;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly room: Room;
}

async function answer({ incoming, outgoing, sender, table, server, logger, metrics, room }: Exchange): Promise<void> {
  const id = randomDigits();
  const { method = '', url = '' } = incoming;
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  const found = table(method, path);
  if (found.kind === 'none') return sender.sendText(outgoing, 404, 'Not found\n');
  const refuse = (status: HttpRefusal, text: string, headers: Readonly<Record<string, string>> = {}): void => {
    logger.info({ requestId: id, status, path: found.route.path }, 'request refused');
    const refusal = found.route.refusal?.(status);
    if (refusal) sender.send(outgoing, { ...refusal, headers: { ...refusal.headers, ...headers } });
    else sender.sendText(outgoing, status, text, headers);
  };
  if (found.kind === 'wrong_method') return refuse(405, 'Method not allowed\n', { allow: found.allow });
  if (found.kind === 'malformed' || !hasUsableType(incoming)) return refuse(400, 'Bad request\n');
  const { maxBodyBytes = DEFAULT_BODY_BYTES } = found.route;
  const refuseForNow = () => {
    metrics.count('http_refused');
    // What is still on the way is not read: the connection ends with the answer.
    outgoing.shouldKeepAlive = false;
    const text = 'There is too much to do at the moment. Please try again in a few seconds.\n';
    refuse(503, text, { 'retry-after': RETRY_AFTER_S });
  };
  const { isVital = false } = found.route;
  const place = isVital ? undefined : room.enter(bytesToCome(incoming, maxBodyBytes));
  if (!isVital && !place) return refuseForNow();
  try {
    const body = await readBody(incoming, maxBodyBytes, place);
    if (body.kind === 'aborted') return;
    if (body.kind === 'given_up') return refuseForNow();
    if (body.kind === 'too_large') {
      outgoing.shouldKeepAlive = false;
      return refuse(413, 'Too large\n');
    }
    const request: HttpRequest = {
      method,
      path,
      params: found.params,
      query: new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)),
      headers: flatHeaders(incoming),
      body: body.bytes,
      id,
    };
    const response = await found.route.handle(request);
    // A server that is closing lets no connection wait for more.
    if (!server.listening) outgoing.shouldKeepAlive = false;
    sender.send(outgoing, response);
  } catch (error) {
    const err = asBehalfError(error);
    logger.error({ requestId: id, err, path: found.route.path }, 'request failed');
    sender.sendText(outgoing, 500, `Something went wrong on our side (reference ${err.ref}).\n`);
  } finally {
    place?.leave();
  }
}

/** As announced; as much as is allowed where nothing is. */
function bytesToCome({ headers }: IncomingMessage, maxBytes: number): number {
  if (headers['transfer-encoding'] !== undefined) return maxBytes;
  return Math.min(Number(headers['content-length'] ?? 0), maxBytes);
}

function hasUsableType({ headers }: IncomingMessage): boolean {
  const type = headers['content-type'];
  return type === undefined || type === '' || MEDIA_TYPE.test(type);
}

/** Only `set-cookie`, which is none of requests, comes as a list. */
function flatHeaders({ headers }: IncomingMessage): HttpRequest['headers'] {
  if (isFlat(headers)) return headers;
  const flat: Record<string, string | undefined> = {};
  for (const name in headers) {
    const value = headers[name];
    flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

function isFlat(headers: IncomingHttpHeaders): headers is Record<string, string | undefined> {
  return headers['set-cookie'] === undefined;
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
