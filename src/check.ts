import type { ParentConnection } from './connections/parent-connection.js';
import type { Connector } from './connectors/connector.js';
import { didYouMean, nearest } from './language/did-you-mean.js';
import type { Position, Problem } from './language/problem.js';
import { checkDatapills } from './recipes/check-datapills.js';
import { RESERVED_COMMANDS } from './recipes/compile-recipe.js';
import type { ActionStep, CompiledRecipe, ConnectionSlot, ReplyButton } from './recipes/compiled-recipe.js';
import { allSteps } from './recipes/walk-steps.js';

export interface CheckedParts {
  readonly recipes: readonly CompiledRecipe[];
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly parents: ReadonlyMap<string, ParentConnection>;
  /** Connections with a login that is used for everybody. */
  readonly sharedLogins?: ReadonlySet<string>;
}

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
    const check = new RecipeCheck(recipe, parts, commands);
    check.run();
    problems.push(...check.problems);
    return check.problems.every((problem) => problem.severity !== 'error');
  });
  return { startable, problems };
}

function groupByCommand(recipes: readonly CompiledRecipe[]): ReadonlyMap<string, readonly CompiledRecipe[]> {
  const commands = new Map<string, CompiledRecipe[]>();
  for (const recipe of recipes) commands.set(recipe.command, [...(commands.get(recipe.command) ?? []), recipe]);
  return commands;
}

interface More {
  readonly hint?: string | undefined;
  readonly severity?: Problem['severity'];
}

class RecipeCheck {
  readonly problems: Problem[] = [];
  readonly #recipe: CompiledRecipe;
  readonly #parts: CheckedParts;
  readonly #commands: ReadonlyMap<string, readonly CompiledRecipe[]>;

  constructor(recipe: CompiledRecipe, parts: CheckedParts, commands: ReadonlyMap<string, readonly CompiledRecipe[]>) {
    this.#recipe = recipe;
    this.#parts = parts;
    this.#commands = commands;
  }

  run(): void {
    this.#checkCommand();
    for (const slot of this.#recipe.connections) this.#checkSlot(slot);
    const seen = new Set<string>();
    const used = new Set<string>();
    for (const step of allSteps(this.#recipe.steps)) {
      if (step.kind === 'reply') for (const button of step.buttons) this.#checkButton(button);
      if (step.kind !== 'action') continue;
      used.add(step.slot);
      if (step.id !== undefined && seen.has(step.id)) this.#report(step, `the step id "${step.id}" is there twice`);
      if (step.id !== undefined) seen.add(step.id);
      this.#checkAction(step);
    }
    for (const slot of this.#recipe.connections) {
      if (!used.has(slot.slot)) this.#report(slot, `no step uses "${slot.slot}"`, { severity: 'warning' });
    }
    this.problems.push(...checkDatapills(this.#recipe, (slot, action) => this.#outputFields(slot, action)));
  }

  /** Which of two recipes a person means cannot be known: neither starts. */
  #checkCommand(): void {
    const same = this.#commands.get(this.#recipe.command) ?? [];
    const others = same.filter((other) => other !== this.#recipe).map((other) => other.file);
    if (others.length === 0) return;
    const message = `the command "${this.#recipe.command}" is also that of ${others.join(', ')}`;
    this.#report(this.#recipe.commandPosition, message, { hint: 'give one of them other words' });
  }

  #checkSlot(slot: ConnectionSlot): void {
    const { connectors, parents, sharedLogins } = this.#parts;
    const connector = this.#connectorOf(slot.slot);
    if (!connector) {
      const base = connectors.get(baseOf(slot.slot));
      const message = base
        ? `${base.title} cannot be used twice in one recipe`
        : `there is no app "${slot.slot}" for this connection`;
      const hint = base ? undefined : didYouMean(slot.slot, connectors.keys());
      this.#report(slot, message, { hint });
      return;
    }
    const parent = parents.get(slot.use);
    if (!parent) {
      const hint = didYouMean(slot.use, parents.keys()) ?? 'add it to connections.yaml';
      this.#report(slot, `there is no usable connection "${slot.use}"`, { hint });
      return;
    }
    if (parent.connector !== connector.name) {
      const fitting = [...parents.values()].filter((other) => other.connector === connector.name);
      const hint = fitting.length > 0 ? `use ${fitting.map((other) => other.name).join(' or ')}` : undefined;
      this.#report(slot, `"${slot.use}" is a connection of ${parent.connector}, not of ${connector.name}`, { hint });
    }
    if (slot.verifyUserAccess && parent.auth.kind !== 'oauth2') {
      this.#report(slot, `"${slot.use}" has one key for everybody, so people cannot log in to it`, {
        hint: 'set verify_user_access: false, or use a connection with oauth2',
      });
    }
    if (!slot.verifyUserAccess && parent.auth.kind === 'oauth2' && !sharedLogins?.has(slot.use)) {
      this.#report(slot, `"${slot.use}" has no login that everybody could share`, {
        hint: 'set verify_user_access: true, or use a connection with an API key',
      });
    }
  }

  #checkAction(step: ActionStep): void {
    const slots = this.#recipe.connections.map((slot) => slot.slot);
    if (!slots.includes(step.slot)) {
      const near = nearest(step.slot, slots);
      const hint = near === undefined ? `add "${step.slot}" under connections` : `did you mean "${near}"?`;
      this.#report(step.actionPosition, `"${step.slot}" is not under connections`, { hint });
      return;
    }
    const connector = this.#connectorOf(step.slot);
    if (!connector) return;
    const action = connector.actions.get(step.action);
    if (!action) {
      const hint = didYouMean(step.action, connector.actions.keys());
      this.#report(step.actionPosition, `${connector.title} has no action "${step.action}"`, { hint });
      return;
    }
    for (const value of step.input) {
      if (action.input.has(value.name)) continue;
      const message = `${step.slot}.${step.action} has no input "${value.name}"`;
      this.#report(value, message, { hint: didYouMean(value.name, action.input.keys()) });
    }
    const given = new Set(step.input.map((value) => value.name));
    for (const field of action.input.values()) {
      if (!field.required || given.has(field.name)) continue;
      this.#report(step, `${step.slot}.${step.action} needs the input "${field.name}"`);
    }
  }

  #checkButton(button: ReplyButton): void {
    if (button.kind !== 'command') return;
    const target = this.#commands.get(button.command)?.[0];
    if (!target) {
      if (RESERVED_COMMANDS.includes(button.command) && button.parameters.length === 0) return;
      const known = [...this.#commands.keys(), ...RESERVED_COMMANDS];
      this.#report(button, `there is no command "${button.command}"`, { hint: didYouMean(button.command, known) });
      return;
    }
    const declared = target.parameters.map((parameter) => parameter.name);
    const given = new Set(button.parameters.map((parameter) => parameter.name));
    for (const parameter of button.parameters) {
      if (declared.includes(parameter.name)) continue;
      const message = `"${target.command}" has no parameter "${parameter.name}"`;
      this.#report(parameter, message, { hint: didYouMean(parameter.name, declared) });
    }
    for (const { name, hidden, optional, default: standard } of target.parameters) {
      if (!hidden || optional || standard !== undefined || given.has(name)) continue;
      this.#report(button, `"${target.command}" needs its hidden parameter "${name}" from this button`);
    }
  }

  #connectorOf(slot: string): Connector | undefined {
    const { connectors } = this.#parts;
    const exact = connectors.get(slot);
    if (exact) return exact;
    const base = connectors.get(baseOf(slot));
    return base?.secondary ? base : undefined;
  }

  #outputFields(slot: string, action: string): readonly string[] {
    const shape = this.#connectorOf(slot)?.actions.get(action)?.outputSchema;
    return shape?.kind === 'object' ? [...shape.fields.keys()] : [];
  }

  #report(position: Position, message: string, more: More = {}): void {
    const { line, column } = position;
    const { hint, severity = 'error' } = more;
    this.problems.push({ file: this.#recipe.file, line, column, severity, message, ...(hint ? { hint } : {}) });
  }
}

function baseOf(slot: string): string {
  return slot.replace(/_secondary$/u, '');
}
