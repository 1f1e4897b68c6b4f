import { createRateLimiter } from '../../../adapters/embedded/rate-limiter.js';
import type { CallLimit } from '../../../src/connections/parent-connection.js';
import { AppPauses } from '../../../src/connectors/app-pauses.js';
import { AppTurns, Booking, bookedTurnOf } from '../../../src/connectors/app-turns.js';
import { asBehalfError, BehalfError } from '../../../src/kernel/errors.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { createManualClock } from '../../support/clocks.js';
import { CONNECTOR, connector, PARENT } from './parts.js';

const LIMIT: CallLimit = { requests: 4, perMs: 60_000, scope: 'connection' };

function scene(callLimit: CallLimit | undefined = LIMIT) {
  const clock = createManualClock();
  const limiter = createRateLimiter();
  const parent = callLimit ? { ...PARENT, callLimit } : PARENT;
  const process = () => new AppTurns({ limiter, clock, metrics: noMetrics });
  const call = { connector: connector(CONNECTOR), parent, account: 'rita' };
  /** `0`: at once; else after which time, or with which error. */
  const pass = (turns: AppTurns, more: object = {}) =>
    turns.pass({ ...call, ...more }).then(
      () => 'passed',
      (error: unknown) => asBehalfError(error),
    );
  return { clock, limiter, process, pass };
}

describe('the turns of calls', () => {
  test('are counted by all processes together, and one that is far away is kept', async () => {
    const { pass, process } = scene();
    expect(await pass(process())).toBe('passed');
    const late = await pass(process());
    expect(late).toMatchObject({ code: 'app.busy', retryAfterMs: 15_000 });
    expect(await pass(process())).toMatchObject({ code: 'app.busy', retryAfterMs: 30_000 });
  });

  test('are used by whoever comes back for them, once and in time', async () => {
    const { clock, pass, process } = scene();
    const turns = process();
    await pass(turns);
    const late = await pass(turns);
    const turn = late instanceof Error ? bookedTurnOf(late) : undefined;
    const booking = new Booking(turn);
    await clock.advance(12_000);
    const back = pass(turns, { booking });
    await clock.advance(3_000);
    expect(await back).toBe('passed');
    expect(await pass(turns, { booking })).toMatchObject({ code: 'app.busy' });
    await clock.advance(60_000);
    expect(new Booking(turn).use(turn?.key ?? '', clock.now())).toBeUndefined();
  });

  test('are each account’s own where the limit is', async () => {
    const { pass, process } = scene({ ...LIMIT, scope: 'person' });
    expect(await pass(process())).toBe('passed');
    expect(await pass(process(), { account: 'sam' })).toBe('passed');
    expect(await pass(process())).toMatchObject({ code: 'app.busy' });
  });

  test('are refused when they are too far away', async () => {
    const { pass, process } = scene({ requests: 1, perMs: 86_400_000, scope: 'connection' });
    expect(await pass(process())).toBe('passed');
    expect(await pass(process())).toMatchObject({ code: 'app.rate_limited', retryAfterMs: 86_400_000 });
  });

  test('of a connection without a limit are not counted', async () => {
    const { clock, pass } = scene();
    const take = () => Promise.reject(new BehalfError('internal', 'asked'));
    const turns = new AppTurns({ limiter: { take }, clock, metrics: noMetrics });
    expect(await pass(turns, { parent: PARENT })).toBe('passed');
  });
});

describe('a pause that an app asked one process for', () => {
  const place = { parent: PARENT, account: 'rita' };
  const passes = (pauses: AppPauses) =>
    pauses.pass(place).then(
      () => 'passed',
      (error: unknown) => asBehalfError(error).code,
    );

  test('is kept by the others', async () => {
    const { clock, limiter } = scene();
    const process = () => new AppPauses({ shared: limiter, clock, metrics: noMetrics });
    const [one, other] = [process(), process()];
    expect(await passes(other)).toBe('passed');
    one.note(place, 30_000);
    // What it knows is fresh.
    expect(await passes(other)).toBe('passed');
    await clock.advance(1_000);
    // It looks beside this call.
    expect(await passes(other)).toBe('passed');
    expect(await passes(other)).toBe('app.rate_limited');
    await clock.advance(30_000);
    expect(await passes(other)).toBe('passed');
  });

  test('is known by one that has long called nothing before its next call', async () => {
    const { clock, limiter } = scene();
    const process = () => new AppPauses({ shared: limiter, clock, metrics: noMetrics });
    const [one, other] = [process(), process()];
    await passes(other);
    await clock.advance(20_000);
    one.note(place, 30_000);
    expect(await passes(other)).toBe('app.rate_limited');
  });

  test('stops no call where the store is away', async () => {
    const { clock } = scene();
    const away = () => Promise.reject(new BehalfError('store.unavailable', 'away'));
    const pauses = new AppPauses({ shared: { pause: away, pauses: away }, clock, metrics: noMetrics });
    pauses.note({ ...place, account: 'sam' }, 30_000);
    expect(await passes(pauses)).toBe('passed');
  });
});
