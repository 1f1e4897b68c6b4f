import { Browser } from '../../../playground/tour/browser.js';
import { FaultStage, SLOW_TEST_MS } from './support/fault-stage.js';

const AWAY = /I can't reach my memory right now/;

jest.setTimeout(SLOW_TEST_MS);

describe('Redis goes away', () => {
  let stage: FaultStage;
  let amount = 200;

  beforeAll(async () => {
    stage = await FaultStage.start({ store: 'redis' });
  });

  afterAll(() => stage.stop());

  beforeEach(() => {
    amount += 1;
  });

  afterEach(async () => {
    await stage.world.apps.crmControl.setApiFault({ delayMs: 0 });
    expect(stage.service.log()).not.toMatch(/unhandled rejection|uncaught/i);
    expect(stage.service.isRunning()).toBe(true);
  });

  async function ready(): Promise<void> {
    await stage.until('the service to be ready', async () => (await stage.service.readiness()) === 200);
  }

  test('while nothing happens: readiness says no, people are told, and all works again by itself', async () => {
    const rita = stage.actor('rita');
    const teams = stage.actor('rita', 'teams');
    await stage.redis?.kill();
    await stage.until('readiness to say no', async () => (await stage.service.readiness()) === 503);
    await rita.say(`unkeyed deal amount: ${amount}`);
    await stage.reads(rita, AWAY);
    await teams.say(`unkeyed deal amount: ${amount}`);
    await stage.reads(teams, AWAY);
    await stage.redis?.restart();
    await ready();
    await rita.say(`keyed deal amount: ${amount}`);
    await stage.reads(rita, new RegExp(`Keyed deal of ${amount}`));
    await teams.say(`keyed deal amount: ${amount}`);
    await stage.reads(teams, new RegExp(`Keyed deal of ${amount}`));
    expect(await stage.deals(amount)).toBe(2);
  });

  test('as a command is taken in: it is not run after all, and the person is told to try again', async () => {
    const rita = stage.actor('rita');
    const told = stage.count(rita, AWAY);
    const stopped = stage.redisWire.stopAt('after', /eval[\s\S]*behalf:\{j[0-9a-f]\}r/i);
    await rita.say(`unkeyed deal amount: ${amount}`);
    await stopped;
    await stage.until('the person to be told', () => stage.count(rita, AWAY) === told + 1);
    stage.redisWire.release();
    await ready();
    await rita.say(`look up amount: ${amount}`);
    await stage.reads(rita, new RegExp(`Looked up ${amount}`));
    await stage.until('the job to be ended', async () => (await stage.service.metric('jobs_running')) === 0);
    // Longer than a lease: nobody finds the job that Redis did take in.
    await stage.leaseOver();
    expect(await stage.deals(amount)).toBe(0);
    expect(stage.count(rita, new RegExp(`${amount}`))).toBe(1);
  });

  test.each([
    ['shorter than a lease', 2_000],
    ['longer than a lease', 8_000],
  ])('during an effect, for a time %s: its outcome is kept and told, and nothing happens twice', async (_, ms) => {
    const rita = stage.actor('rita');
    await stage.world.apps.crmControl.setApiFault({ delayMs: 1_000 });
    await stage.untilCalled('POST /api/opportunities', () => rita.say(`unkeyed deal amount: ${amount}`));
    await stage.redis?.kill();
    await stage.until('the deal', async () => (await stage.deals(amount)) === 1);
    await stage.pause(ms);
    await stage.redis?.restart();
    await stage.reads(rita, new RegExp(`Unkeyed deal of ${amount}|Unkeyed deal did not work`));
    expect(await stage.deals(amount)).toBe(1);
    expect(stage.count(rita, new RegExp(`Unkeyed deal of ${amount}`))).toBe(1);
  });

  test('while a job waits for a login: the job is still there and goes on', async () => {
    const carl = stage.actor('carl');
    const browser = new Browser();
    await stage.world.apps.crmControl.changeAccount('carl', { mayCreate: true });
    await carl.say(`own deal amount: ${amount}`);
    const prompt = await stage.reads(carl, /Please connect to Acme CRM/);
    await stage.redis?.kill();
    const link = await carl.press(prompt, 'Login');
    const page = await browser.open(link ?? '');
    expect(page.text).toMatch(AWAY);
    await stage.redis?.restart();
    await ready();
    await stage.logIn(carl, prompt, browser);
    await stage.reads(carl, new RegExp(`Own deal of ${amount}`));
    expect(await stage.deals(amount)).toBe(1);
  });

  test('as somebody comes back from a login: the page says so, and works when it is loaded again', async () => {
    const max = stage.actor('max', 'teams');
    const browser = new Browser();
    await max.say(`own deal amount: ${amount}`);
    const prompt = await stage.reads(max, /Please connect to Acme CRM/);
    const link = await max.press(prompt, 'Login');
    const provider = await browser.submit(await browser.open(link ?? ''), /\/login\//);
    await stage.redis?.kill();
    const away = await browser.answerProvider(provider, { username: 'max' });
    expect(away.text).toMatch(AWAY);
    await stage.redis?.restart();
    await ready();
    const again = await browser.open(away.url);
    await max.handOver(/data-login-code="([^"]+)"/.exec(again.html)?.[1] ?? '');
    await stage.reads(max, new RegExp(`Own deal of ${amount}`));
    expect(await stage.deals(amount)).toBe(1);
  });

  test('between a login and the jobs that wait for it: they go on when it is back', async () => {
    const rita = stage.actor('rita');
    await rita.say(`own deal amount: ${amount}`);
    const prompt = await stage.reads(rita, /Please connect to Acme CRM/);
    const stopped = stage.redisWire.stopAt('before', /zrange[\s\S]*behalf:\{j[0-9a-f]\}w/i);
    const login = stage.logIn(rita, prompt);
    await stopped;
    await login;
    stage.redisWire.release();
    await stage.reads(rita, new RegExp(`Own deal of ${amount}`), 10_000);
    expect(await stage.deals(amount)).toBe(1);
  });

  test.each([5, 20])('freezes for %d seconds: nothing is lost and nothing happens twice', async (seconds) => {
    const rita = stage.actor('rita');
    await stage.world.apps.crmControl.setApiFault({ delayMs: 500 });
    await stage.untilCalled('POST /api/opportunities', () => rita.say(`unkeyed deal amount: ${amount}`));
    stage.redis?.pause();
    const thaw = stage.pause(seconds * 1_000).then(() => stage.redis?.resume());
    await stage.until('readiness to say no', async () => (await stage.service.readiness()) === 503);
    const told = stage.count(rita, AWAY);
    await rita.say(`unkeyed deal amount: ${amount + 50}`);
    await stage.until('the person to be told', () => stage.count(rita, AWAY) > told);
    await thaw;
    await ready();
    await stage.reads(rita, new RegExp(`Unkeyed deal of ${amount}`));
    await stage.until('both jobs to be over', async () => (await stage.service.metric('jobs_running')) === 0);
    expect(await stage.deals(amount)).toBe(1);
    expect(await stage.deals(amount + 50)).toBe(0);
    expect(stage.count(rita, new RegExp(`Unkeyed deal of ${amount}`))).toBe(1);
  });
});
