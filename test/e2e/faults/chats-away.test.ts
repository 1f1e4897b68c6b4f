import { FaultStage, SLOW_TEST_MS } from './support/fault-stage.js';

const DOUBT = 'I was interrupted; you may have seen it already.';

jest.setTimeout(SLOW_TEST_MS);

describe('a chat platform that does not take an answer', () => {
  let stage: FaultStage;
  let amount = 600;

  beforeAll(async () => {
    stage = await FaultStage.start({ store: 'embedded' });
  });

  afterAll(() => stage.stop());

  beforeEach(() => {
    amount += 1;
  });

  afterEach(() => {
    stage.world.slack.healApi();
    stage.world.teams.faults.clear();
  });

  test('Slack asks to wait a moment: the answer comes then, once', async () => {
    const rita = stage.actor('rita');
    stage.world.slack.troubleApi({ kind: 'rate_limit', retryAfterSeconds: 2 }, { method: 'chat.postMessage' });
    await rita.say(`unkeyed deal amount: ${amount}`);
    await stage.reads(rita, new RegExp(`^Unkeyed deal of ${amount}$`));
    expect(await stage.deals(amount)).toBe(1);
  });

  test('Slack and Teams are down: what was done stays done once, and the answers come later', async () => {
    const [slack, teams] = [stage.actor('rita'), stage.actor('rita', 'teams')];
    stage.world.slack.troubleApi({ kind: 'server_error' }, { times: 1_000 });
    await slack.say(`unkeyed deal amount: ${amount}`);
    await teams.say(`log note text: first`);
    await stage.reads(teams, /Logged as Integration User/);
    stage.world.teams.faults.down(true);
    await teams.say(`keyed deal amount: ${amount}`);
    await stage.until('both deals', async () => (await stage.deals(amount)) === 2);
    await stage.until(
      'the answers to be given up',
      () => stage.service.log().match(/could not be delivered yet/g)?.length === 2,
    );
    stage.world.slack.healApi();
    stage.world.teams.faults.clear();
    const answer = await stage.reads(slack, new RegExp(`Unkeyed deal of ${amount}`));
    expect(answer.text).not.toContain(DOUBT);
    await stage.reads(teams, new RegExp(`Keyed deal of ${amount}`));
    expect(await stage.deals(amount)).toBe(2);
    expect(stage.count(slack, new RegExp(`Unkeyed deal of ${amount}`))).toBe(1);
    expect(stage.count(teams, new RegExp(`Keyed deal of ${amount}`))).toBe(1);
  });

  test('Slack and Teams are down as a login is to be asked for: the prompts come later, once', async () => {
    const clients = [stage.actor('carl'), stage.actor('carl', 'teams')];
    stage.world.slack.troubleApi({ kind: 'server_error' }, { times: 4, method: 'chat.postMessage' });
    stage.world.teams.faults.fail({ status: 502, code: 'BadGateway', message: 'Later' }, 4);
    for (const carl of clients) await carl.say(`own deal amount: ${amount}`);
    for (const carl of clients) {
      await stage.reads(carl, /Please connect to Acme CRM/);
      expect(stage.count(carl, /Please connect/)).toBe(1);
    }
  });

  test('Teams asks to wait, and fails: the answer comes then, once', async () => {
    const rita = stage.actor('rita', 'teams');
    stage.world.teams.faults.throttle({ times: 1, retryAfterSeconds: 1 });
    stage.world.teams.faults.fail({ status: 500, code: 'ServiceError', message: 'Later' }, 1);
    await rita.say(`unkeyed deal amount: ${amount}`);
    await stage.reads(rita, new RegExp(`^Unkeyed deal of ${amount}$`));
    expect(await stage.deals(amount)).toBe(1);
  });

  test('the answer arrives and Slack does not say so: the answer may come twice, the deal does not', async () => {
    const rita = stage.actor('rita');
    const stopped = stage.slackWire.stopAt('after', /chat\.postMessage/);
    await rita.say(`unkeyed deal amount: ${amount}`);
    await stopped;
    stage.slackWire.release();
    await stage.reads(rita, new RegExp(`Unkeyed deal of ${amount}`));
    expect(await stage.deals(amount)).toBe(1);
  });
});
