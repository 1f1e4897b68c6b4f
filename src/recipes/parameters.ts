import type { Parameter } from './compiled-parameter.js';
import { QUOTES, unquote } from './parameter-values.js';

/** What {@link normalizeCommand} changes nothing of: nearly everything that people type. */
const PLAIN_COMMAND = /^[!-@[-`{-~a-z]+(?: [!-@[-`{-~a-z]+)*$/;

/** Lower case, single spaces: how commands are compared. */
export function normalizeCommand(text: string): string {
  return PLAIN_COMMAND.test(text) ? text : text.normalize('NFC').trim().replaceAll(/\s+/gu, ' ').toLowerCase();
}

export interface InlineParameters {
  /** What was written for each declared name, as text. */
  readonly values: Readonly<Record<string, string>>;
  /** What stands before the first name. */
  readonly rest: string;
}

/**
 * Splits `account: Acme amount: 5000` at declared names only, so that values may hold spaces, colons and addresses. Names
 * count in any case, at the beginning or after a space. A value in quotes may even hold a declared name. Of a name given
 * twice the last counts.
 */
export function parseInlineParameters(text: string, parameters: readonly Pick<Parameter, 'name'>[]): InlineParameters {
  const starts = findNames(
    text,
    parameters.map((parameter) => parameter.name),
  );
  const values = starts.map(({ name, valueStart }, index): [string, string] => {
    const end = starts[index + 1]?.start ?? text.length;
    return [name, unquote(text.slice(valueStart, end).trim())];
  });
  return { values: Object.fromEntries(values), rest: text.slice(0, starts[0]?.start ?? text.length).trim() };
}

/** True for a text that gives a value to a declared name. */
export function hasInlineParameter(text: string, parameters: readonly Pick<Parameter, 'name'>[]): boolean {
  const names = parameters.map(({ name }) => name);
  return text.includes(':') && findNames(text, names).length > 0;
}

interface NameStart {
  readonly name: string;
  readonly start: number;
  readonly valueStart: number;
}

function findNames(text: string, names: readonly string[]): readonly NameStart[] {
  const declared = new Map(names.map((name) => [name.toLowerCase(), name]));
  const found: NameStart[] = [];
  const candidate = /(?<=^|\s)([a-z][a-z0-9_]*)\s?:/giu;
  for (let match = candidate.exec(text); match !== null; match = candidate.exec(text)) {
    const name = declared.get((match[1] ?? '').toLowerCase());
    if (name === undefined) {
      // Its own characters may hide the next name: `note: account: Acme`.
      candidate.lastIndex = match.index + 1;
      continue;
    }
    found.push({ name, start: match.index, valueStart: candidate.lastIndex });
    candidate.lastIndex = endOfQuoted(text, candidate.lastIndex) ?? candidate.lastIndex;
  }
  return found;
}

/** Where a quoted value ends: after the closing quote that a space or the end follows. */
function endOfQuoted(text: string, from: number): number | undefined {
  const start = from + (/^\s*/u.exec(text.slice(from))?.[0].length ?? 0);
  const closing = QUOTES[text.charAt(start)];
  if (closing === undefined) return undefined;
  for (let end = text.indexOf(closing, start + 1); end >= 0; end = text.indexOf(closing, end + 1)) {
    if (end + 1 === text.length || /\s/u.test(text.charAt(end + 1))) return end + 1;
  }
  return undefined;
}
