import { startService } from '../../../playground/service.js';
import { FaultStage, SLOW_TEST_MS, STORES } from './support/fault-stage.js';

const CREATE = 'POST /api/opportunities';

jest.setTimeout(SLOW_TEST_MS);

describe.each(STORES)('a service on the %s store that is asked to stop', (store) => {
  let stage: FaultStage;
  let amount = 400;

  beforeAll(async () => {
    stage = await FaultStage.start({ store });
  });

  afterAll(() => stage.stop());

  beforeEach(() => {
    amount += 2;
  });

  afterEach(async () => {
    await stage.world.apps.crmControl.setApiFault({ delayMs: 0 });
    if (!stage.service.isRunning()) await stage.service.start();
  });

  /** A command is at the CRM, which takes its time. */
  async function busy(delayMs: number): Promise<void> {
    await stage.world.apps.crmControl.setApiFault({ delayMs });
    await stage.untilCalled(CREATE, () => stage.actor('rita').say(`unkeyed deal amount: ${amount}`));
  }

  test('is not ready any more, ends its job, keeps what still comes for the next process, and ends well', async () => {
    const rita = stage.actor('rita');
    await busy(2_000);
    const stopped = stage.service.stop('SIGTERM');
    await stage.until('readiness to say no', async () => (await stage.service.readiness()) === 503);
    await rita.say(`unkeyed deal amount: ${amount + 1}`);
    await stopped;
    expect(stage.service.exitCode).toBe(0);
    expect(stage.count(rita, new RegExp(`Unkeyed deal of ${amount}`))).toBe(1);
    expect(await stage.deals(amount + 1)).toBe(0);
    await stage.world.apps.crmControl.setApiFault({ delayMs: 0 });
    await stage.service.start();
    await stage.reads(rita, new RegExp(`Unkeyed deal of ${amount + 1}`));
    expect(await stage.deals(amount)).toBe(1);
    expect(await stage.deals(amount + 1)).toBe(1);
  });

  test('keeps the jobs that wait for a login', async () => {
    const rita = stage.actor('rita');
    const prompt = await stage.ask(rita, `own deal amount: ${amount}`, /Please connect to Acme CRM/);
    await stage.service.restart('SIGTERM');
    await stage.logIn(rita, prompt);
    const answer = await stage.reads(rita, new RegExp(`Own deal of ${amount}`));
    expect(answer.id).toBe(prompt.id);
  });

  test('ends at once when it is asked a second time', async () => {
    await busy(60_000);
    const stopped = stage.service.stop('SIGTERM');
    await stage.until('the service to be stopping', async () => (await stage.service.readiness()) === 503);
    await Promise.all([stopped, stage.service.stop('SIGTERM')]);
    expect(stage.service.exitCode).toBe(1);
  });
});

describe('a service that is asked to stop during a long job', () => {
  let stage: FaultStage;

  beforeAll(async () => {
    stage = await FaultStage.start({ store: 'redis' });
  });

  afterAll(() => stage.stop());

  test('does not wait for ever for a job that does not end, and leaves it to the next process', async () => {
    const rita = stage.actor('rita');
    await stage.world.apps.crmControl.setApiFault({ delayMs: 60_000 });
    await stage.untilCalled(CREATE, () => rita.say('unkeyed deal amount: 500'));
    const askedAt = Date.now();
    await stage.service.stop('SIGTERM');
    expect(stage.service.exitCode).toBe(0);
    // Orchestrators kill after 30 s.
    expect(Date.now() - askedAt).toBeLessThan(30_000);
    await stage.world.apps.crmControl.setApiFault({ delayMs: 0 });
    await stage.service.start();
    await stage.reads(rita, /Unkeyed deal did not work/);
  });
});

describe('the embedded store', () => {
  let stage: FaultStage;

  beforeAll(async () => {
    stage = await FaultStage.start({ store: 'embedded' });
  });

  afterAll(() => stage.stop());

  test('refuses a second process with a word of advice, and the first goes on', async () => {
    const second = startService({ ...stage.environment, PORT: '0' });
    await expect(second).rejects.toThrow(
      /behalf\.db is in use by another process of Behalf\. Stop that one first; for several processes set REDIS_URL\./,
    );
    await stage.ask(stage.actor('rita'), 'look up amount: 1', /Looked up 1/);
  });
});
