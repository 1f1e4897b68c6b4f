import type { CompiledRecipe, Parameter } from '../recipes/compiled-recipe.js';
import { parseParameterValue, type ValueContext } from '../recipes/parameter-values.js';
import { parseInlineParameters } from '../recipes/parameters.js';

export type Values = Readonly<Record<string, unknown>>;

export interface ParameterProblem {
  readonly parameter: Parameter;
  /** What is wrong with what was given; absent where nothing was. */
  readonly message?: string;
}

/** What is known of a command's parameters, and the first thing that is not right about them. */
export interface Gathered {
  readonly values: Values;
  readonly problem?: ParameterProblem;
}

/** What takes values: a command, or the fields of a question. */
interface Declared {
  readonly parameters: readonly Pick<Parameter, 'name' | 'default'>[];
}

/** Inline values win over a button's; text before the first name counts for the first parameter that has no value. */
export function gather(recipe: CompiledRecipe, rest: string, given: Values, context: ValueContext): Gathered {
  const inline = parseInlineParameters(rest, recipe.parameters);
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined && value !== null),
  );
  const texts: Record<string, string> = { ...inline.values };
  const first = recipe.parameters.find(
    ({ hidden, name }) => !hidden && texts[name] === undefined && values[name] === undefined,
  );
  if (inline.rest !== '' && first) texts[first.name] = inline.rest;
  let invalid: ParameterProblem | undefined;
  for (const parameter of recipe.parameters) {
    const text = texts[parameter.name];
    if (text === undefined) continue;
    const parsed = parseParameterValue(parameter, text, context);
    if (parsed.kind === 'ok') values[parameter.name] = parsed.value;
    else invalid ??= { parameter, message: parsed.message };
  }
  const problem = invalid ?? firstMissing(recipe, values);
  return problem ? { values, problem } : { values };
}

export function firstMissing(recipe: CompiledRecipe, values: Values): ParameterProblem | undefined {
  const parameter = recipe.parameters.find(
    ({ default: preset, name, optional }) => !optional && preset === undefined && values[name] === undefined,
  );
  return parameter && { parameter };
}

export function withDefaults({ parameters }: Declared, values: Values): Values {
  const presets = parameters.flatMap(({ default: preset, name }) =>
    preset === undefined ? [] : [[name, preset] as const],
  );
  return { ...Object.fromEntries(presets), ...values };
}

/** What to say of values that the recipe does not declare; undefined when there are none. */
export function refuseUndeclared(recipe: Declared & { readonly name: string }, given: Values): string | undefined {
  const known = recipe.parameters.map(({ name }) => name);
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  if (unknown.length === 0) return undefined;
  const takes = known.length === 0 ? 'It takes none.' : `It takes: ${known.join(', ')}.`;
  const what = unknown.length === 1 ? 'a value' : 'values';
  return `“${recipe.name}” was given ${what} that it does not know: ${unknown.join(', ')}. ${takes} Nothing was done.`;
}
