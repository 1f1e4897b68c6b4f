import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Clock } from '../../src/kernel/clock.port.js';
import { describeForeignError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';

/** Spans that wait to be sent or are on their way; more are lost. About 4 MB. */
const MAX_WAITING = 4_096;
const BATCH = 512;
/** Longer than the exporter's own limit, which begins anew with each byte of an answer. */
const GIVE_UP_MS = 10_000;
/** Longer still: whatever is given up is counted here. */
const EXPORT_TIMEOUT_MS = 12_000;
const LATE = { code: 1, error: Object.assign(new Error('No answer in time'), { code: 'ETIMEDOUT' }) };
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
  const { clock, exporter, metrics, outside, pauseMs } = deps;
  const losses = new Losses(deps);
  let waiting = 0;
  const send: Export = (spans, done) => {
    const ended = new AbortController();
    const end: typeof done = (result) => {
      if (ended.signal.aborted) return;
      ended.abort();
      waiting -= spans.length;
      // 0: sent (`ExportResultCode` of @opentelemetry/core, which the SDK keeps to itself).
      const isSent = result.code === 0;
      metrics.count('trace_exports', { outcome: isSent ? 'sent' : 'failed' });
      if (!isSent) losses.add(spans.length, reasonOf(result.error));
      done(result);
    };
    clock.sleep(GIVE_UP_MS, ended.signal).then(
      () => end(LATE),
      () => {},
    );
    exporter.export(spans, end);
  };
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

/** A collector that refuses has its status as the code of the error. */
function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'number' ? `it answers ${code}` : describeForeignError(error);
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
