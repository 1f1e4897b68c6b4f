import type { Block, Button, Message } from '../chat/message.js';
import { plainText, textMessage } from '../chat/message.js';
import type { Texts } from '../texts/english.js';

/** An app that a job waits for. */
export interface WantedLogin {
  readonly title: string;
  readonly url: string;
  readonly token: string;
  /** Why an existing connection does not do any more. */
  readonly reason?: string;
}

/** The private prompt of a suspended job: one Login button per app that is missing, and Cancel. */
export function loginPromptMessage(options: {
  readonly recipe: string;
  readonly wanted: readonly WantedLogin[];
  /** Apps of the same prompt that are done, with the account. */
  readonly connected: readonly { readonly title: string; readonly account: string }[];
  readonly cancelToken: string;
  readonly texts: Texts;
}): Message {
  const { wanted, connected, recipe, texts } = options;
  const { jobs, logins } = texts;
  const lead = logins.pleaseConnect(
    wanted.map(({ title }) => title),
    recipe,
  );
  const reasons = wanted.flatMap(({ title, reason }) => (reason === undefined ? [] : [`${title}: ${reason}`]));
  const done = connected.map(({ title, account }) => `✓ ${logins.isConnected(title, account)}`);
  const buttons: Button[] = wanted.map(({ title, url, token }) => ({
    kind: 'login',
    label: wanted.length + connected.length === 1 ? logins.login : logins.loginTo(title),
    url,
    token,
  }));
  const blocks: Block[] = [
    { kind: 'text', text: lead },
    ...[...done, ...reasons].map((line) => ({ kind: 'text' as const, text: [{ text: line }] })),
    { kind: 'buttons', buttons: [...buttons, { kind: 'action', label: jobs.cancel, token: options.cancelToken }] },
    { kind: 'note', text: [{ text: logins.ownAccount }] },
  ];
  return { fallback: [plainText(lead), ...done, ...reasons].join('\n'), blocks };
}

/** What the prompt says while the job goes on after the login. */
export function resumingMessage(
  recipe: string,
  connected: readonly { readonly title: string; readonly account: string }[],
  { jobs, logins }: Texts,
): Message {
  const lines = connected.map(({ title, account }) => `${logins.isConnected(title, account)} `).join('');
  return textMessage(jobs.workingOn(lines, recipe));
}

/** What had been done before, in so far as that is known. */
type Progress = 'nothing' | 'something' | 'unknown';

export function cancelledMessage(recipe: string, progress: Progress, { jobs }: Texts): Message {
  return textMessage(jobs.cancelled(recipe, jobs.left[progress]));
}

export function expiredMessage(recipe: string, minutes: number, { jobs }: Texts): Message {
  return textMessage(jobs.expired(recipe, minutes));
}

/** Why a job does not go on. */
export function recipeGoneMessage(recipe: string, progress: Progress, { jobs }: Texts): Message {
  return textMessage(jobs.recipeGone(recipe, jobs.advice[progress]));
}

/** What the prompt of a waiting job says when its recipe was taken away. */
export function recipeStoppedMessage(recipe: string, { jobs }: Texts): Message {
  return textMessage(jobs.recipeStopped(recipe));
}

/** The app refuses a login that is new. */
export function loginRefusedMessage(app: string, { jobs }: Texts): Message {
  return textMessage(jobs.loginRefused(app));
}

/** How a recipe that ends itself as failed, without a word of its own, reads. */
export function stoppedMessage(recipe: string, { jobs }: Texts): Message {
  return textMessage(jobs.stopped(recipe));
}

export function doneMessage(recipe: string, { jobs }: Texts): Message {
  return textMessage(jobs.done(recipe));
}

/** How a failure reads; the reference joins it to the log. */
export function failedMessage(recipe: string, text: string, ref: string, { jobs }: Texts): Message {
  const lead = jobs.failed(recipe, text);
  return {
    fallback: jobs.referenceBehind(plainText(lead), ref),
    blocks: [
      { kind: 'text', text: lead },
      { kind: 'note', text: [{ text: jobs.reference(ref) }] },
    ],
  };
}
