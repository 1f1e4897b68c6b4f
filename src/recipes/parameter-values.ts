import type { FileValue } from '../kernel/file-value.js';
import type { Texts } from '../texts/english.js';
import { isSpoken, textsFor } from '../texts/texts-for.js';
import type { Parameter, Validation } from './compiled-parameter.js';
import { parseDate, parseTime } from './dates.js';
import { readNumber } from './numbers.js';

/** Somebody of the chat platform; `name` and `email` are looked up after parsing. */
export interface Person {
  readonly id: string;
}

export type ParameterValue = string | number | boolean | Person | FileValue;

export type ParsedParameter =
  | { readonly kind: 'ok'; readonly value: ParameterValue }
  | { readonly kind: 'invalid'; readonly message: string };

/** What a value may depend on beside its own text. */
export interface ValueContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** IANA name; UTC where it is not known. */
  readonly timeZone?: string | undefined;
  /** Whom the text mentions: how it reads, and who it is. */
  readonly mentions?: readonly { readonly text: string; readonly userId: string }[] | undefined;
  /** In which it is said what is wrong, with the words for yes, no and days that may be typed. */
  readonly texts: Texts;
  /** Of whoever gave the value (BCP 47): how numbers are written there. Where it is not known, none is read that might be another. */
  readonly locale: string | undefined;
}

/** For values that nobody has typed in a language of their own: in files, from apps and in the fields of a form. */
export function writtenForMachines(): ValueContext {
  return { now: 0, texts: textsFor(undefined), locale: MACHINES };
}

type Expected = Pick<Parameter, 'name' | 'type' | 'options' | 'validation'>;

/** Longest text that a person may give for one parameter, in characters. */
export const MAX_VALUE_LENGTH = 4_000;
/** Numbers with a decimal point. */
export const MACHINES = 'en';
/** Options that are named when none fits. */
const NAMED_OPTIONS = 10;

/** In every language. */
const YES = new Set(['yes', 'y', 'true', 'on', '1']);
const NO = new Set(['no', 'n', 'false', 'off', '0']);

/**
 * Reads what a person gave for one parameter. Quotes around the whole are taken off; numbers are written as where the person
 * lives: `5000`, `5,000.50` or `-3` in English. `message` says in the chat what is wrong.
 */
export function parseParameterValue(parameter: Expected, text: string, context: ValueContext): ParsedParameter {
  const texts = context.texts.parameters;
  const value = unquote(text.trim());
  if (value === '') return invalid(texts.giveValue(parameter.name));
  if (value.length > MAX_VALUE_LENGTH) return invalid(texts.tooLong(parameter.name, MAX_VALUE_LENGTH));
  const parsed = parseTyped(parameter, value, context);
  if (parsed.kind === 'invalid' || !parameter.validation) return parsed;
  return fits(parsed.value, parameter.validation)
    ? parsed
    : invalid(parameter.validation.message ?? texts.bounds(parameter.name, parameter.validation));
}

function parseTyped(parameter: Expected, value: string, context: ValueContext): ParsedParameter {
  const { name } = parameter;
  const texts = context.texts.parameters;
  switch (parameter.type) {
    case 'text':
      return ok(value);
    case 'string':
      return ok(value.replaceAll(/\s*\n\s*/gu, ' '));
    case 'number':
      return parseNumber(name, value, context);
    case 'boolean': {
      const word = value.toLowerCase();
      if (YES.has(word) || word === texts.words.yes) return ok(true);
      return NO.has(word) || word === texts.words.no ? ok(false) : invalid(texts.yesOrNo(name));
    }
    case 'date':
      return orInvalid(parseDate(value, context, texts.words), texts.date(name));
    case 'time':
      return orInvalid(parseTime(value), texts.time(name));
    case 'select':
      return parseOption(parameter, value, texts);
    case 'file':
      return invalid(texts.file(name));
    case 'user': {
      const named = value.replace(/^@/, '').toLowerCase();
      const mention = context.mentions?.find(({ text }) => text.replace(/^@/, '').toLowerCase() === named);
      return mention ? ok({ id: mention.userId }) : invalid(texts.user(name));
    }
  }
}

function parseNumber(name: string, text: string, { locale, texts }: ValueContext): ParsedParameter {
  const isKnown = locale !== undefined && isSpoken(locale);
  const read = readNumber(text, isKnown ? textsFor(locale).format : undefined);
  if (read.kind === 'number') return ok(read.value);
  const { ambiguousNumber, number } = texts.parameters;
  return invalid(read.kind === 'none' ? number(name) : ambiguousNumber(name, text, read.whole, read.fraction));
}

function parseOption({ name, options = [] }: Expected, text: string, texts: Texts['parameters']): ParsedParameter {
  const typed = text.toLowerCase();
  const found =
    options.find(({ value }) => String(value) === text) ??
    options.find(({ label, value }) => label.toLowerCase() === typed || String(value).toLowerCase() === typed);
  if (found) return ok(found.value);
  const names = options.slice(0, NAMED_OPTIONS).map(({ label }) => label);
  return invalid(texts.oneOf(name, names, options.length > NAMED_OPTIONS));
}

function fits(value: ParameterValue, { max, maxLength, min, minLength, pattern }: Validation): boolean {
  if (typeof value === 'number') return value >= (min ?? value) && value <= (max ?? value);
  if (typeof value !== 'string') return true;
  const length = [...value].length;
  return length >= (minLength ?? 0) && length <= (maxLength ?? length) && matches(pattern, value);
}

function matches(pattern: RegExp | undefined, text: string): boolean {
  try {
    return pattern?.exec(text) !== null;
  } catch {
    // It took too long: whether it fits is not known.
    return false;
  }
}

function ok(value: ParameterValue): ParsedParameter {
  return { kind: 'ok', value };
}

function orInvalid(value: string | undefined, message: string): ParsedParameter {
  return value === undefined ? invalid(message) : ok(value);
}

function invalid(message: string): ParsedParameter {
  return { kind: 'invalid', message };
}

/** What opens a quoted value, with what closes it. */
export const QUOTES: Readonly<Record<string, string>> = {
  ...{ '"': '"', '“': '”', '„': '“', '«': '»', '»': '«' },
  ...{ "'": "'", '‘': '’', '‚': '‘' },
};

/** The inside of a text that is quoted as a whole; else the text. */
export function unquote(text: string): string {
  const closing = QUOTES[text.charAt(0)];
  if (closing === undefined || text.length < 2 || !text.endsWith(closing)) return text;
  const inside = text.slice(1, -1);
  // Two quoted things are no quoted whole: `"a" and "b"`.
  return inside.includes(closing) ? text : inside;
}
