import { jobOwnerKey } from '../chat/job-owner.js';
import { type BehalfError, type ErrorCode, isBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Metrics } from '../kernel/metrics.port.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import type { JobRow } from './job.js';

/** Failures in a row after which a recipe stops itself. */
const MAX_IN_A_ROW = 5;

/** What only the builder or the administrator can put right; nobody's own login or permissions are among them. */
const MISCONFIGURED: readonly ErrorCode[] = [
  'recipe.invalid',
  'connector.invalid',
  'connection.invalid',
  'connection.no_person',
  'datapill.failed',
  'oauth.operator',
];

interface Series {
  count: number;
  /** Whose input an expression has failed with: one person's input alone must not stop a recipe for all. */
  readonly typedBy: Set<string>;
}

/**
 * Recipes that have stopped themselves in this process, since each of their jobs only fails and bothers people. They start
 * again when the configuration is read again, with the process, and when a job that was accepted before succeeds.
 */
export class RecipeStops {
  readonly #deps: { readonly recipes: () => RecipeBook; readonly logger: Logger; readonly metrics: Metrics };
  /** By recipe, for each state of the configuration. */
  readonly #series = new WeakMap<RecipeBook, Map<string, Series>>();

  constructor(deps: { readonly recipes: () => RecipeBook; readonly logger: Logger; readonly metrics: Metrics }) {
    this.#deps = deps;
  }

  isStopped(recipe: string): boolean {
    return (this.#now().get(recipe)?.count ?? 0) >= MAX_IN_A_ROW;
  }

  noteSuccess(recipe: string): void {
    this.#now().delete(recipe);
  }

  /** Other errors say nothing about the configuration and are not counted. */
  noteFailure({ recipe, user }: Pick<JobRow, 'recipe' | 'user'>, err: BehalfError): void {
    if (!isBehalfError(err, ...MISCONFIGURED)) return;
    const series = this.#now().get(recipe) ?? { count: 0, typedBy: new Set<string>() };
    this.#now().set(recipe, series);
    if (err.code === 'datapill.failed') {
      const person = jobOwnerKey(user);
      if (series.typedBy.has(person)) return;
      series.typedBy.add(person);
    }
    series.count += 1;
    if (series.count !== MAX_IN_A_ROW) return;
    this.#deps.metrics.count('recipes_stopped', { recipe });
    this.#deps.logger.error({ recipe, err }, 'the recipe has failed time and again, and has stopped itself');
  }

  #now(): Map<string, Series> {
    const book = this.#deps.recipes();
    const found = this.#series.get(book) ?? new Map<string, Series>();
    this.#series.set(book, found);
    return found;
  }
}
