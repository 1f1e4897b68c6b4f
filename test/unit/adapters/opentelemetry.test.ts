import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { createTracing, type TracingOptions } from '../../../adapters/opentelemetry/index.js';
import { createMetrics } from '../../../adapters/prometheus/index.js';
import { BehalfError } from '../../../src/kernel/errors.js';
import { createManualClock } from '../../support/clocks.js';
import { RecordingLogger } from '../../support/recording-logger.js';

type Result = Parameters<Parameters<SpanExporter['export']>[1]>[0];

/** `result`: what becomes of each batch; undefined: it is under way until `release`. */
function open(options: { readonly sampler?: TracingOptions['sampler']; readonly result?: Result | undefined } = {}) {
  const result: Result | undefined = 'result' in options ? options.result : { code: 0 };
  const spans: ReadableSpan[] = [];
  const held: (() => void)[] = [];
  const clock = createManualClock();
  const logger = new RecordingLogger();
  const metrics = createMetrics();
  const tracing = createTracing({
    url: 'http://localhost:1/v1/traces',
    headers: {},
    attributes: { 'service.name': 'bot' },
    sampler: options.sampler ?? { name: 'parentbased_always_on', ratio: 1 },
    exporter: {
      export(batch, done) {
        spans.push(...batch);
        if (result) done(result);
        else held.push(() => done({ code: 1 }));
      },
      shutdown: async () => {},
    },
    ...{ clock, logger, metrics },
  });
  const release = () => {
    for (const end of held.splice(0)) end();
  };
  return { clock, logger, metrics, release, spans, tracing };
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;

describe('a span', () => {
  it('is below the one around it, also after waiting, and ends with its work', async () => {
    const { spans, tracing } = open();

    const given = await tracing.inSpan({ name: 'outer' }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return tracing.inSpan({ name: 'inner', kind: 'client', facts: { 'behalf.step': '1' } }, async () => 'given');
    });
    await tracing.stop(1_000);

    const [inner, outer] = spans;
    expect(given).toBe('given');
    expect(inner).toMatchObject({ name: 'inner', kind: 2, attributes: { 'behalf.step': '1' }, ended: true });
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(outer?.parentSpanContext).toBeUndefined();
    expect(outer?.resource.attributes['service.name']).toBe('bot');
  });

  it('goes on with the trace that it is given, and is linked with the one that it was begun in', async () => {
    const { spans, tracing } = open();

    await tracing.inSpan({ name: 'press' }, () => tracing.inSpan({ name: 'answer', parent: PARENT }, async () => {}));
    await tracing.stop(1_000);

    const [answer, press] = spans;
    expect(answer?.spanContext().traceId).toBe(TRACE);
    expect(answer?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(answer?.links.map(({ context }) => context.spanId)).toEqual([press?.spanContext().spanId]);
    expect(press?.links.map(({ context }) => context.spanId)).toEqual([answer?.spanContext().spanId]);
  });

  it('is carried to another process as a traceparent', async () => {
    const [here, there] = [open(), open()];

    const carrier = await here.tracing.inSpan({ name: 'here' }, async () => here.tracing.carrier());
    await there.tracing.inSpan({ name: 'there', parent: carrier }, async () => {});
    await Promise.all([here.tracing.stop(1_000), there.tracing.stop(1_000)]);

    expect(carrier).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(there.spans[0]?.parentSpanContext?.spanId).toBe(here.spans[0]?.spanContext().spanId);
    expect(there.spans[0]?.spanContext().traceId).toBe(here.spans[0]?.spanContext().traceId);
  });

  it.each([
    ['', 'is empty'],
    ['nonsense', 'is no traceparent'],
    [`00-${'0'.repeat(32)}-b7ad6b7169203331-01`, 'has a trace id of zeros'],
    [`00-${TRACE}-${'0'.repeat(16)}-01`, 'has a span id of zeros'],
    [`ff-${TRACE}-b7ad6b7169203331-01`, 'is of a version that is forbidden'],
    [`${PARENT}\r\nx-evil: 1`, 'has more behind it'],
  ])('begins a trace of its own where what was kept (%j) %s', async (parent) => {
    const { spans, tracing } = open();

    await tracing.inSpan({ name: 'work', parent }, async () => {});
    await tracing.stop(1_000);

    expect(spans[0]?.parentSpanContext).toBeUndefined();
    expect(spans[0]?.spanContext().traceId).not.toBe(TRACE);
  });

  it('of a detail is there only below another one', async () => {
    const { spans, tracing } = open();
    const detail = { name: 'detail', isDetail: true };

    expect(await tracing.inSpan(detail, async () => 'alone')).toBe('alone');
    await tracing.inSpan({ name: 'work' }, () => tracing.inSpan(detail, async () => {}));
    await tracing.stop(1_000);

    expect(spans.map(({ name }) => name)).toEqual(['detail', 'work']);
  });

  it('of work that fails has the code and the reference of the error, and nothing else of it', async () => {
    const { spans, tracing } = open();
    const error = new BehalfError('app.forbidden', 'Zwölfzylinder', { details: { secret: 'Zwölfzylinder' } });

    await expect(tracing.inSpan({ name: 'work' }, () => Promise.reject(error))).rejects.toBe(error);
    await expect(tracing.inSpan({ name: 'foreign' }, () => Promise.reject(new Error('Zwölfzylinder')))).rejects.toThrow(
      'Zwölfzylinder',
    );
    await tracing.stop(1_000);

    expect(spans[0]?.status).toEqual({ code: 2, message: 'app.forbidden' });
    expect(spans[0]?.attributes).toEqual({ 'error.type': 'app.forbidden', 'behalf.error.ref': error.ref });
    expect(spans[1]?.attributes['error.type']).toBe('internal');
    expect(JSON.stringify(spans.map(({ attributes, events, status }) => [attributes, events, status]))).not.toContain(
      'Zwölfzylinder',
    );
  });

  it('takes facts and failures later; outside of all they go nowhere', async () => {
    const { spans, tracing } = open();

    tracing.note({ 'behalf.job.id': 'none' });
    tracing.fail({ code: 'none' });
    await tracing.inSpan({ name: 'work' }, async () => {
      tracing.note({ 'behalf.job.id': 'j1' });
      tracing.fail({ code: '503' });
    });
    await tracing.stop(1_000);

    expect(spans).toHaveLength(1);
    expect(spans[0]?.attributes).toEqual({ 'behalf.job.id': 'j1', 'error.type': '503' });
  });

  it('joins log lines with it, and no others', async () => {
    const { spans, tracing } = open();

    const fields = await tracing.inSpan({ name: 'work' }, async () => tracing.logFields());
    await tracing.stop(1_000);

    const { spanId, traceId } = spans[0]?.spanContext() ?? {};
    expect(fields).toEqual({ trace_id: traceId, span_id: spanId, trace_flags: '01' });
    expect([tracing.logFields(), tracing.carrier()]).toEqual([undefined, undefined]);
  });
});

describe('sampling', () => {
  const taken = async (name: TracingOptions['sampler']['name'], ratio: number, parent?: string) => {
    const { spans, tracing } = open({ sampler: { name, ratio } });
    await tracing.inSpan({ name: 'work', parent }, async () => {});
    await tracing.stop(1_000);
    return spans.length;
  };

  it.each([
    ['always_on', 0, 1],
    ['always_off', 1, 0],
    ['traceidratio', 0, 0],
    ['traceidratio', 1, 1],
    ['parentbased_always_on', 0, 1],
    ['parentbased_always_off', 1, 0],
    ['parentbased_traceidratio', 0, 0],
    ['parentbased_traceidratio', 1, 1],
  ] as const)('by %s with %d takes %d of one trace', async (name, ratio, count) => {
    expect(await taken(name, ratio)).toBe(count);
  });

  it('by the parent goes on as the first process has decided', async () => {
    const refused = PARENT.replace(/01$/, '00');

    expect(await taken('parentbased_always_on', 1, refused)).toBe(0);
    expect(await taken('parentbased_always_off', 1, PARENT)).toBe(1);
  });

  it('of a trace that is not taken still gives a traceparent, which says so', async () => {
    const { tracing } = open({ sampler: { name: 'always_off', ratio: 1 } });

    expect(await tracing.inSpan({ name: 'work' }, async () => tracing.carrier())).toMatch(/-00$/);
  });
});

describe('a collector that does not take spans', () => {
  const failed = { code: 1, error: Object.assign(new Error('key 4711'), { code: 'ECONNREFUSED' }) };

  it('costs a warning a minute, without anything that it said, and a count', async () => {
    const { clock, logger, metrics, tracing } = open({ result: failed });
    const lose = async () => {
      // A whole batch is sent at once.
      for (let index = 0; index < 512; index += 1) await tracing.inSpan({ name: 'work' }, async () => {});
      await new Promise((resolve) => setImmediate(resolve));
    };

    await lose();
    await lose();
    await clock.advance(60_000);
    await lose();

    const warnings = logger.lines.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ fields }) => fields['spans'])).toEqual([512, 1_024]);
    expect(warnings[0]?.fields['reason']).toMatch(/^Error \(ECONNREFUSED\)/);
    expect(logger.dump()).not.toContain('4711');
    expect(await metrics.render()).toContain('behalf_trace_exports_total{outcome="failed"} 3');
  });

  it('is named by the status with which it refuses, and by nothing else that it said', async () => {
    const refused = { code: 1, error: Object.assign(new Error('Payload Too Large'), { code: 413, data: 'key 4711' }) };
    const { logger, tracing } = open({ result: refused });
    await tracing.inSpan({ name: 'work' }, async () => {});
    await tracing.stop(1_000);
    expect(logger.lines).toEqual([
      expect.objectContaining({ level: 'warn', fields: { spans: 1, reason: 'it answers 413' } }),
    ]);
  });

  it('is given up where its answer does not end, so that others have room again', async () => {
    const { clock, logger, metrics, release, tracing } = open({ result: undefined });
    const lose = async () => {
      for (let index = 0; index < 4_096; index += 1) await tracing.inSpan({ name: 'work' }, async () => {});
      await new Promise((resolve) => setImmediate(resolve));
    };

    await lose();
    // Batch by batch.
    await clock.advance(8 * 10_000);
    expect(logger.lines[0]).toMatchObject({ level: 'warn', fields: { reason: expect.stringContaining('ETIMEDOUT') } });
    expect(await metrics.render()).toMatch(/trace_exports_total\{outcome="failed"\} [1-8]$/m);
    const before = logger.lines.length;
    await tracing.inSpan({ name: 'work' }, async () => {});
    expect(logger.lines.slice(before)).toEqual([]);
    release();
    expect(await metrics.render()).toMatch(/trace_exports_total\{outcome="failed"\} [1-8]$/m);
  });

  it('lets no more than a bounded number of spans wait', async () => {
    const { logger, release, spans, tracing } = open({ result: undefined });

    for (let index = 0; index < 5_000; index += 1) await tracing.inSpan({ name: 'work' }, async () => {});
    const stopping = tracing.stop(1_000);
    await new Promise((resolve) => setImmediate(resolve));

    expect(spans.length).toBeLessThanOrEqual(4_096);
    expect(logger.lines[0]).toMatchObject({ level: 'warn', fields: { reason: 'no room' } });
    release();
    await stopping;
  });

  it('holds up the end of the process no longer than it may', async () => {
    const { clock, release, tracing } = open({ result: undefined });
    await tracing.inSpan({ name: 'work' }, async () => {});
    let hasStopped = false;

    const stopping = tracing.stop(1_000).then(() => {
      hasStopped = true;
    });
    await clock.advance(999);
    expect(hasStopped).toBe(false);
    await clock.advance(1);
    await stopping;

    expect(hasStopped).toBe(true);
    release();
  });
});
