import type { Actor, Heard } from '../../../playground/tour/actors.js';
import type { World } from '../../../playground/world.js';

export const CREATE = 'create opportunity account: Acme amount: 1';

/** Types a command that needs a login; gives the prompt and the link behind its button. */
export async function askForLogin(actor: Actor, command = CREATE): Promise<{ prompt: Heard; link: string }> {
  await actor.say(command);
  const prompt = await actor.hears(/Please connect/);
  const link = prompt.buttons.find(({ label }) => label.startsWith('Login'))?.url;
  if (link === undefined) throw new Error(`There is no link in: ${prompt.text}`);
  return { prompt, link };
}

/** Ends what waits for a person and deletes their connections, in the chat as they would. */
export async function startAfresh(actor: Actor): Promise<void> {
  for (let waiting = true; waiting; ) {
    await actor.say('cancel');
    waiting = (await actor.hears(/^Cancelled|nothing to cancel/)).text.startsWith('Cancelled');
  }
  for (;;) {
    const list = await connectionsOf(actor);
    if (list.picklists.length === 0) return;
    await actor.choose(list, /./);
    await actor.press(list, 'Delete');
    const question = await actor.hears(/Delete your connection to/);
    await actor.press(question, 'Delete it');
    await actor.hears(/^Deleted/);
  }
}

/** What `personal_connections` answers. */
export async function connectionsOf(actor: Actor): Promise<Heard> {
  await actor.say('personal_connections');
  return actor.hears(/Your connections|no personal connections/);
}

/** The code that the last page of a login shows. */
export function codeOn(page: { readonly html: string; readonly text: string }): string {
  const code = /data-login-code="([^"]+)"/.exec(page.html)?.[1];
  if (code === undefined) throw new Error(`There is no code on: ${page.text}`);
  return code;
}

/** Login codes that the service has handed in at the CRM so far. */
export async function exchanges(world: World): Promise<number> {
  return (await world.apps.crmControl.counts()).tokenCalls['authorization_code'] ?? 0;
}

/** Tokens of a person that the service has revoked at the CRM so far. */
export async function revocationsOf(world: World, username: string): Promise<number> {
  return (await world.apps.crmControl.revocations()).filter((revoked) => revoked.username === username).length;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly location: string | null;
  /** `name=value` of the cookie that it sets. */
  readonly cookie: string | undefined;
}

/** One request of a browser, with exactly these headers; follows nothing. */
export async function request(url: string | URL, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { ...init, redirect: 'manual' });
  return {
    status: response.status,
    text: await response.text(),
    location: response.headers.get('location'),
    cookie: response.headers.getSetCookie()[0]?.split(';')[0],
  };
}

/** Opens an address with a cookie. */
export function visit(url: string | URL, cookie?: string): Promise<Answer> {
  return request(url, cookie === undefined ? {} : { headers: { cookie } });
}

/** Presses Continue on our login page: gives the provider's address and the cookie of this browser. */
export async function pressContinue(link: string): Promise<{ readonly providerUrl: string; readonly cookie: string }> {
  const { cookie, location, status } = await request(link, { method: 'POST', headers: originOf(link) });
  if (location === null || cookie === undefined) throw new Error(`Continue led nowhere: ${status}`);
  return { providerUrl: location, cookie };
}

export function originOf(link: string): { readonly origin: string } {
  return { origin: new URL(link).origin };
}
