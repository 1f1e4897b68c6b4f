/**
 * What may stand on a span; names of the OpenTelemetry conventions where they have one. Ids, names of the configuration and
 * codes: never what people wrote, a token, an address with a path, or who the person is.
 */
export type SpanFact =
  | 'behalf.platform'
  | 'behalf.event'
  | 'behalf.recipe'
  | 'behalf.job.id'
  | 'behalf.job.status' // as it was left: also `suspended`, `lost`
  | 'behalf.step' // path of the step within the job: `3.each.0.1`
  | 'behalf.step.kind'
  | 'behalf.step.outcome' // absent: completed
  | 'behalf.connection'
  | 'behalf.app'
  | 'behalf.action'
  | 'behalf.login.outcome'
  | 'behalf.api.endpoint'
  | 'http.request.method'
  | 'http.response.status_code'
  | 'server.address'
  | 'server.port'
  | 'url.scheme'
  | 'messaging.system'
  | 'messaging.destination.name'
  | 'messaging.operation.type'
  | 'messaging.operation.name'
  | 'messaging.message.id';

export type SpanFacts = Readonly<Partial<Record<SpanFact, string | number>>>;

export interface SpanStart {
  /** One of few: what differs from case to case is a fact. */
  readonly name: string;
  /** Default `internal`. */
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly facts?: SpanFacts;
  /**
   * What {@link Tracing.carrier} gave: the span goes on with that trace, also in another process. What is no such text counts
   * as absent: then the span is below the current one, and the first of a trace of its own where there is none.
   */
  readonly parent?: string | undefined;
  /** True: without a span above it there is none. */
  readonly isDetail?: boolean;
}

/** As OpenTelemetry names them in logs that are JSON. */
export interface TraceFields {
  readonly trace_id: string;
  readonly span_id: string;
  readonly trace_flags: string;
}

/**
 * Traces: what was done in which order, for how long. The current span follows the asynchronous work by itself. Nothing here
 * fails or waits because of where spans are sent. Whoever takes an optional `Tracing` does nothing at all without it.
 */
export interface Tracing {
  /** Runs `work` in a span that ends with it. What `work` rejects with is passed on, and its code stands on the span. */
  inSpan<T>(start: SpanStart, work: () => Promise<T>): Promise<T>;
  /** More facts for the current span. */
  note(facts: SpanFacts): void;
  /** The current span has failed, whatever its work does about that. `ref`: joins with the log and with what the person read. */
  fail(error: { readonly code: string; readonly ref?: string }): void;
  /** The current span for whoever goes on later or elsewhere (W3C Trace Context, `traceparent`); undefined outside of all. */
  carrier(): string | undefined;
  /** What joins a log line with the current span. `trace_flags` of `00`: the trace is not sent. */
  logFields(): TraceFields | undefined;
  /** Sends what is left, for `deadlineMs` at most. */
  stop(deadlineMs: number): Promise<void>;
}
