import { z } from 'zod';
import { didYouMean } from './did-you-mean.js';
import type { Problem } from './problem.js';
import type { YamlDocument, YamlPath } from './yaml-document.js';

/** Separates a message from its hint: the error functions of zod can only give one string. */
const HINT_MARK = '\nhint: ';

/** An object that knows its keys: any other is an error with a suggestion. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const hint = didYouMean(issue.keys[0] ?? '', Object.keys(shape));
      return withHint('is not known here', hint);
    },
  });
}

/** A string that fits a pattern; `explanation` completes "must be …". */
export function pattern(expression: RegExp, explanation: string): z.ZodString {
  const error = `must be ${explanation}`;
  return z.string({ error }).regex(expression, { error });
}

export type ShapeResult<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'broken'; readonly problems: readonly Problem[] };

/** Holds a YAML document against a schema; each mistake becomes a problem at its place. */
export function checkShape<T>(document: YamlDocument, schema: z.ZodType<T>): ShapeResult<T> {
  // Files are read seldom: to compile a check for each shape takes longer than all of them save.
  const result = schema.safeParse(document.value, { jitless: true });
  if (result.success) return { kind: 'ok', value: result.data };
  const problems = result.error.issues.flatMap((issue) => toProblems(document, issue, []));
  return {
    kind: 'broken',
    problems: problems.toSorted((left, right) => left.line - right.line || left.column - right.column),
  };
}

type Issue = z.core.$ZodIssue;

function toProblems(document: YamlDocument, issue: Issue, base: YamlPath): readonly Problem[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  if (issue.code === 'invalid_union') return unionProblems(document, issue, path);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(document, issue, [...path, key]));
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? 'is not allowed';
    return [problem(document, { path, message: `the name ${show(path.at(-1))} ${message}`, atKey: true })];
  }
  return [problem(document, { path, message: `${show(path.at(-1))} ${describe(document, issue, path)}` })];
}

function unknownKey(document: YamlDocument, issue: Issue, path: YamlPath): Problem {
  return problem(document, { path, message: `${show(path.at(-1))} ${issue.message}`, atKey: true });
}

/** Of the forms that a value may have, the one that was most likely meant: its keys are there, and it has the fewest mistakes. */
function unionProblems(document: YamlDocument, union: UnionIssue, path: YamlPath): readonly Problem[] {
  const found = valueAt(document.value, path);
  if ('options' in union && Array.isArray(union.options)) {
    const what = found === undefined ? 'is missing' : `must be ${listed(union.options)}`;
    return [problem(document, { path, message: `${show(path.at(-1))} ${what}` })];
  }
  const isMap = typeof found === 'object' && found !== null && !Array.isArray(found);
  const forms = union.errors.filter((issues) => !issues.some(isOtherType));
  const branches = (forms.length > 0 ? forms : union.errors).map((issues) => ({
    issues,
    ...keyMistakes(found, issues),
  }));
  const best = branches.toSorted(
    (left, right) => left.missing.length - right.missing.length || cost(left) - cost(right),
  )[0];
  if (best && isMap && best.missing.length === 0) {
    return best.issues.flatMap((issue) => toProblems(document, issue, path));
  }
  const missing = [...new Set(branches.flatMap((branch) => branch.missing))];
  const strange = branches[0]?.unknown.filter((key) => branches.every((branch) => branch.unknown.includes(key))) ?? [];
  if (isMap && strange.length > 0) {
    return strange.map((key) => {
      const message = withHint(`"${key}" is not known here`, didYouMean(key, missing));
      return problem(document, { path: [...path, key], message, atKey: true });
    });
  }
  if (found === undefined) return [problem(document, { path, message: `${show(path.at(-1))} is missing` })];
  if (best && !isMap && forms.length > 0) return best.issues.flatMap((issue) => toProblems(document, issue, path));
  const message = isMap ? `needs one of: ${missing.join(', ')}` : describeForms(found, union.errors);
  return [problem(document, { path, message: `${show(path.at(-1))} ${message}` })];
}

/** What a value may be that has none of these forms. */
function describeForms(found: unknown, forms: readonly (readonly Issue[])[]): string {
  const own = forms.flatMap((issues) => issues.filter(({ path }) => path.length === 0));
  const types = own.flatMap((issue) => (issue.code === 'invalid_type' ? [TYPE_WORDS[issue.expected] ?? ''] : []));
  const values = own.flatMap((issue) => (issue.code === 'invalid_value' ? issue.values : []));
  const allowed = [...new Set([...values.map(String), ...types])].filter((word) => word !== '');
  if (allowed.length === 0) return 'has none of the forms that are allowed here';
  const hint = typeof found === 'string' ? suggestion(found, values) : undefined;
  return withHint(`must be ${listed(allowed)}, not ${values.length > 0 ? `"${String(found)}"` : kindOf(found)}`, hint);
}

/** True when the value as a whole is of another type than the form wants, or none of the words that it knows. */
function isOtherType({ code, path }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}

type UnionIssue = Extract<Issue, { code: 'invalid_union' }>;

interface KeyMistakes {
  readonly missing: readonly string[];
  readonly unknown: readonly string[];
}

/** Keys of the value itself that a form misses or does not know. */
function keyMistakes(value: unknown, issues: readonly Issue[]): KeyMistakes {
  const own = issues.filter((issue) => issue.path.length <= 1);
  return {
    missing: own.flatMap((issue) => {
      const key = issue.path[0];
      return key !== undefined && typeof key !== 'symbol' && valueAt(value, [key]) === undefined ? [String(key)] : [];
    }),
    unknown: own.flatMap((issue) => (issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [])),
  };
}

function cost(branch: KeyMistakes & { readonly issues: readonly Issue[] }): number {
  return branch.unknown.length * 100 + branch.issues.length;
}

function isNumber(origin: string): boolean {
  return origin === 'number' || origin === 'int' || origin === 'bigint';
}

function describe(document: YamlDocument, issue: Issue, path: YamlPath): string {
  const found = valueAt(document.value, path);
  if (found === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `${ownWords(issue) ?? `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`}, not ${kindOf(found)}`;
    case 'invalid_value':
      return withHint(
        `must be ${listed(issue.values)}`,
        typeof found === 'string' ? suggestion(found, issue.values) : undefined,
      );
    case 'too_small':
      return isNumber(issue.origin) ? `must be at least ${issue.minimum}` : `needs at least ${issue.minimum}`;
    case 'too_big':
      return isNumber(issue.origin) ? `must be at most ${issue.maximum}` : `is too long: at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** What the shape itself says must be there. */
function ownWords({ message }: Issue): string | undefined {
  return message.startsWith('must be ') ? message : undefined;
}

function problem(
  document: YamlDocument,
  found: { readonly path: YamlPath; readonly message: string; readonly atKey?: boolean },
): Problem {
  const place = found.atKey ? document.positionOfKey(found.path) : document.positionOf(found.path);
  const [message = '', hint] = found.message.split(HINT_MARK);
  return { file: document.file, ...place, severity: 'error', message, ...(hint ? { hint } : {}) };
}

function withHint(message: string, hint: string | undefined): string {
  return hint ? `${message}${HINT_MARK}${hint}` : message;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of names and values',
};

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return TYPE_WORDS[typeof value] ?? typeof value;
}

function listed(values: readonly unknown[]): string {
  return values.map(String).join(' or ');
}

function suggestion(word: string, values: readonly unknown[]): string | undefined {
  const near = didYouMean(word, values.map(String));
  return near?.startsWith('did you mean') ? near : undefined;
}

function show(part: string | number | undefined): string {
  if (part === undefined) return 'the file';
  return typeof part === 'number' ? `entry ${part + 1}` : `"${part}"`;
}

/** The value at a path of plain data; undefined where there is none. */
export function valueAt(value: unknown, path: YamlPath): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    current = Reflect.get(current, part);
  }
  return current;
}
