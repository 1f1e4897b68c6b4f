import type { Shape } from '../language/data-shape.js';
import { didYouMean, nearest } from '../language/did-you-mean.js';
import type { ActionStep } from '../recipes/compiled-recipe.js';
import { checkActionHost } from './check-hosts.js';
import { checkInputType } from './input-types.js';
import type { RecipeContext } from './recipe-context.js';

/** Finds actions that do not exist, and input that is unknown, missing or of the wrong type. */
export function checkAction(
  context: RecipeContext,
  step: Omit<ActionStep, 'kind' | 'path' | 'id' | 'timeoutMs'>,
  data: Shape,
): void {
  const slots = context.recipe.connections.map((slot) => slot.slot);
  if (!slots.includes(step.slot)) {
    const near = nearest(step.slot, slots);
    const hint = near === undefined ? `add "${step.slot}" under connections` : `did you mean "${near}"?`;
    context.report(step.actionPosition, `"${step.slot}" is not under connections`, { hint });
    return;
  }
  const connector = context.connectorOf(step.slot);
  if (!connector) return;
  const action = connector.actions.get(step.action);
  if (!action) {
    const hint = didYouMean(step.action, connector.actions.keys());
    context.report(step.actionPosition, `${connector.title} has no action "${step.action}"`, { hint });
    return;
  }
  checkActionHost(context, step, { connector, action });
  const name = `${step.slot}.${step.action}`;
  for (const value of step.input) {
    const field = action.input.get(value.name);
    if (!field) {
      const hint = didYouMean(value.name, action.input.keys());
      context.report(value, `${name} has no input "${value.name}"`, { hint });
      continue;
    }
    const mistake = checkInputType(field, value.value, data);
    if (mistake) context.report(value, mistake.message, mistake);
  }
  const given = new Set(step.input.map((value) => value.name));
  for (const field of action.input.values()) {
    if (!field.required || field.default !== undefined || given.has(field.name)) continue;
    context.report(step, `${name} needs the input "${field.name}"`);
  }
}
