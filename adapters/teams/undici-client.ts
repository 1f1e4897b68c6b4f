import { Agent } from 'undici';
import { BehalfError, describeForeignError } from '../../src/kernel/errors.js';
import type { HttpClient, IncomingResponse, OutgoingRequest } from '../../src/kernel/http-client.port.js';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 5 * 1024 * 1024;

/**
 * Calls to the Bot Connector over kept connections. No egress rules here: the caller sends to hosts of its own exact list
 * only, and the real ones resolve differently in private networks.
 */
export function createUndiciClient(): HttpClient {
  const agent = new Agent({ keepAliveTimeout: 60_000, connect: { timeout: TIMEOUT_MS } });
  return {
    request: (request) => send(agent, request),
    close: () => agent.close(),
  };
}

async function send(agent: Agent, request: OutgoingRequest): Promise<IncomingResponse> {
  const url = new URL(request.url);
  const timeout = request.timeoutMs ?? TIMEOUT_MS;
  try {
    const response = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: { ...request.headers },
      body: request.body ?? null,
      headersTimeout: timeout,
      bodyTimeout: timeout,
      ...(request.signal ? { signal: request.signal } : {}),
    });
    const body = await readBody(response.body, request.maxBytes ?? MAX_BYTES);
    return { status: response.statusCode, headers: flatten(response.headers), body };
  } catch (error) {
    throw new BehalfError('app.unavailable', `No answer from ${url.host}: ${describeForeignError(error)}`);
  }
}

async function readBody(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) throw new RangeError('The answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
