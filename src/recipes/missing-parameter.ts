import type { Parameter } from './compiled-parameter.js';
import type { CompiledRecipe } from './compiled-recipe.js';

type Values = Readonly<Record<string, unknown>>;

/** The first parameter that a command needs and has no value for. */
export function missingParameter(
  { parameters }: Pick<CompiledRecipe, 'parameters'>,
  values: Values,
): Parameter | undefined {
  return parameters.find(
    ({ default: preset, name, optional }) =>
      !optional && preset === undefined && (values[name] === undefined || values[name] === null),
  );
}

/** True when a button that gives these values to the command leads to a form: people have to fill something in. */
export function leadsToForm(recipe: CompiledRecipe | undefined, values: Values): boolean {
  const missing = recipe?.usesForm ? missingParameter(recipe, values) : undefined;
  return missing !== undefined && !missing.hidden;
}
