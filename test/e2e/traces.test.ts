import { Browser } from '../../playground/tour/browser.js';
import type { SentSpan } from '../support/span-forest.js';
import { TraceCollector } from '../support/trace-collector.js';
import { FaultStage, type Replica, SLOW_TEST_MS } from './faults/support/fault-stage.js';

jest.setTimeout(SLOW_TEST_MS);

/** Lines of a process that hold a fact. */
function linesWith({ log }: Replica, name: string, value: string): readonly string[] {
  return log()
    .split('\n')
    .filter((line) => line.includes(`"${name}":"${value}"`));
}

describe('a command with a login in the middle, on two replicas', () => {
  let collector: TraceCollector;
  let stage: FaultStage;
  /** Of the command's trace. */
  let spans: readonly SentSpan[];

  beforeAll(async () => {
    collector = await TraceCollector.start();
    stage = await FaultStage.start({
      store: 'redis',
      replicas: 2,
      settings: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20secret',
        OTEL_SERVICE_NAME: 'bot',
      },
    });
    const carl = stage.actor('carl');
    await stage.world.apps.crmControl.changeAccount('carl', { mayCreate: true });
    await carl.say('own deal amount: 4711');
    const prompt = await stage.reads(carl, /Please connect to Acme CRM/);
    const browser = new Browser();
    const link = await carl.press(prompt, 'Login');
    const provider = await browser.submit(await browser.open(link ?? ''), /\/login\//);
    // The browser comes back at the other one, which goes on with the job.
    await stage.replica(0).stop('SIGTERM');
    stage.leadTo(stage.replica(1));
    await browser.answerProvider(provider, { username: 'carl' });
    await stage.reads(carl, /Own deal of 4711/);
    await stage.replica(1).stop('SIGTERM');
    const begun = collector.named('chat text').find(({ attributes }) => attributes['behalf.recipe'] === 'own-deal');
    spans = collector.spans.filter(({ traceId }) => traceId === begun?.traceId);
  });

  afterAll(async () => {
    await stage.stop();
    await collector.stop();
  });

  function named(name: string): readonly SentSpan[] {
    return spans.filter((span) => span.name === name);
  }

  /** Each with the names above it. */
  function paths(name: string): readonly string[] {
    return named(name).map((span) => collector.path(span).join(' › '));
  }

  it('is one trace, with one beginning, sent as OTLP with the headers that are set', () => {
    expect(collector.refused).toEqual([]);
    expect(spans.filter((span) => collector.above(span) === undefined).map(({ name }) => name)).toEqual(['chat text']);
    expect(new Set(collector.headers.map((headers) => headers['x-key']))).toEqual(new Set(['a secret']));
  });

  it('runs the job twice below the text that began it, in two processes of one service', () => {
    expect(paths('run job')).toEqual(['chat text › run job', 'chat text › run job']);
    const runs = named('run job');
    expect(runs.map(({ attributes }) => attributes['behalf.job.status'])).toEqual(['suspended', 'succeeded']);
    expect(new Set(runs.map(({ resource }) => resource['service.instance.id'])).size).toBe(2);
    expect(new Set(runs.map(({ resource }) => resource['service.name']))).toEqual(new Set(['bot']));
    expect(new Set(runs.map(({ attributes }) => attributes['behalf.job.id'])).size).toBe(1);
  });

  it('has the login below the prompt that asked for it, with the exchange and the account', () => {
    const prompt = 'chat text › run job › login prompt';
    expect(paths('begin login')).toEqual([`${prompt} › begin login`]);
    expect(paths('exchange code')).toEqual([`${prompt} › complete login › exchange code`]);
    expect(paths('find account')).toEqual([`${prompt} › complete login › find account`]);
    const [login] = named('complete login');
    expect(login?.attributes).toEqual({ 'behalf.connection': 'acme-crm', 'behalf.login.outcome': 'connected' });
  });

  it('has each step with its calls: to the app, and to the chat', () => {
    const [action] = named('step action');
    expect(action?.attributes).toEqual({
      'behalf.step': '0',
      'behalf.step.kind': 'action',
      'behalf.app': 'acme_crm',
      'behalf.action': 'create_unkeyed',
      'behalf.connection': 'acme-crm',
    });
    const calls = [...paths('POST'), ...paths('GET')];
    expect(calls).toContain('chat text › run job › step action › POST');
    expect(calls).toContain('chat text › run job › step reply › POST');
    expect(calls).toContain('chat text › run job › login prompt › complete login › exchange code › POST');
    expect(action?.kind).toBe(1);
  });

  it('joins the log of both processes by its id', () => {
    const { traceId = '' } = spans[0] ?? {};
    const lines = [stage.replica(0), stage.replica(1)].map((replica) => linesWith(replica, 'trace_id', traceId));
    expect(lines[0]?.join('\n')).toContain('"msg":"job waits for a login"');
    expect(lines[1]?.join('\n')).toContain('"msg":"job finished"');
  });
});

describe('a collector that is away', () => {
  it('is warned of, and people get their answers', async () => {
    const gone = await TraceCollector.start();
    await gone.stop();
    const stage = await FaultStage.start({
      store: 'embedded',
      settings: { OTEL_EXPORTER_OTLP_ENDPOINT: gone.url },
    });
    try {
      const rita = stage.actor('rita');
      await rita.say('look up amount: 12');
      await stage.reads(rita, /Looked up 12/);
      await stage.until('a warning', () => stage.service.log().includes('traces could not be sent'));
      expect(await stage.service.metric('trace_exports_total')).toBeGreaterThan(0);
      await rita.say('look up amount: 13');
      await stage.reads(rita, /Looked up 13/);
      await stage.service.stop('SIGTERM');
      expect(stage.service.exitCode).toBe(0);
    } finally {
      await stage.stop();
    }
  });
});
