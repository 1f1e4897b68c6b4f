import type { Finding } from '../doctor/examination.port.js';
import type { HttpClient } from '../kernel/http-client.port.js';
import type { TracingSettings } from '../tracing-settings.js';

const SUBJECT = 'traces';
/** A request with nothing in it: collectors take it, and keep nothing (OTLP, `ExportTraceServiceRequest`). */
const NOTHING = JSON.stringify({ resourceSpans: [] });
const ANSWER_BYTES = 64 * 1024;

/** Whether the collector takes what the service would send. Fails where it cannot be reached. */
export async function examineTraces({ headers, url }: TracingSettings, http: HttpClient): Promise<readonly Finding[]> {
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.reveal()] as const);
  const { status } = await http.request({
    method: 'POST',
    url,
    headers: { ...Object.fromEntries(own), 'content-type': 'application/json' },
    body: NOTHING,
    maxBytes: ANSWER_BYTES,
  });
  const { origin } = new URL(url);
  if (status >= 200 && status < 300) return [{ subject: SUBJECT, state: 'ok', says: `${origin} takes traces` }];
  return [{ subject: SUBJECT, state: 'wrong', says: `${origin} answers ${status} to traces`, fix: adviceFor(status) }];
}

function adviceFor(status: number): string {
  if (status === 401 || status === 403) return 'It wants another key: look at OTEL_EXPORTER_OTLP_HEADERS.';
  if (status === 404 || status === 405)
    return 'The address is another one: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT takes it whole.';
  if (status === 415) return 'It does not take JSON: choose one that takes OTLP over HTTP as http/json.';
  return 'Look into the log of the collector.';
}
