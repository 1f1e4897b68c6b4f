import { randomBytes } from 'node:crypto';

/** Who has to act on an error: decides the log level and whether a person is told what to do or only whom to ask. */
export type ErrorAudience = 'person' | 'builder' | 'operator' | 'remote';

/**
 * Every error code of the service: who must act, and what a person in the chat reads when nothing more exact is known.
 * Codes are stable: log searches and metrics rely on them.
 */
export const ERROR_CODES = {
  'config.invalid': { audience: 'operator', text: 'I am not set up correctly. Please tell your administrator.' },
  'recipe.invalid': { audience: 'builder', text: 'This command has a mistake in its recipe. Please tell its author.' },
  'recipe.stopped': { audience: 'person', text: 'A part of this command has stopped.' },
  'connector.invalid': {
    audience: 'builder',
    text: 'This app is not set up correctly. Please tell your administrator.',
  },
  'connection.invalid': {
    audience: 'operator',
    text: 'This connection is not set up correctly. Please tell your administrator.',
  },
  'connection.not_connected': {
    audience: 'operator',
    text: 'This app is not connected. Your administrator must connect it first.',
  },
  'connection.no_person': {
    audience: 'builder',
    text: 'This needs the login of a person, and nobody is there who could log in.',
  },
  'datapill.failed': { audience: 'builder', text: 'This command has a mistake in its recipe. Please tell its author.' },
  'store.unavailable': {
    audience: 'operator',
    text: "I can't reach my memory right now. Please try again in a moment.",
  },
  'keys.unavailable': {
    audience: 'operator',
    text: 'I cannot reach what opens my memory. Please try again later.',
  },
  'store.corrupt': {
    audience: 'operator',
    text: 'Something that I stored cannot be read any more. Please tell your administrator.',
  },
  'oauth.invalid_grant': { audience: 'person', text: 'Your login is no longer valid. Please log in again.' },
  'oauth.operator': {
    audience: 'operator',
    text: 'The app refuses my credentials. Your administrator must fix the connection.',
  },
  'oauth.transient': { audience: 'remote', text: 'The app cannot be reached right now. Please try again later.' },
  'oauth.protocol': {
    audience: 'operator',
    text: 'The app gave an answer to the login that I do not understand. Please tell your administrator.',
  },
  'app.unauthorized': { audience: 'person', text: 'The app does not accept the login any more. Please log in again.' },
  'app.forbidden': { audience: 'person', text: 'Your account lacks the permission for this.' },
  'app.bad_input': { audience: 'person', text: 'The app did not accept what was entered.' },
  'app.not_found': { audience: 'person', text: 'The app could not find that.' },
  'app.conflict': { audience: 'person', text: 'The app reports a conflict with what is there already.' },
  'app.rate_limited': { audience: 'remote', text: 'The app is receiving too many requests. Please try again later.' },
  'app.busy': { audience: 'remote', text: 'The app is being asked as often as it may be. Please try again later.' },
  'app.unavailable': { audience: 'remote', text: 'The app cannot be reached right now. Please try again later.' },
  'app.unexpected_answer': { audience: 'remote', text: 'The app gave an answer that I do not understand.' },
  'egress.refused': {
    audience: 'operator',
    text: 'I am not allowed to call that address. Please tell your administrator.',
  },
  'chat.request_invalid': { audience: 'remote', text: 'I could not read that.' },
  'chat.under_way': { audience: 'remote', text: 'I am already working on that.' },
  'chat.delivery_failed': { audience: 'remote', text: 'I could not deliver the answer.' },
  'chat.file_gone': { audience: 'person', text: 'That file is not there any more. Please send it again.' },
  'chat.file_too_large': { audience: 'person', text: 'That file is too large.' },
  'chat.file_forbidden': {
    audience: 'operator',
    text: 'I am not allowed to read that file. Please tell your administrator.',
  },
  'chat.file_unavailable': {
    audience: 'remote',
    text: 'That file cannot be read right now. Please try again later.',
  },
  'job.interrupted': {
    audience: 'operator',
    text: 'I was interrupted and cannot tell whether the last step was done. Please check in the app before you repeat it.',
  },
  'job.cancelled': { audience: 'person', text: 'This was cancelled.' },
  'job.timeout': { audience: 'builder', text: 'This took longer than it may take.' },
  'job.limit': { audience: 'builder', text: 'This is more than I can work on at once.' },
  'job.lost': { audience: 'remote', text: 'Another process has taken this over.' },
  internal: { audience: 'operator', text: 'Something went wrong on my side.' },
} as const satisfies Record<string, { audience: ErrorAudience; text: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Writes a text in the language of whoever reads it (BCP 47; `undefined`: English): who throws does not know that. */
export type Wording = (locale: string | undefined) => string;

export interface BehalfErrorOptions {
  /** What the person reads instead of the code's general text. Never internals, never a secret. */
  readonly userText?: string | Wording;
  /** Facts for the log: ids, statuses, sizes. Never a token, a body or a person's text. */
  readonly details?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Milliseconds after which a repeat makes sense (Retry-After). */
  readonly retryAfterMs?: number;
}

/**
 * The one error class of the service. Branch on `code` through {@link isBehalfError}; `instanceof` lies across realms.
 * `message` is for operators; `wording` for the person, see `errorText`; `ref` stands in both, so that a report finds its
 * log line. `userText` is what the person reads in English.
 */
export class BehalfError extends Error {
  override readonly name = 'BehalfError';
  readonly code: ErrorCode;
  readonly ref: string;
  readonly userText: string;
  /** Absent where the code's general text is enough. */
  readonly wording: string | Wording | undefined;
  readonly details: NonNullable<BehalfErrorOptions['details']>;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: BehalfErrorOptions = {}) {
    super(message);
    this.code = code;
    this.ref = randomBytes(4).toString('hex');
    const { userText: wording } = options;
    this.wording = wording;
    this.userText = (typeof wording === 'function' ? wording(undefined) : wording) ?? ERROR_CODES[code].text;
    this.details = options.details ?? {};
    this.retryAfterMs = options.retryAfterMs;
  }

  get audience(): ErrorAudience {
    return ERROR_CODES[this.code].audience;
  }
}

/** What a person can do about an error; each kind has its own way of being told, log level and label in metrics. */
export type ErrorKind = 'login' | 'permission' | 'administrator' | 'unreachable' | 'input' | 'internal';

const KINDS: Partial<Record<ErrorCode, ErrorKind>> = {
  'oauth.invalid_grant': 'login',
  'app.unauthorized': 'login',
  'app.forbidden': 'permission',
  'app.bad_input': 'input',
  'app.not_found': 'input',
  'app.conflict': 'input',
  'chat.file_gone': 'input',
  'chat.file_too_large': 'input',
  'chat.file_unavailable': 'unreachable',
  'oauth.transient': 'unreachable',
  'app.rate_limited': 'unreachable',
  'app.busy': 'unreachable',
  'app.unavailable': 'unreachable',
  'store.unavailable': 'unreachable',
};

export function kindOf({ audience, code }: Pick<BehalfError, 'audience' | 'code'>): ErrorKind {
  return KINDS[code] ?? (audience === 'operator' || audience === 'builder' ? 'administrator' : 'internal');
}

/** True for a {@link BehalfError}, with that code where one is given (or one of several). */
export function isBehalfError(error: unknown, ...codes: readonly ErrorCode[]): error is BehalfError {
  if (typeof error !== 'object' || error === null || !('name' in error) || error.name !== 'BehalfError') return false;
  return codes.length === 0 || ('code' in error && codes.some((code) => code === error.code));
}

/** Makes a stranger's error ours. Only its name and code are kept: foreign messages and fields may hold secrets. */
export function asBehalfError(error: unknown): BehalfError {
  if (isBehalfError(error)) return error;
  return new BehalfError('internal', `Unexpected ${describeForeignError(error)}`);
}

/** Code of a foreign error, or its name: never its message. */
export function foreignCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'name' in error && typeof error.name === 'string' ? error.name : 'error';
}

/** Name, code and (for errors of this code base and of Node) the place of a foreign error, without its message. */
export function describeForeignError(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  const name = 'name' in error && typeof error.name === 'string' ? error.name : 'error';
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  const stack = 'stack' in error && typeof error.stack === 'string' ? error.stack : '';
  const place = /\n\s+at (.+)/.exec(stack)?.[1];
  return `${name}${code}${place ? ` at ${place}` : ''}`;
}
