import type { Credential } from '../connections/connection.js';
import type { ParentConnection } from '../connections/parent-connection.js';
import { BehalfError, type ErrorCode, type Wording } from '../kernel/errors.js';
import type { Texts } from '../texts/english.js';
import { said } from '../texts/texts-for.js';
import type { AppErrorClass } from './connector.js';
import type { Verdict } from './judge-response.js';

/** Who wanted what of which app, for the texts of errors. */
export interface AppErrorContext {
  readonly parent: ParentConnection;
  readonly credential: Credential;
  /** Completes "may not …": the action's title. */
  readonly purpose: string | Wording;
  readonly action: string;
  /** Label of the account that acted. */
  readonly account?: string | undefined;
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
  const { unreadable, waitMs } = verdict;
  const why = verdict.class === 'unexpected_answer' && unreadable !== undefined ? `: ${unreadable}` : '';
  return new BehalfError(
    code,
    `${context.parent.connector}.${context.action} was answered ${status} (${verdict.class})${why}`,
    {
      userText: userTextOf(verdict, context),
      details: { connection: context.parent.name, action: context.action, status },
      ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    },
  );
}

/** The text for a failure to reach the app at all. */
export function unreachableText({ title }: ParentConnection): Wording {
  return said(({ apps }) => apps.unreachable(title));
}

/** The text for an app that wants to be left alone, for so many ms where it is known. */
export function rateLimitedText(app: string, ms: number | undefined): Wording {
  return said(({ apps }) => apps.rateLimited(app, ms));
}

function userTextOf(verdict: Extract<Verdict, { kind: 'error' }>, context: AppErrorContext): Wording {
  const words = quotable(verdict.words, context.credential);
  return said((texts) => writeError(verdict, words, context, texts));
}

function writeError(
  verdict: Extract<Verdict, { kind: 'error' }>,
  words: string | undefined,
  context: AppErrorContext,
  texts: Texts,
): string {
  const { apps } = texts;
  const app = context.parent.title;
  const isPersonal = context.parent.auth.kind === 'oauth2';
  const quote = words === undefined ? '' : ` ${apps.says(app, words)}`;
  switch (verdict.class) {
    case 'unauthorized':
      return isPersonal ? apps.loginRefused(app) : apps.credentialsRefused(app);
    case 'forbidden': {
      const who = isPersonal ? apps.ownAccount(app, context.account) : apps.sharedAccount(app, context.account);
      const { purpose } = context;
      const what = typeof purpose === 'string' ? purpose : purpose(texts.locale);
      return `${apps.forbidden(who, what)}${ended(quote)} ${apps.whoCanAllow(app)}`;
    }
    case 'not_found':
      return `${apps.notFound(app)}${quote}`;
    case 'conflict':
      return `${apps.conflict(app)}${quote}`;
    case 'bad_input':
      return `${apps.badInput(app)}${quote}`;
    case 'rate_limited':
      return apps.rateLimited(app, verdict.waitMs);
    case 'unavailable':
      return apps.unreachable(app);
    case 'unexpected_answer':
      return apps.notUnderstood(app);
  }
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
