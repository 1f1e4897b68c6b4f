import { readFileSync } from 'node:fs';
import { BehalfError, foreignCode } from '../kernel/errors.js';

/** What `npm start` and `npm run behalf` name: whoever sets the variables otherwise needs no such file. */
const MAY_BE_MISSING = '.env';

const OPTION = '--settings';
const SETTING = /^\s*(?:export\s+)?[A-Za-z_][A-Za-z0-9_.]*\s*=\s*(.*)$/u;
const QUOTES = /^["'`]/u;
const HASH_INSIDE = /\S#/u;

/** The words of a command line without `--settings <file>`, and its file; that option may stand anywhere. */
export function takeSettingsFile(words: readonly string[]): {
  readonly words: readonly string[];
  readonly file?: string;
} {
  const at = words.findIndex((word) => word === OPTION || word.startsWith(`${OPTION}=`));
  const word = words[at];
  if (word === undefined) return { words };
  const isApart = word === OPTION;
  const file = isApart ? words[at + 1] : word.slice(OPTION.length + 1);
  if (file === undefined || file === '') throw new BehalfError('config.invalid', `${OPTION} needs the name of a file`);
  return { file, words: [...words.slice(0, at), ...words.slice(at + (isApart ? 2 : 1))] };
}

/**
 * Adds the settings of a file to the environment of the process, whose own win. Throws `config.invalid` with every line that
 * would not be understood, never with what stands there.
 */
export function readSettingsFile(file: string): void {
  const text = textOf(file);
  if (text === undefined) return;
  const mistakes = mistakesIn(text).map(({ line, what }) => `${file}:${line} ${what}`);
  if (mistakes.length > 0) throw new BehalfError('config.invalid', mistakes.join('\n'));
  process.loadEnvFile(file);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = foreignCode(error);
    if (code === 'ENOENT' && file === MAY_BE_MISSING) return undefined;
    if (code === 'ENOENT') throw new BehalfError('config.invalid', `There is no ${file} (${OPTION})`);
    const what =
      code === 'EISDIR' ? 'is a folder: it must be a file with one NAME=value a line' : `cannot be read (${code})`;
    throw new BehalfError('config.invalid', `${file} ${what}`);
  }
}

/** What Node would pass over or cut off without a word. */
function mistakesIn(text: string): readonly { readonly line: number; readonly what: string }[] {
  const lines = text.replace(/^\uFEFF/u, '').split(/\r?\n/u);
  const mistakes: { readonly line: number; readonly what: string }[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (/^\s*(?:#|$)/u.test(line)) continue;
    const value = SETTING.exec(line)?.[1];
    if (value === undefined) {
      mistakes.push({ line: at + 1, what: 'is not NAME=value; a comment begins with #' });
    } else if (QUOTES.test(value)) {
      const end = endOfQuoted(lines, at, value);
      if (end === undefined) mistakes.push({ line: at + 1, what: 'begins with a quotation mark that is not closed' });
      at = end ?? at;
    } else if (HASH_INSIDE.test(value)) {
      mistakes.push({ line: at + 1, what: 'has a # in its value: put the value into quotation marks' });
    }
  }
  return mistakes;
}

/** The line in which a value ends that is quoted, and may have several; undefined: in none. */
function endOfQuoted(lines: readonly string[], from: number, value: string): number | undefined {
  const quote = value.slice(0, 1);
  if (value.slice(1).includes(quote)) return from;
  const end = lines.findIndex((line, at) => at > from && line.includes(quote));
  return end < 0 ? undefined : end;
}
