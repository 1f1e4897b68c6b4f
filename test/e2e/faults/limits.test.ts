import { FaultStage, SLOW_TEST_MS } from './support/fault-stage.js';

jest.setTimeout(SLOW_TEST_MS);

/** Between two calls of an app that is called twice a second at most. */
const INTERVAL_MS = 500;

describe('two replicas on one Redis, with limits', () => {
  let stage: FaultStage;

  beforeAll(async () => {
    stage = await FaultStage.start({
      store: 'redis',
      replicas: 2,
      settings: { PERSON_COMMANDS_PER_MINUTE: '6' },
      crm: 'rate_limit: { requests: 2, per: second }',
    });
  });

  afterAll(() => stage.stop());

  test('call an app no faster than it may be called, together', async () => {
    const rita = stage.actor('rita');
    const startedAt = performance.now();
    for (let command = 0; command < 6; command += 1) {
      stage.leadTo(stage.replica(command % 2));
      await rita.say(`look up amount: ${command}`);
    }
    for (let command = 0; command < 6; command += 1) await stage.reads(rita, new RegExp(`Looked up ${command}$`));
    // Each alone would have been done after two intervals.
    expect(performance.now() - startedAt).toBeGreaterThan(5 * INTERVAL_MS - 50);
    // The last word is said before the end is written.
    for (const replica of stage.replicas)
      await stage.until('three ends', async () => (await replica.metric('jobs_finished_total')) === 3);
  });

  test('tell one person who floods them what was not started, and serve another one meanwhile', async () => {
    const max = stage.actor('max');
    const carl = stage.actor('carl');
    const flood = Array.from({ length: 14 }, (_, command) => command);
    for (const command of flood) {
      stage.leadTo(stage.replica(command % 2));
      await max.say(`look up amount: ${command}`);
    }
    await carl.say('look up amount: 99');
    await stage.reads(carl, /Looked up 99/);
    await stage.until('all answers', () => stage.count(max, /Looked up|too many commands/) === flood.length);
    const refused = stage.count(max, /too many commands at once, so I have not started Look up/);
    // One more comes in each ten seconds that the test takes.
    expect(refused).toBeGreaterThan(0);
    expect(stage.count(max, /Looked up/)).toBe(flood.length - refused);
    const counted = await Promise.all(stage.replicas.map((replica) => replica.metric('jobs_refused_total')));
    expect((counted[0] ?? 0) + (counted[1] ?? 0)).toBe(refused);
    expect(stage.count(carl, /too many commands/)).toBe(0);
  });
});
