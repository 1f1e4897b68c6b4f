import { ANY, objectOf, type Shape, type ShapeField } from '../language/data-shape.js';
import { followExpression } from '../language/follow-expression.js';
import type {
  CallableTrigger,
  CallStep,
  CompiledRecipe,
  CompiledStep,
  ForEachStep,
  TryStep,
} from '../recipes/compiled-recipe.js';
import { MAX_CALL_DEPTH } from '../recipes/recipe-calls.js';
import { allSteps, listsInside } from '../recipes/walk-steps.js';
import { answerShape, parametersOf } from './given-shapes.js';
import { shapeOf } from './input-types.js';
import { RecipeContext } from './recipe-context.js';

/** What datapills see at a place. */
export interface PillScope {
  /** Holds the output of every step of the recipe, also of those that come later: `certain` and `possible` tell them apart. */
  readonly data: Shape;
  /** Ids of steps that are done whenever this one begins. */
  readonly certain: ReadonlySet<string>;
  /** Ids of steps that may or may not be done then. */
  readonly possible: ReadonlySet<string>;
}

/** A step and what its datapills see. */
export interface StepScope extends PillScope {
  readonly step: CompiledStep;
}

export interface RecipeScopes {
  /** In the order of the file. */
  readonly steps: readonly StepScope[];
  /** What is seen when the steps are over. */
  readonly end: PillScope;
}

/** What is seen at each step of a recipe, and after them. `callers` are the recipes that it is looked at for. */
export function stepScopes(context: RecipeContext, callers: readonly string[] = []): RecipeScopes {
  const { recipe } = context;
  const outputs = new Map<string, Shape>();
  for (const step of allSteps(recipe.steps)) {
    if (step.kind === 'action' && step.id !== undefined) outputs.set(step.id, context.outputOf(step));
    if (step.kind === 'call' && step.id !== undefined) outputs.set(step.id, outputsOf(context, step, callers));
    if (step.kind === 'ask' && step.id !== undefined) outputs.set(step.id, answerShape(step));
    if (step.kind === 'for_each' && step.id !== undefined) outputs.set(step.id, LIST);
  }
  const walk = new Walk();
  const data = dataOf(recipe, outputs);
  const done = walk.list(recipe.steps, { data, certain: new Set(), possible: new Set() });
  // After a stop anything may be missing, and a missing output is left out.
  const mayStop = allSteps(recipe.steps).some((step) => step.kind === 'stop' && step.as === 'succeeded');
  if (done && !mayStop) return { steps: walk.scopes, end: { ...done, data } };
  const seen = done ? union(done.certain, done.possible) : new Set(idsOf(recipe.steps));
  return { steps: walk.scopes, end: { data, certain: seen, possible: seen } };
}

/** What a called recipe gives; anything where that cannot be told. */
function outputsOf(context: RecipeContext, step: CallStep, callers: readonly string[]): Shape {
  const callee = context.calleeOf(step);
  const known = [...callers, context.recipe.id];
  if (!callee || known.includes(callee.id) || known.length > MAX_CALL_DEPTH) return ANY;
  const { end } = stepScopes(new RecipeContext(callee, context.parts, context.others), known);
  const fields = callee.trigger.outputs.map(({ name, value }): [string, ShapeField] => [
    name,
    { shape: shapeOf(value, end.data), optional: true },
  ]);
  return { kind: 'object', fields: new Map(fields) };
}

/** What is collected is made of what the loop sees; its items are not followed. */
const LIST: Shape = { kind: 'list', item: ANY };

/** What may have been done at a place. */
interface Done {
  readonly data: Shape;
  readonly certain: ReadonlySet<string>;
  readonly possible: ReadonlySet<string>;
}

class Walk {
  readonly scopes: StepScope[] = [];
  /** Goes through a list of steps; gives what is done after it, nothing when the job always ends in it. */
  list(steps: readonly CompiledStep[], before: Done): Done | undefined {
    let done = before;
    let goesOn = true;
    for (const step of steps) {
      const after = this.#step(step, done);
      // What comes after the job's end is told by another check; its datapills are followed all the same.
      if (after) done = after;
      else goesOn = false;
    }
    return goesOn ? done : undefined;
  }

  #step(step: CompiledStep, done: Done): Done | undefined {
    this.scopes.push({ step, ...done });
    switch (step.kind) {
      case 'stop':
        return undefined;
      case 'reply':
      case 'log':
      case 'collect':
        return done;
      case 'for_each':
        this.list(step.do, { ...done, data: withNames(done.data, itemNames(step, done.data)) });
        // What the items leave behind ends with them, but for the list that is collected.
        return step.id === undefined ? done : { ...done, certain: union(done.certain, [step.id]) };
      case 'try':
        return this.#try(step, done);
      case 'action':
      case 'call':
        return step.id === undefined ? done : { ...done, certain: union(done.certain, [step.id]) };
      case 'ask': {
        const after = step.id === undefined ? done : { ...done, certain: union(done.certain, [step.id]) };
        const late = idsOf(step.onTimeout ?? []);
        this.list(step.onTimeout ?? [], after);
        return { ...after, possible: union(after.possible, late) };
      }
      case 'if': {
        const inThen = idsOf(step.then);
        const inElse = idsOf(step.else);
        const then = this.list(step.then, { ...done, possible: union(done.possible, inElse) });
        const otherwise = this.list(step.else, { ...done, possible: union(done.possible, inThen) });
        if (!then || !otherwise) return then ?? otherwise;
        return { ...done, possible: union(done.possible, [...inThen, ...inElse]) };
      }
    }
  }

  /** The steps of `on_error` begin after any of the steps before them. */
  #try(step: TryStep, done: Done): Done | undefined {
    const tried = this.list(step.steps, done);
    if (!step.onError) return tried;
    const begun = { ...done, possible: union(done.possible, idsOf(step.steps)) };
    const handled = this.list(step.onError, { ...begun, data: withNames(done.data, { error: FAILURE }) });
    if (!tried) return handled && { ...handled, data: done.data };
    if (!handled) return tried;
    return { ...begun, possible: union(begun.possible, idsOf(step.onError)) };
  }
}

/** Ids whose output can be seen behind these steps. */
function idsOf(steps: readonly CompiledStep[]): readonly string[] {
  return steps.flatMap((step) => {
    const hasOutput = ['action', 'ask', 'call', 'for_each'].includes(step.kind);
    const own = hasOutput && 'id' in step && step.id !== undefined ? [step.id] : [];
    // What the steps of a loop leave behind is seen in the loop only.
    return step.kind === 'for_each' ? own : [...own, ...listsInside(step).flatMap(idsOf)];
  });
}

function union(left: ReadonlySet<string>, right: Iterable<string>): ReadonlySet<string> {
  return new Set([...left, ...right]);
}

const STRING: Shape = { kind: 'string' };
const PLATFORM: Shape = { kind: 'any', oneOf: ['slack', 'teams'] };

const FAILURE: Shape = {
  kind: 'object',
  fields: new Map<string, ShapeField>([
    ...['message', 'code', 'reference'].map((name) => [name, { shape: STRING, optional: false }] as const),
    ...['app', 'action'].map((name) => [name, { shape: STRING, optional: true }] as const),
  ]),
};

function itemNames(step: ForEachStep, data: Shape): Readonly<Record<string, Shape>> {
  return { [step.as]: followExpression(step.list.source, data).item, index: { kind: 'integer' } };
}

function withNames(data: Shape, names: Readonly<Record<string, Shape>>): Shape {
  if (data.kind !== 'object') return data;
  const more = Object.entries(names).map(([name, shape]) => [name, { shape, optional: false }] as const);
  return { kind: 'object', fields: new Map([...data.fields, ...more]) };
}

function dataOf(recipe: CompiledRecipe, outputs: ReadonlyMap<string, Shape>): Shape {
  const labels = objectOf({ name: STRING, app: STRING, account: STRING });
  return objectOf({
    parameters: givenOf(recipe),
    steps: objectOf(Object.fromEntries(outputs)),
    connections: objectOf(Object.fromEntries(recipe.connections.map(({ slot }) => [slot, labels]))),
    user: objectOf({ id: STRING, name: STRING, email: STRING, platform: PLATFORM, tenant: STRING }),
    conversation: objectOf({ kind: { kind: 'any', oneOf: ['direct', 'channel'] }, platform: PLATFORM }),
    job: objectOf({ id: STRING, started_at: STRING }),
  });
}

function givenOf({ parameters, trigger }: CompiledRecipe): Shape {
  if (trigger.kind === 'help') return objectOf({ topic: STRING });
  return trigger.kind === 'callable' ? inputsOf(trigger) : parametersOf(parameters);
}

function inputsOf({ inputs }: CallableTrigger): Shape {
  const fields = inputs.map(({ name, optional, type }): [string, ShapeField] => [
    name,
    { shape: { kind: type }, optional },
  ]);
  return { kind: 'object', fields: new Map(fields) };
}
