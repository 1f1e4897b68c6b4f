import { Pool } from 'undici';
import { Browser } from '../../playground/tour/browser.js';
import { type ChatKind, commandRequest, deliver, nextWord, type Target } from './load.js';
import type { Platform } from './platform.js';
import type { Running } from './programs.js';

/** Ids of people, the same for the same numbers. */
export function userIds(count: number, first = 0): readonly string[] {
  return Array.from({ length: count }, (_, index) => `U${1_000_000 + first + index}`);
}

const USERS = userIds(50);

/** Logs every user in through the real pages, so that the store holds what it would hold in earnest. */
export async function withUsers(platform: Platform, running: Running, name: string, chat: ChatKind): Promise<Target> {
  const target: Target = { name, chat, port: running.port, pid: running.pid, users: USERS };
  const pool = new Pool(`http://127.0.0.1:${running.port}`);
  for (const user of USERS) {
    const { link } = await askWithoutLogin(platform, pool, { chat, user });
    await logIn(platform, pool, { chat, user, link });
  }
  await pool.close();
  return target;
}

/** A command of somebody who has to log in first; `done` resolves when it is answered after all. */
export async function askWithoutLogin(
  platform: Platform,
  pool: Pool,
  { chat, command = 'lookup', user }: { readonly chat: ChatKind; readonly user: string; readonly command?: string },
): Promise<{ readonly link: string; readonly done: Promise<void> }> {
  const word = nextWord();
  const prompted = platform.promptFor(user);
  const done = platform.replyWith(word);
  await deliver(pool, commandRequest(platform, chat, user, `${command} name: ${word}`));
  return { link: await prompted, done };
}

/** The login, through the pages. */
export async function logIn(
  platform: Platform,
  pool: Pool,
  { chat, link, user }: { readonly chat: ChatKind; readonly user: string; readonly link: string },
): Promise<void> {
  const browser = new Browser();
  const page = await browser.submit(await browser.open(link), /\/login\//);
  const code = /data-login-code="([^"]+)"/.exec(page.html)?.[1];
  if (code !== undefined && chat === 'teams')
    await deliver(pool, platform.teamsRequest(user, { name: 'signin/verifyState', value: { state: code } }));
  else if (!page.text.includes('Connected')) throw new Error(`The login of the bench does not work: ${page.text}`);
}
