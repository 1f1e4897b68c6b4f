import type { RichText } from '../../kernel/rich-text.js';
import type { Formats } from '../formats.js';
import { bold, italic, rich } from '../rich.js';

/** Prompts for logins, codes that prove a person, and what went wrong with a login. */
export const logins = (format: Formats) => ({
  pleaseConnect: (apps: readonly string[], recipe: string): RichText =>
    rich`Please connect to ${bold(format.and(apps))} to continue with ${italic(recipe)}.`,
  login: 'Login',
  loginTo: (app: string) => `Login to ${app}`,
  isConnected: (app: string, account: string) => `${app} is connected${account === '' ? '' : ` as ${account}`}.`,
  ownAccount:
    'You log in with your own account. I carry on by myself when you are back; nothing has to be typed again.',
  openedByOther: (app: string) =>
    `A login to ${app} was opened by somebody else than you, so I ended it and connected nothing. If you sent the link to anybody: it is for you alone. Press Login to try again.`,
  expired: 'That login has expired. Please press Login again.',
  unknownCode: 'I do not know that code, or it is not valid any more. Please check it, or press Login again.',
  lastCode: 'I do not know that code. For safety I take no more codes from you for a few minutes.',
  tooManyCodes: 'For safety I take no more codes from you for a few minutes. Please press Login again later.',
  codeOfOther: (app: string) =>
    `That code belongs to somebody else's login to ${app}. I have ended that login and connected nothing. If somebody sent you a link to log in, do not use it: tell your administrator.`,
  providerTrouble: (app: string) => `${app} has a problem right now. Please try again in a few minutes.`,
  requestRefused: (app: string) => `${app} refuses my request. Your administrator must fix the connection.`,
  notCompleted: (app: string) =>
    `${app} did not complete the login. Please try again, and tell your administrator if it keeps happening.`,
  tookTooLong: (app: string) => `The login to ${app} took too long. Please start again.`,
  credentialsRefused: (app: string) => `${app} refuses my credentials. Your administrator must fix the connection.`,
  unreachable: (app: string) => `${app} cannot be reached right now. Please try again in a few minutes.`,
  notUnderstood: (app: string) => `${app} gave an answer that I do not understand. Please tell your administrator.`,
  loginNotUnderstood: (app: string) =>
    `${app} gave an answer to the login that I do not understand. Please tell your administrator.`,
  accountRefused: (refused: {
    readonly account: string;
    readonly app: string;
    readonly domains: readonly string[];
    readonly organizations: readonly string[];
  }) => {
    const { account, app, domains, organizations } = refused;
    const allowed = [
      ...(domains.length > 0 ? [`with an e-mail address at ${format.or(domains)}`] : []),
      ...(organizations.length > 0 ? [`of the organisation ${format.or(organizations)}`] : []),
    ];
    return `${account} may not be used here, so I did not connect it. Please log in to ${app} with an account ${allowed.join(' and ')}.`;
  },
  accountUnknown: (app: string) =>
    `I could not find out which ${app} account this is, so I did not connect it. Please try again.`,
  accountNotTold: (app: string) => `${app} does not tell me which account you used.`,
});
