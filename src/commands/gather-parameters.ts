import type { ChatFile } from '../chat/chat-file.js';
import type { ChatUser } from '../chat/chat-user.js';
import type { Parameter, ParameterOption } from '../recipes/compiled-parameter.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import { missingParameter } from '../recipes/missing-parameter.js';
import { parseParameterValue, type ValueContext } from '../recipes/parameter-values.js';
import { parseInlineParameters } from '../recipes/parameters.js';
import type { Texts } from '../texts/english.js';
import type { FileIntake } from './file-intake.js';

export type Words = Readonly<Record<string, string>>;
export type Values = Readonly<Record<string, unknown>>;

export interface ParameterProblem {
  readonly parameter: Parameter;
  /** What is wrong with what was given; absent where nothing was. */
  readonly message?: string;
  /** What it may be, out of what an app has found; absent where that was not asked for. */
  readonly choices?: readonly ParameterOption[];
}

/** What is known of a command's parameters, and the first thing that is not right about them. */
export interface Gathered {
  readonly values: Values;
  readonly problem?: ParameterProblem;
  /** What was typed for parameters whose value an app has to find first, by name. */
  readonly texts?: Words;
  /** What was typed and is for no parameter. */
  readonly unused?: string;
}

/** A mark or a smiley by itself says nothing that could be lost. */
const HAS_WORDS = /[\p{L}\p{N}]/u;
/** Characters of what was typed that are shown again. */
const SHOWN = 80;

/** What takes values: a command, or the fields of a question. */
interface Declared {
  readonly parameters: readonly Pick<Parameter, 'name' | 'default'>[];
}

/** What somebody typed and sent along. */
export interface Given {
  readonly text: string;
  /** What counts as typed for parameters, by name, unless `text` says otherwise. */
  readonly texts?: Words | undefined;
  readonly files?: readonly ChatFile[] | undefined;
}

/** What values are read with. */
export interface GatherContext extends ValueContext {
  readonly user: ChatUser;
  readonly intake: FileIntake;
}

/**
 * Inline values win over a button's; text before the first name counts for the first parameter that has no value, and a file
 * for the first one that takes a file.
 */
export function gather(
  recipe: CompiledRecipe,
  { files = [], text: rest, texts: known = {} }: Given,
  given: Values,
  context: GatherContext,
): Gathered {
  const inline = parseInlineParameters(rest, recipe.parameters);
  const values = usable(recipe, given, context);
  const texts: Record<string, string> = Object.assign({}, known, inline.values);
  const first = recipe.parameters.find(
    ({ hidden, name, type }) => !hidden && type !== 'file' && texts[name] === undefined && values[name] === undefined,
  );
  if (inline.rest !== '' && first) texts[first.name] = inline.rest;
  const unused = !first && HAS_WORDS.test(inline.rest) ? { unused: inline.rest } : {};
  let invalid: ParameterProblem | undefined;
  const sought: Record<string, string> = {};
  const wanting = files.length === 0 ? undefined : parameterForFile(recipe, values);
  for (const parameter of recipe.parameters) {
    const text = texts[parameter.name];
    const isSent = parameter === wanting;
    if (text === undefined && !isSent) continue;
    if (parameter.search && text !== undefined) {
      sought[parameter.name] = text;
      delete values[parameter.name];
      continue;
    }
    const parsed = isSent
      ? context.intake.take(context, parameter, files)
      : parseParameterValue(parameter, text ?? '', context);
    if (parsed.kind === 'ok') values[parameter.name] = parsed.value;
    else invalid ??= { parameter, message: parsed.message };
  }
  const problem = invalid ?? firstMissing(recipe, values, sought);
  return { values, texts: sought, ...unused, ...(problem ? { problem } : {}) };
}

/** What a button or a question gives, without files that this person has not sent. */
function usable(recipe: CompiledRecipe, given: Values, { intake, user }: GatherContext): Record<string, unknown> {
  const files = recipe.parameters.filter(({ type }) => type === 'file').map(({ name }) => name);
  const entries = Object.entries(given).filter(
    ([name, value]) => value !== undefined && value !== null && (!files.includes(name) || intake.isOf(user, value)),
  );
  return Object.fromEntries(entries);
}

/** The parameter that a file which is sent along is for: the first that takes one and has none. */
export function parameterForFile(recipe: CompiledRecipe, values: Values): Parameter | undefined {
  return recipe.parameters.find(({ hidden, name, type }) => type === 'file' && !hidden && values[name] === undefined);
}

/** An answer to the question for one parameter, with what is missing or wrong then. A file may be for another one. */
export function takeAnswer(
  recipe: CompiledRecipe,
  parameter: Parameter,
  answer: Given & { readonly given: Values },
  context: GatherContext,
): Gathered {
  const { files = [], text } = answer;
  const values: Record<string, unknown> = { ...answer.given };
  const target = parameter.type === 'file' ? parameter : files.length > 0 && parameterForFile(recipe, values);
  const wrong = (message: string): Gathered => ({ values: answer.given, problem: { parameter, message } });
  if (target === undefined) return wrong(context.texts.commands.noUseForFile(recipe.name));
  if (target) {
    const taken = context.intake.take(context, target, files);
    if (taken.kind === 'invalid') return wrong(taken.message);
    values[target.name] = taken.value;
  }
  const texts: Record<string, string> = {};
  if (parameter !== target && (text.trim() !== '' || !target)) {
    if (parameter.search) {
      texts[parameter.name] = text;
    } else {
      const parsed = parseParameterValue(parameter, text, context);
      if (parsed.kind === 'invalid') return wrong(parsed.message);
      values[parameter.name] = parsed.value;
    }
  }
  const problem = firstMissing(recipe, values, texts);
  return { values, texts, ...(problem ? { problem } : {}) };
}

/** `texts`: what is there, but still has to be looked for. */
export function firstMissing(recipe: CompiledRecipe, values: Values, texts: Words = {}): ParameterProblem | undefined {
  const parameter = missingParameter(recipe, { ...values, ...texts });
  return parameter && { parameter };
}

export function withDefaults({ parameters }: Declared, values: Values): Values {
  const presets = parameters.flatMap(({ default: preset, name }) =>
    preset === undefined ? [] : [[name, preset] as const],
  );
  return { ...Object.fromEntries(presets), ...values };
}

/** What to say of values that the recipe does not declare; undefined when there are none. */
export function refuseUndeclared(
  recipe: Declared & { readonly name: string },
  given: Values,
  { commands }: Texts,
): string | undefined {
  const known = recipe.parameters.map(({ name }) => name);
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  return unknown.length === 0 ? undefined : commands.undeclared(recipe.name, unknown, known);
}

/** What to say of files that a command has no use for; undefined when there are none. */
export function refuseFiles(
  recipe: CompiledRecipe,
  files: readonly ChatFile[] | undefined,
  { commands }: Texts,
): string | undefined {
  const isWithout = files === undefined || files.length === 0;
  if (isWithout || recipe.parameters.some(({ hidden, type }) => type === 'file' && !hidden)) return undefined;
  return commands.takesNoFile(recipe.name);
}

/** What to say of words behind a command that no parameter takes; undefined when there are none. */
export function refuseUnused(
  recipe: CompiledRecipe,
  { unused }: Pick<Gathered, 'unused'>,
  { commands }: Texts,
): string | undefined {
  if (unused === undefined) return undefined;
  const characters = Array.from(unused);
  const words = characters.length <= SHOWN ? unused : `${characters.slice(0, SHOWN - 1).join('')}…`;
  const names = recipe.parameters.filter(({ hidden, type }) => !hidden && type !== 'file').map(({ name }) => name);
  return commands.unusedWords(recipe.name, words, names);
}
