import type { ParentConnection } from '../connections/parent-connection.js';
import type { ConnectorAction } from '../connectors/action.js';
import type { Connector } from '../connectors/connector.js';
import { ANY, type Shape } from '../language/data-shape.js';
import type { Position, Problem } from '../language/problem.js';
import {
  type CallableRecipe,
  type CallStep,
  type CommandRecipe,
  type CompiledRecipe,
  isCallableRecipe,
  isCommandRecipe,
} from '../recipes/compiled-recipe.js';

/** What recipes are held against. */
export interface CheckedParts {
  readonly recipes: readonly CompiledRecipe[];
  readonly connectors: ReadonlyMap<string, Connector>;
  /** Names of connectors that are left out because of mistakes in their files. */
  readonly brokenConnectors?: ReadonlySet<string>;
  readonly parents: ReadonlyMap<string, ParentConnection>;
  /** True: the recipes run already. A button whose command is gone does not stop them. */
  readonly isRunning?: boolean;
  /** Private hosts that may be called; absent: not to be judged. */
  readonly egressAllow?: readonly string[];
}

/** All recipes that are checked together. */
export interface OtherRecipes {
  readonly byId: ReadonlyMap<string, CompiledRecipe>;
  readonly byCommand: ReadonlyMap<string, readonly CommandRecipe[]>;
}

export function toOtherRecipes(recipes: readonly CompiledRecipe[]): OtherRecipes {
  const byCommand = new Map<string, CommandRecipe[]>();
  for (const recipe of recipes.filter(isCommandRecipe)) {
    const { command } = recipe.trigger;
    byCommand.set(command, [...(byCommand.get(command) ?? []), recipe]);
  }
  return { byId: new Map(recipes.map((recipe) => [recipe.id, recipe])), byCommand };
}

interface More {
  readonly hint?: string | undefined;
  readonly severity?: Problem['severity'];
}

/** One recipe under examination: what surrounds it, and what has been found. */
export class RecipeContext {
  readonly problems: Problem[] = [];
  readonly recipe: CompiledRecipe;
  readonly parts: CheckedParts;
  readonly others: OtherRecipes;

  constructor(recipe: CompiledRecipe, parts: CheckedParts, others: OtherRecipes) {
    this.recipe = recipe;
    this.parts = parts;
    this.others = others;
  }

  /** The recipe that a step calls; nothing where it cannot be called. */
  calleeOf(step: CallStep): CallableRecipe | undefined {
    const callee = this.others.byId.get(step.recipe);
    return callee && isCallableRecipe(callee) ? callee : undefined;
  }

  report(position: Position, message: string, more: More = {}): void {
    const { line, column } = position;
    const { hint, severity = 'error' } = more;
    this.problems.push({ file: this.recipe.file, line, column, severity, message, ...(hint ? { hint } : {}) });
  }

  get hasErrors(): boolean {
    return this.problems.some(({ severity }) => severity === 'error');
  }

  warn(position: Position, message: string, hint?: string): void {
    this.report(position, message, { severity: 'warning', hint });
  }

  /** The app of a slot; a second instance only where the app allows it. */
  connectorOf(slot: string): Connector | undefined {
    const { connectors } = this.parts;
    const exact = connectors.get(slot);
    if (exact) return exact;
    const base = connectors.get(baseOf(slot));
    return base?.secondary ? base : undefined;
  }

  actionOf(step: { readonly slot: string; readonly action: string }): ConnectorAction | undefined {
    return this.connectorOf(step.slot)?.actions.get(step.action);
  }

  outputOf(step: { readonly slot: string; readonly action: string }): Shape {
    return this.actionOf(step)?.outputSchema ?? ANY;
  }
}

/** The app of a slot for a second instance. */
export function baseOf(slot: string): string {
  return slot.replace(/_secondary$/u, '');
}
