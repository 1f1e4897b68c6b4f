import type { HttpClient, OutgoingRequest } from './http-client.port.js';
import type { SpanFacts, Tracing } from './tracing.port.js';

/** Statuses from here on are failures on the span of a client (OpenTelemetry, conventions for HTTP spans). */
const FIRST_FAILURE = 400;

/**
 * A span for each call that is made below a span. Of the address it holds scheme, host and port: paths and queries have ids and
 * secrets in them. `isOurs` tells which servers learn of the trace; others are sent nothing but what they are asked.
 */
export function tracedHttpClient(
  http: HttpClient,
  tracing: Tracing | undefined,
  isOurs: (url: URL) => boolean = () => false,
): HttpClient {
  if (!tracing) return http;
  return {
    request(request) {
      const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
      const facts = { 'http.request.method': request.method, ...(url ? serverOf(url) : {}) };
      return tracing.inSpan({ name: request.method, kind: 'client', isDetail: true, facts }, async () => {
        const traceparent = url && isOurs(url) ? tracing.carrier() : undefined;
        const response = await http.request(traceparent === undefined ? request : told(request, traceparent));
        const { status } = response;
        tracing.note({ 'http.response.status_code': status });
        if (status >= FIRST_FAILURE) tracing.fail({ code: String(status) });
        return response;
      });
    },
    close: () => http.close(),
  };
}

function told(request: OutgoingRequest, traceparent: string): OutgoingRequest {
  return { ...request, headers: { ...request.headers, traceparent } };
}

function serverOf({ hostname, port, protocol }: URL): SpanFacts {
  const scheme = protocol.slice(0, -1);
  const usual = scheme === 'https' ? 443 : 80;
  return { 'url.scheme': scheme, 'server.address': hostname, 'server.port': port === '' ? usual : Number(port) };
}
