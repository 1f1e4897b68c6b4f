import type { Parameter } from './compiled-recipe.js';

export type ParameterValue = string | number | boolean;

export type ParsedParameter =
  | { readonly kind: 'ok'; readonly value: ParameterValue }
  | { readonly kind: 'invalid'; readonly message: string };

/** Longest text that a person may give for one parameter, in characters. */
const MAX_LENGTH = 4_000;
/** Digits that a number keeps without loss. */
const MAX_DIGITS = 15;

const NUMBER = /^[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?$/;
const YES = new Set(['yes', 'y', 'true', 'on', '1']);
const NO = new Set(['no', 'n', 'false', 'off', '0']);

/** Lower case, single spaces: how commands are compared. */
export function normalizeCommand(text: string): string {
  return text.normalize('NFC').trim().replaceAll(/\s+/gu, ' ').toLowerCase();
}

/**
 * Reads what a person gave for one parameter. Quotes around the whole are taken off; numbers are written `5000`,
 * `5,000.50` or `-3`. `message` says in the chat what is wrong.
 */
export function parseParameterValue(parameter: Pick<Parameter, 'name' | 'type'>, text: string): ParsedParameter {
  const value = unquote(text.trim());
  if (value === '') return invalid(`Please give a value for "${parameter.name}".`);
  if (value.length > MAX_LENGTH) return invalid(`"${parameter.name}" is too long: ${MAX_LENGTH} characters at most.`);
  switch (parameter.type) {
    case 'text':
      return { kind: 'ok', value };
    case 'string':
      return { kind: 'ok', value: value.replaceAll(/\s*\n\s*/gu, ' ') };
    case 'number':
      return parseNumber(parameter.name, value);
    case 'boolean': {
      const word = value.toLowerCase();
      if (YES.has(word)) return { kind: 'ok', value: true };
      return NO.has(word) ? { kind: 'ok', value: false } : invalid(`Please answer yes or no for "${parameter.name}".`);
    }
  }
}

function parseNumber(name: string, text: string): ParsedParameter {
  const digits = text.replaceAll(/\D/gu, '').length;
  if (!NUMBER.test(text) || digits > MAX_DIGITS) {
    return invalid(`"${name}" must be a number, like 5000 or 1250.50.`);
  }
  return { kind: 'ok', value: Number(text.replaceAll(',', '')) };
}

function invalid(message: string): ParsedParameter {
  return { kind: 'invalid', message };
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

const QUOTES: Readonly<Record<string, string>> = { '"': '"', '“': '”', '„': '“', '«': '»', "'": "'", '‘': '’' };

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

function unquote(text: string): string {
  const closing = QUOTES[text.charAt(0)];
  if (closing === undefined || text.length < 2 || !text.endsWith(closing)) return text;
  const inside = text.slice(1, -1);
  // Two quoted things are no quoted whole: `"a" and "b"`.
  return inside.includes(closing) ? text : inside;
}
