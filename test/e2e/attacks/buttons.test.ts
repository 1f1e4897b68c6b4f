import { type ForgingClient, forgingClient, tokenOf } from '../support/clicks.js';
import { askForLogin, CREATE, codeOn, connectionsOf, startAfresh } from '../support/logins.js';
import { type E2eStage, type Player, START_MS, startStage } from '../support/stage.js';

const NOT_YOURS = /^Only the person who asked can use this\.$/;

let stage: E2eStage;

beforeAll(async () => {
  stage = await startStage();
}, START_MS);

afterAll(() => stage.stop());

async function stageOfNewest(): Promise<string | undefined> {
  return (await stage.world.apps.crmControl.records()).opportunities.at(-1)?.stage;
}

describe.each(['slack', 'teams'] as const)(
  'Carl forges clicks with the tokens of Rita’s buttons, in %s',
  (platform) => {
    let carl: Player;
    let rita: Player;
    let client: ForgingClient;

    beforeAll(async () => {
      carl = stage.player('carl');
      rita = stage.player('rita');
      client = await forgingClient(stage.world, carl, platform);
    });

    afterAll(() => startAfresh(rita[platform]));

    async function logIn(link: string): Promise<void> {
      const page = await rita.browser.logIn(link, { username: 'rita' });
      if (platform === 'teams') await rita.teams.handOver(codeOn(page));
    }

    async function expectRefused(token: string, chosen?: string): Promise<void> {
      await client.press(token, chosen);
      await carl[platform].hears(NOT_YOURS);
    }

    it('Cancel and Login of a prompt: her request goes on waiting, and goes on when she has logged in', async () => {
      const { link, prompt } = await askForLogin(rita[platform]);
      await expectRefused(tokenOf(stage.world, prompt, 'Cancel'));
      await expectRefused(tokenOf(stage.world, prompt, 'Login'));
      await logIn(link);
      await rita[platform].hears(/Created .* as rita@acme\.example/);
    });

    it('a command with its parameters: nothing runs', async () => {
      await rita[platform].say(CREATE);
      const created = await rita[platform].hears(/Created .* as rita@acme\.example/);
      await expectRefused(tokenOf(stage.world, created, 'Close it'));
      expect(await stageOfNewest()).toBe('Prospecting');
      await rita[platform].press(created, 'Close it');
      await rita[platform].hears(/Closed .* as won/);
      expect(await stageOfNewest()).toBe('Closed Won');
    });

    it('a command of her help: nobody is asked for anything', async () => {
      await rita[platform].say('help');
      const help = await rita[platform].hears(/What I can do for you/);
      await expectRefused(tokenOf(stage.world, help, 'Large deal'));
      await expectRefused(tokenOf(stage.world, help, 'Personal connections'));
    });

    it('Disconnect and Delete, with her connection chosen: she stays connected', async () => {
      const list = await connectionsOf(rita[platform]);
      await expectRefused(tokenOf(stage.world, list, 'Disconnect'), 'acme-crm');
      await expectRefused(tokenOf(stage.world, list, 'Delete'), 'acme-crm');
      await rita[platform].choose(list, /Acme CRM/);
      await rita[platform].press(list, 'Delete');
      const question = await rita[platform].hears(/Delete your connection to/);
      await expectRefused(tokenOf(stage.world, question, 'Delete it'));
      await expectRefused(tokenOf(stage.world, question, 'Keep it'));
      expect((await connectionsOf(rita[platform])).text).toContain('rita@acme.example — Connected');
    });

    it('or of made-up ones: the button is unknown', async () => {
      for (const token of ['x', 'A'.repeat(22)]) {
        await client.press(token);
        await carl[platform].hears(/^This button is too old or has been used/);
      }
    });

    it('or of his own: it ends his connection of that name, and hers stays', async () => {
      const { link } = await askForLogin(carl[platform], 'find opportunities account: Acme');
      const page = await carl.browser.logIn(link, { username: 'carl' });
      if (platform === 'teams') await carl.teams.handOver(codeOn(page));
      await carl[platform].hears(/Connected Acme CRM as carl@acme\.example/);
      const list = await connectionsOf(carl[platform]);
      await client.press(tokenOf(stage.world, list, 'Disconnect'), 'acme-crm');
      await carl[platform].hears(/Disconnected Acme CRM \(carl@acme\.example\)/);
      expect((await connectionsOf(rita[platform])).text).toContain('rita@acme.example — Connected');
      await startAfresh(carl[platform]);
    });

    it('or opens her Login himself: his account is not connected to her', async () => {
      await startAfresh(rita[platform]);
      const { link } = await askForLogin(rita[platform]);
      const page = await carl.browser.logIn(link, { username: 'carl' });
      expect(page.text).toMatch(/One more step/);
      expect((await connectionsOf(rita[platform])).text).toMatch(/no personal connections/);
      await carl[platform].say(codeOn(page));
      await carl[platform].hears(/belongs to somebody else's login/);
      await rita[platform].hears(/opened by somebody else than you/);
      expect((await connectionsOf(rita[platform])).text).toMatch(/no personal connections/);
    });
  },
);

describe('a click of Rita', () => {
  const changes = async (): Promise<number> =>
    (await stage.world.apps.crmControl.counts()).apiCalls.byRoute['PATCH /api/opportunities/:id'] ?? 0;

  it('counts in the chat that it was made in: her Teams account cannot use what her Slack account was given', async () => {
    const rita = stage.player('rita');
    const client = await forgingClient(stage.world, rita, 'teams');
    await rita.slack.say('help');
    const help = await rita.slack.hears(/What I can do for you/);
    await client.press(tokenOf(stage.world, help, 'Large deal'));
    await rita.teams.hears(NOT_YOURS);
  });

  it.each(['slack', 'teams'] as const)('that is a double click acts once, in %s', async (platform) => {
    const rita = stage.player('rita');
    const { link } = await askForLogin(rita[platform]);
    const page = await rita.browser.logIn(link, { username: 'rita' });
    if (platform === 'teams') await rita.teams.handOver(codeOn(page));
    const created = await rita[platform].hears(/Created .* as rita@acme\.example/);
    const before = await changes();
    await Promise.all([rita[platform].press(created, 'Close it'), rita[platform].press(created, 'Close it')]);
    await rita[platform].hears(/Closed .* as won/);
    await rita[platform].say('find opportunities account: Acme');
    await rita[platform].hears(/Closed Won/);
    expect(await changes()).toBe(before + 1);
    await startAfresh(rita[platform]);
  });

  it('that is delivered again acts once', async () => {
    const rita = stage.player('rita');
    const { link } = await askForLogin(rita.slack);
    await rita.browser.logIn(link, { username: 'rita' });
    const created = await rita.slack.hears(/Created .* as rita@acme\.example/);
    const before = await changes();
    await rita.slack.press(created, 'Close it');
    await rita.slack.hears(/Closed .* as won/);
    await deliverLastClickAgain();
    await rita.slack.say('find opportunities account: Acme');
    await rita.slack.hears(/Closed Won/);
    expect(await changes()).toBe(before + 1);
  });

  it('that is delivered again is answered once', async () => {
    const rita = stage.player('rita');
    await rita.slack.say('help');
    const help = await rita.slack.hears(/What I can do for you/);
    const answers = (): number =>
      stage.world.slack.calls.filter(({ args }) => JSON.stringify(args).includes('Your connections')).length;
    const before = answers();
    await rita.slack.press(help, 'Personal connections');
    await rita.slack.hears(/Your connections/);
    await deliverLastClickAgain();
    await rita.slack.say('nonsense');
    await rita.slack.hears(/I don't know that command/);
    expect(answers()).toBe(before + 1);
  });

  async function deliverLastClickAgain(): Promise<void> {
    const click = stage.world.slack.requests.findLast(({ kind }) => kind === 'interaction');
    for (let time = 0; time < 3; time += 1) {
      expect((await stage.world.slack.sendRaw(click?.body ?? '', click?.headers ?? {})).status).toBe(200);
    }
  }
});
