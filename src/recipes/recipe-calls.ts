import { createHash } from 'node:crypto';
import type { CallStep, CompiledRecipe, ConnectionSlot } from './compiled-recipe.js';
import { allSteps } from './walk-steps.js';

/** Recipes that may call each other in a row. */
export const MAX_CALL_DEPTH = 5;

export type FindRecipe = (id: string) => CompiledRecipe | undefined;

/** The calls of other recipes, in the order of the file. */
export function callsOf(recipe: CompiledRecipe): readonly CallStep[] {
  return allSteps(recipe.steps).filter((step) => step.kind === 'call');
}

/** Every recipe that this one calls, itself or through others, each once. */
export function calleesOf(recipe: CompiledRecipe, find: FindRecipe): readonly CompiledRecipe[] {
  const found = new Map<string, CompiledRecipe>();
  const visit = (caller: CompiledRecipe) => {
    for (const step of callsOf(caller)) {
      const callee = find(step.recipe);
      if (!callee || found.has(callee.id)) continue;
      found.set(callee.id, callee);
      visit(callee);
    }
  };
  visit(recipe);
  return [...found.values()];
}

/** The connections of a called recipe, with those that the call puts in their places; these stand at the call's position. */
export function slotsOfCall(step: CallStep, callee: CompiledRecipe): readonly ConnectionSlot[] {
  return callee.connections.map((slot) => ({ ...slot, ...step.connections.find((given) => given.slot === slot.slot) }));
}

/** A connection of a job. */
export interface JobSlot extends ConnectionSlot {
  /** Names of the actions that it is used for. */
  readonly actions: readonly string[];
}

/** The connections of a recipe and of all that it calls: what a job needs to be carried out to its end. */
export function slotsOfJob(
  recipe: CompiledRecipe,
  find: FindRecipe,
  own: readonly ConnectionSlot[] = recipe.connections,
): readonly JobSlot[] {
  const called = callsOf(recipe).flatMap((step) => {
    const callee = find(step.recipe);
    return callee ? slotsOfJob(callee, find, slotsOfCall(step, callee)) : [];
  });
  const steps = allSteps(recipe.steps).filter((step) => step.kind === 'action');
  const actions = [...steps, ...recipe.parameters.flatMap(({ search }) => search ?? [])];
  const used = own.map((slot) => ({
    ...slot,
    actions: actions.filter((one) => one.slot === slot.slot).map(({ action }) => action),
  }));
  return [...used, ...called];
}

/** A connection as a job uses it, whoever of its recipes does. */
export interface ConnectionUse extends Pick<ConnectionSlot, 'use' | 'verifyUserAccess'> {
  readonly actions: readonly string[];
}

/** As {@link slotsOfJob}, each connection once. */
export function usesOfJob(recipe: CompiledRecipe, find: FindRecipe): readonly ConnectionUse[] {
  const uses: ConnectionUse[] = [];
  for (const { actions, use, verifyUserAccess } of slotsOfJob(recipe, find)) {
    const at = uses.findIndex((other) => other.use === use && other.verifyUserAccess === verifyUserAccess);
    const earlier = uses[at];
    if (earlier) uses[at] = { use, verifyUserAccess, actions: [...earlier.actions, ...actions] };
    else uses.push({ use, verifyUserAccess, actions });
  }
  return uses;
}

/** The recipe with a version that stands for the recipes that it calls, too. */
export function pinned(recipe: CompiledRecipe, find: FindRecipe): CompiledRecipe {
  const callees = calleesOf(recipe, find);
  if (callees.length === 0) return recipe;
  const fingerprints = callees.map(({ id, fingerprint }) => `${id}:${fingerprint}`).sort();
  const hash = createHash('sha256').update([recipe.fingerprint, ...fingerprints].join('\n'));
  return { ...recipe, version: hash.digest('hex') };
}
