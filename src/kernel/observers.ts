import type { Audit } from './audit.port.js';
import type { Logger } from './logger.port.js';
import type { Metrics } from './metrics.port.js';
import type { SpanStart, Tracing } from './tracing.port.js';

/** Who is told of what happens. */
export interface Observers {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Absent: nothing is noted. */
  readonly audit?: Audit;
  /** Absent: nothing is traced. */
  readonly tracing?: Tracing | undefined;
}

/** Those that are there, to be passed on. */
export function observersOf({ audit, logger, metrics, tracing }: Observers): Observers {
  return { logger, metrics, ...(audit ? { audit } : {}), ...(tracing ? { tracing } : {}) };
}

/** Runs `work` in a span where there are traces. */
export function inSpan<T>(tracing: Tracing | undefined, start: SpanStart, work: () => Promise<T>): Promise<T> {
  return tracing ? tracing.inSpan(start, work) : work();
}
