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

  test.each([
    ['fail', 'server_error'],
    ['cannot be reached', 'cut_off'],
  ] as const)(
    'Slack and Teams %s as a question is to be asked: it comes later, once, and no other words are its answer',
    async (_, kind) => {
      const clients = [stage.actor('carl'), stage.actor('carl', 'teams')];
      for (const carl of clients) await stage.ask(carl, 'help', /What I can do for you/);
      const asked = clients.map((carl) => stage.count(carl, /Which amount/));
      stage.world.slack.troubleApi({ kind }, { times: 4, method: 'chat.postMessage' });
      if (kind === 'server_error')
        stage.world.teams.faults.fail({ status: 502, code: 'BadGateway', message: 'Later' }, 4);
      else stage.world.teams.faults.down(true);
      await Promise.all(clients.map((carl) => carl.say('unkeyed deal')));
      await stage.until(
        'both to be away',
        () => (stage.service.log().match(/are said again later/g)?.length ?? 0) >= 2,
      );
      stage.world.teams.faults.clear();
      for (const carl of clients) await stage.ask(carl, 'hello there', /I don't know that command/);
      for (const [index, carl] of clients.entries()) {
        await stage.until('the question', () => stage.count(carl, /Which amount/) > (asked[index] ?? 0));
        await carl.say(String(amount));
        await stage.reads(carl, new RegExp(`Unkeyed deal of ${amount}`));
        expect(stage.count(carl, /Which amount/)).toBe((asked[index] ?? 0) + 1);
      }
      expect(await stage.deals(amount)).toBe(2);
    },
  );

  test('Slack and Teams are down as a command is answered at once: the answers come later, once', async () => {
    const clients = [stage.actor('carl'), stage.actor('carl', 'teams')];
    const heard = clients.map((carl) => stage.count(carl, /no personal connections/));
    stage.world.slack.troubleApi({ kind: 'server_error' }, { times: 4, method: 'chat.postMessage' });
    stage.world.teams.faults.fail({ status: 502, code: 'BadGateway', message: 'Later' }, 4);
    await Promise.all(clients.map((carl) => carl.say('personal_connections')));
    for (const [index, carl] of clients.entries()) {
      await stage.until('the answer', () => stage.count(carl, /no personal connections/) > (heard[index] ?? 0));
      expect(stage.count(carl, /no personal connections/)).toBe((heard[index] ?? 0) + 1);
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
