import { evaluateTemplate, evaluateText, type Template } from '../language/template.js';
import type { ActionStep, ForEachStep, IfStep } from './compiled-recipe.js';
import type { InputValue } from './compiled-reply.js';
import type { RecipeData } from './recipe-data.js';

/** The input of an action: values that are absent are left out. Fails with `datapill.failed`. */
export function evaluateInput(
  step: Pick<ActionStep, 'input'>,
  data: RecipeData,
): Promise<Readonly<Record<string, unknown>>> {
  return evaluateValues(step.input, data);
}

export async function evaluateValues(
  values: readonly InputValue[],
  data: RecipeData,
): Promise<Readonly<Record<string, unknown>>> {
  const filled: [string, unknown][] = [];
  for (const { name, value } of values) filled.push([name, await evaluateTemplate(value, data)]);
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
}

/** A value with its datapills filled in; undefined where there is none. Fails with `datapill.failed`. */
export async function evaluateValue(template: Template, data: RecipeData): Promise<unknown> {
  return evaluateTemplate(template, data);
}

/** A plain text with its datapills filled in. Fails with `datapill.failed`. */
export function evaluatePlainText(template: Template, data: RecipeData): Promise<string> {
  return evaluateText(template, data);
}

/** What a loop goes through: a list of one is often given as the one thing. Fails with `datapill.failed`. */
export async function evaluateList(step: Pick<ForEachStep, 'list'>, data: RecipeData): Promise<readonly unknown[]> {
  const value = await step.list.evaluate(data);
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Which way an `if` goes. Fails with `datapill.failed`. */
export async function evaluateCondition(step: Pick<IfStep, 'condition'>, data: RecipeData): Promise<boolean> {
  return isTruthy(await step.condition.evaluate(data));
}

/** As JSONata's `$boolean`: empty texts, lists and maps, 0, null and absent values are false. */
function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTruthy);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
