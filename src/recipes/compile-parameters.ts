import { BoundedRegExp } from '../language/bounded-regexp.js';
import type { Position } from '../language/problem.js';
import type { CompileContext } from '../language/template.js';
import type { YamlPath } from '../language/yaml-document.js';
import { compileSearch } from './compile-search.js';
import type { Parameter, ParameterOption, Validation } from './compiled-parameter.js';
import type { ParameterShape, SearchShape, ValidationShape } from './parameter-shape.js';
import { parseParameterValue, writtenForMachines } from './parameter-values.js';

interface Context extends CompileContext {
  readonly positionOf: (path: YamlPath) => Position;
  readonly report: (path: YamlPath, message: string, hint?: string) => void;
}

/** Which keys of `validate` mean something, by type. */
const TEXT_RULES = ['pattern', 'min_length', 'max_length'];
const RULES: Readonly<Record<Parameter['type'], readonly string[]>> = {
  string: TEXT_RULES,
  text: TEXT_RULES,
  number: ['min', 'max'],
  boolean: [],
  date: [],
  time: [],
  select: [],
  user: [],
  file: ['max_size_mb', 'types'],
};

/** The parameters of a command as it runs; `path` is where their list stands. */
export function compileParameters(
  written: readonly ParameterShape[],
  path: YamlPath,
  context: Context,
): readonly Parameter[] {
  const seen = new Set<string>();
  return written.map((one, index) => {
    const place = [...path, index];
    if (seen.has(one.name)) context.report([...place, 'name'], `the parameter "${one.name}" is there twice`);
    seen.add(one.name);
    return compileParameter(one, place, context);
  });
}

function compileParameter(written: ParameterShape, path: YamlPath, context: Context): Parameter {
  const { default: standard, example, hint, hidden, name, optional, options, prompt, type, validate } = written;
  if ((type === 'select') !== (options !== undefined))
    context.report(
      [...path, type === 'select' ? 'type' : 'options'],
      type === 'select' ? 'a select needs options' : `a ${type} has no options`,
      type === 'select' ? 'add `options: [First, Second]`' : 'make it `type: select`, or remove them',
    );
  const validation = validate && compileValidation(validate, type, [...path, 'validate'], context);
  const parameter: Parameter = {
    name,
    type,
    optional,
    hidden,
    prompt: prompt ?? `${titleOf(name)}?`,
    ...sourceOf(written, path, context),
    ...(validation ? { validation } : {}),
    ...(hint === undefined ? {} : { hint }),
    ...(example === undefined ? {} : { example: String(example) }),
    ...context.positionOf([...path, 'name']),
  };
  if (standard === undefined || parameter.search) return parameter;
  const parsed = type === 'user' ? undefined : parseParameterValue(parameter, String(standard), writtenForMachines());
  // A day that moves on has no place in a file that is read once.
  if (parsed?.kind === 'ok' && typeof parsed.value !== 'object' && !isMoving(parameter, String(standard)))
    return { ...parameter, default: parsed.value };
  const advice = isMoving(parameter, String(standard))
    ? 'write a day, or make it optional and use job.started_at where it is missing'
    : undefined;
  context.report([...path, 'default'], `the default of "${name}" is no ${type}`, advice);
  return parameter;
}

/** Where the options come from. */
function sourceOf(
  { default: standard, hidden, options }: ParameterShape,
  path: YamlPath,
  context: Context,
): Pick<Parameter, 'options' | 'search'> {
  const place = [...path, 'options'];
  if (options === undefined) return {};
  if (Array.isArray(options)) return { options: compileOptions(options, place, context) };
  if (hidden)
    context.report([...path, 'hidden'], 'a hidden parameter has nobody to choose for it', 'leave out options');
  if (standard !== undefined)
    context.report([...path, 'default'], 'what an app finds has no default', 'make it `optional: true`');
  const search = compileSearch(options, place, context);
  return search ? { search } : {};
}

/** True for a day like `tomorrow`, which is another one each day. */
export function isMoving({ type }: Pick<Parameter, 'type'>, text: string): boolean {
  return type === 'date' && !/\d/.test(text);
}

/** The choices of a `select`; two that read the same are a mistake. */
export function compileOptions(
  written: Exclude<NonNullable<ParameterShape['options']>, SearchShape>,
  path: YamlPath,
  { report }: Pick<Context, 'report'>,
): readonly ParameterOption[] {
  const seen = new Set<string>();
  return written.map((option, index) => {
    const { label, value } = typeof option === 'object' ? option : { label: String(option), value: option };
    for (const words of new Set([label.toLowerCase(), String(value).toLowerCase()])) {
      if (seen.has(words)) report([...path, index], `the option "${words}" is there twice`);
      seen.add(words);
    }
    return { label, value };
  });
}

function compileValidation(
  written: ValidationShape,
  type: Parameter['type'],
  path: YamlPath,
  { report }: Context,
): Validation {
  const {
    message,
    pattern,
    min,
    max,
    min_length: minLength,
    max_length: maxLength,
    max_size_mb: maxMb,
    types,
  } = written;
  for (const key of Object.keys(written)) {
    if (key === 'message' || RULES[type].includes(key)) continue;
    const known = RULES[type].length === 0 ? 'nothing' : RULES[type].join(', ');
    report([...path, key], `"${key}" means nothing for a ${type}`, `a ${type} knows ${known}`);
  }
  if (min !== undefined && max !== undefined && min > max) report([...path, 'min'], 'min is more than max');
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength)
    report([...path, 'min_length'], 'min_length is more than max_length');
  let expression: RegExp | undefined;
  try {
    expression = pattern === undefined ? undefined : new BoundedRegExp(`^(?:${pattern})$`, 'u');
  } catch {
    report([...path, 'pattern'], 'this is no regular expression');
  }
  return {
    ...(expression ? { pattern: expression } : {}),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(maxMb === undefined ? {} : { maxBytes: Math.floor(maxMb * 1024 * 1024) }),
    ...(types === undefined ? {} : { types: types.map((one) => one.replace(/^\./u, '').toLowerCase()) }),
    ...(message === undefined ? {} : { message }),
  };
}

/** A name as the beginning of a sentence. */
export function titleOf(name: string): string {
  const words = name.replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
