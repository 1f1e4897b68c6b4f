import type { Browser } from 'playwright-core';
import { type Person, TEAMS_APP_ID, TEAMS_TENANT_ID } from '../../playground/people.js';
import { eventually } from '../../playground/tour/browser.js';
import type { World } from '../../playground/world.js';
import { type RunningProvider, startProvider } from '../support/oidc-provider.js';
import { barriersOn, launchChromium, openBrowser, type Surfer } from './support/chromium.js';
import { askForLogin, connectionsOf, pressContinue, startAfresh } from './support/logins.js';
import { type E2eStage, type Player, personOf, START_MS, startStage } from './support/stage.js';

let stage: E2eStage;
let carl: Player;
let max: Player;
let rita: Player;

beforeAll(async () => {
  stage = await startStage({ settings: (world) => world.signInEnv });
}, START_MS);

afterAll(() => stage.stop());

beforeEach(() => {
  [carl, max, rita] = [stage.player('carl'), stage.player('max'), stage.player('rita')];
});

afterEach(async () => {
  for (const { slack } of [carl, max, rita]) await startAfresh(slack);
});

describe('in a real browser', () => {
  let browser: Browser;
  let surfer: Surfer;

  beforeAll(async () => {
    browser = await launchChromium();
  }, START_MS);

  beforeEach(async () => {
    surfer = await openBrowser(browser);
  });

  afterEach(() => surfer.context.close());
  afterAll(() => browser.close());

  async function openLogin(link: string) {
    const tab = await surfer.context.newPage();
    await tab.goto(link);
    await tab.getByRole('heading', { name: 'Connect Acme CRM' }).waitFor();
    return tab;
  }

  async function logInToCrm(tab: Awaited<ReturnType<typeof openLogin>>, username: string): Promise<void> {
    await tab.getByLabel('Username').fill(username);
    await tab.getByLabel('Password').fill('demo');
    await tab.getByRole('button', { name: 'Log in' }).click();
    await tab.getByRole('button', { name: 'Allow' }).click();
  }

  it('Max signs in with Slack, and his account with another address is connected without a code', async () => {
    const { link } = await askForLogin(max.slack);
    const tab = await openLogin(link);
    expect(await barriersOn(tab)).toEqual([]);
    await tab.getByRole('button', { name: 'Continue with Slack' }).click();
    await tab.getByRole('button', { name: 'Continue as Max Mismatch' }).click();
    await logInToCrm(tab, 'max');
    await tab.getByRole('heading', { name: 'Connected' }).waitFor();
    await max.slack.hears(/Created.*Acme/);
    expect(surfer.complaints).toEqual([]);
    await eventually('the token of Slack to be given back', () =>
      stage.world.slack.openSignInTokens() === 0 ? true : undefined,
    );
  });

  it('Max goes another way, and pastes a code as before', async () => {
    const { link } = await askForLogin(max.slack);
    const tab = await openLogin(link);
    await tab.getByRole('button', { name: 'Continue another way' }).click();
    await logInToCrm(tab, 'max');
    await tab.getByRole('heading', { name: 'One more step' }).waitFor();
    const code = (await tab.getByRole('status').textContent()) ?? '';
    // As in windows of chat clients, which may not write to the clipboard.
    await tab.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"))');
    await tab.getByRole('button', { name: 'Copy' }).click();
    await eventually('the code to be marked for copying', async () =>
      (await tab.evaluate<string>('getSelection().toString().trim()')) === code ? true : undefined,
    );
    await max.slack.say(code);
    await max.slack.hears(/Created.*Acme/);
    expect(surfer.complaints).toEqual([]);
  });

  it('Max does not want to sign in: nothing is connected, and Login works again', async () => {
    const { link } = await askForLogin(max.slack);
    const tab = await openLogin(link);
    await tab.getByRole('button', { name: 'Continue with Slack' }).click();
    await tab.getByRole('button', { name: 'Cancel' }).click();
    await tab.getByText('You did not sign in with Slack, so nothing was connected.').waitFor();
    expect(await barriersOn(tab)).toEqual([]);
    await openLogin(link);
  });
});

describe('Carl sends Rita a link to log in', () => {
  it('and she signs in as herself: it ends before the app, Carl is told, and nothing is connected', async () => {
    const { link } = await askForLogin(carl.slack);
    const atSlack = await rita.browser.submit(await rita.browser.open(link), /\/login\/[^/]+$/);
    expect(atSlack.text).toContain('Sign in with Slack');
    const page = await rita.browser.submit(atSlack, /\/answer$/, { person: 'rita' });
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('This login is for somebody else')]);
    await carl.slack.hears(/opened by somebody else than you/);
    expect((await rita.browser.open(link)).status).toBe(404);
    expect((await connectionsOf(carl.slack)).text).toMatch(/no personal connections/);
    expect((await connectionsOf(rita.slack)).text).toMatch(/no personal connections/);
  });

  it('or Slack’s own page, from a login that he began: her browser may not go on from there', async () => {
    const { link } = await askForLogin(carl.slack);
    const { providerUrl } = await pressContinue(link);
    const page = await rita.browser.submit(await rita.browser.open(providerUrl), /\/answer$/, { person: 'rita' });
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('Another browser')]);
    expect((await connectionsOf(carl.slack)).text).toMatch(/no personal connections/);
  });
});

describe('where nothing counts but signing in, with Slack and with Microsoft', () => {
  let strict: E2eStage;
  let entra: RunningProvider;

  async function settings(world: World): Promise<Readonly<Record<string, string>>> {
    const claimsOf = (id: Person['id']) => ({ tid: TEAMS_TENANT_ID, oid: personOf(id).aadObjectId });
    entra = await startProvider({
      kind: 'entra',
      tenant: TEAMS_TENANT_ID,
      client: {
        client_id: TEAMS_APP_ID,
        client_secret: world.serviceEnv['MicrosoftAppPassword'],
        redirect_uris: [`${world.frontUrl}/teams/openid_redirect`],
        token_endpoint_auth_method: 'client_secret_post',
      },
      people: { carl: claimsOf('carl'), rita: claimsOf('rita') },
    });
    const teams = { TEAMS_SIGN_IN: 'on', BOT_LOGIN_URL: entra.origin };
    return { ...world.signInEnv, ...teams, LOGIN_IDENTITY_CHECK: 'sign-in' };
  }

  beforeAll(async () => {
    strict = await startStage({ settings });
  }, START_MS);

  afterAll(async () => {
    await strict.stop();
    await entra.stop();
  });

  it('Rita signs in from Teams, and nobody asks for a code', async () => {
    const { browser, teams } = strict.player('rita');
    const { link } = await askForLogin(teams);
    await entra.expect('rita');
    const page = await browser.logIn(link, { username: 'rita' });
    expect(page.text).toContain('Acme CRM is connected');
    await teams.hears(/Created.*Acme/);
  });

  it('and she ends a login of Carl’s by signing in', async () => {
    const [attacker, victim] = [strict.player('carl'), strict.player('rita')];
    const { link } = await askForLogin(attacker.teams);
    await entra.expect('rita');
    const page = await victim.browser.logIn(link, { username: 'rita' });
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('This login is for somebody else')]);
    await attacker.teams.hears(/opened by somebody else than you/);
    expect((await connectionsOf(attacker.teams)).text).toMatch(/no personal connections/);
  });

  it('nobody is offered another way, and who takes it signs in all the same', async () => {
    const { browser, slack } = strict.player('carl');
    const { link } = await askForLogin(slack);
    expect((await browser.open(link)).text).not.toContain('another way');
    const { providerUrl } = await pressContinue(`${link}/another-way`);
    expect(providerUrl).toContain('/openid/connect/authorize');
  });
});

it('in Teams the window of the chat client proves the person as before', async () => {
  const { link } = await askForLogin(rita.teams);
  const page = await rita.browser.logIn(link, { username: 'rita' });
  expect(page.text).toMatch(/One more step/);
  await startAfresh(rita.teams);
});
