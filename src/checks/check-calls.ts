import type { Shape } from '../language/data-shape.js';
import { didYouMean } from '../language/did-you-mean.js';
import { type CallableRecipe, type CallStep, type ForEachStep, isCallableRecipe } from '../recipes/compiled-recipe.js';
import { calleesOf, callsOf, MAX_CALL_DEPTH, slotsOfCall } from '../recipes/recipe-calls.js';
import { allSteps } from '../recipes/walk-steps.js';
import { checkSlot } from './check-slots.js';
import { checkInputType } from './input-types.js';
import type { RecipeContext } from './recipe-context.js';

/** Finds a call of a recipe that cannot be called, or would not get what it needs. */
export function checkCall(context: RecipeContext, step: CallStep, data: Shape): void {
  const callee = context.calleeOf(step);
  if (callee) {
    checkInput(context, step, { callee, data });
    checkConnections(context, step, callee);
  } else {
    reportNoCallee(context, step);
  }
}

function reportNoCallee(context: RecipeContext, step: CallStep): void {
  const { byId } = context.others;
  if (byId.has(step.recipe)) {
    const hint = 'give it "trigger: { callable: … }" in place of a command';
    context.report(step.recipePosition, `"${step.recipe}" is called by people, not by recipes`, { hint });
    return;
  }
  const callable = [...byId.values()].filter(isCallableRecipe).map(({ id }) => id);
  const hint = didYouMean(step.recipe, callable);
  context.report(step.recipePosition, `there is no usable recipe "${step.recipe}"`, { hint });
}

function checkInput(
  context: RecipeContext,
  step: CallStep,
  { callee, data }: { readonly callee: CallableRecipe; readonly data: Shape },
): void {
  const { inputs } = callee.trigger;
  for (const value of step.input) {
    const input = inputs.find(({ name }) => name === value.name);
    if (!input) {
      const known = inputs.map(({ name }) => name);
      context.report(value, `"${callee.id}" has no input "${value.name}"`, { hint: didYouMean(value.name, known) });
      continue;
    }
    const field = { name: input.name, title: input.name, type: input.type, required: !input.optional };
    const mistake = checkInputType(field, value.value, data);
    if (mistake) context.report(value, mistake.message, mistake);
  }
  const given = new Set(step.input.map(({ name }) => name));
  for (const { name, optional, default: standard } of inputs) {
    if (optional || standard !== undefined || given.has(name)) continue;
    context.report(step, `"${callee.id}" needs the input "${name}"`);
  }
}

/** A connection takes the place of another of the same app only, and serves its switch. */
function checkConnections(context: RecipeContext, step: CallStep, callee: CallableRecipe): void {
  const known = callee.connections.map(({ slot }) => slot);
  for (const given of step.connections) {
    if (known.includes(given.slot)) continue;
    const hint = didYouMean(given.slot, known);
    context.report(given, `"${callee.id}" has no connection "${given.slot}"`, { hint });
  }
  const replaced = new Set(step.connections.map(({ slot }) => slot));
  for (const slot of slotsOfCall(step, callee)) if (replaced.has(slot.slot)) checkSlot(context, slot);
}

/** Finds calls that come back to the recipe, or go too deep. */
export function checkDepth(context: RecipeContext): void {
  for (const step of callsOf(context.recipe)) {
    const chain = longestChain(context, step, [context.recipe.id]);
    const last = chain.at(-1);
    if (last !== undefined && chain.indexOf(last) < chain.length - 1) {
      context.report(step.recipePosition, `the calls go in a circle: ${chain.join(' → ')}`);
    } else if (chain.length - 1 > MAX_CALL_DEPTH) {
      const message = `${chain.length - 1} recipes call each other in a row, and ${MAX_CALL_DEPTH} may: ${chain.join(' → ')}`;
      context.report(step.recipePosition, message);
    }
  }
}

/** The ids from this recipe on, by the way that comes back, or else by the longest one; no longer than can be judged. */
function longestChain(context: RecipeContext, step: CallStep, before: readonly string[]): readonly string[] {
  const chain = [...before, step.recipe];
  const callee = context.calleeOf(step);
  if (!callee || before.includes(step.recipe) || chain.length > MAX_CALL_DEPTH + 1) return chain;
  const longer = callsOf(callee).map((next) => longestChain(context, next, chain));
  const circle = longer.find((ids) => new Set(ids).size < ids.length);
  return circle ?? longer.reduce((longest, ids) => (ids.length > longest.length ? ids : longest), chain);
}

/** A job asks one question at a time, also where it asks in a recipe that it calls. */
export function checkLoop(context: RecipeContext, step: ForEachStep): void {
  if (step.concurrency === 1) return;
  for (const call of allSteps(step.do).filter(({ kind }) => kind === 'call')) {
    const callee = call.kind === 'call' ? context.calleeOf(call) : undefined;
    if (!callee) continue;
    const called = [callee, ...calleesOf(callee, (id) => context.others.byId.get(id))];
    const asking = called.find(({ steps }) => allSteps(steps).some(({ kind }) => kind === 'ask'));
    if (!asking) continue;
    const hint = 'leave "concurrency" out';
    context.report(call, `"${asking.id}" asks a question, and a job asks one at a time`, { hint });
  }
}

/** A recipe cannot start while one that it calls cannot. */
export function checkCallees(contexts: readonly RecipeContext[]): void {
  const broken = new Set(contexts.filter(({ hasErrors }) => hasErrors).map(({ recipe }) => recipe.id));
  for (let before = -1; before < broken.size; ) {
    before = broken.size;
    for (const context of contexts) {
      const call = callsOf(context.recipe).find(({ recipe }) => broken.has(recipe));
      if (!call || broken.has(context.recipe.id)) continue;
      context.report(call.recipePosition, `"${call.recipe}" cannot start, so this recipe cannot either`);
      broken.add(context.recipe.id);
    }
  }
}
