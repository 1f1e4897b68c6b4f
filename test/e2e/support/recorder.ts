import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listen } from '../../../playground/http.js';

/** One request and its answer, as they went over the wire. */
export interface Exchange {
  readonly method: string;
  /** Path with the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly status: number;
  readonly answerHeaders: Readonly<Record<string, string>>;
  readonly answer: string;
}

export interface Recorder {
  readonly url: string;
  readonly port: number;
  /** In the order of their ends. */
  readonly exchanges: readonly Exchange[];
  stop(): Promise<void>;
}

/** A proxy that changes nothing and keeps everything. `target` is asked for with the first request. */
export async function startRecorder(target: () => string): Promise<Recorder> {
  const exchanges: Exchange[] = [];
  const server = createServer((incoming, outgoing) => {
    pass(target(), incoming, outgoing).then(
      (exchange) => exchanges.push(exchange),
      () => outgoing.destroy(),
    );
  });
  const port = await listen(server, 0, '127.0.0.1');
  return { url: `http://localhost:${port}`, port, exchanges, stop: () => closeServer(server) };
}

async function pass(target: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<Exchange> {
  const body = await readAll(incoming);
  const { hostname, port } = new URL(target);
  const { method = 'GET', url: path = '/', headers } = incoming;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    // A connection each: what is behind may be killed and started again.
    const further = httpRequest({ hostname, port, method, path, headers, agent: false }, resolve);
    further.on('error', reject).end(body);
  });
  const answerBody = await readAll(answer);
  outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders).end(answerBody);
  return {
    method,
    path,
    headers: flat(headers),
    body: body.toString('utf8'),
    status: answer.statusCode ?? 0,
    answerHeaders: flat(answer.headers),
    answer: answerBody.toString('utf8'),
  };
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function flat(headers: IncomingMessage['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join('; ')]));
}
