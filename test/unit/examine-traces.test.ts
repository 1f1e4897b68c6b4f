import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createHttpClient } from '../../adapters/undici/index.js';
import { closeServer, listen } from '../../playground/http.js';
import { examineTraces } from '../../src/compose/examine-traces.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { RecordingLogger } from '../support/recording-logger.js';

describe('what the doctor says of the collector of traces', () => {
  const http = createHttpClient({ allowPrivateHosts: 'all', clock: systemClock, logger: new RecordingLogger() });
  const seen: { headers: IncomingHttpHeaders; body: string }[] = [];
  let server: Server;
  let url: string;
  let status: number;

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      seen.push({ headers: request.headers, body });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
    url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}/v1/traces`;
  });

  afterAll(async () => {
    await closeServer(server);
    await http.close();
  });

  const examine = (address = url) =>
    examineTraces(
      {
        url: address,
        headers: { 'X-Key': new Secret('secret-canary') },
        attributes: {},
        sampler: { name: 'always_on', ratio: 1 },
      },
      http,
    );

  it('is that it takes traces, where it takes a request with none, with the headers that are set', async () => {
    status = 200;

    expect(await examine()).toEqual([{ subject: 'traces', state: 'ok', says: `${new URL(url).origin} takes traces` }]);
    expect(seen[0]?.headers['x-key']).toBe('secret-canary');
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ resourceSpans: [] });
  });

  it.each([
    [401, 'OTEL_EXPORTER_OTLP_HEADERS'],
    [403, 'OTEL_EXPORTER_OTLP_HEADERS'],
    [404, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
    [415, 'http/json'],
    [500, 'log of the collector'],
  ])('names what to look at where it answers %d', async (answer, advice) => {
    status = answer;

    const [finding] = await examine();

    expect(finding).toMatchObject({ state: 'wrong', says: expect.stringContaining(` answers ${answer} `) });
    expect(finding && 'fix' in finding ? finding.fix : '').toContain(advice);
    expect(JSON.stringify(finding)).not.toContain('canary');
  });

  it('fails where nobody is there, as with all that cannot be reached', async () => {
    await expect(examine('http://127.0.0.1:1/v1/traces')).rejects.toMatchObject({ code: 'app.unavailable' });
  });
});
