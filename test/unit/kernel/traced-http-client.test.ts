import { BehalfError } from '../../../src/kernel/errors.js';
import type { HttpClient, OutgoingRequest } from '../../../src/kernel/http-client.port.js';
import { tracedHttpClient } from '../../../src/kernel/traced-http-client.js';
import type { SpanFacts, SpanStart, Tracing } from '../../../src/kernel/tracing.port.js';

const CARRIER = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

/** Traces that keep what they are told. */
function recording() {
  const starts: SpanStart[] = [];
  const told: (SpanFacts | { readonly code: string })[] = [];
  const tracing: Tracing = {
    inSpan: (start, work) => {
      starts.push(start);
      return work();
    },
    note: (facts) => void told.push(facts),
    fail: (error) => void told.push(error),
    carrier: () => CARRIER,
    logFields: () => undefined,
    stop: async () => {},
  };
  return { starts, told, tracing };
}

function answering(status: number) {
  const requests: OutgoingRequest[] = [];
  const http: HttpClient = {
    async request(request) {
      requests.push(request);
      if (status === 0) throw new BehalfError('app.unavailable', 'away');
      return { status, headers: {}, body: Buffer.from('answer') };
    },
    close: async () => {},
  };
  return { http, requests };
}

const CALL: OutgoingRequest = {
  method: 'POST',
  url: 'https://user:pass@crm.example:8443/secret/path?token=secret#secret',
  headers: { authorization: 'secret' },
};

describe('a traced HTTP client', () => {
  it('is the client itself where nothing is traced', () => {
    const { http } = answering(200);

    expect(tracedHttpClient(http, undefined)).toBe(http);
  });

  it('tells method, server and status of a call, and nothing more of it', async () => {
    const { starts, told, tracing } = recording();
    const { http, requests } = answering(201);

    const { body } = await tracedHttpClient(http, tracing).request(CALL);

    expect(body.toString()).toBe('answer');
    expect(starts).toEqual([
      {
        name: 'POST',
        kind: 'client',
        isDetail: true,
        facts: {
          'http.request.method': 'POST',
          'url.scheme': 'https',
          'server.address': 'crm.example',
          'server.port': 8443,
        },
      },
    ]);
    expect(told).toEqual([{ 'http.response.status_code': 201 }]);
    expect(requests).toEqual([CALL]);
  });

  it.each([
    ['https://crm.example/', 443],
    ['http://crm.example/', 80],
  ])('knows the port of %s', async (url, port) => {
    const { starts, tracing } = recording();

    await tracedHttpClient(answering(200).http, tracing).request({ method: 'GET', url });

    expect(starts[0]?.facts?.['server.port']).toBe(port);
  });

  it.each([400, 404, 429, 503])('counts an answer of %d as a failure', async (status) => {
    const { told, tracing } = recording();

    await tracedHttpClient(answering(status).http, tracing).request(CALL);

    expect(told).toEqual([{ 'http.response.status_code': status }, { code: String(status) }]);
  });

  it('passes on what a call fails with, also for an address that is none', async () => {
    const { starts, tracing } = recording();
    const client = tracedHttpClient(answering(0).http, tracing);

    await expect(client.request(CALL)).rejects.toMatchObject({ code: 'app.unavailable' });
    await expect(client.request({ method: 'GET', url: 'nowhere' })).rejects.toMatchObject({ code: 'app.unavailable' });

    expect(starts[1]?.facts).toEqual({ 'http.request.method': 'GET' });
  });

  it('tells servers of one’s own of the trace, beside the headers that there are', async () => {
    const { http, requests } = answering(200);
    const client = tracedHttpClient(http, recording().tracing, ({ hostname }) => hostname === 'crm.example');

    await client.request(CALL);
    await client.request({ ...CALL, url: 'https://other.example/' });

    expect(requests.map(({ headers }) => headers)).toEqual([
      { authorization: 'secret', traceparent: CARRIER },
      { authorization: 'secret' },
    ]);
  });
});
