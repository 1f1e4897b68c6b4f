import { apiCaller, isSameOwner } from '../chat/job-owner.js';
import type { Clock } from '../kernel/clock.port.js';
import { BehalfError } from '../kernel/errors.js';
import type { ExpiringStore, RecordKey } from '../kernel/expiring-store.port.js';
import { joinKey, newId } from '../kernel/ids.js';
import type { Vault } from '../kernel/vault.js';
import { type InputMistake, mistakesIn, takeInputs } from '../recipes/callable-inputs.js';
import { type CallableRecipe, isCallableRecipe } from '../recipes/compiled-recipe.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import type { JobId } from './job.js';
import { isFinal, type Job, openJob } from './job-record.js';
import type { JobStore } from './job-store.port.js';
import type { Jobs, OverLimit } from './jobs.js';

/** How long a repeated request finds the job of the first one, in ms. */
const REPEAT_TTL_MS = 24 * 3_600_000;
/** Looks for who was first, of several equal requests at the same time. */
const TRIES = 5;
const ID = /^[0-9a-z]{1,40}$/;

export interface ApiJobsDeps {
  readonly jobs: Pick<Jobs, 'accept' | 'askToCancel'>;
  readonly store: Pick<JobStore, 'load'>;
  readonly requests: Pick<ExpiringStore, 'add' | 'get'>;
  readonly recipes: () => RecipeBook;
  readonly isStopped: (recipe: string) => boolean;
  readonly vault: Vault;
  readonly clock: Clock;
}

export interface ApiRequest {
  /** Id of the recipe. */
  readonly recipe: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** `key` names the request for its caller; `fingerprint` tells whether another one has the same name. */
  readonly repeat?: { readonly key: string; readonly fingerprint: string };
}

export type StartOutcome =
  | { readonly kind: 'accepted'; readonly job: Job }
  | { readonly kind: 'unknown_recipe' }
  /** It has failed time and again, and has stopped itself. */
  | { readonly kind: 'recipe_stopped' }
  | { readonly kind: 'bad_inputs'; readonly mistakes: readonly InputMistake[] }
  /** Another request had the same key. */
  | { readonly kind: 'key_reused' }
  /** The caller is too fast, or has enough under way; the same request may come again. */
  | { readonly kind: 'over_limit'; readonly refusal: OverLimit };

export type ApiCancelOutcome =
  | { readonly kind: 'asked'; readonly job: Job }
  | { readonly kind: 'unknown_job' }
  | { readonly kind: 'ended'; readonly job: Job };

interface Reserved {
  readonly job: JobId;
  readonly fingerprint: string;
}

/** A callable recipe that a caller may start, and whether it takes jobs now. */
export interface OpenCallable {
  readonly recipe: CallableRecipe;
  readonly isStopped: boolean;
}

/**
 * Jobs that programs start: each starts what is open to it, and sees what it has started. `caller` is the name of its key.
 */
export class ApiJobs {
  readonly #deps: ApiJobsDeps;

  constructor(deps: ApiJobsDeps) {
    this.#deps = deps;
  }

  /** What this caller may start, in the order of the ids. */
  callables(caller: string): readonly OpenCallable[] {
    const { isStopped, recipes } = this.#deps;
    return recipes()
      .started()
      .filter(isCallableRecipe)
      .filter((recipe) => isOpenTo(recipe, caller))
      .map((recipe) => ({ recipe, isStopped: isStopped(recipe.id) }));
  }

  /**
   * Takes a job in; it is durable when this resolves. The same request again gives the same job, also where the answer to the
   * first one was lost. Fails with `store.unavailable`.
   */
  async start(caller: string, request: ApiRequest): Promise<StartOutcome> {
    const earlier = request.repeat && (await this.#reserved(caller, request.repeat.key));
    if (earlier && earlier.fingerprint !== request.repeat?.fingerprint) return { kind: 'key_reused' };
    const accepted = earlier && (await this.find(caller, earlier.job));
    if (accepted) return { kind: 'accepted', job: accepted };
    const recipe = this.#callable(caller, request.recipe);
    if (!recipe) return { kind: 'unknown_recipe' };
    if (this.#deps.isStopped(recipe.id)) return { kind: 'recipe_stopped' };
    const mistakes = mistakesIn(recipe.trigger.inputs, request.inputs);
    if (mistakes.length > 0) return { kind: 'bad_inputs', mistakes };
    const id = earlier?.job ?? (await this.#newId(caller, request));
    if (id === undefined) return { kind: 'key_reused' };
    const taken = await this.#deps.jobs.accept({
      id,
      eventId: id,
      user: apiCaller(caller),
      recipe,
      parameters: takeInputs(recipe, request.inputs),
      isRepeatable: request.repeat !== undefined,
    });
    if (typeof taken === 'object') return { kind: 'over_limit', refusal: taken };
    const job = await this.find(caller, id);
    if (!job) throw new BehalfError('store.unavailable', 'A job that was accepted is not there', { details: { id } });
    return { kind: 'accepted', job };
  }

  /** A job that this caller has started; undefined for all others. */
  async find(caller: string, id: JobId): Promise<Job | undefined> {
    const row = ID.test(id) ? await this.#deps.store.load(id) : undefined;
    return row && isSameOwner(row.user, apiCaller(caller)) ? openJob(this.#deps.vault, row) : undefined;
  }

  /** Lets a job end before its next step. */
  async cancel(caller: string, id: JobId): Promise<ApiCancelOutcome> {
    const job = await this.find(caller, id);
    if (!job) return { kind: 'unknown_job' };
    if (isFinal(job.status)) return { kind: 'ended', job };
    await this.#deps.jobs.askToCancel(id);
    return { kind: 'asked', job };
  }

  #callable(caller: string, id: string): CallableRecipe | undefined {
    const recipe = this.#deps.recipes().get(id);
    return recipe && isCallableRecipe(recipe) && isOpenTo(recipe, caller) ? recipe : undefined;
  }

  /** An id that the same request gets again; undefined when another one has taken its key meanwhile. */
  async #newId(caller: string, { repeat }: ApiRequest): Promise<JobId | undefined> {
    const job = newId(this.#deps.clock.now());
    if (!repeat) return job;
    const { fingerprint, key } = repeat;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const reserved: Reserved = { job, fingerprint };
      if (await this.#deps.requests.add(recordKey(caller, key), JSON.stringify(reserved), REPEAT_TTL_MS)) return job;
      const first = await this.#reserved(caller, key);
      if (first) return first.fingerprint === fingerprint ? first.job : undefined;
    }
    throw new BehalfError('store.unavailable', 'The key of a request comes and goes');
  }

  async #reserved(caller: string, key: string): Promise<Reserved | undefined> {
    const text = await this.#deps.requests.get(recordKey(caller, key));
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return isReserved(value) ? value : undefined;
  }
}

function isOpenTo({ trigger }: CallableRecipe, caller: string): boolean {
  return trigger.http !== undefined && (trigger.http.keys?.includes(caller) ?? true);
}

function recordKey(caller: string, key: string): RecordKey {
  return { kind: 'api-request', id: joinKey(caller, key) };
}

function isReserved(value: unknown): value is Reserved {
  if (typeof value !== 'object' || value === null || !('job' in value) || !('fingerprint' in value)) return false;
  return typeof value.job === 'string' && typeof value.fingerprint === 'string';
}
