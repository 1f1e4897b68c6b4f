import { Browser } from '../../../playground/tour/browser.js';
import { FaultStage, SLOW_TEST_MS, STORES } from './support/fault-stage.js';

const FIND = 'GET /api/opportunities';
const CREATE = 'POST /api/opportunities';

jest.setTimeout(SLOW_TEST_MS);

describe.each(STORES)('a service on the %s store that is killed', (store) => {
  let stage: FaultStage;

  beforeAll(async () => {
    stage = await FaultStage.start({ store });
  });

  afterAll(() => stage.stop());

  afterEach(() => stage.world.apps.crmControl.setApiFault({ delayMs: 0, failNext: 0, loseNext: 0 }));

  test('in the midst of commands: each goes on by itself as its step allows, once', async () => {
    const rita = stage.actor('rita');
    const { crmControl } = stage.world.apps;
    const [finds, creations] = [await stage.calls(FIND), await stage.calls(CREATE)];
    await crmControl.setApiFault({ delayMs: 60_000 });
    for (const command of ['look up amount: 11', 'unkeyed deal amount: 12', 'keyed deal amount: 13'])
      await rita.say(command);
    await stage.until(
      'all calls',
      async () => (await stage.calls(FIND)) + (await stage.calls(CREATE)) === finds + creations + 3,
    );
    await stage.service.stop('SIGKILL');
    await crmControl.setApiFault({ delayMs: 0 });
    await stage.service.start();
    await stage.reads(rita, /Looked up 11/);
    await stage.reads(rita, /Keyed deal of 13/);
    const answer = await stage.reads(rita, /Unkeyed deal did not work/);
    expect(answer.text).toContain(
      'I was interrupted while I asked Acme CRM to create opportunities. I cannot tell whether that was done, so I did not repeat it.',
    );
    expect(await stage.calls(FIND)).toBe(finds + 2);
    expect(await stage.calls(CREATE)).toBe(creations + 3);
    expect(await stage.deals(13)).toBe(1);
    expect(rita.sees()).toHaveLength(3);
    await stage.until('three ends', async () => (await stage.service.metric('jobs_finished_total')) === 3);
  });

  test('while it connects an account: the same prompt can be used again, and the job goes on once', async () => {
    const rita = stage.actor('rita');
    const { crmControl } = stage.world.apps;
    await rita.say('own deal amount: 14');
    const prompt = await stage.reads(rita, /Please connect to Acme CRM/);
    await crmControl.setApiFault({ delayMs: 60_000 });
    const browser = new Browser();
    await stage.untilCalled('GET /api/me', async () => void stage.logIn(rita, prompt, browser).catch(() => undefined));
    await stage.service.stop('SIGKILL');
    await crmControl.setApiFault({ delayMs: 0 });
    await stage.service.start();
    await stage.logIn(rita, prompt, browser);
    const answer = await stage.reads(rita, /Own deal of 14/);
    expect(answer.id).toBe(prompt.id);
    expect(await stage.deals(14)).toBe(1);
  });
});

/** The lease under which a connection is stored; the jobs that wait for it. */
const STORE_CONNECTION = /set[\s\S]*behalf:l:/i;
const WAITING_JOBS = /zrange[\s\S]*behalf:\{j[0-9a-f]\}w/i;

describe('a service on Redis that is killed at one command of a login', () => {
  let stage: FaultStage;
  let amount = 20;

  beforeAll(async () => {
    stage = await FaultStage.start({ store: 'redis' });
  });

  afterAll(() => stage.stop());

  beforeEach(() => {
    amount += 1;
  });

  /** A person whose prompt waits; the service dies at this command while they log in, and is started again. */
  async function dieInLogin(id: 'rita' | 'carl' | 'max', when: 'before' | 'after', pattern: RegExp) {
    const actor = stage.actor(id);
    const browser = new Browser();
    await actor.say(`own deal amount: ${amount}`);
    const prompt = await stage.reads(actor, /Please connect to Acme CRM/);
    const stopped = stage.redisWire.stopAt(when, pattern);
    void stage.logIn(actor, prompt, browser).catch(() => undefined);
    await stopped;
    await stage.service.stop('SIGKILL');
    stage.redisWire.release();
    await stage.service.start();
    return { actor, browser, prompt };
  }

  test('when the account is connected and no job knows: the job goes on by itself, once', async () => {
    const { actor, prompt } = await dieInLogin('rita', 'before', WAITING_JOBS);
    const answer = await stage.reads(actor, new RegExp(`Own deal of ${amount}`), 10_000);
    expect(answer.id).toBe(prompt.id);
    expect(await stage.deals(amount)).toBe(1);
  });

  test('when the account is about to be stored: the same prompt can be used again', async () => {
    await stage.world.apps.crmControl.changeAccount('carl', { mayCreate: true });
    const { actor, browser, prompt } = await dieInLogin('carl', 'before', STORE_CONNECTION);
    // For some seconds the service takes the login for one that is just being finished.
    await stage.until('a login that is taken', async () =>
      (await stage.logIn(actor, prompt, browser)).includes('Connected'),
    );
    await stage.reads(actor, new RegExp(`Own deal of ${amount}`));
    expect(await stage.deals(amount)).toBe(1);
  });
});
