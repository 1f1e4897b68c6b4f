import { evaluateTemplate } from '../language/template.js';
import type { ActionStep, IfStep, RecipeData } from './compiled-recipe.js';
import type { InputValue } from './compiled-reply.js';

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
  for (const { name, value } of values) filled.push([name, await evaluateTemplate(value, { ...data })]);
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
}

/** Which way an `if` goes. Fails with `datapill.failed`. */
export async function evaluateCondition(step: Pick<IfStep, 'condition'>, data: RecipeData): Promise<boolean> {
  return isTruthy(await step.condition.evaluate({ ...data }));
}

/** As JSONata's `$boolean`: empty texts, lists and maps, 0, null and absent values are false. */
function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTruthy);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
