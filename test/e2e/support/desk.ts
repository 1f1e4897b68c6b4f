import type { Browser, Page } from 'playwright-core';
import { openBrowser, type Surfer } from './chromium.js';
import { ClientOnPage, type MessageOnPage } from './playground-page.js';
import type { E2eStage } from './stage.js';

/** A person in front of the playground, in a browser of their own. */
export interface Desk extends Surfer {
  readonly page: Page;
  readonly slack: ClientOnPage;
  readonly teams: ClientOnPage;
}

export async function sitDown(browser: Browser, stage: E2eStage, person: string): Promise<Desk> {
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
