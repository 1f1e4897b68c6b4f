import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { createHttpServer } from '../../../adapters/node-http/index.js';
import { createRoom } from '../../../adapters/node-http/room.js';
import type { HttpRequest, HttpRoute } from '../../../src/kernel/http.js';
import type { HttpServer } from '../../../src/kernel/http-server.port.js';
import { type Metrics, noMetrics } from '../../../src/kernel/metrics.port.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { eventually, gate } from '../../support/service-kit.js';

const seen: HttpRequest[] = [];
let logger: RecordingLogger;
let server: HttpServer;
let port: number;
let hold: ReturnType<typeof gate>;

const ROUTES: readonly HttpRoute[] = [
  {
    method: 'POST',
    path: '/echo/:name',
    maxBodyBytes: 1_000,
    async handle(request) {
      seen.push(request);
      return { status: 201, headers: { 'set-cookie': ['a=1', 'b=2'], 'x-own': 'yes' }, body: request.body };
    },
  },
  { method: 'POST', path: '/default', handle: async ({ body }) => ({ status: 200, body: String(body.length) }) },
  {
    method: 'GET',
    path: '/slow',
    async handle() {
      await hold.opened;
      return { status: 200, body: 'slow' };
    },
  },
  { method: 'GET', path: '/page', isReadOnly: true, handle: async () => ({ status: 200, body: 'a page' }) },
  { method: 'GET', path: '/empty', handle: async () => ({ status: 204 }) },
  {
    method: 'GET',
    path: '/broken',
    async handle() {
      throw Object.assign(new Error('canary'), { secret: 'canary' });
    },
  },
  {
    method: 'GET',
    path: '/sly',
    async handle() {
      throw Object.assign(new Error('canary'), { statusCode: 302 });
    },
  },
];

beforeEach(async () => {
  seen.length = 0;
  hold = gate();
  logger = new RecordingLogger();
  server = createHttpServer({ logger, host: '127.0.0.1' });
  port = await server.listen(ROUTES, 0);
});

afterEach(async () => {
  hold.open();
  await server.close();
});

const call = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${port}${path}`, init);

/** What the server answers to these very bytes. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
    socket.end(text);
  });
}

describe('the HTTP server', () => {
  test.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])(
    'hands the bytes over as they came, whatever they are called (%s)',
    async (type) => {
      const bytes = Buffer.from([0x7b, 0x00, 0xff, 0xfe, 0x20, 0x0a]);
      const response = await call('/echo/x', { method: 'POST', body: bytes, headers: { 'content-type': type } });
      expect(response.status).toBe(201);
      expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
      expect(seen[0]?.body).toEqual(bytes);
    },
  );

  test('hands over bytes that have no type, and no bytes', async () => {
    const answer = await raw('POST /echo/x HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc');
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(seen[0]?.body.toString()).toBe('abc');
    await call('/echo/x', { method: 'POST' });
    expect(seen[1]?.body).toHaveLength(0);
  });

  test('splits the address, decodes parameters, and gives each request an id', async () => {
    await call('/echo/a%2Fb%20c?x=1&x=2&y=%26', { method: 'POST', headers: { 'X-Two': 'one' } });
    await call('/echo/x', { method: 'POST' });
    const [first, second] = seen;
    expect(first).toMatchObject({ method: 'POST', path: '/echo/a%2Fb%20c', params: { name: 'a/b c' } });
    expect(first?.query.getAll('x')).toEqual(['1', '2']);
    expect(first?.query.get('y')).toBe('&');
    expect(first?.headers['x-two']).toBe('one');
    expect(first?.id).not.toBe(second?.id);
  });

  test('answers with status, headers and cookies of the route, and no header of the library', async () => {
    const response = await call('/echo/x', { method: 'POST' });
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('x-own')).toBe('yes');
    expect(response.headers.get('server')).toBeNull();
    const empty = await call('/empty');
    expect([empty.status, await empty.text()]).toEqual([204, '']);
  });

  test.each([
    ['what a route gives', 'GET', '/empty', 204],
    ['what no route takes', 'GET', '/nowhere', 404],
    ['what cannot be read', 'POST', '/echo/%ff', 400],
    ['what is too large', 'POST', '/echo/x', 413],
    ['what fails', 'GET', '/broken', 500],
  ] as const)('%s is kept by nobody, framed by nobody, and told to nobody', async (_what, method, path, status) => {
    const response = await call(path, status === 413 ? { method, body: 'x'.repeat(1_001) } : { method });
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(response.headers.get('strict-transport-security')).toBeNull();
  });

  test('tells browsers that reach it over https to come in no other way', async () => {
    const safe = createHttpServer({ logger, host: '127.0.0.1', isHttps: true });
    const safePort = await safe.listen(ROUTES, 0);
    const { headers } = await fetch(`http://127.0.0.1:${safePort}/nowhere`);
    await safe.close();
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
  });

  test('knows nothing else', async () => {
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/echo'],
      ['GET', '/../etc/passwd'],
    ] as const) {
      const response = await call(path, { method });
      expect([response.status, await response.text()]).toEqual([404, 'Not found\n']);
    }
  });

  test.each([
    ['GET', '/echo/x', 'POST'],
    ['PUT', '/echo/%ff', 'POST'],
    ['PATCH', '/page', 'GET, HEAD'],
    ['OPTIONS', '/page/', 'GET, HEAD'],
    ['HEAD', '/empty', 'GET'],
    ['DELETE', '/default', 'POST'],
  ])('says to %s %s that the address takes %s', async (method, path, allow) => {
    const response = await call(path, { method });
    const text = method === 'HEAD' ? '' : 'Method not allowed\n';
    expect([response.status, response.headers.get('allow'), await response.text()]).toEqual([405, allow, text]);
  });

  test('refuses bodies that are larger than the route takes, before it sees them', async () => {
    expect((await call('/echo/x', { method: 'POST', body: 'x'.repeat(1_000) })).status).toBe(201);
    const response = await call('/echo/x', { method: 'POST', body: 'x'.repeat(1_001) });
    expect([response.status, await response.text()]).toEqual([413, 'Too large\n']);
    expect(await (await call('/default', { method: 'POST', body: 'x'.repeat(65_536) })).text()).toBe('65536');
    expect((await call('/default', { method: 'POST', body: 'x'.repeat(65_537) })).status).toBe(413);
    expect(seen).toHaveLength(1);
    expect(logger.lines.map(({ level, message }) => [level, message])).toEqual([
      ['info', 'request refused'],
      ['info', 'request refused'],
    ]);
  });

  test.each([
    ['a broken escape in the path', 'GET /echo/%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
    ['a request that is none', 'HELLO\r\n\r\n'],
    [
      'a type that is none',
      'POST /default HTTP/1.1\r\nhost: x\r\ncontent-type: no type\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx',
    ],
    ['two lengths', 'POST /default HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx'],
    [
      'a length and chunks',
      'POST /default HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['headers without end', `GET /empty HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`],
    ['a parameter that is too long', `POST /echo/${'x'.repeat(600)} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`],
  ])('answers %s with 4xx and goes on', async (_, text) => {
    expect(await raw(text)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect((await call('/empty')).status).toBe(204);
  });

  test.each(['/broken', '/sly'])(
    'says nothing of what went wrong but a reference that is in the log (%s)',
    async (path) => {
      const response = await call(path);
      const text = await response.text();
      expect(response.status).toBe(500);
      const [, reference] = /^Something went wrong on our side \(reference ([0-9a-f]{8})\)\.\n$/.exec(text) ?? [];
      expect(logger.dump()).toContain(reference);
      expect(text + logger.dump()).not.toContain('canary');
      expect(logger.lines).toHaveLength(1);
    },
  );

  test('answers others while one is slow, and waits for that one when it closes', async () => {
    const slow = call('/slow');
    expect((await call('/empty')).status).toBe(204);
    let isClosed = false;
    const closing = server.close().then(() => {
      isClosed = true;
    });
    await expect(eventually(() => isRefused())).resolves.toBeUndefined();
    expect(isClosed).toBe(false);
    hold.open();
    expect(await (await slow).text()).toBe('slow');
    await closing;
  });

  test('does not wait for connections that are only kept open', async () => {
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve, reject) => {
      const request = httpRequest({ port, host: '127.0.0.1', path: '/empty', agent }, (response) => {
        response.resume().on('end', resolve);
      });
      request.on('error', reject).end();
    });
    await server.close();
    agent.destroy();
    expect(await isRefused()).toBe(true);
  });

  describe('with as much under way as it takes', () => {
    let busy: HttpServer;
    let refused: number;
    let open: () => number | Promise<number>;

    async function listen(room: ReturnType<typeof createRoom>): Promise<string> {
      refused = 0;
      const count = (name: string) => {
        if (name === 'http_refused') refused += 1;
      };
      const level: Metrics['level'] = (name, read) => {
        if (name === 'http_requests_open') open = read;
      };
      busy = createHttpServer({ logger, host: '127.0.0.1', room, metrics: { ...noMetrics, count, level } });
      const vital: HttpRoute = { method: 'GET', path: '/vital', isVital: true, handle: async () => ({ status: 200 }) };
      return `http://127.0.0.1:${await busy.listen([...ROUTES, vital], 0)}`;
    }

    afterEach(async () => {
      hold.open();
      await busy.close();
    });

    test('refuses more, says when to try again, and still answers what is vital', async () => {
      const base = await listen(createRoom({ mostRequests: 2 }));
      const slow = [fetch(`${base}/slow`), fetch(`${base}/slow`)];
      let answer = await fetch(`${base}/empty`);
      // The two may still be on their way.
      await eventually(async () => {
        answer = await fetch(`${base}/empty`);
        return answer.status === 503;
      });
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(await answer.text()).toBe('There is too much to do at the moment. Please try again in a few seconds.\n');
      expect(refused).toBeGreaterThan(0);
      expect(open()).toBe(2);
      expect((await fetch(`${base}/vital`)).status).toBe(200);
      hold.open();
      expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200]);
      expect((await fetch(`${base}/empty`)).status).toBe(204);
    });

    test('counts the bytes of bodies, as announced or as many as there may be', async () => {
      const base = await listen(createRoom({ mostBytes: 900 }));
      const send = (body: string | ReadableStream) =>
        fetch(`${base}/echo/x`, { method: 'POST', body, ...(typeof body === 'string' ? {} : { duplex: 'half' }) });
      expect((await send('x'.repeat(900))).status).toBe(201);
      expect((await send('x'.repeat(901))).status).toBe(503);
      expect((await send(new Blob(['x']).stream())).status).toBe(503);
      expect((await send('x'.repeat(900))).status).toBe(201);
    });

    test.each([
      ['requests', { mostRequests: 3 }],
      ['bytes', { mostBytes: 3_000 }],
    ])('lets nobody who begins many requests and ends none take all of the %s', async (_, most) => {
      const base = await listen(createRoom(most));
      const begun = Array.from({ length: 3 }, () => beginRequest(new URL(base).port));
      await eventually(() => open() === 3);
      const whole = await fetch(`${base}/echo/x`, { method: 'POST', body: 'x'.repeat(1_000) });
      expect(whole.status).toBe(201);
      const [oldest, second] = begun;
      expect(await oldest?.answer()).toMatch(/^HTTP\/1\.1 503 /);
      second?.socket.write('y'.repeat(999));
      expect(await second?.answer()).toMatch(/^HTTP\/1\.1 201 /);
      for (const { socket } of begun) socket.destroy();
    });

    test('gives nobody up for a request that would find no room all the same', async () => {
      const room = createRoom({ mostBytes: 1_100 });
      const base = await listen(room);
      room.enter(500);
      const begun = beginRequest(new URL(base).port, 400);
      await eventually(() => open() === 2);
      expect((await fetch(`${base}/echo/x`, { method: 'POST', body: 'x'.repeat(1_000) })).status).toBe(503);
      begun.socket.write('y'.repeat(399));
      expect(await begun.answer()).toMatch(/^HTTP\/1\.1 201 /);
      begun.socket.destroy();
    });
  });

  test('answers HEAD where GET changes nothing, without the body, and nowhere else', async () => {
    const page = await fetch(`http://127.0.0.1:${port}/page`, { method: 'HEAD' });
    expect([page.status, page.headers.get('content-length'), await page.text()]).toEqual([200, '6', '']);
    expect((await fetch(`http://127.0.0.1:${port}/empty`, { method: 'HEAD' })).status).toBe(405);
  });

  test('says that its port is taken', async () => {
    const second = createHttpServer({ logger, host: '127.0.0.1' });
    await expect(second.listen(ROUTES, port)).rejects.toMatchObject({
      code: 'config.invalid',
      message: `PORT ${port} is in use by another process. Choose another one.`,
    });
    await second.close();
  });
});

/** Announces a body and sends one byte of it. */
function beginRequest(to: string, bytes = 1_000) {
  const socket = connect(Number(to), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.write(`POST /echo/x HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: ${bytes}\r\n\r\ny`);
  return {
    socket,
    async answer() {
      await eventually(() => text.includes('\r\n\r\n'));
      return text;
    },
  };
}

function isRefused(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });
}
