import type { Clock } from '../kernel/clock.port.js';
import { joinKey, sha256 } from '../kernel/ids.js';
import type { RateLimiter } from '../kernel/rate-limiter.port.js';
import { neverMoreThan } from '../kernel/token-bucket.js';
import type { Vault } from '../kernel/vault.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import { changeJob } from './change-job.js';
import { type Job, pending } from './job-record.js';
import type { JobStore } from './job-store.port.js';

const MINUTE_MS = 60_000;
/** Shortest time between two looks for a turn, in ms: all that has flowed in meanwhile is given together. */
const SHORTEST_PAUSE_MS = 1_000;

export interface RecipePaceDeps {
  readonly limiter: Pick<RateLimiter, 'take'>;
  readonly store: JobStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly recipes: () => RecipeBook;
  readonly leaseMs: number;
  /** Aborted when this process looks for no more turns. */
  readonly stopping: AbortSignal;
}

/** What one look for turns has in hand: a turn that somebody else's write took the job away from. */
export interface TurnInHand {
  isThere: boolean;
}

/**
 * Lets only so many jobs of a recipe begin in a minute, in all processes together. That a job was let go stands in the job: it
 * needs no second turn after a login, an answer or a crash. Recipes without such a limit cost nothing.
 */
export class RecipePace {
  readonly #deps: RecipePaceDeps;
  /** Recipes of which this process knows that there is no turn, until it looks again. */
  readonly #exhausted = new Set<string>();

  constructor(deps: RecipePaceDeps) {
    this.#deps = deps;
  }

  isLimited(recipe: string): boolean {
    return this.#limitOf(recipe) !== undefined;
  }

  /** True where nothing can be let go before this process looks again. */
  isExhausted(recipe: string): boolean {
    return this.#exhausted.has(recipe);
  }

  /** True for a job that needs no turn, or has had it. */
  isLetGo({ recipe, state }: Pick<Job, 'recipe' | 'state'>): boolean {
    return state.isLetGo === true || !this.isLimited(recipe);
  }

  /** Gives a job its turn, durably. `no_turn`: `lookAgain` is called when there may be one; `gone`: the job waits no more. */
  async letGo(job: Job, hand: TurnInHand, lookAgain: () => Promise<void>): Promise<'let_go' | 'no_turn' | 'gone'> {
    const perMinute = this.#limitOf(job.recipe);
    if (perMinute !== undefined && !hand.isThere) {
      const { clock, limiter } = this.#deps;
      const bucket = neverMoreThan({ requests: perMinute, perMs: MINUTE_MS });
      const key = sha256(joinKey('recipe', job.recipe));
      const { isGiven, waitMs } = await limiter.take(key, bucket, { now: clock.now(), maxWaitMs: 0 });
      if (!isGiven) {
        void this.#pause(job.recipe, waitMs, lookAgain);
        return 'no_turn';
      }
    }
    const changed = await changeJob(this.#deps, job.id, (current, now) =>
      current.status === 'pending' && !current.state.isLetGo
        ? pending({ ...current, state: { ...current.state, isLetGo: true } }, this.#deps.leaseMs, now)
        : undefined,
    );
    // The turn of a job that another process has let go, or that was ended, is that of the next one.
    hand.isThere = changed === undefined;
    return changed ? 'let_go' : 'gone';
  }

  /** If this process ends first, the sweep of another comes by. */
  async #pause(recipe: string, waitMs: number, lookAgain: () => Promise<void>): Promise<void> {
    if (this.#exhausted.has(recipe)) return;
    this.#exhausted.add(recipe);
    const { clock, stopping } = this.#deps;
    await clock.sleep(Math.max(waitMs, SHORTEST_PAUSE_MS), stopping).catch(() => {});
    this.#exhausted.delete(recipe);
    if (!stopping.aborted) await lookAgain();
  }

  #limitOf(recipe: string): number | undefined {
    return this.#deps.recipes().get(recipe)?.startsPerMinute;
  }
}
