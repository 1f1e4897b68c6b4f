import type { Browser, Page } from 'playwright-core';
import { launchChromium, openBrowser, type Surfer } from './chromium.js';
import { ClientOnPage, type MessageOnPage } from './playground-page.js';
import { type E2eStage, START_MS, startStage } from './stage.js';

/** A person in front of the playground, in a browser of their own. */
export interface Desk extends Surfer {
  readonly page: Page;
  readonly slack: ClientOnPage;
  readonly teams: ClientOnPage;
}

/** The playground with a browser before it, for all tests of a file. */
export interface Room {
  readonly stage: E2eStage;
  sitDown(person: string): Promise<Desk>;
  /** Nothing may have gone wrong on the page meanwhile. */
  leave(...desks: readonly Desk[]): Promise<void>;
}

/** Opens a room before the first test of the file, and closes it after the last. */
export function roomForAll(): Room {
  let opened: { readonly stage: E2eStage; readonly browser: Browser } | undefined;
  beforeAll(async () => {
    const [stage, browser] = await Promise.all([startStage(), launchChromium()]);
    opened = { stage, browser };
  }, START_MS);
  afterAll(async () => {
    await opened?.browser.close();
    await opened?.stage.stop();
  });
  const room = () => {
    if (opened) return opened;
    throw new Error('The room is not open.');
  };
  return {
    get stage() {
      return room().stage;
    },
    sitDown: (person) => sitDown(room(), person),
    async leave(...desks) {
      for (const { complaints } of desks) expect(complaints).toEqual([]);
      await Promise.all(desks.map(({ context }) => context.close()));
    },
  };
}

async function sitDown(
  { browser, stage }: { readonly browser: Browser; readonly stage: E2eStage },
  person: string,
): Promise<Desk> {
  const surfer = await openBrowser(browser);
  const page = await surfer.context.newPage();
  await page.goto(`${stage.world.frontUrl}/playground?person=${person}`);
  return { ...surfer, page, slack: new ClientOnPage(page, 'Slack'), teams: new ClientOnPage(page, 'Microsoft Teams') };
}

/** A link of Slack opens a tab that knows nothing of the page it came from. */
export async function openTab({ context }: Desk, message: MessageOnPage, label: string | RegExp): Promise<Page> {
  const [tab] = await Promise.all([context.waitForEvent('page'), message.button(label).click()]);
  return tab;
}

/** The sign-in window of Teams. */
export async function openWindow({ page }: Desk, message: MessageOnPage, label: string | RegExp): Promise<Page> {
  const [window] = await Promise.all([page.waitForEvent('popup'), message.button(label).click()]);
  return window;
}
