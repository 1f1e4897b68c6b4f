import type { Span } from '../../kernel/rich-text.js';
import type { Formats } from '../formats.js';
import { bold, code, rich } from '../rich.js';

/** The pages of a login. `place`: the chat that the person came from. */
export const pages = (format: Formats) => ({
  connectTitle: (app: string) => `Connect ${app}`,
  app: 'App',
  for: 'For',
  access: 'Access',
  everybody: 'everybody',
  continueTo: (app: string) => `Continue to ${app}`,
  ownAccount: (app: string) =>
    rich`You will log in to ${app} with your own account. From then on the bot works in ${app} as you when ${bold('you')} ask it to.`,
  onlyIfYou: (person: string, place: string) =>
    rich`Only go on if you are ${person} and have just asked for this in ${place}. If somebody sent you this link, close this page.`,
  sharedAccount: (app: string) =>
    rich`You will log in to ${app} with the account that the bot shall use for ${bold('everybody')} who may run its commands.`,
  onlyIfOperator: (place: string) =>
    rich`Only go on if you have just run ${code('behalf connect')} in ${place}. If somebody sent you this link, close this page.`,
  connected: 'Connected',
  isConnected: (app: string, account: Span | undefined) =>
    account === undefined ? rich`${app} is connected.` : rich`${app} is connected as ${account}.`,
  closeWindow: (place: string) =>
    `You can close this window and return to ${place}. What you asked for goes on by itself.`,
  oneMoreStep: 'One more step',
  loggedInAs: (app: string, account: string) => rich`You logged in to ${app} as ${bold(account)}.`,
  pasteCode: (place: string) =>
    rich`To finish, paste this code into ${bold('your own')} direct message with the bot in ${place}:`,
  code: 'Code',
  copy: 'Copy',
  copied: 'Copied',
  codeWorksFor: (ms: number) => `The code works for ${format.duration(ms)}.`,
  byItself: (place: string) => `In ${place} this happens by itself and the window closes.`,
  neverSendCode:
    'Only go on if you asked for this login yourself. Never send the code to anybody, whoever asks for it.',
  reference: (reference: string) => `Reference ${reference}`,
  terminal: 'the terminal',
  againInTerminal: (connection: string) => `To try again, open the link of behalf connect ${connection} once more.`,
  againInChat: (place: string) => `To try again, press Login in ${place}.`,
  gone: {
    title: 'This link does not work any more',
    text: 'It has been used, replaced or has expired. Go back to the chat and press Login there, or type your command again.',
  },
  failed: {
    title: 'That did not work',
    text: (problem: string) => `${problem} Go back to the chat and press Login there to try again.`,
  },
  foreign: {
    title: 'Please start in the chat',
    text: 'This page was not opened from our own login page. Go back to the chat and press Login there.',
  },
  notConnected: 'Not connected',
  denied: (app: string) => `You did not allow the access to ${app}, so nothing was connected.`,
  otherBrowser: {
    title: 'Another browser',
    text: 'This login was begun in another browser or window, or cookies are switched off. Nothing was connected. Press Login in the chat again and stay in the window that opens. If somebody sent you a link to this page, do not use it.',
  },
  otherConnection:
    'The answer of the app did not belong to this login. Nothing was connected. Please press Login in the chat again.',
  expired: {
    title: 'This login is over',
    text: 'It has been used already, or took too long. Your chat says whether you are connected; if it does not, press Login there again. If somebody sent you a link to this page, close it and tell your administrator.',
  },
});
