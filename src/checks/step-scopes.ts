import { ANY, objectOf, type Shape, type ShapeField } from '../language/data-shape.js';
import type { AskStep, CompiledRecipe, CompiledStep, Parameter } from '../recipes/compiled-recipe.js';
import { allSteps } from '../recipes/walk-steps.js';
import type { RecipeContext } from './recipe-context.js';

/** A step and what its datapills see. */
export interface StepScope {
  readonly step: CompiledStep;
  /** Holds the output of every step of the recipe, also of those that come later: `certain` and `possible` tell them apart. */
  readonly data: Shape;
  /** Ids of steps that are done whenever this one begins. */
  readonly certain: ReadonlySet<string>;
  /** Ids of steps that may or may not be done then. */
  readonly possible: ReadonlySet<string>;
}

/** The steps of a recipe in the order of the file, each with what it sees. */
export function stepScopes(context: RecipeContext): readonly StepScope[] {
  const { recipe } = context;
  const outputs = new Map<string, Shape>();
  for (const step of allSteps(recipe.steps)) {
    if (step.kind === 'action' && step.id !== undefined) outputs.set(step.id, context.outputOf(step));
    if (step.kind === 'ask' && step.id !== undefined) outputs.set(step.id, answerShape(step));
  }
  const walk = new Walk(dataOf(recipe, outputs));
  walk.list(recipe.steps, { certain: new Set(), possible: new Set() });
  return walk.scopes;
}

/** What may have been done at a place. */
interface Done {
  readonly certain: ReadonlySet<string>;
  readonly possible: ReadonlySet<string>;
}

class Walk {
  readonly scopes: StepScope[] = [];
  readonly #data: Shape;

  constructor(data: Shape) {
    this.#data = data;
  }

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
    this.scopes.push({ step, data: this.#data, ...done });
    switch (step.kind) {
      case 'stop':
        return undefined;
      case 'reply':
        return done;
      case 'action':
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
}

function idsOf(steps: readonly CompiledStep[]): readonly string[] {
  return allSteps(steps).flatMap((step) => {
    const hasOutput = step.kind === 'action' || step.kind === 'ask';
    return hasOutput && step.id !== undefined ? [step.id] : [];
  });
}

function union(left: ReadonlySet<string>, right: Iterable<string>): ReadonlySet<string> {
  return new Set([...left, ...right]);
}

/** What is known of an answer beforehand. */
function answerShape({ answer }: AskStep): Shape {
  const fields = answer.kind === 'fields' ? parametersOf(answer.fields) : undefined;
  const isTyped = answer.kind === 'fields' && answer.title === undefined;
  const [typed] = isTyped ? answer.fields : [];
  return objectOf({
    value: typed ? (PARAMETER_SHAPES[typed.type] ?? ANY) : (fields ?? ANY),
    label: STRING,
    by: objectOf({ id: STRING, name: STRING }),
    ...(fields && !isTyped ? { values: fields } : {}),
    timed_out: { kind: 'boolean' },
  });
}

const STRING: Shape = { kind: 'string' };

function dataOf(recipe: CompiledRecipe, outputs: ReadonlyMap<string, Shape>): Shape {
  const labels = objectOf({ name: STRING, app: STRING, account: STRING });
  return objectOf({
    parameters: parametersOf(recipe.parameters),
    steps: objectOf(Object.fromEntries(outputs)),
    connections: objectOf(Object.fromEntries(recipe.connections.map(({ slot }) => [slot, labels]))),
    user: objectOf({ id: STRING, name: STRING, email: STRING, platform: STRING, tenant: STRING }),
    conversation: objectOf({ kind: STRING, platform: STRING }),
    job: objectOf({ id: STRING, started_at: STRING }),
  });
}

function parametersOf(parameters: readonly Parameter[]): Shape {
  const fields = parameters.map(({ name, type, optional }): [string, ShapeField] => [
    name,
    { shape: PARAMETER_SHAPES[type] ?? ANY, optional },
  ]);
  return { kind: 'object', fields: new Map(fields) };
}

const PARAMETER_SHAPES: Readonly<Partial<Record<Parameter['type'], Shape>>> = {
  string: STRING,
  text: STRING,
  number: { kind: 'number' },
  boolean: { kind: 'boolean' },
};
