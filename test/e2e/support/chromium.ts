import axe, { type AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../../scripts/test-tools.js';

/** Nothing but what the pages ask for goes over the network. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The machine that runs the tests may be busy. */
const PATIENCE_MS = 45_000;

export async function launchChromium(): Promise<Browser> {
  const found = findChromium();
  if (!found) throw new Error('Chromium is not installed. Debian: apt-get install -y chromium; or set CHROMIUM_PATH');
  return chromium.launch({ executablePath: found.path, headless: true, args: FLAGS });
}

/** A person's browser, with everything that its pages complained about. */
export interface Surfer {
  readonly context: BrowserContext;
  /** Errors on the console, uncaught exceptions and whatever a content policy blocked, of all tabs. */
  readonly complaints: readonly string[];
}

export async function openBrowser(browser: Browser): Promise<Surfer> {
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 } });
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (isComplaint(message.type(), message.text())) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  return { context, complaints };
}

function isComplaint(type: string, text: string): boolean {
  // teams-js asks Microsoft for a newer list of its own host names. Our pages tell third parties nothing, and the list in
  // the library does.
  if (text.includes('https://res.cdn.office.net/teams-js/validDomains/')) return false;
  // That a page was answered with 4xx is no fault of the page.
  const isError = type === 'error' && !text.startsWith('Failed to load resource');
  return isError || /content.security.policy/i.test(text);
}

/** What hinders people seriously on a page, as axe-core finds it, on light and on dark screens. */
export async function barriersOn(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  await page.evaluate(axe.source);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate<AxeResults>("axe.run(document, { resultTypes: ['violations'] })");
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    for (const { id, nodes } of serious) {
      found.push(...nodes.map((node) => `${colorScheme} ${page.url()} ${id}: ${node.html} ${node.failureSummary}`));
    }
  }
  await page.emulateMedia({ colorScheme: null });
  return found;
}

/** From our own page to the result: Continue, the app's login, its consent. */
export async function logInAtProvider(
  tab: Page,
  username: string,
  onPage: (page: Page) => Promise<void> = async () => undefined,
): Promise<void> {
  await tab.getByRole('heading', { name: /^Connect / }).waitFor();
  await onPage(tab);
  await tab.getByRole('button', { name: /^Continue to / }).click();
  await tab.getByLabel('Username').fill(username);
  await tab.getByLabel('Password').fill('demo');
  await onPage(tab);
  await tab.getByRole('button', { name: 'Log in' }).click();
  await onPage(tab);
  await tab.getByRole('button', { name: 'Allow' }).click();
}
