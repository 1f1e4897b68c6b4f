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
