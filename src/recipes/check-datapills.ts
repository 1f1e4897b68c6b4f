import type { Datapill } from '../language/datapill.js';
import { didYouMean } from '../language/did-you-mean.js';
import type { Problem } from '../language/problem.js';
import type { ActionStep, CompiledRecipe } from './compiled-recipe.js';
import { allSteps, datapillsOfStep } from './walk-steps.js';

/** What is under each root besides parameters, steps and connections. */
const FIXED: Readonly<Record<string, readonly string[]>> = {
  user: ['id', 'name', 'email', 'platform', 'tenant'],
  conversation: ['kind', 'platform'],
  job: ['id', 'started_at'],
};
const ROOTS = ['parameters', 'steps', 'connections', ...Object.keys(FIXED)];
const CONNECTION_LABELS = ['name', 'app', 'account'];

/** Fields of an action's output where its connector tells them; else none. */
type OutputFields = (slot: string, action: string) => readonly string[];

/** Finds datapills that read what is not there: undeclared parameters, unknown or later steps, unknown apps. */
export function checkDatapills(recipe: CompiledRecipe, outputFields: OutputFields): readonly Problem[] {
  const problems: Problem[] = [];
  const done = new Map<string, ActionStep>();
  const all = allSteps(recipe.steps);
  const later = new Set(all.flatMap((step) => (step.kind === 'action' && step.id !== undefined ? [step.id] : [])));
  for (const step of all) {
    const scope: Scope = { recipe, done, later, outputFields };
    for (const pill of datapillsOfStep(step)) problems.push(...checkPill(pill, scope));
    if (step.kind === 'action' && step.id !== undefined) done.set(step.id, step);
  }
  return problems;
}

interface Scope {
  readonly recipe: CompiledRecipe;
  readonly done: ReadonlyMap<string, ActionStep>;
  readonly later: ReadonlySet<string>;
  readonly outputFields: OutputFields;
}

type Finding = Pick<Problem, 'message' | 'severity'> & { readonly hint?: string | undefined };

function checkPill(pill: Datapill, scope: Scope): readonly Problem[] {
  return pill.references.flatMap((reference) => {
    const finding = checkReference(reference, scope);
    if (!finding) return [];
    const { hint, ...rest } = finding;
    return [{ file: pill.file, ...pill.position, ...rest, ...(hint ? { hint } : {}) }];
  });
}

function checkReference(reference: readonly string[], scope: Scope): Finding | undefined {
  const [root = '', name, field] = reference;
  if (!ROOTS.includes(root)) return unknown(`there is no "${root}" for datapills`, root, ROOTS);
  if (name === undefined) return undefined;
  const fixed = FIXED[root];
  if (fixed) return fixed.includes(name) ? undefined : unknown(`"${root}" has no "${name}"`, name, fixed);
  if (root === 'steps') return checkStep(name, field, scope);
  if (root === 'parameters') {
    const names = scope.recipe.parameters.map((parameter) => parameter.name);
    return names.includes(name) ? undefined : unknown(`the parameter "${name}" is not declared`, name, names);
  }
  const slots = scope.recipe.connections.map((slot) => slot.slot);
  if (!slots.includes(name)) return unknown(`"${name}" is not under connections`, name, slots);
  if (field === undefined || CONNECTION_LABELS.includes(field)) return undefined;
  return unknown(`a connection has no "${field}" for datapills`, field, CONNECTION_LABELS);
}

function checkStep(id: string, field: string | undefined, scope: Scope): Finding | undefined {
  const step = scope.done.get(id);
  if (!step) {
    if (scope.later.has(id)) return { message: `the step "${id}" has not been done here yet`, severity: 'error' };
    return unknown(`there is no step with the id "${id}"`, id, [...scope.done.keys()]);
  }
  const fields = scope.outputFields(step.slot, step.action);
  if (field === undefined || fields.length === 0 || fields.includes(field)) return undefined;
  const hint = didYouMean(field, fields);
  return { message: `${step.slot}.${step.action} gives no "${field}"`, severity: 'warning', hint };
}

function unknown(message: string, word: string, known: readonly string[]): Finding {
  return { message, severity: 'error', hint: didYouMean(word, known) };
}
