import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';

/** Headers that belong to one connection only (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

const AWAY_PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Behalf is not running</title>
<p>Behalf is not running at the moment. If it was just restarted, reload this page in a few seconds.</p></html>
`;

/**
 * Passes a request to the service unchanged and streams the answer back, as a load balancer does: `Host` is kept and
 * `X-Forwarded-*` say who asked. Without a service the answer is a plain 502.
 */
export function proxy(serviceUrl: string, incoming: IncomingMessage, response: ServerResponse): void {
  const target = new URL(serviceUrl);
  const outgoing = httpRequest(
    {
      host: target.hostname,
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      headers: forwardedHeaders(incoming),
      // A connection each: the service restarts while people use the playground, and kept ones would be reset then.
      agent: false,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, rawHeaders(answer));
      pipeline(answer, response, () => undefined);
    },
  );
  outgoing.on('error', () => {
    // The rest of the body is read and dropped, or the client would not read the answer.
    incoming.unpipe(outgoing);
    incoming.resume();
    away(response);
  });
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

function away(response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(502, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'retry-after': '2',
  });
  response.end(AWAY_PAGE);
}

function forwardedHeaders(incoming: IncomingMessage): IncomingHttpHeaders {
  const { headers, socket } = incoming;
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
  const before = headers['x-forwarded-for'];
  const address = socket.remoteAddress ?? '';
  return {
    ...kept,
    // A body of unknown length stays one: without this, node would send none at all.
    ...(headers['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' }),
    'x-forwarded-for': before === undefined ? address : `${String(before)}, ${address}`,
    'x-forwarded-host': headers.host ?? '',
    'x-forwarded-proto': 'http',
    connection: 'close',
  };
}

/** The answer's headers in their order, repeated ones (`Set-Cookie`) included. */
function rawHeaders(answer: IncomingMessage): string[] {
  const kept: string[] = [];
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    const name = answer.rawHeaders[index] ?? '';
    if (!HOP_BY_HOP.includes(name.toLowerCase())) kept.push(name, answer.rawHeaders[index + 1] ?? '');
  }
  return kept;
}
