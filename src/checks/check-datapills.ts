import type { Shape } from '../language/data-shape.js';
import { type Datapill, placeInside } from '../language/datapill.js';
import { didYouMean } from '../language/did-you-mean.js';
import { followExpression } from '../language/follow-expression.js';
import type { AbsentName, Followed } from '../language/followed.js';
import type { NeverEqual } from '../language/never-equal.js';
import type { ItemName } from '../recipes/compiled-reply.js';
import { allSteps, datapillsOfStep, datapillsOfValues, localsOfStep } from '../recipes/walk-steps.js';
import type { RecipeContext } from './recipe-context.js';
import type { PillScope, StepScope } from './step-scopes.js';

/** Finds datapills that read what is not there, in steps and in outputs. Gives what they read, by names from the root. */
export function checkDatapills(
  context: RecipeContext,
  scopes: readonly StepScope[],
  end: PillScope,
): readonly (readonly string[])[] {
  const { trigger } = context.recipe;
  const outputs = trigger.kind === 'callable' ? datapillsOfValues(trigger.outputs) : [];
  return [
    ...scopes.flatMap((scope) => {
      return checkPills(context, scope, datapillsOfStep(scope.step), localsOfStep(scope.step));
    }),
    ...checkPills(context, end, outputs),
  ];
}

/** Finds what these datapills read and is not there; gives what they read. `locals`: see `localsOfStep`. */
export function checkPills(
  context: RecipeContext,
  scope: PillScope,
  pills: readonly Datapill[],
  locals: ReadonlyMap<Datapill, ItemName> = new Map(),
): readonly (readonly string[])[] {
  return pills.flatMap((pill) => {
    const followed = followExpression(pill.source, withItem(scope.data, locals.get(pill)));
    new PillCheck(context, scope, pill, followed).run();
    return followed.reads.map((read) => read.path);
  });
}

/** The data with one more name, where the datapill sees the items of a list by it. */
export function withItem(data: Shape, local: ItemName | undefined): Shape {
  if (!local || data.kind !== 'object') return data;
  const { item } = followExpression(local.list.source, data);
  return { kind: 'object', fields: new Map([...data.fields, [local.name, { shape: item, optional: false }]]) };
}

const KINDS: Readonly<Record<Shape['kind'], string>> = {
  any: 'something else',
  string: 'a text',
  number: 'a number',
  integer: 'a number',
  boolean: 'true or false',
  list: 'a list',
  object: 'a map',
};

class PillCheck {
  readonly #context: RecipeContext;
  readonly #scope: PillScope;
  readonly #pill: Datapill;
  readonly #followed: Followed;
  /** An expression may be told of one mistake in two ways: each is said once. */
  readonly #said = new Set<string>();

  constructor(context: RecipeContext, scope: PillScope, pill: Datapill, followed: Followed) {
    this.#context = context;
    this.#scope = scope;
    this.#pill = pill;
    this.#followed = followed;
  }

  run(): void {
    for (const absent of this.#followed.absent) {
      this.#report(absent.offset, describe(this.#context, absent), { hint: this.#hint(absent) });
    }
    for (const comparison of this.#followed.neverEqual) this.#warn(comparison);
    for (const { path, offset } of this.#followed.reads) {
      const [root, id] = path;
      if (root === 'steps' && id !== undefined) this.#checkStep(id, offset);
    }
  }

  #checkStep(id: string, offset: number | undefined): void {
    if (this.#scope.certain.has(id)) return;
    if (this.#followed.absent.some(({ of, name }) => of?.join('.') === 'steps' && name === id)) return;
    if (!this.#scope.possible.has(id)) {
      this.#report(offset, `the step "${id}" has not been done here yet`, {});
    } else if (!this.#followed.isHedged) {
      this.#report(offset, `the output of the step "${id}" may be missing here: it is done in one branch only`, {
        severity: 'warning',
        hint: `ask for it first: $exists(steps.${id})`,
      });
    }
  }

  #warn({ of, offset, shape, written }: NeverEqual): void {
    const name = of === undefined || of.length === 0 ? 'what it is compared with' : of.join('.');
    const value = typeof written === 'string' ? `"${written}"` : String(written);
    const offered = shape.kind === 'any' ? (shape.oneOf ?? []) : undefined;
    const hint = offered ? didYouMean(String(written), offered.map(String)) : `it is ${KINDS[shape.kind]}`;
    this.#report(offset, `${name} is never ${value}`, { severity: 'warning', hint });
  }

  #hint({ of, name, known }: AbsentName): string | undefined {
    if (of?.join('.') !== 'steps') return didYouMean(name, known);
    return didYouMean(name, [...this.#scope.certain, ...this.#scope.possible]);
  }

  #report(offset: number | undefined, message: string, more: Parameters<RecipeContext['report']>[2]): void {
    const place = placeInside(this.#pill, offset);
    const key = `${place.line}:${place.column}:${message}`;
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.#context.report(place, message, more);
  }
}

function describe(context: RecipeContext, { of, name }: AbsentName): string {
  if (of === undefined) return `what is asked for "${name}" here has none`;
  const [root, id] = of;
  if (root === undefined) return `there is no "${name}" for datapills`;
  if (root === 'connections') {
    return id === undefined ? `"${name}" is not under connections` : `a connection has no "${name}" for datapills`;
  }
  if (root === 'parameters' && id === undefined) return `the parameter "${name}" is not declared`;
  if (root === 'steps' && id === undefined) return `there is no step with the id "${name}"`;
  const action = root === 'steps' && of.length === 2 ? actionNameOf(context, id) : undefined;
  return action === undefined ? `"${of.join('.')}" has no "${name}"` : `${action} gives no "${name}"`;
}

function actionNameOf(context: RecipeContext, id: string | undefined): string | undefined {
  const step = allSteps(context.recipe.steps).find((other) => 'id' in other && other.id === id);
  if (step?.kind === 'call') return `"${step.recipe}"`;
  return step?.kind === 'action' ? `${step.slot}.${step.action}` : undefined;
}
