import { createServer, type Server } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { closeServer, listen } from '../../../playground/http.js';
import { launchChromium, logInAtProvider, openBrowser, type Surfer } from '../support/chromium.js';
import { askForLogin, connectionsOf, startAfresh } from '../support/logins.js';
import { type E2eStage, type Player, START_MS, startStage } from '../support/stage.js';

/** Answers like the Teams client does, and keeps everything that a window says to it. */
const FAKE_TEAMS = `<!doctype html><title>Prizes</title><button id="open">Get your prize</button><script>
window.heard = [];
const HELLO = ['authentication', 'web', JSON.stringify({ apiVersion: 4, isLegacyTeams: false, supports: {} }), '2.0.0'];
addEventListener('message', ({ data, source }) => {
  window.heard.push(JSON.stringify(data));
  if (data && data.func === 'initialize') source.postMessage({ id: data.id, uuidAsString: data.uuidAsString, args: HELLO }, '*');
});
document.getElementById('open').onclick = () => { window.opened = window.open(decodeURIComponent(location.hash.slice(1))); };
</script>`;

const FORM = `<!doctype html><title>Prizes</title><form method="post"></form><script>
const form = document.forms[0];
form.action = decodeURIComponent(location.hash.slice(1));
form.submit();
</script>`;

const FRAME = `<!doctype html><title>Prizes</title><iframe></iframe><script>
document.querySelector('iframe').src = decodeURIComponent(location.hash.slice(1));
</script>`;

const PAGES: Readonly<Record<string, string>> = { '/teams': FAKE_TEAMS, '/form': FORM, '/frame': FRAME };

describe('Rita’s real browser visits Carl’s site, which', () => {
  let stage: E2eStage;
  let browser: Browser;
  let site: Server;
  let siteUrl: string;
  let carl: Player;
  let surfer: Surfer;
  let tab: Page;

  beforeAll(async () => {
    [stage, browser] = await Promise.all([startStage(), launchChromium()]);
    site = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(PAGES[request.url ?? '']);
    });
    // The service is at `localhost`: for browsers this is another site.
    siteUrl = `http://127.0.0.1:${await listen(site, 0, '127.0.0.1')}`;
  }, START_MS);

  beforeEach(async () => {
    carl = stage.player('carl');
    surfer = await openBrowser(browser);
    tab = await surfer.context.newPage();
  });

  afterEach(async () => {
    await surfer.context.close();
    for (const actor of [carl.slack, carl.teams]) await startAfresh(actor);
  });

  afterAll(async () => {
    await browser.close();
    await closeServer(site);
    await stage.stop();
  });

  function lure(path: string, link: string): Promise<unknown> {
    return tab.goto(`${siteUrl}${path}#${encodeURIComponent(link)}`);
  }

  it('presses Continue for her: it is refused, and no cookie is set', async () => {
    const { link } = await askForLogin(carl.slack);
    await lure('/form', link);
    await tab.getByRole('heading', { name: 'Please start in the chat' }).waitFor();
    expect(await surfer.context.cookies()).toEqual([]);
  });

  it('shows our page in a frame: the browser does not', async () => {
    const { link } = await askForLogin(carl.slack);
    const [refused] = await Promise.all([
      tab.waitForEvent('console', (message) => message.text().includes('frame-ancestors')),
      lure('/frame', link),
    ]);
    expect(refused.type()).toBe('error');
    await expect(tab.frameLocator('iframe').getByRole('button').count()).resolves.toBe(0);
  });

  it('opens his sign-in window and plays Teams to it: her code is not told', async () => {
    const { link } = await askForLogin(carl.teams);
    await lure('/teams', link);
    const [window] = await Promise.all([tab.waitForEvent('popup'), tab.getByRole('button').click()]);
    await logInAtProvider(window, 'rita');
    await window.getByRole('heading', { name: 'One more step' }).waitFor();
    const code = (await window.getByRole('status').textContent()) ?? '';
    expect(code).toMatch(/^\w{4}-\w{4}$/);
    await tab.waitForFunction('window.heard.some((message) => message.includes("initialize"))');
    // Longer than teams-js takes to judge the answer: a second message would have come by then.
    await window.evaluate('new Promise((resolve) => setTimeout(resolve, 2000))');
    const heard = await tab.evaluate<readonly string[]>('window.heard');
    expect(heard.filter((message) => message.includes(code))).toEqual([]);
    expect(heard.filter((message) => message.includes('authenticate'))).toEqual([]);
    expect(window.isClosed()).toBe(false);
    expect((await connectionsOf(carl.teams)).text).toMatch(/no personal connections/);
  });
});
