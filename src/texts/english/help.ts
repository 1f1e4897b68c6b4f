import type { RichText } from '../../kernel/rich-text.js';
import type { Formats } from '../formats.js';
import { code, rich } from '../rich.js';

/** `help`, `help <command>`, and the answer to a text that calls nothing. */
export const help = (format: Formats) => ({
  title: 'What I can do for you',
  nothingYet: 'No command has been set up here yet.',
  /** Stands above commands that belong to no app. */
  more: 'More',
  builtIn: rich`${code('personal_connections')} shows the apps that you have logged in to. ${code('cancel')} ends a question or a request that waits for a login. ${code('help')} shows this, ${code('help')} with a command or an app shows more of it.`,
  page: (page: number, pages: number) => `Page ${page} of ${pages}.`,
  previousPage: 'Previous page',
  nextPage: 'Next page',
  connections: 'Personal connections',
  allCommands: 'All commands',
  run: 'Run it',
  help: 'Help',
  unknown: rich`I don't know that command. ${code('help')} shows what I can do.`,
  didYouMean: (names: readonly string[]): RichText =>
    rich`I don't know that command. Did you mean ${format.orOf(names.map(code))}?`,
  file: 'file',
  kinds: {
    text: 'a text of several lines',
    number: 'a number',
    boolean: 'yes or no',
    date: 'a date',
    time: 'a time',
    select: 'one of the choices',
    user: 'a person',
    file: 'a file',
  },
  type: (usage: string): RichText => rich`Type ${code(usage)}`,
  leaveOut: 'What you leave out, I ask for.',
  oneOf: (choices: string) => `one of: ${choices}`,
  manyMore: (count: number) => `${count} more`,
  example: (example: string) => `e.g. ${example}`,
  unless: (value: string) => `${value} unless you say`,
  optional: 'may be left out',
});
