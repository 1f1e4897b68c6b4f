import { placeInside } from '../language/datapill.js';
import { followExpression } from '../language/follow-expression.js';
import type { Position } from '../language/problem.js';
import { type CallStep, type ConnectionSlot, isCallableRecipe } from '../recipes/compiled-recipe.js';
import { callsOf, slotsOfCall } from '../recipes/recipe-calls.js';
import { datapillsOfStep, datapillsOfValues, localsOfStep } from '../recipes/walk-steps.js';
import { withItem } from './check-datapills.js';
import { RecipeContext } from './recipe-context.js';
import { type RecipeScopes, stepScopes } from './step-scopes.js';

/** Something that only works where a person has started the job. */
interface Need {
  readonly position: Position;
  /** Goes on with what a recipe does: `uses …`. */
  readonly what: string;
  readonly hint: string;
}

/** What only a person has. */
const OF_PERSONS: readonly unknown[] = ['user', 'conversation'];

/**
 * Finds what a recipe that programs start, or one that it calls, needs a person for: their own connection, an answer, who they
 * are. Nothing takes the place of the person, so the recipe must not start.
 */
export function checkHttp(context: RecipeContext, scopes: RecipeScopes): void {
  const { recipe } = context;
  if (recipe.trigger.kind !== 'callable' || !recipe.trigger.http) return;
  for (const { hint, position, what } of needsOf(context, recipe.connections, scopes)) {
    context.report(position, `a recipe that is open to HTTP ${what}, and no person stands behind such a call`, {
      hint,
    });
  }
  for (const step of callsOf(recipe)) {
    for (const [id, what] of needsOfCall(context, step, [recipe.id])) {
      const message = `"${id}" ${what}, and no person stands behind a call over HTTP`;
      context.report(step.recipePosition, message, { hint: 'call another recipe, or take "http" out of the trigger' });
    }
  }
}

function needsOf(
  context: RecipeContext,
  slots: readonly ConnectionSlot[],
  { end, steps }: RecipeScopes,
): readonly Need[] {
  const { trigger } = context.recipe;
  const outputs = trigger.kind === 'callable' ? datapillsOfValues(trigger.outputs) : [];
  const pills = [
    ...steps.flatMap(({ data, step }) => {
      const locals = localsOfStep(step);
      return datapillsOfStep(step).map((pill) => ({ pill, data: withItem(data, locals.get(pill)) }));
    }),
    ...outputs.map((pill) => ({ pill, data: end.data })),
  ];
  return [
    ...slots.filter(({ verifyUserAccess }) => verifyUserAccess).map(personalSlot),
    ...steps.flatMap(({ step }): readonly Need[] => {
      const hint = 'take the question out, or "http" out of the trigger';
      return step.kind === 'ask' ? [{ position: step, what: 'asks a question', hint }] : [];
    }),
    ...pills.flatMap(({ data, pill }) =>
      followExpression(pill.source, data).reads.flatMap(({ offset, path }): readonly Need[] => {
        if (!OF_PERSONS.includes(path[0])) return [];
        const what = `reads {{ ${path.join('.')} }}`;
        return [{ position: placeInside(pill, offset), what, hint: 'take it as an input' }];
      }),
    ),
  ];
}

function personalSlot(slot: ConnectionSlot): Need {
  return {
    position: slot,
    what: `uses "${slot.slot}" as the person who asks`,
    hint: 'set verify_user_access: false, or take "http" out of the trigger',
  };
}

/** What the called recipe needs a person for, and those that it calls; each once, behind the id of the recipe. */
function needsOfCall(context: RecipeContext, step: CallStep, callers: readonly string[]): ReadonlyMap<string, string> {
  const callee = context.others.byId.get(step.recipe);
  // A circle is told by another check.
  if (!callee || !isCallableRecipe(callee) || callers.includes(callee.id)) return new Map();
  const inside = new RecipeContext(callee, context.parts, context.others);
  const [first] = needsOf(inside, slotsOfCall(step, callee), stepScopes(inside));
  return new Map([
    ...(first ? [[callee.id, first.what] as const] : []),
    ...callsOf(callee).flatMap((next) => [...needsOfCall(inside, next, [...callers, callee.id])]),
  ]);
}
