import type { RichText } from '../../kernel/rich-text.js';
import type { Formats } from '../formats.js';
import { bold, rich } from '../rich.js';

/** What is kept about a person: the file with it, and erasing it. */
export const privacy = (format: Formats) => ({
  exportMine: 'Export my data',
  eraseMine: 'Erase everything about me',
  ready: (minutes: number) =>
    `Everything that I keep about you is ready as a file. The link works once, and for ${minutes} minutes. Do not pass it on: whoever has it can fetch the file.`,
  fetchIt: 'Get the file',
  back: 'Back',
  ask: rich`Erase ${bold('everything')} that I keep about you?` as RichText,
  endsConnections: 'All your connections are disconnected, and each app that allows it is asked to revoke your login.',
  endsRequests: 'Your requests that wait or run are cancelled; one that is in the middle of a step ends after it.',
  removesPast:
    'Your past requests and their results are removed, and so are open logins, buttons, forms and questions.',
  auditStays: (days: number) =>
    `The audit log stays: it tells who did what, when and as which account, and is no log if people can erase themselves from it. It is encrypted, and its entries go after ${days === 1 ? 'one day' : `${format.number(days)} days`}.`,
  restStays:
    'What stands in this chat and what was done in other apps stays there. Requests of others keep what they hold of you, such as an answer you gave, until they are over and forgotten. Backups keep it until they are replaced.',
  startsAfresh:
    'You can go on using me afterwards; I will not know you then. What you start before I say that it is done is erased as well.',
  eraseAll: 'Erase everything',
  keep: 'Keep it',
  begun: 'I am erasing everything that I keep about you. I tell you in our conversation when it is done.',
  done: 'Everything that I kept about you is erased.',
  revoking: (connection: string) => `${connection} is disconnected, and the app is being asked to revoke the login.`,
  notRevocable: (connection: string) =>
    `${connection} is disconnected here. The app cannot be asked to revoke the login; you can end it in your account there.`,
  notReadable: (connection: string) =>
    `${connection} is removed here. I could not read its login any more, so the app cannot be asked to revoke it; please end it in your account there.`,
  wasEnded: (connection: string) => `${connection} is removed; there was no login any more.`,
  unclear: (connection: string) =>
    `${connection} is disconnected here. I was interrupted meanwhile: please look into your account there whether the login has ended.`,
  noConnections: 'You had no connections.',
  requests: (count: number) =>
    count === 0
      ? 'There were no requests of yours.'
      : count === 1
        ? 'One request with its result is removed.'
        : `${format.number(count)} requests with their results are removed.`,
  page: {
    title: 'Your data',
    text: 'This file holds everything that the bot keeps about you, as JSON. There are no passwords and no logins in it.',
    download: 'Download',
    once: 'The link works once. Keep the file to yourself.',
    goneTitle: 'This link is no longer valid',
    gone: 'It has been used, or is too old. Write “personal_connections” to the bot for a new one.',
  },
});
