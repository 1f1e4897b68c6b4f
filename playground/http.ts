import { randomInt } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';

/** Reads a request's body; undefined when it has more than `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= limit) chunks.push(bytes);
  }
  return size <= limit ? Buffer.concat(chunks) : undefined;
}

/** The parsed JSON, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  options: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): void {
  const text = options.body === undefined ? '' : JSON.stringify(options.body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...options.headers });
  response.end(text);
}

/** Listens and answers with the port that was bound (0 asks for any). */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/**
 * A port for a process that begins to listen afterwards. It is below the ephemeral range (32768 and up on Linux, 49152 on
 * macOS): a port from there can be taken by any outgoing call in between.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(21_000, 32_000);
    if (await canListen(port)) return port;
  }
}

export function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    // A client that reconnects to the server that stood here before must not keep this one open.
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
