import { jobOwnerKey } from '../chat/job-owner.js';
import type { LeaseStore } from '../connections/lease-store.port.js';
import type { Clock } from '../kernel/clock.port.js';
import { joinKey } from '../kernel/ids.js';
import type { Vault } from '../kernel/vault.js';
import type { ConcurrencyLimits } from '../recipes/compiled-recipe.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import type { JobId, JobRow } from './job.js';
import { openJob } from './job-record.js';
import type { JobStore } from './job-store.port.js';
import { Turns } from './turns.js';

/** Waiting jobs that are read at once. */
const BATCH = 100;

interface RecipeSlotsDeps {
  readonly leases: LeaseStore;
  readonly store: JobStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly recipes: () => RecipeBook;
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
 * Lets only so many jobs of a recipe run at the same time, in all processes together. A slot is a lease in the name of its job:
 * it is taken for the job before the job is handed over, so that nobody overtakes it, and runs out with a killed process.
 * Recipes without limits cost nothing.
 */
export class RecipeSlots {
  readonly #deps: RecipeSlotsDeps;
  /** The jobs of this process that have slots. */
  readonly #held = new Map<JobId, Slotted>();
  readonly #turns = new Turns();

  constructor(deps: RecipeSlotsDeps) {
    this.#deps = deps;
  }

  isLimited(recipe: string): boolean {
    return this.#limitsOf(recipe) !== undefined;
  }

  /** Gives free slots to the jobs that have waited longest, and hands these over. */
  async fill(recipe: string): Promise<void> {
    if (this.isLimited(recipe)) await this.#turns.take(recipe, () => this.#fillNow(recipe));
  }

  /** Begins to keep the slots that were taken for this job; false: it has none. */
  async enter(job: Slotted): Promise<boolean> {
    if (!this.isLimited(job.recipe)) return true;
    if (!(await this.#renew(job))) return false;
    this.#held.set(job.id, job);
    return true;
  }

  /** Keeps the slots of the jobs that run in this process. */
  async keep(): Promise<void> {
    await Promise.allSettled([...this.#held.values()].map((job) => this.#renew(job)));
  }

  /** The job has ended or sleeps: the next one may have its slots. `isLost`: somebody else goes on with it, and needs them. */
  async leave(job: Slotted, { isLost }: { readonly isLost: boolean }): Promise<void> {
    if (!this.#held.delete(job.id) || isLost) return;
    for (const slots of this.#slotsOf(job)) await this.#release(slots, job.id);
    await this.fill(job.recipe);
  }

  async #fillNow(recipe: string): Promise<void> {
    const full = new Set<string>();
    for (const row of await this.#waiting(recipe)) {
      const user = jobOwnerKey(row.user);
      if (full.has(user) || !this.#isReady(row)) continue;
      const outcome = await this.#reserve(row);
      if (outcome === 'full') return;
      if (outcome === 'full_for_user') full.add(user);
      if (outcome === 'reserved') await this.#deps.handOver(row);
    }
  }

  /** The jobs of a recipe that wait, the oldest first. */
  async #waiting(recipe: string): Promise<readonly JobRow[]> {
    const rows: JobRow[] = [];
    for (;;) {
      const before = rows.at(-1)?.id;
      const page = { limit: BATCH, ...(before === undefined ? {} : { before }) };
      const more = await this.#deps.store.list({ recipe, status: 'pending' }, page);
      rows.push(...more);
      if (more.length < BATCH) return rows.reverse();
    }
  }

  /** A job that pauses, for the chat did not take its answer or its turn at an app is not there, does not want to go on yet. */
  #isReady(row: JobRow): boolean {
    const now = this.#deps.clock.now();
    if ((row.attentionAt ?? 0) <= now) return true;
    try {
      const { appWait, undelivered } = openJob(this.#deps.vault, row).state;
      return undelivered === undefined && (appWait?.until ?? 0) <= now;
    } catch {
      // One that cannot be read must not hold up the others.
      return false;
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
