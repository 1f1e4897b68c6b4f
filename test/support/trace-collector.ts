import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { z } from 'zod';
import { closeServer, listen, parseJson } from '../../playground/http.js';
import { SpanForest } from './span-forest.js';

const Value = z.union([
  z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  z.object({ intValue: z.coerce.number() }).transform(({ intValue }) => intValue),
]);
const Attributes = z
  .array(z.object({ key: z.string(), value: Value }))
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, value])));
const TraceId = z.string().regex(/^[0-9a-f]{32}$/);
const SpanId = z.string().regex(/^[0-9a-f]{16}$/);
const Nanoseconds = z.string().regex(/^\d{19}$/);

/** A request of OTLP/HTTP with JSON, as far as we use it (opentelemetry-proto, `ExportTraceServiceRequest`). */
const Request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: TraceId,
              spanId: SpanId,
              parentSpanId: SpanId.optional(),
              name: z.string(),
              kind: z.number().int().min(1).max(5),
              startTimeUnixNano: Nanoseconds,
              endTimeUnixNano: Nanoseconds,
              attributes: Attributes,
              links: z.array(z.object({ traceId: TraceId, spanId: SpanId })),
              status: z.object({ code: z.number(), message: z.string().optional() }),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** Takes spans over HTTP as a collector does; what is no OTLP is refused. */
export class TraceCollector extends SpanForest {
  /** What was posted, as it came. */
  readonly bodies: string[] = [];
  readonly headers: IncomingHttpHeaders[] = [];
  readonly refused: string[] = [];
  readonly #server: Server;
  #port = 0;

  private constructor() {
    super();
    this.#server = createServer((request, response) => {
      void this.#take(request).then((status) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }

  static async start(): Promise<TraceCollector> {
    const collector = new TraceCollector();
    collector.#port = await listen(collector.#server, 0, '127.0.0.1');
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  stop(): Promise<void> {
    return closeServer(this.#server);
  }

  async #take(request: IncomingMessage): Promise<number> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    this.headers.push(request.headers);
    const parsed = Request.safeParse(request.url === '/v1/traces' ? parseJson(body) : undefined);
    if (!parsed.success) {
      this.refused.push(`${request.url}: ${parsed.error.message}`);
      return 400;
    }
    this.bodies.push(body);
    for (const { resource, scopeSpans } of parsed.data.resourceSpans)
      for (const { spans } of scopeSpans)
        this.spans.push(...spans.map((span) => ({ ...span, resource: resource.attributes })));
    return 200;
  }
}
