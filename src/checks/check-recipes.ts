import { didYouMean } from '../language/did-you-mean.js';
import type { Problem } from '../language/problem.js';
import { type AskStep, type CompiledRecipe, isHelpRecipe, WHOLE_HELP } from '../recipes/compiled-recipe.js';
import { commandUsesOf } from '../recipes/compiled-reply.js';
import { allSteps } from '../recipes/walk-steps.js';
import { checkAction } from './check-actions.js';
import { checkButton } from './check-buttons.js';
import { checkCall, checkCallees, checkDepth, checkLoop } from './check-calls.js';
import { checkCommand } from './check-command.js';
import { checkDatapills } from './check-datapills.js';
import { checkFlow } from './check-flow.js';
import { checkHttp } from './check-http.js';
import { checkSearches } from './check-searches.js';
import { checkShortcuts } from './check-shortcuts.js';
import { checkSlots } from './check-slots.js';
import { checkUsage } from './check-usage.js';
import { type CheckedParts, RecipeContext, toOtherRecipes } from './recipe-context.js';
import { stepScopes } from './step-scopes.js';

export interface CheckedRecipes {
  /** Recipes that may start. */
  readonly startable: readonly CompiledRecipe[];
  readonly problems: readonly Problem[];
}

/**
 * Holds recipes against each other, the connectors and the connections: what is found here would otherwise be found by a
 * person in the middle of a job.
 */
export function checkRecipes(parts: CheckedParts): CheckedRecipes {
  const others = toOtherRecipes(parts.recipes);
  const contexts = parts.recipes.map((recipe) => {
    const context = new RecipeContext(recipe, parts, others);
    checkRecipe(context);
    return context;
  });
  checkCallees(contexts);
  return {
    startable: contexts.filter((context) => !context.hasErrors).map(({ recipe }) => recipe),
    problems: contexts.flatMap(({ problems }) =>
      problems.toSorted((one, other) => one.line - other.line || one.column - other.column),
    ),
  };
}

function checkRecipe(context: RecipeContext): void {
  checkCommand(context);
  checkShortcuts(context);
  checkHelp(context);
  checkSlots(context);
  checkIds(context);
  checkDepth(context);
  const scopes = stepScopes(context);
  const { end, steps } = scopes;
  for (const { step, data } of steps) {
    if (step.kind === 'call') checkCall(context, step, data);
    if (step.kind === 'for_each') checkLoop(context, step);
    if (step.kind === 'action') checkAction(context, step, data);
    if (step.kind === 'ask') checkQuestion(context, step);
    if (step.kind !== 'reply') continue;
    for (const { button, given } of commandUsesOf(step.blocks)) checkButton(context, button, given);
  }
  const reads = [...checkSearches(context), ...checkDatapills(context, steps, end)];
  checkUsage(context, reads);
  checkHttp(context, scopes);
  checkFlow(context);
}

function checkQuestion(context: RecipeContext, { answer }: AskStep): void {
  if (answer.kind !== 'buttons') return;
  for (const button of answer.buttons) if (button.kind === 'command') checkButton(context, button, button.parameters);
}

/** Help is answered once, and for apps that there are. */
function checkHelp(context: RecipeContext): void {
  const { parts, recipe } = context;
  const { trigger } = recipe;
  if (trigger.kind !== 'help') return;
  const { target } = trigger;
  const others = parts.recipes.flatMap((other) =>
    other !== recipe && isHelpRecipe(other) && other.trigger.target === target
      ? [`${other.file}:${other.trigger.line}`]
      : [],
  );
  if (others.length > 0) {
    const call = target === WHOLE_HELP ? 'help' : `help ${target}`;
    context.report(trigger, `"${call}" is also answered by ${others.join(', ')}`, { hint: 'remove one of them' });
  }
  if (target === WHOLE_HELP || parts.connectors.has(target)) return;
  const hint = didYouMean(target, [WHOLE_HELP, ...parts.connectors.keys()]);
  context.report(trigger, `there is no app "${target}" to help with`, { hint });
}

function checkIds(context: RecipeContext): void {
  const seen = new Set<string>();
  for (const step of allSteps(context.recipe.steps)) {
    // Replies in different branches may stand for the same message.
    if (step.kind === 'reply' || !('id' in step) || step.id === undefined) continue;
    if (seen.has(step.id)) context.report(step, `the step id "${step.id}" is there twice`);
    seen.add(step.id);
  }
}
