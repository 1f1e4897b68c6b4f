import jsonata from 'jsonata';
import { LRUCache } from 'lru-cache';
import { BehalfError } from '../kernel/errors.js';
import { BoundedRegExp } from './bounded-regexp.js';
import { rootReferences } from './datapill-references.js';
import { nearest } from './did-you-mean.js';
import { FUNCTIONS } from './functions.js';
import { isPlainPath, readPlainPath } from './plain-path.js';
import { toPlainValue } from './plain-value.js';
import type { Position } from './problem.js';
import { syntaxHint } from './syntax-hint.js';
import { whyItFailed } from './why-it-failed.js';

/** What datapills can see, by the first name of their path. Plain JSON values only. */
export type DatapillData = Readonly<Record<string, unknown>>;

/** One compiled `{{ … }}`. */
export interface Datapill {
  /** The expression as it was written, without the braces. */
  readonly source: string;
  readonly file: string;
  readonly position: Position;
  /** Characters from the position to the expression; absent where the file does not show the expression in one piece. */
  readonly lead?: number;
  /** Paths that the expression reads from the root of the data, for checking: `['parameters', 'account']`. */
  readonly references: readonly (readonly string[])[];
  /** The value as plain JSON data; undefined where there is none. Fails with `datapill.failed`. */
  evaluate(data: DatapillData): unknown | Promise<unknown>;
}

export type DatapillResult =
  | { readonly kind: 'ok'; readonly pill: Datapill }
  | { readonly kind: 'broken'; readonly message: string; readonly hint?: string };

export interface DatapillLimits {
  /** Longest evaluation, in ms. */
  readonly timeMs: number;
  /** Most calls under way at once: nested, or side by side in one map. */
  readonly depth: number;
  /** Longest sequence that an expression may build. */
  readonly sequence: number;
}

/** An expression takes well below a millisecond, one over a list of hundreds some; machines that are busy may stand still for longer in the middle. */
const DEFAULT_LIMITS: DatapillLimits = { timeMs: 1_000, depth: 20_000, sequence: 100_000 };

/** Longest expression, in characters: a person wrote it into a line or two. */
const MAX_LENGTH = 4_000;
/** Longest text that `$pad` may make. */
const MAX_PAD = 10_000;

/** Compiles one JSONata expression. `$eval` is not available: expressions come from authors, never from data. */
export function compileDatapill(
  source: string,
  place: Pick<Datapill, 'file' | 'position' | 'lead'>,
  limits: DatapillLimits = DEFAULT_LIMITS,
): DatapillResult {
  const text = source.trim();
  if (text === '') return { kind: 'broken', message: 'there is nothing between {{ and }}' };
  if (text.length > MAX_LENGTH)
    return { kind: 'broken', message: `the expression is longer than ${MAX_LENGTH} characters` };
  const whole = (data: DatapillData) => evaluate(expressionOf(text, limits), data, { source: text, ...place });
  if (isPlainPath(text)) {
    const segments = text.split('.');
    const read = (data: DatapillData) => readPlainPath(data, segments, () => whole(data));
    return { kind: 'ok', pill: { source: text, ...place, references: [segments], evaluate: read } };
  }
  const parsed = parse(text, limits);
  if (parsed.kind === 'broken') return parsed;
  const { references, variables } = rootReferences(parsed.expression.ast());
  const unknown = variables.find((name) => name !== '' && name !== '$' && !FUNCTIONS.has(name));
  if (unknown === 'eval') return { kind: 'broken', message: '$eval is not available' };
  if (unknown !== undefined) return { kind: 'broken', message: `there is no $${unknown}`, ...nearFunction(unknown) };
  return { kind: 'ok', pill: { source: text, ...place, references, evaluate: whole } };
}

/** JSONata takes an unknown name for nothing, and fails only when somebody waits for the answer. */
function nearFunction(name: string): { readonly hint?: string } {
  const near = nearest(name, FUNCTIONS);
  return near === undefined ? {} : { hint: `did you mean "$${near}"?` };
}

/** Ready to run, an expression takes 15 KB: those in use are kept, and shared by all datapills that are written alike. */
const inUse = new LRUCache<string, jsonata.Expression>({ max: 1_000 });

/** An expression that is known to be valid. */
function expressionOf(text: string, limits: DatapillLimits): jsonata.Expression {
  const key = `${limits.timeMs} ${limits.depth} ${limits.sequence} ${text}`;
  const known = inUse.get(key);
  if (known) return known;
  const parsed = parse(text, limits);
  if (parsed.kind === 'broken') throw new BehalfError('datapill.failed', `A datapill is not valid: ${parsed.message}`);
  inUse.set(key, parsed.expression);
  return parsed.expression;
}

type ParseResult =
  | { readonly kind: 'ok'; readonly expression: jsonata.Expression }
  | Extract<DatapillResult, { kind: 'broken' }>;

function parse(text: string, limits: DatapillLimits): ParseResult {
  try {
    const options: jsonata.JsonataOptions = { timeout: limits.timeMs, stack: limits.depth, sequence: limits.sequence };
    // Assigned apart: it is typed as the callable global, of which JSONata only uses `new`.
    Object.assign(options, { RegexEngine: BoundedRegExp });
    const expression = jsonata(text, options);
    expression.registerFunction('pad', pad, '<s-ns?:s>');
    return { kind: 'ok', expression };
  } catch (error) {
    const message = `the expression is not valid: ${syntaxMessage(error)}`;
    return { kind: 'broken', message, ...syntaxHint(text, positionOf(error)) };
  }
}

/** JSONata's own words about syntax: they speak of the author's text only, for no data is there yet. */
function syntaxMessage(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'it cannot be read';
  const message = 'message' in error && typeof error.message === 'string' ? error.message : 'it cannot be read';
  const position = positionOf(error);
  return position === undefined ? message : `${message} (character ${position})`;
}

function positionOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('position' in error)) return undefined;
  return typeof error.position === 'number' ? error.position : undefined;
}

async function evaluate(
  expression: jsonata.Expression,
  data: DatapillData,
  pill: Pick<Datapill, 'source' | 'file' | 'position'>,
): Promise<unknown> {
  let result: unknown;
  try {
    result = await expression.evaluate(data);
  } catch (error) {
    throw failure(pill, whyItFailed(error));
  }
  const plain = toPlainValue(result);
  if (plain.kind === 'refused') throw failure(pill, plain.reason);
  return plain.value;
}

/** Names the place and what is wrong there. */
function failure(pill: Pick<Datapill, 'file' | 'position'>, reason: string): BehalfError {
  const { line, column } = pill.position;
  return new BehalfError('datapill.failed', `The datapill at ${pill.file}:${line}:${column} failed: ${reason}`, {
    details: { file: pill.file, line, column, reason },
  });
}

/** As JSONata's own, which would build a text of any length. */
function pad(text: string | undefined, width: number, char?: string): string | undefined {
  if (text === undefined) return undefined;
  if (Math.abs(width) > MAX_PAD) throw Object.assign(new RangeError('too long'), { code: 'D2014' });
  const characters = [...text];
  const missing = Math.abs(Math.trunc(width)) - characters.length;
  if (missing <= 0) return text;
  const unit = char === undefined || char === '' ? [' '] : [...char];
  const padding = Array.from({ length: missing }, (_, index) => unit[index % unit.length]).join('');
  return width > 0 ? `${text}${padding}` : `${padding}${text}`;
}

/** Where a character of the expression stands in the file; where the datapill does, when that is all that is known. */
export function placeInside(pill: Pick<Datapill, 'position' | 'lead'>, offset: number | undefined): Position {
  const { line, column } = pill.position;
  return offset === undefined || pill.lead === undefined
    ? pill.position
    : { line, column: column + pill.lead + offset };
}
