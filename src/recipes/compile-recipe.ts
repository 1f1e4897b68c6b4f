import { createHash } from 'node:crypto';
import type { Position, Problem } from '../language/problem.js';
import { checkShape } from '../language/shape.js';
import type { CompileContext } from '../language/template.js';
import { parseYaml, type YamlDocument, type YamlPath } from '../language/yaml-document.js';
import type { AllowShape } from './allow-shape.js';
import { checkUpdates } from './compile-reply.js';
import { StepCompiler } from './compile-steps.js';
import { compileTrigger } from './compile-trigger.js';
import type { Allowed, CompiledRecipe } from './compiled-recipe.js';
import { Recipe } from './recipe.js';
import { mistakenDatapills, unfilledTexts } from './unfilled-texts.js';
import { allSteps, readsProfile } from './walk-steps.js';

export interface RecipeSource {
  /** File name without its ending, with the project's folder before it. */
  readonly id: string;
  readonly file: string;
  readonly project?: string;
  readonly text: string;
}

export type CompileResult =
  | { readonly kind: 'ok'; readonly recipe: CompiledRecipe }
  | { readonly kind: 'broken'; readonly problems: readonly Problem[] };

/** Turns a recipe file into what runs. Every mistake that the file alone shows is a problem. */
export function compileRecipe(source: RecipeSource): CompileResult {
  const yaml = parseYaml(source.file, source.text, hintOfDouble);
  if (yaml.kind === 'broken') return yaml;
  const shape = checkShape(yaml.document, Recipe);
  if (shape.kind === 'broken') return shape;
  const compiler = new RecipeCompiler(yaml.document, shape.value);
  const recipe = compiler.compile(source);
  compiler.problems.push(...checkUpdates(allSteps(recipe.steps), source.file));
  return compiler.problems.length > 0 ? { kind: 'broken', problems: compiler.problems } : { kind: 'ok', recipe };
}

/** An app's second entry would silently win over the first in all steps. */
function hintOfDouble(keys: readonly string[]): string | undefined {
  const app = keys.at(-1);
  if (keys.at(-2) !== 'connections' || app === undefined) return undefined;
  return `an app has one connection in a recipe; where it can be used twice, the second is ${app}_secondary`;
}

/** The version of a recipe with this text. */
export function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function toAllowed({ channels, external, groups, guests, tenants, users }: AllowShape): Allowed {
  return {
    ...(users ? { users: users.map((user) => user.toLowerCase()) } : {}),
    outsiders: [...(guests ? (['guest'] as const) : []), ...(external ? (['external'] as const) : [])],
    ...(groups ? { groups } : {}),
    ...(channels ? { channels } : {}),
    ...(tenants ? { tenants: tenants.map((tenant) => tenant.toLowerCase()) } : {}),
  };
}

const NOT_ALLOW = {
  severity: 'error',
  message: 'who may run a recipe that others call is said by those that call it',
  hint: 'move "allow" there',
} as const;

class RecipeCompiler implements CompileContext {
  readonly document: YamlDocument;
  readonly problems: Problem[] = [];
  readonly #recipe: Recipe;

  constructor(document: YamlDocument, recipe: Recipe) {
    this.document = document;
    this.#recipe = recipe;
  }

  compile(source: RecipeSource): CompiledRecipe {
    const { allow, name, description, hidden, connections } = this.#recipe;
    const compiled = compileTrigger(this.#recipe.trigger, this);
    const isCallable = compiled.trigger.kind === 'callable';
    // What a callable recipe is given may come from the person's own connections.
    const isPersonal = isCallable || Object.values(connections).some((slot) => slot.verify_user_access);
    if (isCallable && allow)
      this.problems.push({ ...NOT_ALLOW, file: source.file, ...this.document.positionOfKey(['allow']) });
    const outputs = compiled.trigger.kind === 'callable' ? compiled.trigger.outputs : [];
    const version = versionOf(source.text);
    const steps = new StepCompiler(this, { isPersonal, isCallable }).list(this.#recipe.steps, ['steps'], '');
    return {
      id: source.id,
      file: source.file,
      ...(source.project === undefined ? {} : { project: source.project }),
      fingerprint: version,
      version,
      name,
      description,
      hidden,
      ...compiled,
      ...(allow ? { allow: toAllowed(allow) } : {}),
      connections: Object.entries(connections).map(([slot, { use, verify_user_access: verifyUserAccess }]) => {
        return { slot, use, verifyUserAccess, ...this.document.positionOf(['connections', slot, 'use']) };
      }),
      timeoutMs: this.#recipe.timeout * 1000,
      ...this.#concurrency(),
      ...(this.#recipe.limit ? { startsPerMinute: this.#recipe.limit.per_minute } : {}),
      steps,
      readsProfile: readsProfile(steps, outputs),
      unfilledTexts: unfilledTexts(this.document, { steps, outputs, parameters: compiled.parameters }),
      mistakenDatapills: mistakenDatapills(this.document),
    };
  }

  #concurrency(): Pick<CompiledRecipe, 'concurrency'> {
    const { concurrency } = this.#recipe;
    if (!concurrency) return {};
    const { recipe, user } = concurrency;
    if (recipe === undefined && user === undefined)
      this.#report(['concurrency'], 'nothing is limited here', 'add "recipe" or "user"');
    return { concurrency: { ...(recipe === undefined ? {} : { recipe }), ...(user === undefined ? {} : { user }) } };
  }

  #report(path: YamlPath, message: string, hint?: string): void {
    const position: Position = this.document.positionOf(path);
    const { file } = this.document;
    this.problems.push({ file, ...position, severity: 'error', message, ...(hint === undefined ? {} : { hint }) });
  }
}
