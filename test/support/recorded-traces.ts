import { createTracing } from '../../adapters/opentelemetry/index.js';
import { noMetrics } from '../../src/kernel/metrics.port.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import type { Tracing } from '../../src/kernel/tracing.port.js';
import { RecordingLogger } from './recording-logger.js';
import { SpanRecorder } from './span-forest.js';

/** Traces of the real driver, kept in the process of the test. */
export function recordTraces(): { readonly tracing: Tracing; readonly sent: SpanRecorder } {
  const sent = new SpanRecorder();
  const tracing = createTracing({
    url: 'http://localhost:1/v1/traces',
    headers: {},
    exporter: sent.exporter,
    attributes: { 'service.name': 'bot' },
    pauseMs: 5,
    sampler: { name: 'parentbased_always_on', ratio: 1 },
    clock: systemClock,
    logger: new RecordingLogger(),
    metrics: noMetrics,
  });
  return { tracing, sent };
}
