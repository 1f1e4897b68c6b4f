import { connect } from 'node:net';
import fc from 'fast-check';
import { createHttpServer } from '../../../adapters/node-http/index.js';
import type { HttpServer } from '../../../src/kernel/http-server.port.js';
import { RecordingLogger } from '../../support/recording-logger.js';

let server: HttpServer;
let port: number;
const logger = new RecordingLogger();

beforeAll(async () => {
  server = createHttpServer({ logger, host: '127.0.0.1' });
  const echo = async () => ({ status: 200, body: 'heard' });
  port = await server.listen(
    [
      { method: 'GET', path: '/login/:token', handle: echo },
      { method: 'POST', path: '/slack/events', handle: echo },
    ],
    0,
  );
});

afterAll(() => server.close());

/** What comes back until the server, or we, end it. */
function answerTo(bytes: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString('latin1');
    });
    for (const end of ['close', 'error'] as const) socket.on(end, () => resolve(answer));
    socket.end(bytes);
  });
}

const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('..', '%2e', '%00', '//', '\\', '?', '#', '%zz'),
);
const target = fc.array(word, { maxLength: 4 }).map((parts) => `/login/${parts.join('')}`);
const line = fc
  .tuple(fc.constantFrom('GET', 'POST', 'PUT', 'get', 'CONNECT', 'X'), fc.oneof(target, fc.string()))
  .map(([method, path]) => `${method} ${path} HTTP/1.1\r\n`);
const header = fc
  .tuple(fc.constantFrom('host', 'content-type', 'content-length', 'transfer-encoding', 'expect', 'upgrade', 'x'), word)
  .map(([name, value]) => `${name}: ${value}\r\n`);
const request = fc
  .tuple(line, fc.array(header, { maxLength: 4 }), fc.string({ unit: 'binary', maxLength: 40 }))
  .map(([first, headers, body]) =>
    Buffer.from(`${first}${headers.join('')}connection: close\r\n\r\n${body}`, 'latin1'),
  );

test('whatever bytes come in, each is answered or cut off, none fails, and the next one is heard', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(request, fc.uint8Array({ maxLength: 200 })), async (bytes) => {
      const answer = await answerTo(bytes);
      if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 (?:100|200|400|404|405|408|411|413|417|426|431|501)/u);
      expect(await answerTo(Buffer.from('GET /login/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'))).toContain(
        'heard',
      );
    }),
    { numRuns: 200 },
  );
  expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
