import { BehalfError } from '../kernel/errors.js';
import { isFileValue } from '../kernel/file-value.js';
import { nearest } from '../language/did-you-mean.js';
import { toText } from '../language/template.js';
import type { Texts } from '../texts/english.js';
import { said } from '../texts/texts-for.js';
import type { ConnectorAction, InputField, ValueRule } from './action.js';
import { isOfFormat } from './value-formats.js';

/**
 * Holds input against what the action declares. Numbers in texts become numbers where numbers are declared, and the other
 * way round; absent values get their default or are left out. Fails with `app.bad_input`, whose text names the field.
 */
export function checkInput(
  action: Pick<ConnectorAction, 'name' | 'input'>,
  input: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const checked: [string, unknown][] = [];
  for (const field of action.input.values()) {
    const given = Object.hasOwn(input, field.name) ? input[field.name] : undefined;
    const value = isAbsent(given) ? field.default : given;
    if (isAbsent(value)) {
      if (field.required) throw badInput(action.name, 'missing', field.title);
      continue;
    }
    checked.push([field.name, checkValue(value, field, action.name)]);
  }
  return Object.fromEntries(checked);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

type InputTexts = Texts['apps']['input'];
/** How a value is called: a field by its title, an entry of a list by its place. */
type Title = string | ((texts: InputTexts) => string);
type NamedRule = Omit<ValueRule, 'type'> & Pick<InputField, 'items' | 'type'> & { readonly title: Title };

/** One value as its rule wants it. Fails with `app.bad_input`. */
export function checkValue(value: unknown, rule: NamedRule, action = ''): unknown {
  const converted = convert(value, rule, action);
  const { title, maxLength, format } = rule;
  if (maxLength !== undefined && lengthOf(converted) > maxLength) {
    const isList = Array.isArray(converted);
    throw badInput(action, isList ? 'tooLongList' : 'tooLong', title, maxLength);
  }
  if (format !== undefined && typeof converted === 'string' && !isOfFormat(converted, format)) {
    throw badInput(action, format, title);
  }
  return rule.enum === undefined ? converted : oneOf(converted, rule.enum, { title, action });
}

/** People write "high" where the app knows "High". */
function oneOf(
  value: unknown,
  values: readonly (string | number)[],
  { title, action }: { readonly title: Title; readonly action: string },
): unknown {
  const text = toText(value);
  const found =
    values.find((known) => known === value) ??
    values.find((known) => String(known).toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  const hasMore = values.length > MAX_LISTED;
  const near = hasMore ? nearest(text, values.map(String)) : undefined;
  const known = values.slice(0, MAX_LISTED).map(String);
  throw refused(action, (texts) => texts.oneOf(nameIn(title, texts), known, hasMore, near));
}

/** Most values that are listed to a person. */
const MAX_LISTED = 12;

function lengthOf(value: unknown): number {
  if (typeof value === 'string') return [...value].length;
  return Array.isArray(value) ? value.length : 0;
}

function convert(value: unknown, rule: NamedRule, action: string): unknown {
  const { type, title } = rule;
  switch (type) {
    case 'any':
      return value;
    case 'string':
      return toText(value);
    case 'number':
    case 'integer': {
      const number = typeof value === 'string' && /^\s*[+-]?\d/u.test(value) ? Number(value) : value;
      const isRight = type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number);
      if (!isRight) throw badInput(action, type, title);
      return number;
    }
    case 'boolean':
      if (typeof value === 'boolean') return value;
      if (value === 'true' || value === 'false') return value === 'true';
      throw badInput(action, 'boolean', title);
    case 'file':
      if (isFileValue(value)) return value;
      throw badInput(action, 'file', title);
    case 'array':
      return checkItems(Array.isArray(value) ? value : [value], rule, action);
    case 'object':
      if (typeof value === 'object' && !Array.isArray(value)) return value;
      throw badInput(action, 'form', title);
  }
}

function checkItems(values: readonly unknown[], { title, items }: NamedRule, action: string): readonly unknown[] {
  if (!items) return values;
  return values.map((value, index) => checkValue(value, { ...items, title: entryOf(title, index + 1) }, action));
}

function entryOf(title: Title, number: number): Title {
  return (texts) => texts.entry(nameIn(title, texts), number);
}

function nameIn(title: Title, texts: InputTexts): string {
  return typeof title === 'string' ? title : title(texts);
}

/** `text`: what is said of the value. */
function badInput(
  action: string,
  text: Exclude<keyof InputTexts, 'oneOf' | 'entry'>,
  title: Title,
  most = 0,
): BehalfError {
  return refused(action, (texts) => texts[text](nameIn(title, texts), most));
}

function refused(action: string, write: (texts: InputTexts) => string): BehalfError {
  return new BehalfError('app.bad_input', `The input of ${action} is not what it declares`, {
    userText: said(({ apps }) => write(apps.input)),
    details: { action },
  });
}
