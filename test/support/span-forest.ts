import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Tracing } from '../../src/kernel/tracing.port.js';
import { eventually } from './service-kit.js';

/** A span as it is sent. */
export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly name: string;
  /** By the numbers of OTLP: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** `code` 2: it has failed. */
  readonly status: { readonly code: number; readonly message?: string | undefined };
  /** What stands on the process. */
  readonly resource: Readonly<Record<string, unknown>>;
}

/** Spans that have been sent, and what is above them. */
export class SpanForest {
  readonly spans: SentSpan[] = [];

  named(name: string): readonly SentSpan[] {
    return this.spans.filter((span) => span.name === name);
  }

  /** The span above a span; undefined for the first of a trace. */
  above({ parentSpanId, traceId }: SentSpan): SentSpan | undefined {
    return this.spans.find((span) => span.spanId === parentSpanId && span.traceId === traceId);
  }

  /** The names from the first span of the trace down to this one. */
  path(span: SentSpan): readonly string[] {
    const parent = this.above(span);
    return [...(parent ? this.path(parent) : []), span.name];
  }

  /** Waits until all that has ended so far is there. */
  async settle(tracing: Tracing): Promise<void> {
    const last = 'last of all';
    await tracing.inSpan({ name: last }, async () => {});
    await eventually(() => this.named(last).length > 0);
    const others = this.spans.filter(({ name }) => name !== last);
    this.spans.splice(0, this.spans.length, ...others);
  }
}

/** Takes spans within the process of the test. */
export class SpanRecorder extends SpanForest {
  readonly exporter: SpanExporter = {
    export: (spans, done) => {
      this.spans.push(...spans.map(sent));
      done({ code: 0 });
    },
    shutdown: async () => {},
  };
}

function sent(span: ReadableSpan): SentSpan {
  const { attributes, kind, links, name, parentSpanContext, resource, status } = span;
  const { spanId, traceId } = span.spanContext();
  return {
    ...{ traceId, spanId, name, attributes, status },
    parentSpanId: parentSpanContext?.spanId,
    kind: kind + 1,
    links: links.map(({ context }) => ({ traceId: context.traceId, spanId: context.spanId })),
    resource: resource.attributes,
  };
}
