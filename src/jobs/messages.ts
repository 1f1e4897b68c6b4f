import type { Block, Button, Message, RichText } from '../chat/message.js';
import { plainText, textMessage } from '../chat/message.js';

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
}): Message {
  const { wanted, connected, recipe } = options;
  const apps = joinWithAnd(wanted.map(({ title }) => title));
  const lead: RichText = [
    { text: 'Please connect to ' },
    { text: apps, style: 'bold' },
    { text: ' to continue with ' },
    { text: recipe, style: 'italic' },
    { text: '.' },
  ];
  const reasons = wanted.flatMap(({ title, reason }) => (reason === undefined ? [] : [`${title}: ${reason}`]));
  const done = connected.map(({ title, account }) => `✓ ${title} is connected${accountOf(account)}.`);
  const logins: Button[] = wanted.map(({ title, url, token }) => ({
    kind: 'login',
    label: wanted.length + connected.length === 1 ? 'Login' : `Login to ${title}`,
    url,
    token,
  }));
  const note =
    'You log in with your own account. I carry on by myself when you are back; nothing has to be typed again.';
  const blocks: Block[] = [
    { kind: 'text', text: lead },
    ...[...done, ...reasons].map((line) => ({ kind: 'text' as const, text: [{ text: line }] })),
    { kind: 'buttons', buttons: [...logins, { kind: 'action', label: 'Cancel', token: options.cancelToken }] },
    { kind: 'note', text: [{ text: note }] },
  ];
  return { fallback: [plainText(lead), ...done, ...reasons].join('\n'), blocks };
}

/** What the prompt says while the job goes on after the login. */
export function resumingMessage(
  recipe: string,
  connected: readonly { readonly title: string; readonly account: string }[],
): Message {
  const lines = connected.map(({ title, account }) => `${title} is connected${accountOf(account)}. `).join('');
  return textMessage([{ text: `${lines}Working on ` }, { text: recipe, style: 'italic' }, { text: '…' }]);
}

/** `progress`: what had been done before, in so far as that is known. */
export function cancelledMessage(recipe: string, progress: 'nothing' | 'something' | 'unknown'): Message {
  return textMessage([
    { text: 'Cancelled: ' },
    { text: recipe, style: 'italic' },
    { text: `. ${whatIsLeft(progress)}` },
  ]);
}

/** What a job that ended early has done. */
export function whatIsLeft(progress: 'nothing' | 'something' | 'unknown'): string {
  return LEFT[progress];
}

export const LEFT = {
  nothing: 'Nothing was done.',
  something: 'What had been done before stays done.',
  unknown: 'I cannot tell whether what I had begun was done; please check in the app.',
} as const;

export function expiredMessage(recipe: string, minutes: number): Message {
  return textMessage([
    { text: 'This request has expired: the login was not done within ' },
    { text: `${minutes} minutes. Type the command for ` },
    { text: recipe, style: 'italic' },
    { text: ' again when you are ready.' },
  ]);
}

/** Why a job does not go on. `progress`: what it had done, in so far as that is known. */
export function recipeGoneMessage(recipe: string, progress: 'nothing' | 'something' | 'unknown'): Message {
  const text = ' has been stopped or changed in the meantime, so I did not go on with it.';
  return textMessage([{ text: recipe, style: 'italic' }, { text: `${text} ${ADVICE[progress]}` }]);
}

/** What the prompt of a waiting job says when its recipe was taken away. */
export function recipeStoppedMessage(recipe: string): Message {
  const text = ' has been stopped by whoever looks after it, so I do not wait any longer.';
  return textMessage([{ text: recipe, style: 'italic' }, { text }]);
}

const ADVICE = {
  nothing: 'Please type the command again.',
  something: 'What had been done before stays done; please look at it before you type the command again.',
  unknown:
    'I was interrupted in a step and cannot tell whether it was done; please check in the app before you type the command again.',
} as const;

/** The app refuses a login that is new. */
export function loginRefusedMessage(app: string): Message {
  return textMessage(`${app} refuses the login although you have just logged in. Please tell your administrator.`);
}

/** How a recipe that ends itself as failed, without a word of its own, reads. */
export function stoppedMessage(recipe: string): Message {
  return textMessage([{ text: recipe, style: 'italic' }, { text: ' has stopped without a result.' }]);
}

export function doneMessage(recipe: string): Message {
  return textMessage([{ text: 'Done: ' }, { text: recipe, style: 'italic' }, { text: '.' }]);
}

/** How a failure reads; the reference joins it to the log. */
export function failedMessage(recipe: string, text: string, ref: string): Message {
  const lead: RichText = [{ text: recipe, style: 'italic' }, { text: ` did not work. ${text}` }];
  return {
    fallback: `${plainText(lead)} (reference ${ref})`,
    blocks: [
      { kind: 'text', text: lead },
      { kind: 'note', text: [{ text: `Reference ${ref}` }] },
    ],
  };
}

function accountOf(label: string): string {
  return label === '' ? '' : ` as ${label}`;
}

function joinWithAnd(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
