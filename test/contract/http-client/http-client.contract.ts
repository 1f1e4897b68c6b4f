import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { type BehalfError, isBehalfError } from '../../../src/kernel/errors.js';
import type { HttpClient, OutgoingRequest } from '../../../src/kernel/http-client.port.js';

/** Makes a client that may call these hosts although they are private. */
export type MakeHttpClient = (allowPrivateHosts: readonly string[]) => HttpClient;

const TOKEN = 'canary-token-4111';

/** What every driver of the {@link HttpClient} port does. */
export function describeHttpClient(name: string, make: MakeHttpClient): void {
  describe(`${name} as an HTTP client`, () => {
    const server = new TestServer();
    let client: HttpClient;

    beforeAll(() => server.start());
    beforeEach(() => {
      client = make([`127.0.0.1:${server.port}`]);
    });
    afterEach(() => client.close());
    afterAll(() => server.stop());

    function call(path: string, more: Partial<OutgoingRequest> = {}): ReturnType<HttpClient['request']> {
      return client.request({ method: 'GET', url: `http://127.0.0.1:${server.port}${path}`, ...more });
    }

    test('sends method, headers and body, and gives status, joined headers and bytes', async () => {
      const response = await call('/echo?a=1&a=2', {
        method: 'POST',
        headers: { 'content-type': 'text/plain', 'x-one': 'a' },
        body: 'hällo',
      });

      expect(response.status).toBe(201);
      expect(response.headers).toMatchObject({ 'x-repeated': 'one, two' });
      expect(JSON.parse(response.body.toString('utf8'))).toMatchObject({
        method: 'POST',
        url: '/echo?a=1&a=2',
        body: 'hällo',
        headers: { 'content-type': 'text/plain', 'x-one': 'a' },
      });
    });

    test.each([204, 301, 304, 401, 429, 503])('gives a response of status %i as a result', async (status) => {
      expect((await call(`/status/${status}`)).status).toBe(status);
    });

    test('follows no redirect', async () => {
      const response = await call('/redirect');
      expect(response.status).toBe(302);
      expect(server.requests.filter((url) => url === '/redirected')).toEqual([]);
    });

    test('keeps connections and uses them again', async () => {
      const before = server.connections;
      for (let count = 0; count < 20; count += 1) await call('/status/200');
      expect(server.connections - before).toBeLessThanOrEqual(2);
    });

    test('uses a connection again after an answer that was too large, an error and a time-out of others', async () => {
      await expect(call('/large', { maxBytes: 1000 })).rejects.toMatchObject({ code: 'app.unexpected_answer' });
      await expect(call('/reset')).rejects.toMatchObject({ code: 'app.unavailable' });
      expect((await call('/status/200')).status).toBe(200);
    });

    test('reads again once when the server has closed a kept connection', async () => {
      await call('/close-silently');
      expect((await call('/status/200')).status).toBe(200);
    });

    test.each([
      ['a body that is larger than allowed, without a length', '/large'],
      ['a body that is announced as larger than allowed', '/large-announced'],
    ])('stops reading %s', async (_name, path) => {
      await expect(call(path, { maxBytes: 64 * 1024 })).rejects.toMatchObject({ code: 'app.unexpected_answer' });
      expect((await call('/status/200')).status).toBe(200);
    });

    test.each(['gzip', 'x-gzip', 'deflate', 'br'])(
      'gives a body that is compressed with %s as it was',
      async (encoding) => {
        const { body, headers } = await call(`/compressed/${encoding}`);
        expect(body.toString('utf8')).toBe('héllo '.repeat(1000));
        expect(headers).not.toHaveProperty('content-encoding');
      },
    );

    test.each(['gzip', 'deflate', 'br'])('stops at a small %s body that becomes a large one', async (encoding) => {
      await expect(call(`/bomb/${encoding}`, { maxBytes: 1024 * 1024 })).rejects.toMatchObject({
        code: 'app.unexpected_answer',
        details: { reason: 'ANSWER_TOO_LARGE' },
      });
      expect((await call('/status/200')).status).toBe(200);
    });

    test.each(['gzip', 'br', 'zstd', 'gzip, gzip'])('does not understand a damaged body of %s', async (encoding) => {
      await expect(call(`/damaged/${encodeURIComponent(encoding)}`)).rejects.toMatchObject({
        code: 'app.unexpected_answer',
      });
    });

    test.each([
      ['a server that never answers', '/hang'],
      ['a body that drips', '/drip'],
    ])('ends %s when the time is over', async (_name, path) => {
      await expect(call(path, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'app.unavailable' });
    });

    test('is ended by its signal with the reason of the signal', async () => {
      const controller = new AbortController();
      const calling = call('/hang', { signal: controller.signal });
      const reason = new Error('the job was cancelled');
      setTimeout(() => controller.abort(reason), 50);
      await expect(calling).rejects.toBe(reason);
    });

    test.each([
      ['a reset connection', '/reset'],
      ['an answer that is cut off', '/cut'],
      ['an answer that is no HTTP', '/garbage'],
    ])('reports %s as unavailable', async (_name, path) => {
      await expect(call(path, { method: 'POST', body: 'x' })).rejects.toMatchObject({ code: 'app.unavailable' });
    });

    test('reports a closed port, an unknown name and a server without TLS as unavailable', async () => {
      const port = await unusedPort();
      const local = make([`127.0.0.1:${port}`, 'nobody.invalid', `127.0.0.1:${server.port}`]);
      const urls = [`http://127.0.0.1:${port}/`, 'http://nobody.invalid/', `https://127.0.0.1:${server.port}/`];
      for (const url of urls) {
        await expect(local.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'app.unavailable' });
      }
      await local.close();
    });

    test('never sends a request that writes twice', async () => {
      const before = server.requests.length;
      await expect(call('/reset', { method: 'POST', body: '{}' })).rejects.toMatchObject({ code: 'app.unavailable' });
      expect(server.requests.slice(before)).toEqual(['/reset']);
    });

    test('shows nothing of the request in its errors', async () => {
      const headers = { authorization: `Bearer ${TOKEN}` };
      const failures = await Promise.all([
        failureOf(call(`/reset?key=${TOKEN}`, { headers, method: 'POST', body: TOKEN })),
        failureOf(call(`/large?key=${TOKEN}`, { headers, maxBytes: 10 })),
        failureOf(client.request({ method: 'GET', url: `http://10.0.0.1/${TOKEN}`, headers })),
        failureOf(client.request({ method: 'GET', url: `http://user:${TOKEN}@127.0.0.1/`, headers })),
        failureOf(client.request({ method: 'GET', url: `nonsense ${TOKEN}`, headers })),
      ]);
      for (const failure of failures) {
        expect(JSON.stringify([failure.message, failure.userText, failure.details, failure.stack])).not.toContain(
          TOKEN,
        );
        expect(failure.cause).toBeUndefined();
      }
    });

    test.each([
      'http://127.0.0.1:PORT/',
      'http://127.1:PORT/',
      'http://2130706433:PORT/',
      'http://0x7f000001:PORT/',
      'http://0177.0.0.1:PORT/',
      'http://0:PORT/',
      'http://0.0.0.0:PORT/',
      'http://localhost:PORT/',
      'http://[::1]:PORT/',
      'http://[::ffff:127.0.0.1]:PORT/',
      'http://[::ffff:7f00:1]:PORT/',
      'http://[64:ff9b::127.0.0.1]:PORT/',
      'http://[::127.0.0.1]:PORT/',
      'http://[fe80::1]:PORT/',
      'http://[fe80::1%25eth0]:PORT/',
      'http://[2001:0:7f00:1::]:PORT/',
      'http://[64:ff9b:1::127.0.0.1]:PORT/',
      'http://[fc00::1]:PORT/',
      'http://[fec0::1]:PORT/',
      'http://[2002:7f00:1::]:PORT/',
      'https://10.1.2.3/',
      'https://172.16.0.1/',
      'https://192.168.1.1/',
      'https://100.64.0.1/',
      'https://198.18.0.1/',
      'https://224.0.0.1/',
      'https://255.255.255.255/',
      'http://169.254.169.254/latest/meta-data/',
      'http://[fd00:ec2::254]/latest/meta-data/',
      'https://0x7f.1/',
      'http://127.0.0.1。:PORT/',
      'http://①②⑦.0.0.1:PORT/',
      'http://example.com/',
      'file:///etc/passwd',
      'ftp://127.0.0.1/',
    ])('refuses %s when nothing is allowed', async (url) => {
      const strict = make([]);
      const before = server.connections;
      const failure = await failureOf(
        strict.request({ method: 'GET', url: url.replace('PORT', String(server.port)), timeoutMs: 3000 }),
      );
      await strict.close();
      expect(failure.code).toBe('egress.refused');
      expect(server.connections).toBe(before);
    });

    test('an allowed port of a host allows no other port', async () => {
      const url = `http://localhost:${server.port}/status/200`;
      const right = make([`localhost:${server.port}`]);
      const wrong = make([`localhost:${server.port + 1}`]);
      expect((await right.request({ method: 'GET', url })).status).toBe(200);
      await expect(wrong.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'egress.refused' });
      await Promise.all([right.close(), wrong.close()]);
    });

    test('an allowed range allows the addresses in it', async () => {
      const range = make(['127.0.0.0/8']);
      const other = make(['10.0.0.0/8', '::1']);
      const url = `http://127.0.0.1:${server.port}/status/200`;
      expect((await range.request({ method: 'GET', url })).status).toBe(200);
      await expect(other.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'egress.refused' });
      await Promise.all([range.close(), other.close()]);
    });
  });
}

export async function failureOf(promise: Promise<unknown>): Promise<BehalfError> {
  try {
    await promise;
  } catch (error) {
    if (isBehalfError(error)) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

/** Lets a client notice that a connection is free again. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A server that misbehaves in the ways that servers do, by path. */
export class TestServer {
  readonly requests: string[] = [];
  connections = 0;
  port = 0;
  readonly #server: Server = createServer((request, response) => {
    this.requests.push(request.url ?? '');
    void this.#handle(request, response);
  });

  async start(): Promise<void> {
    this.#server.on('connection', () => {
      this.connections += 1;
    });
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://server').pathname;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const status = /^\/status\/(\d+)$/u.exec(path)?.[1];
    if (status !== undefined) return void response.writeHead(Number(status)).end();
    const [, kind = '', encoding = ''] = /^\/(compressed|bomb|damaged)\/(.+)$/u.exec(path) ?? [];
    if (kind !== '') return void writeCompressed(response, kind, decodeURIComponent(encoding));
    switch (path) {
      case '/echo': {
        response.writeHead(201, { 'content-type': 'application/json', 'x-repeated': ['one', 'two'] });
        const { method, url, headers } = request;
        return void response.end(
          JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') }),
        );
      }
      case '/redirect':
        return void response.writeHead(302, { location: '/redirected' }).end();
      case '/large':
        return writeMuch(response.writeHead(200), request.socket);
      case '/large-announced':
        return writeMuch(response.writeHead(200, { 'content-length': 10_000_000 }), request.socket);
      case '/hang':
        return;
      case '/drip':
        response.writeHead(200);
        return drip(response);
      case '/reset':
        return void request.socket.resetAndDestroy();
      case '/cut':
        response.writeHead(200, { 'content-length': 1000 });
        response.write('some');
        return void setTimeout(() => request.socket.destroy(), 20);
      case '/garbage':
        return void request.socket.end('this is no HTTP\r\n\r\n');
      case '/close-silently':
        response.end('ok');
        return void setTimeout(() => request.socket.resetAndDestroy(), 10);
      default:
        return void response.writeHead(404).end();
    }
  }
}

const COMPRESS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
};

function writeCompressed(response: ServerResponse, kind: string, encoding: string): void {
  const plain = kind === 'bomb' ? Buffer.alloc(20_000_000, 'x') : Buffer.from('héllo '.repeat(1000));
  const compressed = COMPRESS[encoding]?.(plain) ?? plain;
  const body = kind === 'damaged' ? compressed.subarray(0, compressed.length / 2).fill(0xff, 10) : compressed;
  response.writeHead(200, { 'content-encoding': encoding }).end(body);
}

function writeMuch(response: ServerResponse, socket: Socket): void {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  let sent = 0;
  const more = () => {
    while (sent < 10_000_000 && !socket.destroyed) {
      sent += chunk.length;
      if (!response.write(chunk)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
}

function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write('.'), 20);
  response.on('close', () => clearInterval(timer));
}
