import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Clock } from '../../src/kernel/clock.port.js';
import { describeForeignError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';

/** Spans that wait to be sent or are on their way; more are lost. About 4 MB. */
const MAX_WAITING = 4_096;
const BATCH = 512;
/** Longer than the exporter's own limit: it is the exporter that gives up. */
const EXPORT_TIMEOUT_MS = 10_000;
/** A collector that is away for a night fills no log. */
const WARN_EVERY_MS = 60_000;

interface SpanQueueDeps {
  readonly exporter: SpanExporter;
  /** How long spans are gathered. */
  readonly pauseMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Runs what belongs to no span. */
  readonly outside: <T>(work: () => T) => T;
}

type Export = SpanExporter['export'];

/** Sends spans in batches, beside the work. What finds no room or cannot be sent is lost, and is counted and warned of. */
export function createSpanQueue(deps: SpanQueueDeps): SpanProcessor {
  const { exporter, metrics, outside, pauseMs } = deps;
  const losses = new Losses(deps);
  let waiting = 0;
  const send: Export = (spans, done) =>
    exporter.export(spans, (result) => {
      waiting -= spans.length;
      // 0: sent (`ExportResultCode` of @opentelemetry/core, which the SDK keeps to itself).
      const isSent = result.code === 0;
      metrics.count('trace_exports', { outcome: isSent ? 'sent' : 'failed' });
      if (!isSent) losses.add(spans.length, describeForeignError(result.error));
      done(result);
    });
  const batches = new BatchSpanProcessor({
    exporter: { export: send, shutdown: () => exporter.shutdown() },
    maxQueueSize: MAX_WAITING,
    maxExportBatchSize: BATCH,
    scheduledDelayMillis: pauseMs,
    exportTimeoutMillis: EXPORT_TIMEOUT_MS,
  });
  return {
    onStart: () => {},
    onEnd(span) {
      if (waiting >= MAX_WAITING) return losses.add(1, 'no room');
      waiting += 1;
      // Timers would keep the span current.
      outside(() => batches.onEnd(span));
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}

/** Warns of lost spans, now and then. */
class Losses {
  readonly #deps: Pick<SpanQueueDeps, 'clock' | 'logger' | 'outside'>;
  #lost = 0;
  #warnedAt: number | undefined;

  constructor(deps: Pick<SpanQueueDeps, 'clock' | 'logger' | 'outside'>) {
    this.#deps = deps;
  }

  add(spans: number, reason: string): void {
    const { clock, logger, outside } = this.#deps;
    this.#lost += spans;
    const now = clock.now();
    if (this.#warnedAt !== undefined && now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now;
    outside(() => logger.warn({ spans: this.#lost, reason }, 'traces could not be sent'));
    this.#lost = 0;
  }
}
