import type { App } from '@slack/bolt';
import { Intake } from '../../../adapters/slack/intake.js';
import { TeamsReceiver } from '../../../adapters/teams/receiver.js';
import { UnderWay } from '../../../src/chat/under-way.js';
import { type Metrics, noMetrics } from '../../../src/kernel/metrics.port.js';
import { createManualClock } from '../../support/clocks.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { gate } from '../../support/service-kit.js';

describe('work on events', () => {
  test('counts until it ends, well or not, and can be waited for', async () => {
    const underway = new UnderWay(2);
    const [first, second] = [gate(), gate()];
    const failing = underway.follow(
      first.opened.then(() => {
        throw new Error('no');
      }),
    );
    void underway.follow(second.opened);
    expect(underway.isFull).toBe(true);
    first.open();
    await expect(failing).rejects.toThrow('no');
    expect(underway.isFull).toBe(false);
    let hasEnded = false;
    const ended = underway.ended().then(() => {
      hasEnded = true;
    });
    await Promise.resolve();
    expect(hasEnded).toBe(false);
    second.open();
    await ended;
  });
});

describe('an adapter with as many events under way as it takes', () => {
  let counted: string[];
  let held: ReturnType<typeof gate>;
  let underway: UnderWay;
  let parts: { clock: ReturnType<typeof createManualClock>; logger: RecordingLogger; metrics: Metrics };

  beforeEach(() => {
    counted = [];
    held = gate();
    underway = new UnderWay(1);
    const count: Metrics['count'] = (name, labels) =>
      counted.push(`${name} ${labels?.['platform']} ${labels?.['reason']}`);
    parts = { clock: createManualClock(), logger: new RecordingLogger(), metrics: { ...noMetrics, count } };
  });

  test('asks Slack to deliver again, and takes what comes when there is room', async () => {
    const intake = new Intake({ ...parts, underway, onLifecycle: () => held.opened });
    intake.init({} as App);
    intake.open();
    const first = intake.deliver({ kind: 'lifecycle', body: {} }, 'r1');
    expect(await intake.deliver({ kind: 'lifecycle', body: {} }, 'r2')).toEqual({ kind: 'again' });
    expect(counted).toEqual(['chat_requests_refused slack busy']);
    held.open();
    expect(await first).toEqual({ kind: 'taken' });
    expect(await intake.deliver({ kind: 'lifecycle', body: {} }, 'r2')).toEqual({ kind: 'taken' });
    await intake.close();
  });

  test('takes nothing more of Teams before it looks at it', async () => {
    const options = { ...parts, underway } as unknown as ConstructorParameters<typeof TeamsReceiver>[0];
    const receiver = new TeamsReceiver(options);
    let verified = 0;
    receiver.start({
      handler: async () => {},
      async verify() {
        verified += 1;
      },
    });
    const body = Buffer.from(JSON.stringify({ type: 'message' }));
    const request = {
      method: 'POST',
      path: '/api/messages',
      params: {},
      query: new URLSearchParams(),
      headers: {},
      body,
      id: 'r',
    };
    void underway.follow(held.opened);
    expect(await receiver.route.handle(request)).toEqual({ status: 503 });
    expect(counted).toEqual(['chat_requests_refused teams busy']);
    expect(verified).toBe(0);
    held.open();
    await underway.ended();
    await receiver.route.handle(request);
    expect(verified).toBe(1);
    await receiver.stop();
  });
});
