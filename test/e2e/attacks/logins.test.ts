import type { Actor } from '../../../playground/tour/actors.js';
import { eventually } from '../../../playground/tour/browser.js';
import { logInByForms } from '../../support/demo-apps.js';
import {
  askForLogin,
  codeOn,
  connectionsOf,
  exchanges,
  originOf,
  pressContinue,
  request,
  revocationsOf,
  startAfresh,
  visit,
} from '../support/logins.js';
import { type E2eStage, type Player, START_MS, startStage } from '../support/stage.js';

/** Carl attacks, Rita is the victim. */
let stage: E2eStage;
let carl: Player;
let rita: Player;

beforeAll(async () => {
  stage = await startStage();
}, START_MS);

afterAll(() => stage.stop());

beforeEach(() => {
  carl = stage.player('carl');
  rita = stage.player('rita');
});

async function opportunities(): Promise<number> {
  return (await stage.world.apps.crmControl.records()).opportunities.length;
}

async function expectNothingConnected(actor: Actor): Promise<void> {
  expect((await connectionsOf(actor)).text).toMatch(/You have no personal connections/);
  expect(await opportunities()).toBe(0);
}

describe.each(['slack', 'teams'] as const)('Carl sends Rita a link to log in, in %s', (platform) => {
  afterEach(async () => {
    for (const actor of [carl[platform], rita[platform]]) await startAfresh(actor);
  });

  it('which she follows to its end: nothing is connected to Carl', async () => {
    const { link } = await askForLogin(carl[platform]);
    const page = await rita.browser.logIn(link, { username: 'rita' });
    expect(page.text).toMatch(/One more step/);
    expect(page.text).toContain('Never send the code to anybody');
    await expectNothingConnected(carl[platform]);
    await expectNothingConnected(rita[platform]);
  });

  it('and her code, in her own chat, ends that login; Carl is told, and her tokens are revoked', async () => {
    const { link } = await askForLogin(carl[platform]);
    const exchanged = await exchanges(stage.world);
    const revoked = await revocationsOf(stage.world, 'rita');
    const code = codeOn(await rita.browser.logIn(link, { username: 'rita' }));
    await (platform === 'slack' ? rita.slack.say(code) : rita.teams.handOver(code));
    await rita[platform].hears(/belongs to somebody else's login to Acme CRM/);
    await carl[platform].hears(/opened by somebody else than you/);
    const gone = await eventually('her tokens to be gone', async () => {
      const made = (await exchanges(stage.world)) - exchanged;
      return (await revocationsOf(stage.world, 'rita')) - revoked >= made ? { made } : undefined;
    });
    expect(gone).toEqual({ made: platform === 'slack' ? 1 : 0 });
    await carl[platform].say(code);
    await carl[platform].hears(/I do not know that code/);
    expect((await visit(link)).status).toBe(404);
    await expectNothingConnected(carl[platform]);
  });

  it('or the address of the app, from a login that he began: her browser may not end it', async () => {
    const { link } = await askForLogin(carl[platform]);
    const { cookie, providerUrl } = await pressContinue(link);
    const exchanged = await exchanges(stage.world);
    const end = await rita.browser.answerProvider(await rita.browser.open(providerUrl), { username: 'rita' });
    expect(end.status).toBe(403);
    expect(end.text).toContain('begun in another browser');
    expect((await visit(end.url, cookie)).status).toBe(404);
    expect(await exchanges(stage.world)).toBe(exchanged);
    await expectNothingConnected(carl[platform]);
  });

  it('or the address of the app, while she has a login of her own open', async () => {
    const { link } = await askForLogin(carl[platform]);
    const { providerUrl } = await pressContinue(link);
    const own = await askForLogin(rita[platform]);
    await rita.browser.submit(await rita.browser.open(own.link), /\/login\//);
    const end = await rita.browser.answerProvider(await rita.browser.open(providerUrl), { username: 'rita' });
    expect(end.status).toBe(403);
    await expectNothingConnected(carl[platform]);
  });

  it('or the way back from the app, to be logged in as him: her browser may not end it', async () => {
    const { link } = await askForLogin(carl[platform]);
    const { providerUrl } = await pressContinue(link);
    const back = await logInByForms(providerUrl, { username: 'carl', allow: true });
    const own = await askForLogin(rita[platform]);
    await rita.browser.submit(await rita.browser.open(own.link), /\/login\//);
    expect((await rita.browser.open(back)).status).toBe(403);
    await expectNothingConnected(rita[platform]);
  });
});

describe('Carl has a code of Rita’s sign-in window', () => {
  afterEach(async () => {
    for (const actor of [carl.teams, rita.teams]) await startAfresh(actor);
  });

  it('and his Teams hands it over: nothing is connected to anybody, and Rita is told', async () => {
    const { link } = await askForLogin(rita.teams);
    const exchanged = await exchanges(stage.world);
    const code = codeOn(await rita.browser.logIn(link, { username: 'rita' }));
    await carl.teams.handOver(code);
    await carl.teams.hears(/belongs to somebody else's login/);
    await rita.teams.hears(/opened by somebody else than you/);
    await rita.teams.handOver(code);
    await rita.teams.hears(/I do not know that code/);
    expect(await exchanges(stage.world)).toBe(exchanged);
    await expectNothingConnected(carl.teams);
    await expectNothingConnected(rita.teams);
  });
});

describe('Carl plays with the way back', () => {
  afterEach(() => startAfresh(carl.slack));

  it('and comes back twice, also at once: the code is exchanged once', async () => {
    const { link } = await askForLogin(carl.slack);
    const { cookie, providerUrl } = await pressContinue(link);
    const back = await logInByForms(providerUrl, { username: 'carl', allow: true });
    const exchanged = await exchanges(stage.world);
    const answers = await Promise.all([1, 2, 3].map(() => visit(back, cookie)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
    expect((await visit(back, cookie)).text).toContain('This login is over');
    expect(await exchanges(stage.world)).toBe(exchanged + 1);
    await carl.slack.hears(/may not create/);
  });

  it('and comes back to the address of another app: nothing is exchanged, and the state is used up', async () => {
    const { link } = await askForLogin(carl.slack);
    const { cookie, providerUrl } = await pressContinue(link);
    const back = await logInByForms(providerUrl, { username: 'carl', allow: true });
    const exchanged = await exchanges(stage.world);
    const elsewhere = new URL(back);
    elsewhere.pathname = '/oauth/callback/acme-files';
    expect((await visit(elsewhere, cookie)).status).toBe(400);
    expect((await visit(back, cookie)).status).toBe(404);
    expect(await exchanges(stage.world)).toBe(exchanged);
    await expectNothingConnected(carl.slack);
  });

  it('and guesses, doubles or leaves out the state, or names another issuer', async () => {
    const { link } = await askForLogin(carl.slack);
    const { cookie, providerUrl } = await pressContinue(link);
    const back = await logInByForms(providerUrl, { username: 'carl', allow: true });
    const exchanged = await exchanges(stage.world);
    const spoil = (change: (query: URLSearchParams) => void): Promise<number> => {
      const url = new URL(back);
      change(url.searchParams);
      return visit(url, cookie).then(({ status }) => status);
    };
    expect(await spoil((query) => query.delete('state'))).toBe(404);
    expect(await spoil((query) => query.set('state', 'A'.repeat(43)))).toBe(404);
    expect(await spoil((query) => query.append('state', query.get('state') ?? ''))).toBe(404);
    expect(await spoil((query) => query.set('iss', 'https://evil.example'))).toBe(400);
    expect(await exchanges(stage.world)).toBe(exchanged);
    await expectNothingConnected(carl.slack);
  });
});

describe('a link to log in', () => {
  afterEach(() => startAfresh(rita.slack));

  it('is opened by scanners and previews as often as they like: nothing changes, and Rita can use it', async () => {
    const { link } = await askForLogin(rita.slack);
    const started = stage.log().split('"outcome":"started"').length;
    const answers = await Promise.all(Array.from({ length: 10 }, () => visit(link)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(answers.filter(({ cookie }) => cookie !== undefined)).toEqual([]);
    expect(answers.filter(({ location }) => location !== null)).toEqual([]);
    await request(link, { method: 'HEAD' });
    expect(stage.log().split('"outcome":"started"')).toHaveLength(started);
    const page = await rita.browser.logIn(link, { username: 'rita' });
    expect(page.text).toMatch(/Connected/);
    await rita.slack.hears(/Created .* as rita@acme\.example/);
    await stage.world.apps.crmControl.reset();
  });

  it.each([
    ['names itself', { origin: 'https://evil.example' }],
    ['hides its name', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['is a neighbour', { 'sec-fetch-site': 'same-site' }],
  ])('cannot be pressed by a form of another site that %s', async (_what, headers) => {
    const { link } = await askForLogin(rita.slack);
    const forged = await request(link, { method: 'POST', headers });
    expect({ status: forged.status, location: forged.location, cookie: forged.cookie }).toEqual({
      status: 403,
      location: null,
      cookie: undefined,
    });
    expect((await request(link, { method: 'POST', headers: originOf(link) })).status).toBe(303);
  });

  it('does not work with a changed or an unknown token, nor after it was used', async () => {
    const { link } = await askForLogin(rita.slack);
    for (const wrong of [`${link}x`, link.slice(0, -1), `${new URL(link).origin}/login/${'A'.repeat(43)}`]) {
      expect((await visit(wrong)).status).toBe(404);
      expect((await request(wrong, { method: 'POST', headers: originOf(link) })).status).toBe(404);
    }
    await rita.browser.logIn(link, { username: 'rita' });
    await rita.slack.hears(/Created .* as rita@acme\.example/);
    expect((await visit(link)).status).toBe(404);
    expect((await request(link, { method: 'POST', headers: originOf(link) })).status).toBe(404);
    await stage.world.apps.crmControl.reset();
  });
});

describe('Max guesses codes', () => {
  it('five times; then not even a right one is looked up, and Carl can still use it', async () => {
    const max = stage.player('max');
    await stage.world.apps.crmControl.changeAccount('carl', { email: 'carl@home.example', mayCreate: true });
    const { link } = await askForLogin(carl.slack);
    const code = codeOn(await carl.browser.logIn(link, { username: 'carl' }));
    for (const guess of ['1111-1111', '2222-2222', '3333-3333', '4444-4444', '5555-5555']) {
      await max.slack.say(guess);
      await max.slack.hears(/I do not know that code/);
    }
    await max.slack.say(code);
    await max.slack.hears(/I take no more codes from you/);
    await carl.slack.say(code);
    await carl.slack.hears(/Created .* as carl@home\.example/);
    await carl.slack.hears(/Connected Acme CRM as carl@home\.example/);
  });
});
