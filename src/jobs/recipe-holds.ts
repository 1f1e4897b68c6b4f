import type { ParentConnection } from '../connections/parent-connection.js';
import { type SharedObstacle, type SharedStates, sharedObstacle } from '../connections/shared-states.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Metrics } from '../kernel/metrics.port.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import type { RecipeBook } from '../recipes/recipe-book.js';

/** A shared connection that keeps a recipe from being started. */
export interface Hold extends SharedObstacle {
  readonly connection: string;
  /** The app's name for people. */
  readonly title: string;
}

type FindParent = (name: string) => ParentConnection | undefined;

/** What keeps a recipe, or one that it calls, from being started: shared connections that must be connected first. */
export function holdsOf(
  recipe: CompiledRecipe,
  { parent: find, recipes }: { readonly recipes: RecipeBook; readonly parent: FindParent },
  states: SharedStates,
): readonly Hold[] {
  const shared = recipes.usesOf(recipe).filter(({ verifyUserAccess }) => !verifyUserAccess);
  return [...new Set(shared.map(({ use }) => use))].flatMap((connection) => {
    const parent = find(connection);
    const obstacle = parent && sharedObstacle(parent, states);
    return obstacle ? [{ ...obstacle, connection, title: parent.title }] : [];
  });
}

interface RecipeHoldsDeps {
  readonly recipes: () => RecipeBook;
  readonly parents: FindParent;
  /** What is known of the store; undefined: nothing yet, so nothing is held. */
  readonly states: () => SharedStates | undefined;
  /** Looks at the store again; never rejects. */
  readonly look: () => Promise<void>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

type Held = ReadonlyMap<string, readonly Hold[]>;

/**
 * Recipes that are held: a shared connection that they need is not connected. They start by themselves when it is. Only who
 * calls a held one makes the store be looked at anew.
 */
export class RecipeHolds {
  readonly #deps: RecipeHoldsDeps;
  #told: Held = new Map();
  #made: { readonly book: RecipeBook; readonly states: SharedStates; readonly held: Held } | undefined;

  constructor(deps: RecipeHoldsDeps) {
    this.#deps = deps;
  }

  /** As far as is known; empty: it may start. */
  of(recipe: string): readonly Hold[] {
    return this.#held().get(recipe) ?? [];
  }

  /** The same when somebody calls it: what was connected just now counts. */
  async now(recipe: string): Promise<readonly Hold[]> {
    if (this.of(recipe).length > 0) await this.#deps.look();
    return this.of(recipe);
  }

  /** Tells the operator of recipes that are held now, and of those that have started. */
  tell(): void {
    const { logger, metrics } = this.#deps;
    const held = this.#held();
    metrics.gauge('recipes_held', held.size);
    for (const [recipe, holds] of held) {
      if (this.#told.has(recipe)) continue;
      for (const { connection, kind, reason } of holds) {
        const fields = { recipe, connection, state: kind, ...(reason === undefined ? {} : { reason }) };
        logger.error(fields, `the recipe does not start before somebody runs: behalf connect ${connection}`);
      }
    }
    for (const recipe of this.#told.keys()) {
      if (!held.has(recipe)) logger.info({ recipe }, 'the recipe is not held by its shared connections any more');
    }
    this.#told = held;
  }

  #held(): Held {
    const book = this.#deps.recipes();
    const states = this.#deps.states();
    if (!states) return new Map();
    if (this.#made?.book !== book || this.#made.states !== states) {
      this.#made = { book, states, held: this.#find(book, states) };
    }
    return this.#made.held;
  }

  #find(book: RecipeBook, states: SharedStates): Held {
    const parts = { recipes: book, parent: this.#deps.parents };
    const found = book.started().map((recipe) => [recipe.id, holdsOf(recipe, parts, states)] as const);
    return new Map(found.filter(([, holds]) => holds.length > 0));
  }
}
