import type { Formats } from '../formats.js';

/** What stands around replies that are more than a chat takes in one message. */
export const long = (format: Formats) => {
  const charactersOf = (count: number) =>
    format.plural(count, { one: '1 character', other: `${format.number(count)} characters` });
  return {
    /** Below the beginning of a reply that is in a file. */
    wholeInFile: (name: string, isAside: boolean) =>
      isAside
        ? `This is the beginning. The whole is in the file ${name}, which I send you in our direct message.`
        : `This is the beginning. The whole is in the file ${name} below.`,
    /** Below a table of which a part is shown. */
    tableInFile: (name: string, rows: number, isAside: boolean) => {
      const all = format.plural(rows, { one: 'The whole row is', other: `All ${format.number(rows)} rows are` });
      return isAside
        ? `${all} in the file ${name}, which I send you in our direct message.`
        : `${all} in the file ${name} below.`;
    },
    /** The same where the person is asked before they get a file; `isPublic`: for all in a channel. */
    wholeOffered: (name: string, isPublic: boolean) =>
      isPublic
        ? `The rest is left out here. The whole is in the file ${name}, which I offer the person who asked in their chat with me.`
        : `This is the beginning. The whole is in the file ${name} below; press Allow there to have it in your OneDrive.`,
    tableOffered: (name: string, rows: number, isPublic: boolean) => {
      const all = format.plural(rows, { one: 'The whole row is', other: `All ${format.number(rows)} rows are` });
      return isPublic
        ? `${all} in the file ${name}, which I offer the person who asked in their chat with me.`
        : `${all} in the file ${name} below; press Allow there to have it in your OneDrive.`;
    },
    /** What became of such a file. */
    fileGiven: (name: string) => `The file ${name} is in your OneDrive.`,
    fileDeclined: (name: string) => `All right, I don't give you the file ${name}, and have thrown it away.`,
    fileGone: 'I do not have that file any more. Please ask me again if you still need it.',
    notUploaded: (name: string) =>
      `I could not put the file ${name} into your OneDrive. Please press Allow again in a moment. If that does not help, ask an administrator whether your OneDrive can take it.`,
    /** Stand with the files. */
    wholeReply: 'The whole reply',
    wholeTable: 'The whole table',
    /** In place of a file that the chat does not take. */
    notAttached: (name: string, characters: number) =>
      `I could not attach the file ${name}, so ${charactersOf(characters)} of this reply cannot be shown. Please ask an administrator to let me upload files.`,
    /** At the end of what is shown of a reply. */
    leftOut: (characters: number) =>
      `This reply is too long to be shown whole. Left out at its end: ${charactersOf(characters)}.`,
  };
};
