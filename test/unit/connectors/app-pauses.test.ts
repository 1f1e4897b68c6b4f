import { createRateLimiter } from '../../../adapters/embedded/rate-limiter.js';
import type { ActionCall } from '../../../src/connectors/action-call.js';
import { AppPauses } from '../../../src/connectors/app-pauses.js';
import { performAction } from '../../../src/connectors/perform-action.js';
import type { IncomingResponse } from '../../../src/kernel/http-client.port.js';
import type { Metrics } from '../../../src/kernel/metrics.port.js';
import { createManualClock } from '../../support/clocks.js';
import { AnsweringHttpClient, actionOf, BEARER, CONNECTOR, connector, json, PARENT } from './parts.js';

const NOW = Date.UTC(2026, 10, 27, 12);

function scene(text = CONNECTOR) {
  const clock = createManualClock(NOW);
  const counted: string[] = [];
  const metrics: Metrics = {
    count: (name, labels) => counted.push(`${name} ${labels?.['app']} ${labels?.['outcome']}`),
    time: () => {},
    gauge: () => {},
    level: () => {},
  };
  const pauses = new AppPauses({ shared: createRateLimiter(), clock, metrics });
  const made = connector(text);
  const call = (response: IncomingResponse, more: Partial<ActionCall> = {}) => {
    const http = new AnsweringHttpClient(() => response);
    const output = performAction({
      connector: made,
      action: actionOf('get', made),
      parent: PARENT,
      credential: BEARER,
      account: 'rita@acme.example',
      input: { id: '1', kind: 'k' },
      idempotencyKey: 'job:0',
      http,
      clock,
      pauses,
      ...more,
    }).catch((error: unknown) => error);
    return { output, http };
  };
  return { call, clock, counted };
}

describe('an app that asked for a pause', () => {
  test('is not asked again before its end, by the same account', async () => {
    const { call, clock, counted } = scene();
    await call(json(429, {}, { 'retry-after': '30' })).output;
    const early = call(json(200, { id: 1 }));
    expect(await early.output).toMatchObject({
      code: 'app.rate_limited',
      userText: 'Acme CRM is receiving too many requests. Please try again in 30 seconds.',
      retryAfterMs: 30_000,
    });
    expect(early.http.requests).toHaveLength(0);
    expect(counted).toEqual(['app_pauses acme_crm refused']);

    await clock.advance(30_000);
    expect(await call(json(200, { id: 1 })).output).toEqual({ id: 1 });
  });

  test('is asked at once by others, and at other connections', async () => {
    const { call } = scene();
    await call(json(503, {}, { 'retry-after': '60' })).output;
    expect(await call(json(200, { id: 1 }), { account: 'sam@acme.example' }).output).toEqual({ id: 1 });
    expect(await call(json(200, { id: 2 }), { parent: { ...PARENT, name: 'other' } }).output).toEqual({ id: 2 });
  });

  test('is waited for when the pause is short, unless the job ends', async () => {
    const { call, clock, counted } = scene();
    await call(json(429, {}, { 'retry-after': '5' })).output;
    const waiting = call(json(200, { id: 1 }));
    const leaving = new AbortController();
    const gone = call(json(200, { id: 2 }), { holder: { signalFor: () => leaving.signal } });
    await clock.advance(4_999);
    expect(waiting.http.requests).toHaveLength(0);
    leaving.abort(new Error('cancelled'));
    expect(await gone.output).toMatchObject({ message: 'cancelled' });
    await clock.advance(1);
    expect(await waiting.output).toEqual({ id: 1 });
    expect(gone.http.requests).toHaveLength(0);
    expect(counted).toEqual(['app_pauses acme_crm waited', 'app_pauses acme_crm waited']);
  });

  test('is remembered for a refusal or an outage only, not for another answer with a time', async () => {
    const { call } = scene();
    await call(json(403, {}, { 'retry-after': '60' })).output;
    expect(await call(json(200, { id: 1 })).output).toEqual({ id: 1 });
  });

  test.each([
    ['a header of its own, in seconds', 'retry_after: X-Wait', { 'x-wait': '12.5' }, {}, 12_500],
    ['a Unix time in a header', 'retry_after: X-Wait', { 'x-wait': String(NOW / 1000 + 40) }, {}, 40_000],
    ['its body', 'retry_after: "{{ body.wait }}"', {}, { wait: 7 }, 7_000],
    ['Retry-After where its own place is empty', 'retry_after: X-Wait', { 'retry-after': '9' }, {}, 9_000],
    [
      'the time at which calls are left again',
      'rate_limit: { remaining_header: X-Left, reset_header: X-Reset }',
      { 'x-left': '0', 'x-reset': String(NOW / 1000 + 20) },
      {},
      20_000,
    ],
  ])('tells it by %s', async (_name, rule, headers, body, expected) => {
    const { call } = scene(`${rule}\n${CONNECTOR}`);
    expect(await call(json(429, body, headers)).output).toMatchObject({ retryAfterMs: expected });
  });

  test('may tell it with its last good answer', async () => {
    const rule = 'rate_limit: { remaining_header: X-Left, reset_header: X-Reset }';
    const { call } = scene(`${rule}\n${CONNECTOR}`);
    expect(await call(json(200, { id: 1 }, { 'x-left': '1', 'x-reset': '60' })).output).toEqual({ id: 1 });
    expect(await call(json(200, { id: 2 }, { 'x-left': '0', 'x-reset': '60' })).output).toEqual({ id: 2 });
    expect(await call(json(200, { id: 3 })).output).toMatchObject({ code: 'app.rate_limited', retryAfterMs: 60_000 });
  });
});
