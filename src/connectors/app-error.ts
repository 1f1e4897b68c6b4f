import type { Credential } from '../connections/connection.js';
import type { ParentConnection } from '../connections/parent-connection.js';
import { BehalfError, type ErrorCode } from '../kernel/errors.js';
import type { AppErrorClass } from './connector.js';
import type { Verdict } from './judge-response.js';

/** Who wanted what of which app, for the texts of errors. */
export interface AppErrorContext {
  readonly parent: ParentConnection;
  readonly credential: Credential;
  /** Completes "may not …": the action's title. */
  readonly purpose: string;
  readonly action: string;
  /** Label of the account that acted. */
  readonly account?: string;
}

const CODES: Readonly<Record<AppErrorClass, ErrorCode>> = {
  unauthorized: 'app.unauthorized',
  forbidden: 'app.forbidden',
  bad_input: 'app.bad_input',
  not_found: 'app.not_found',
  conflict: 'app.conflict',
  rate_limited: 'app.rate_limited',
  unavailable: 'app.unavailable',
  unexpected_answer: 'app.unexpected_answer',
};

/** Makes an error of an answer; its text names app, account and action, and quotes the app where that helps. */
export function appError(verdict: Extract<Verdict, { kind: 'error' }>, context: AppErrorContext): BehalfError {
  const code = CODES[verdict.class];
  const { status } = verdict.answer;
  const { waitMs } = verdict;
  return new BehalfError(
    code,
    `${context.parent.connector}.${context.action} was answered ${status} (${verdict.class})`,
    {
      userText: userTextOf(verdict, context),
      details: { connection: context.parent.name, action: context.action, status },
      ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    },
  );
}

/** The text for a failure to reach the app at all. */
export function unreachableText(parent: ParentConnection): string {
  return `${parent.title} cannot be reached right now. Please try again later.`;
}

/** The text for an app that wants to be left alone, for so many ms where it is known. */
export function rateLimitedText(app: string, ms: number | undefined): string {
  return `${app} is receiving too many requests. Please try again ${inWords(ms)}.`;
}

function userTextOf(verdict: Extract<Verdict, { kind: 'error' }>, context: AppErrorContext): string {
  const app = context.parent.title;
  const isPersonal = context.parent.auth.kind === 'oauth2';
  const words = quotable(verdict.words, context.credential);
  const quote = words === undefined ? '' : ` ${app} says: ${words}`;
  switch (verdict.class) {
    case 'unauthorized':
      return isPersonal
        ? `${app} does not accept your login any more. Please log in again.`
        : `${app} does not accept my credentials. Your administrator must fix the connection.`;
    case 'forbidden':
      return `${accountOf(context, isPersonal)} may not ${context.purpose}.${ended(quote)} Whoever administers ${app} can allow it.`;
    case 'not_found':
      return `${app} could not find that.${quote}`;
    case 'conflict':
      return `${app} reports a conflict with what is there already.${quote}`;
    case 'bad_input':
      return `${app} did not accept what was entered.${quote}`;
    case 'rate_limited':
      return rateLimitedText(app, verdict.waitMs);
    case 'unavailable':
      return unreachableText(context.parent);
    case 'unexpected_answer':
      return `${app} gave an answer that I do not understand.`;
  }
}

function accountOf(context: AppErrorContext, isPersonal: boolean): string {
  const label = context.account === undefined ? '' : ` (${context.account})`;
  const app = context.parent.title;
  return isPersonal ? `Your ${app} account${label}` : `The account${label} that I use for ${app}`;
}

function ended(sentence: string): string {
  return sentence === '' || /[.!?…]$/u.test(sentence) ? sentence : `${sentence}.`;
}

/** Some apps quote the request back: never with the credential in it. */
function quotable(words: string | undefined, credential: Credential): string | undefined {
  if (words === undefined) return undefined;
  const isLeaking = secretsOf(credential).some((secret) => secret !== '' && words.includes(secret));
  return isLeaking ? undefined : words;
}

function secretsOf(credential: Credential): readonly string[] {
  switch (credential.kind) {
    case 'bearer':
      return [credential.token.reveal()];
    case 'api_key':
      return [credential.key.reveal()];
    case 'basic':
      return [credential.password.reveal()];
    case 'placed':
      return credential.values.map(({ value }) => value.reveal());
    case 'oauth1': {
      const { consumerSecret, token = '', tokenSecret } = credential.signer;
      return [consumerSecret.reveal(), token, tokenSecret?.reveal() ?? ''];
    }
  }
}

function inWords(ms: number | undefined): string {
  if (ms === undefined) return 'later';
  const seconds = Math.ceil(ms / 1000);
  if (seconds <= 1) return 'in a moment';
  if (seconds < 120) return `in ${seconds} seconds`;
  return seconds < 7200 ? `in ${Math.ceil(seconds / 60)} minutes` : `in ${Math.ceil(seconds / 3600)} hours`;
}
