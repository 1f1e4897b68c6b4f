import { BehalfError } from '../kernel/errors.js';
import { isFileValue } from '../kernel/file-value.js';
import { didYouMean } from '../language/did-you-mean.js';
import { toText } from '../language/template.js';
import type { ConnectorAction, InputField, ValueRule } from './action.js';
import { isOfFormat, WANTED_FORMATS } from './value-formats.js';

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
      if (field.required) throw badInput(action.name, `${field.title} is missing.`);
      continue;
    }
    checked.push([field.name, checkValue(value, field, action.name)]);
  }
  return Object.fromEntries(checked);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

type NamedRule = Omit<ValueRule, 'type'> & Pick<InputField, 'title' | 'items' | 'type'>;

/** One value as its rule wants it. Fails with `app.bad_input`. */
export function checkValue(value: unknown, rule: NamedRule, action = ''): unknown {
  const converted = convert(value, rule, action);
  const { title, maxLength, format } = rule;
  if (maxLength !== undefined && lengthOf(converted) > maxLength) {
    const unit = Array.isArray(converted) ? 'entries' : 'characters';
    throw badInput(action, `${title} is too long: at most ${maxLength} ${unit}.`);
  }
  if (format !== undefined && typeof converted === 'string' && !isOfFormat(converted, format)) {
    throw badInput(action, `${title} must be ${WANTED_FORMATS[format]}.`);
  }
  return rule.enum === undefined ? converted : oneOf(converted, rule.enum, { title, action });
}

/** People write "high" where the app knows "High". */
function oneOf(
  value: unknown,
  values: readonly (string | number)[],
  { title, action }: { readonly title: string; readonly action: string },
): unknown {
  const text = toText(value);
  const found =
    values.find((known) => known === value) ??
    values.find((known) => String(known).toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  const near = values.length > MAX_LISTED ? didYouMean(text, values.map(String)) : undefined;
  const known = values.slice(0, MAX_LISTED).join(', ');
  const hint = near?.startsWith('did you mean') ? ` D${near.slice(1)}` : '';
  const wanted = values.length > MAX_LISTED ? `${known}, …` : known;
  throw badInput(action, `${title} must be one of: ${wanted}.${hint}`);
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
      if (!isRight) throw badInput(action, `${title} must be a ${type === 'integer' ? 'whole ' : ''}number.`);
      return number;
    }
    case 'boolean':
      if (typeof value === 'boolean') return value;
      if (value === 'true' || value === 'false') return value === 'true';
      throw badInput(action, `${title} must be yes or no.`);
    case 'file':
      if (isFileValue(value)) return value;
      throw badInput(action, `${title} must be a file that was sent in the chat.`);
    case 'array':
      return checkItems(Array.isArray(value) ? value : [value], rule, action);
    case 'object':
      if (typeof value === 'object' && !Array.isArray(value)) return value;
      throw badInput(action, `${title} is not in the right form.`);
  }
}

function checkItems(values: readonly unknown[], { title, items }: NamedRule, action: string): readonly unknown[] {
  if (!items) return values;
  return values.map((value, index) => checkValue(value, { ...items, title: `${title}, entry ${index + 1},` }, action));
}

function badInput(action: string, userText: string): BehalfError {
  return new BehalfError('app.bad_input', `The input of ${action} is not what it declares`, {
    userText,
    details: { action },
  });
}
