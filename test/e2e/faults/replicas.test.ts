import { Browser } from '../../../playground/tour/browser.js';
import { FaultStage, SLOW_TEST_MS } from './support/fault-stage.js';

const CREATE = 'POST /api/opportunities';

jest.setTimeout(SLOW_TEST_MS);

describe('two replicas on one Redis', () => {
  let stage: FaultStage;
  let amount = 100;

  beforeAll(async () => {
    stage = await FaultStage.start({ store: 'redis', replicas: 2 });
  });

  afterAll(() => stage.stop());

  beforeEach(() => {
    amount += 1;
    stage.leadTo(stage.replica(0));
  });

  afterEach(async () => {
    await stage.world.apps.crmControl.setApiFault({ delayMs: 0 });
    if (!stage.replica(0).isRunning()) await stage.replica(0).start();
  });

  test('one is killed in the midst of commands: the other one goes on as each step allows, once', async () => {
    const rita = stage.actor('rita');
    const { crmControl } = stage.world.apps;
    const called = async () => (await stage.calls('GET /api/opportunities')) + (await stage.calls(CREATE));
    const before = { all: await called(), creations: await stage.calls(CREATE) };
    await crmControl.setApiFault({ delayMs: 60_000 });
    for (const command of ['look up', 'unkeyed deal', 'keyed deal']) await rita.say(`${command} amount: ${amount}`);
    await stage.until('all calls', async () => (await called()) === before.all + 3);
    await stage.replica(0).stop('SIGKILL');
    await crmControl.setApiFault({ delayMs: 0 });
    stage.leadTo(stage.replica(1));
    await stage.reads(rita, new RegExp(`Looked up ${amount}`));
    await stage.reads(rita, new RegExp(`Keyed deal of ${amount}`));
    await stage.reads(rita, /Unkeyed deal did not work.*I cannot tell whether that was done/);
    expect(await called()).toBe(before.all + 5);
    expect(await stage.calls(CREATE)).toBe(before.creations + 3);
    expect(rita.sees()).toHaveLength(3);
    // The last word is said before the end is written.
    await stage.until('three ends', async () => (await stage.replica(1).metric('jobs_finished_total')) === 3);
  });

  test('one is killed while it answers: the other one answers, and says that this may be the second time', async () => {
    const rita = stage.actor('rita');
    const stopped = stage.slackWire.stopAt('after', /chat\.postMessage/);
    await rita.say(`keyed deal amount: ${amount}`);
    await stopped;
    await stage.reads(rita, new RegExp(`Keyed deal of ${amount}$`));
    await stage.replica(0).stop('SIGKILL');
    stage.slackWire.release();
    stage.leadTo(stage.replica(1));
    await stage.reads(rita, new RegExp(`Keyed deal of ${amount}\nI was interrupted; you may have seen it already.`));
    expect(await stage.deals(amount)).toBe(1);
  });

  test('a login that one has asked for comes back at the other, after the first was killed', async () => {
    const carl = stage.actor('carl');
    const browser = new Browser();
    await stage.world.apps.crmControl.changeAccount('carl', { mayCreate: true });
    await carl.say(`own deal amount: ${amount}`);
    const prompt = await stage.reads(carl, /Please connect to Acme CRM/);
    const link = await carl.press(prompt, 'Login');
    const provider = await browser.submit(await browser.open(link ?? ''), /\/login\//);
    await stage.replica(0).stop('SIGKILL');
    stage.leadTo(stage.replica(1));
    const page = await browser.answerProvider(provider, { username: 'carl' });
    expect(page.text).toContain('carl@acme.example');
    const answer = await stage.reads(carl, new RegExp(`Own deal of ${amount}`));
    expect(answer.id).toBe(prompt.id);
    expect(await stage.deals(amount)).toBe(1);
  });

  test('buttons that one has shown work at the other', async () => {
    const max = stage.actor('max', 'teams');
    await max.say(`own deal amount: ${amount}`);
    const prompt = await stage.reads(max, /Please connect to Acme CRM/);
    stage.leadTo(stage.replica(1));
    await max.press(prompt, 'Cancel');
    const cancelled = await stage.reads(max, /Cancelled/);
    expect(cancelled.id).toBe(prompt.id);
  });

  test('an event that comes again at the other runs once', async () => {
    const { slack, teams } = stage.world;
    const rita = stage.actor('rita');
    const { eventId = '' } = await slack.say('rita', `keyed deal amount: ${amount}`);
    await stage.reads(rita, new RegExp(`Keyed deal of ${amount}`));
    const delivery = await teams.say('rita', `keyed deal amount: ${amount}`);
    await stage.reads(stage.actor('rita', 'teams'), new RegExp(`Keyed deal of ${amount}`));
    stage.leadTo(stage.replica(1));
    const before = await stage.replica(1).metric('jobs_finished_total');
    expect((await slack.redeliver(eventId, { num: 1, reason: 'http_timeout' })).status).toBe(200);
    expect((await teams.redeliver(delivery?.activityId ?? '')).status).toBe(200);
    await stage.actor('rita').say('look up amount: 5');
    await stage.reads(rita, /Looked up 5/);
    expect(await stage.deals(amount)).toBe(2);
    await stage.until('the end', async () => (await stage.replica(1).metric('jobs_finished_total')) === before + 1);
  });

  test('an event that comes again while the job runs elsewhere runs once', async () => {
    const { slack } = stage.world;
    const rita = stage.actor('rita');
    await stage.world.apps.crmControl.setApiFault({ delayMs: 500 });
    const { eventId = '' } = await slack.say('rita', `unkeyed deal amount: ${amount}`);
    stage.leadTo(stage.replica(1));
    await slack.redeliver(eventId);
    await stage.reads(rita, new RegExp(`Unkeyed deal of ${amount}`));
    expect(await stage.deals(amount)).toBe(1);
  });
});
