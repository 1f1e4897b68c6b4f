import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import { allSteps } from '../recipes/walk-steps.js';
import type { RecipeContext } from './recipe-context.js';

/** Warns of connections, parameters, step ids and datapills that nothing uses: often a name was mistyped somewhere else. */
export function checkUsage(context: RecipeContext, reads: readonly (readonly string[])[]): void {
  const { recipe } = context;
  const slots = usedSlots(recipe);
  for (const slot of recipe.connections) {
    if (!slots.has(slot.slot)) context.warn(slot, `no step uses "${slot.slot}"`);
  }
  const parameters = namesRead('parameters', reads);
  const { trigger } = recipe;
  const [what, declared] =
    trigger.kind === 'callable' ? ['input', trigger.inputs] : (['parameter', recipe.parameters] as const);
  for (const parameter of declared) {
    if (parameters === 'all' || parameters.has(parameter.name)) continue;
    context.warn(parameter, `nothing uses the ${what} "${parameter.name}"`);
  }
  checkLimits(context);
  for (const text of recipe.unfilledTexts)
    context.warn(text, 'datapills are not filled in here: people read the text as it is written', 'take them out');
  for (const pill of recipe.mistakenDatapills)
    context.warn(pill, 'this is no datapill: it stays as it is written', 'write {{ … }}');
  const steps = namesRead('steps', reads);
  const replaced = replacedReplies(recipe);
  for (const step of allSteps(recipe.steps)) {
    if (!('id' in step) || step.id === undefined) continue;
    if (step.kind === 'reply' ? replaced.has(step.id) : steps === 'all' || steps.has(step.id)) continue;
    context.warn(step, `nothing uses the step id "${step.id}"`, 'take the id out, or use its output');
  }
}

/** A recipe that runs only within the jobs of others begins no jobs of its own. */
function checkLimits(context: RecipeContext): void {
  const { concurrency, startsPerMinute, trigger } = context.recipe;
  if (trigger.kind !== 'callable' || trigger.http) return;
  const keys = [...(concurrency ? ['concurrency'] : []), ...(startsPerMinute === undefined ? [] : ['limit'])];
  for (const key of keys)
    context.warn(
      trigger,
      `"${key}" limits nothing: this recipe runs only in the jobs of others`,
      'limit those that call it',
    );
}

function usedSlots(recipe: CompiledRecipe): ReadonlySet<string> {
  const searched = recipe.parameters.flatMap(({ search }) => search?.slot ?? []);
  return new Set([...searched, ...allSteps(recipe.steps).flatMap((step) => (step.kind === 'action' ? step.slot : []))]);
}

function replacedReplies(recipe: CompiledRecipe): ReadonlySet<string> {
  const steps = allSteps(recipe.steps);
  return new Set(steps.flatMap((step) => (step.kind === 'reply' && step.update ? [step.update.id] : [])));
}

/** What is read below a root; `all` where the whole of it is. */
function namesRead(root: string, reads: readonly (readonly string[])[]): ReadonlySet<string> | 'all' {
  const names = new Set<string>();
  for (const [first, name] of reads) {
    if (first === undefined) return 'all';
    if (first !== root) continue;
    if (name === undefined) return 'all';
    names.add(name);
  }
  return names;
}
