import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Clock } from '../../src/kernel/clock.port.js';
import { asBehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import type { SpanFacts, SpanStart, Tracing } from '../../src/kernel/tracing.port.js';
import { type SamplerName, samplerOf } from './sampler.js';
import { createSpanQueue } from './span-queue.js';

export interface TracingOptions {
  /** Where spans are posted as OTLP/HTTP with JSON, whole. */
  readonly url: string;
  /** Sent along, e.g. a key of the collector. */
  readonly headers: Readonly<Record<string, Secret>>;
  /** Of the resource; with `service.name`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly sampler: { readonly name: SamplerName; readonly ratio: number };
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How long spans are gathered, in ms. Default 2 000. */
  readonly pauseMs?: number;
  /** In place of the one that posts to `url`. */
  readonly exporter?: SpanExporter;
}

const PAUSE_MS = 2_000;
/** For one post, with its repetitions, in ms. */
const EXPORT_TIMEOUT_MS = 5_000;

const KINDS: Readonly<Record<NonNullable<SpanStart['kind']>, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** Traces by OpenTelemetry. Nothing is registered for the whole process: no library traces by itself. */
export function createTracing(options: TracingOptions): Tracing {
  const { attributes, clock, logger, metrics, pauseMs = PAUSE_MS, sampler, url } = options;
  const headers = Object.fromEntries(Object.entries(options.headers).map(([name, value]) => [name, value.reveal()]));
  const exporter = options.exporter ?? new OTLPTraceExporter({ url, headers, timeoutMillis: EXPORT_TIMEOUT_MS });
  const current = new AsyncLocalStorage<Span | undefined>();
  const outside = <T>(work: () => T): T => current.run(undefined, work);
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes(attributes)),
    sampler: samplerOf(sampler),
    spanProcessors: [createSpanQueue({ exporter, pauseMs, clock, logger, metrics, outside })],
  });
  const tracer = provider.getTracer('behalf');
  return {
    async inSpan(start, work) {
      const above = current.getStore();
      if (start.isDetail && !above) return work();
      const span = begin(tracer, start, above);
      return current.run(span, async () => {
        try {
          return await work();
        } catch (error) {
          const { code, ref } = asBehalfError(error);
          markFailed(span, { code, ref });
          throw error;
        } finally {
          span.end();
        }
      });
    },
    note: (facts) => void current.getStore()?.setAttributes(attributesOf(facts)),
    fail(error) {
      const span = current.getStore();
      if (span) markFailed(span, error);
    },
    carrier() {
      const span = current.getStore();
      return span && traceparentOf(span.spanContext());
    },
    logFields() {
      const context = current.getStore()?.spanContext();
      return context && { trace_id: context.traceId, span_id: context.spanId, trace_flags: flagsOf(context) };
    },
    async stop(deadlineMs) {
      const stopped = new AbortController();
      const late = clock.sleep(deadlineMs, stopped.signal).catch(() => {});
      await Promise.race([provider.shutdown().catch(() => {}), late]);
      stopped.abort();
    },
  };
}

/** Where a span goes on with another trace than the current one, each leads to the other. */
function begin(tracer: Tracer, { facts = {}, kind, name, parent }: SpanStart, above: Span | undefined): Span {
  const stored = parent === undefined ? undefined : spanContextOf(parent);
  const below: Context = stored
    ? trace.setSpanContext(ROOT_CONTEXT, stored)
    : above
      ? trace.setSpan(ROOT_CONTEXT, above)
      : ROOT_CONTEXT;
  const from = above?.spanContext();
  const isElsewhere = stored !== undefined && from !== undefined && from.traceId !== stored.traceId;
  const links = isElsewhere ? [{ context: from }] : [];
  const options = { kind: KINDS[kind ?? 'internal'], attributes: attributesOf(facts), links };
  const span = tracer.startSpan(name, options, below);
  if (isElsewhere) above?.addLink({ context: span.spanContext() });
  return span;
}

function markFailed(span: Span, { code, ref }: { readonly code: string; readonly ref?: string }): void {
  // The description is the code alone: messages are for the log.
  span.setStatus({ code: SpanStatusCode.ERROR, message: code });
  span.setAttribute('error.type', code);
  if (ref !== undefined) span.setAttribute('behalf.error.ref', ref);
}

function attributesOf(facts: SpanFacts): Attributes {
  return { ...facts };
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

function traceparentOf(context: SpanContext): string {
  return `00-${context.traceId}-${context.spanId}-${flagsOf(context)}`;
}

function flagsOf({ traceFlags }: SpanContext): string {
  return traceFlags.toString(16).padStart(2, '0');
}

function spanContextOf(traceparent: string): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent) ?? [];
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  const context = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(context) ? context : undefined;
}
