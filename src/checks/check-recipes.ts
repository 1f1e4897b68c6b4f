import type { Problem } from '../language/problem.js';
import type { AskStep, CompiledRecipe } from '../recipes/compiled-recipe.js';
import { commandUsesOf } from '../recipes/compiled-reply.js';
import { allSteps } from '../recipes/walk-steps.js';
import { checkAction } from './check-actions.js';
import { checkButton } from './check-buttons.js';
import { checkDatapills } from './check-datapills.js';
import { checkFlow } from './check-flow.js';
import { checkSlots } from './check-slots.js';
import { checkUsage } from './check-usage.js';
import { type CheckedParts, RecipeContext } from './recipe-context.js';
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
  const commands = groupByCommand(parts.recipes);
  const problems: Problem[] = [];
  const startable = parts.recipes.filter((recipe) => {
    const context = new RecipeContext(recipe, parts, commands);
    checkRecipe(context);
    problems.push(...context.problems.toSorted((one, other) => one.line - other.line || one.column - other.column));
    return context.problems.every((problem) => problem.severity !== 'error');
  });
  return { startable, problems };
}

function groupByCommand(recipes: readonly CompiledRecipe[]): ReadonlyMap<string, readonly CompiledRecipe[]> {
  const commands = new Map<string, CompiledRecipe[]>();
  for (const recipe of recipes) commands.set(recipe.command, [...(commands.get(recipe.command) ?? []), recipe]);
  return commands;
}

function checkRecipe(context: RecipeContext): void {
  checkCommand(context);
  checkSlots(context);
  checkIds(context);
  const scopes = stepScopes(context);
  for (const { step, data } of scopes) {
    if (step.kind === 'action') checkAction(context, step, data);
    if (step.kind === 'ask') checkQuestion(context, step);
    if (step.kind !== 'reply') continue;
    for (const { button, given } of commandUsesOf(step.blocks)) checkButton(context, button, given);
  }
  const reads = checkDatapills(context, scopes);
  checkUsage(context, reads);
  checkFlow(context);
}

function checkQuestion(context: RecipeContext, { answer }: AskStep): void {
  if (answer.kind !== 'buttons') return;
  for (const button of answer.buttons) if (button.kind === 'command') checkButton(context, button, button.parameters);
}

/** Which of two recipes a person means cannot be known: neither starts. */
function checkCommand(context: RecipeContext): void {
  const { recipe, commands } = context;
  const others = (commands.get(recipe.command) ?? []).filter((other) => other !== recipe).map((other) => other.file);
  if (others.length === 0) return;
  const message = `the command "${recipe.command}" is also that of ${others.join(', ')}`;
  context.report(recipe.commandPosition, message, { hint: 'give one of them other words' });
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
