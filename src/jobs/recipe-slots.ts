import { jobOwnerKey } from '../chat/job-owner.js';
import type { LeaseStore } from '../connections/lease-store.port.js';
import { asBehalfError } from '../kernel/errors.js';
import { joinKey } from '../kernel/ids.js';
import type { Logger } from '../kernel/logger.port.js';
import type { ConcurrencyLimits } from '../recipes/compiled-recipe.js';
import type { JobId, JobRow } from './job.js';
import { type Job, openJob } from './job-record.js';
import { RecipePace, type RecipePaceDeps, type TurnInHand } from './recipe-pace.js';
import { Turns } from './turns.js';

/** Waiting jobs that are read at once. */
const BATCH = 100;

interface RecipeSlotsDeps extends RecipePaceDeps {
  readonly leases: LeaseStore;
  readonly logger: Logger;
  /** How long a slot outlives the process that held it. */
  readonly leaseMs: number;
  /** Hands a job that has its slots to whoever has room. */
  readonly handOver: (job: Pick<JobRow, 'id' | 'user'>) => Promise<void>;
}

type Slotted = Pick<JobRow, 'id' | 'recipe' | 'user'>;

/** Numbered slots of one kind; each is a lease whose holder is the job. */
interface Slots {
  readonly name: string;
  readonly count: number;
}

/**
 * Lets only so many jobs of a recipe run at the same time, and begin in a minute, in all processes together. A slot is a lease in the name of its job:
 * it is taken for the job before the job is handed over, so that nobody overtakes it, and runs out with a killed process.
 * Recipes without limits cost nothing.
 */
export class RecipeSlots {
  readonly #deps: RecipeSlotsDeps;
  /** The jobs of this process that have slots. */
  readonly #held = new Map<JobId, Slotted>();
  readonly #turns = new Turns();
  readonly #pace: RecipePace;

  constructor(deps: RecipeSlotsDeps) {
    this.#deps = deps;
    this.#pace = new RecipePace(deps);
  }

  isLimited(recipe: string): boolean {
    return this.#limitsOf(recipe) !== undefined || this.#pace.isLimited(recipe);
  }

  /** Gives free slots, and turns to begin, to the jobs that have waited longest, and hands these over. Never rejects. */
  async fill(recipe: string): Promise<void> {
    if (this.isLimited(recipe))
      await this.#quietly(recipe, () => this.#turns.take(recipe, () => this.#fillNow(recipe)));
  }

  /** Begins to keep the slots that were taken for this job; false: it has none, or it was not let go yet. */
  async enter(job: Job): Promise<boolean> {
    if (!this.isLimited(job.recipe)) return true;
    if (!this.#pace.isLetGo(job) || !(await this.#renew(job))) return false;
    this.#held.set(job.id, job);
    return true;
  }

  /** Keeps the slots of the jobs that run in this process. */
  async keep(): Promise<void> {
    await Promise.allSettled([...this.#held.values()].map((job) => this.#renew(job)));
  }

  /** The job has ended or sleeps: the next one may have its slots. `isLost`: somebody else goes on with it, and needs them. Never rejects. */
  async leave(job: Slotted, { isLost }: { readonly isLost: boolean }): Promise<void> {
    if (!this.#held.delete(job.id) || isLost) return;
    await this.#quietly(job.recipe, () => this.#releaseAll(job));
    await this.fill(job.recipe);
  }

  /** What gets no turn now gets it by the sweep. */
  async #quietly(recipe: string, work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => {
      const line = { recipe, err: asBehalfError(error) };
      this.#deps.logger.warn(line, 'a job may have to wait for its turn longer than needed');
    });
  }

  async #fillNow(recipe: string): Promise<void> {
    const full = new Set<string>();
    const hand = { isThere: false };
    if (this.#isOver(recipe)) return;
    for await (const row of this.#waiting(recipe)) {
      if (this.#isOver(recipe)) return;
      const user = jobOwnerKey(row.user);
      const job = full.has(user) ? undefined : this.#ready(row);
      if (!job || (this.#pace.isExhausted(recipe) && !this.#pace.isLetGo(job))) continue;
      const outcome = await this.#reserve(row);
      if (outcome === 'full') return;
      if (outcome === 'full_for_user') full.add(user);
      else if (await this.#mayGo(job, { hasNewSlots: outcome === 'reserved', hand })) await this.#deps.handOver(row);
    }
  }

  /** True where nothing that waits can get anything now, whatever it is. */
  #isOver(recipe: string): boolean {
    return this.#pace.isExhausted(recipe) && this.#limitsOf(recipe) === undefined;
  }

  /** Whether a job that has its slots has also its turn, and was not handed over before. */
  async #mayGo(job: Job, { hand, hasNewSlots }: { readonly hasNewSlots: boolean; readonly hand: TurnInHand }) {
    if (this.#pace.isLetGo(job)) return hasNewSlots;
    const outcome = await this.#pace.letGo(job, hand, () => this.fill(job.recipe));
    if (outcome !== 'let_go' && hasNewSlots) await this.#releaseAll(job);
    return outcome === 'let_go';
  }

  /** The jobs of a recipe that wait, the oldest first; read as far as somebody goes through them. */
  async *#waiting(recipe: string): AsyncGenerator<JobRow> {
    let after: JobId | undefined = '';
    while (after !== undefined) {
      const rows: readonly JobRow[] = await this.#deps.store.list(
        { recipe, status: 'pending' },
        { limit: BATCH, after },
      );
      yield* rows;
      after = rows.length < BATCH ? undefined : rows.at(-1)?.id;
    }
  }

  /** The job behind a row. One that pauses, for the chat did not take its answer or its turn at an app is not there, does not want to go on yet. */
  #ready(row: JobRow): Job | undefined {
    const { clock, vault } = this.#deps;
    try {
      const job = openJob(vault, row);
      const now = clock.now();
      if ((row.attentionAt ?? 0) <= now) return job;
      const { appWait, undelivered } = job.state;
      return undelivered === undefined && (appWait?.until ?? 0) <= now ? job : undefined;
    } catch {
      // One that cannot be read must not hold up the others.
      return undefined;
    }
  }

  async #reserve(job: Slotted): Promise<'reserved' | 'has_them' | 'full' | 'full_for_user'> {
    const taken: Slots[] = [];
    for (const slots of this.#slotsOf(job)) {
      const outcome = await this.#takeOne(slots, job.id);
      if (outcome === 'taken') taken.push(slots);
      if (outcome !== 'full') continue;
      for (const others of taken) await this.#release(others, job.id);
      return slots.name === recipeSlots(job) ? 'full' : 'full_for_user';
    }
    return taken.length > 0 ? 'reserved' : 'has_them';
  }

  async #takeOne(slots: Slots, holder: JobId): Promise<'taken' | 'has_it' | 'full'> {
    const { leaseMs, leases } = this.#deps;
    if (await this.#renewOne(slots, holder)) return 'has_it';
    for (const key of keysOf(slots)) {
      if (await leases.acquire(key, holder, leaseMs)) return 'taken';
      // Another process may be taking one for the same job.
      if (await leases.renew(key, holder, leaseMs)) return 'has_it';
    }
    return 'full';
  }

  async #renew(job: Slotted): Promise<boolean> {
    for (const slots of this.#slotsOf(job)) if (!(await this.#renewOne(slots, job.id))) return false;
    return true;
  }

  async #renewOne(slots: Slots, holder: JobId): Promise<boolean> {
    const { leaseMs, leases } = this.#deps;
    for (const key of keysOf(slots)) if (await leases.renew(key, holder, leaseMs)) return true;
    return false;
  }

  async #releaseAll(job: Slotted): Promise<void> {
    for (const slots of this.#slotsOf(job)) await this.#release(slots, job.id);
  }

  async #release(slots: Slots, holder: JobId): Promise<void> {
    for (const key of keysOf(slots)) await this.#deps.leases.release(key, holder);
  }

  #limitsOf(recipe: string): ConcurrencyLimits | undefined {
    return this.#deps.recipes().get(recipe)?.concurrency;
  }

  #slotsOf(job: Slotted): readonly Slots[] {
    const { recipe, user } = this.#limitsOf(job.recipe) ?? {};
    return [
      ...(recipe === undefined ? [] : [{ name: recipeSlots(job), count: recipe }]),
      ...(user === undefined ? [] : [{ name: joinKey('slot', job.recipe, jobOwnerKey(job.user)), count: user }]),
    ];
  }
}

function recipeSlots({ recipe }: Slotted): string {
  return joinKey('slot', recipe);
}

function keysOf({ count, name }: Slots): readonly string[] {
  return Array.from({ length: count }, (_, index) => joinKey(name, String(index)));
}
