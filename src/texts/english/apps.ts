import type { Formats } from '../formats.js';

/** What goes wrong with apps and what is sent to them. `says`: what the app said itself, or nothing. */
export const apps = (_format: Formats) => ({
  unreachable: (app: string) => `${app} cannot be reached right now. Please try again later.`,
  rateLimited: (app: string, ms: number | undefined) =>
    `${app} is receiving too many requests. Please try again ${inWords(ms)}.`,
  says: (app: string, words: string) => `${app} says: ${words}`,
  loginRefused: (app: string) => `${app} does not accept your login any more. Please log in again.`,
  credentialsRefused: (app: string) =>
    `${app} does not accept my credentials. Your administrator must fix the connection.`,
  ownAccount: (app: string, account: string | undefined) =>
    `Your ${app} account${account === undefined ? '' : ` (${account})`}`,
  sharedAccount: (app: string, account: string | undefined) =>
    `The account${account === undefined ? '' : ` (${account})`} that I use for ${app}`,
  forbidden: (who: string, purpose: string) => `${who} may not ${purpose}.`,
  whoCanAllow: (app: string) => `Whoever administers ${app} can allow it.`,
  notFound: (app: string) => `${app} could not find that.`,
  conflict: (app: string) => `${app} reports a conflict with what is there already.`,
  badInput: (app: string) => `${app} did not accept what was entered.`,
  notUnderstood: (app: string) => `${app} gave an answer that I do not understand.`,
  addressRefused: (app: string) => `I am not allowed to call the address of ${app}. Please tell your administrator.`,
  /** Complete `forbidden`. */
  purposes: { identity: 'tell me who you are', test: 'be reached with this connection' },
  input: {
    missing: (field: string) => `${field} is missing.`,
    tooLongList: (field: string, most: number) => `${field} is too long: at most ${most} entries.`,
    tooLong: (field: string, most: number) => `${field} is too long: at most ${most} characters.`,
    oneOf: (field: string, values: readonly string[], hasMore: boolean, near: string | undefined) =>
      `${field} must be one of: ${values.join(', ')}${hasMore ? ', …' : ''}.${near === undefined ? '' : ` Did you mean "${near}"?`}`,
    number: (field: string) => `${field} must be a number.`,
    integer: (field: string) => `${field} must be a whole number.`,
    boolean: (field: string) => `${field} must be yes or no.`,
    file: (field: string) => `${field} must be a file that was sent in the chat.`,
    form: (field: string) => `${field} is not in the right form.`,
    date: (field: string) => `${field} must be a date such as 2026-11-27.`,
    'date-time': (field: string) => `${field} must be a date and time with its offset, such as 2026-11-27T09:30:00Z.`,
    email: (field: string) => `${field} must be an e-mail address.`,
    uri: (field: string) => `${field} must be a web address such as https://example.com/page.`,
    entry: (field: string, number: number) => `${field}, entry ${number},`,
  },
  /** Values that cannot stand where a request wants them. */
  impossible: {
    no_file: 'I cannot do that: nobody has sent a file.',
    other_file: 'I cannot do that: this is no file that was sent in the chat.',
    file_name: 'I cannot do that: the name of the file cannot be used.',
    file_content: 'I cannot do that: the content of the file is not in base64.',
    file_size: 'I cannot do that: the file is too large.',
    other_place: 'I cannot do that: a value leads to another place in the app.',
    no_path: 'I cannot do that: the path has no segments.',
    no_names: 'I cannot do that: the query parameters have no names.',
    empty: 'I cannot do that: a value that is part of the address is empty.',
    address: 'I cannot do that: a value cannot be part of an address.',
    header: 'I cannot do that: a value cannot be part of a request header.',
  },
});

function inWords(ms: number | undefined): string {
  if (ms === undefined) return 'later';
  const seconds = Math.ceil(ms / 1000);
  if (seconds <= 1) return 'in a moment';
  if (seconds < 120) return `in ${seconds} seconds`;
  return seconds < 7200 ? `in ${Math.ceil(seconds / 60)} minutes` : `in ${Math.ceil(seconds / 3600)} hours`;
}
