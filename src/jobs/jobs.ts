import type { ChatUser } from '../chat/chat-user.js';
import { isPerson, jobOwnerKey } from '../chat/job-owner.js';
import type { LeaseStore } from '../connections/lease-store.port.js';
import { asBehalfError } from '../kernel/errors.js';
import type { ExpiringStore } from '../kernel/expiring-store.port.js';
import { randomToken } from '../kernel/ids.js';
import type { RateLimiter } from '../kernel/rate-limiter.port.js';
import { noteStart } from './audit-notes.js';
import { CancelWishes } from './cancel-wishes.js';
import { HeldJob, type HeldJobDeps } from './held-job.js';
import type { JobId, JobRow, JobStatus } from './job.js';
import type { JobQueue } from './job-queue.port.js';
import { isFinal, type Job, type Lessee, openJob, sealJob, takenOver } from './job-record.js';
import { createRunner, type Runner } from './job-spans.js';
import type { AcceptOutcome, OwnerLimits } from './job-store.port.js';
import { LeftBehind } from './left-behind.js';
import { type NewJob, newJob } from './new-job.js';
import { Places } from './places.js';
import { QueuedJobs } from './queued-jobs.js';
import { RecipeSlots } from './recipe-slots.js';
import { waitOn } from './tell-of-turn.js';
import { WaitingJobs, type WaitingJobsDeps } from './waiting-jobs.js';
import { WithdrawnJobs } from './withdrawn-jobs.js';

/** Longer than the last redelivery of any platform (Slack: some minutes after the first), with room for a day's outage. */
const EVENT_TTL_MS = 24 * 3_600_000;
/** How often leases are prolonged and jobs that need attention are looked for; several times in a short lease. */
const LOOK_MS = 5_000;
const LOOKS_PER_LEASE = 6;

export interface JobsDeps extends Omit<WaitingJobsDeps, 'handOver'> {
  readonly queue: JobQueue;
  readonly leases: LeaseStore;
  readonly limiter: Pick<RateLimiter, 'take'>;
  /** Where wishes to end a job stand that runs in another process. */
  readonly wishes: Pick<ExpiringStore, 'put' | 'get'>;
  /** How much one person may start, and one program. */
  readonly startLimits: { readonly person: OwnerLimits; readonly program: OwnerLimits };
  /** Jobs that this process runs at the same time; more wait in the queue. */
  readonly maxRunning: number;
  /** True when no other process can work on this store: whoever holds a lease when this one starts is dead. */
  readonly isAlone: boolean;
}

/** Somebody has as much under way as they may, or was too fast; this job is not started. */
export type OverLimit = Extract<AcceptOutcome, { readonly kind: 'refused' }>;

/** Accepts jobs, runs them, and looks after those that were left behind. */
export class Jobs {
  /** The jobs that sleep. */
  readonly waiting: WaitingJobs;
  readonly #deps: JobsDeps;
  readonly #runner: Runner;
  /** This process, in leases. */
  readonly #lessee: Lessee;
  readonly #holding: HeldJobDeps;
  readonly #running = new Map<JobId, HeldJob>();
  readonly #withdrawn: WithdrawnJobs;
  readonly #work = new Set<Promise<void>>();
  readonly #places: Places;
  readonly #queued: QueuedJobs;
  readonly #wishes: CancelWishes;
  readonly #slots: RecipeSlots;
  readonly #leftBehind: LeftBehind;
  readonly #stopping = new AbortController();
  /** Leases are kept until the last job has ended. */
  readonly #drained = new AbortController();

  constructor(deps: JobsDeps) {
    this.#deps = deps;
    this.#lessee = { holder: randomToken(128), leaseMs: deps.leaseMs };
    this.#holding = { ...deps, ...this.#lessee };
    this.#withdrawn = new WithdrawnJobs(deps);
    this.#places = new Places(deps.maxRunning);
    this.#queued = new QueuedJobs({
      ...{ ...deps, places: this.#places },
      take: (id) => this.#take(id),
      run: (job) => this.#run(job),
    });
    const handOver = (row: Pick<JobRow, 'id' | 'user'>) => this.#queued.handOver(row);
    this.#wishes = new CancelWishes(deps.wishes, deps.clock);
    this.#slots = new RecipeSlots({ ...deps, handOver, stopping: this.#stopping.signal });
    this.#runner = createRunner(deps);
    deps.metrics.level('jobs_running', () => this.#running.size);
    deps.metrics.level('jobs_waiting', () => this.#queued.waiting);
    deps.metrics.level('jobs_open', () => deps.store.countOpen());
    this.waiting = new WaitingJobs({ ...deps, handOver });
    this.#leftBehind = new LeftBehind({
      ...{ ...deps, handOver, waiting: this.waiting, withdrawn: this.#withdrawn },
      isRunning: (id) => this.#running.has(id),
      attend: (row) => this.#attend(row),
    });
  }

  /**
   * Takes a job in, once per event; `duplicate` when the event had been taken in before, a refusal when the person has enough
   * under way. Durable when it resolves. The job runs in this process right away, or waits in the queue when this process, or its
   * person in it, has enough to do, or for its turn.
   */
  async accept(request: NewJob): Promise<'accepted' | 'duplicate' | OverLimit> {
    const { clock, startLimits, store, tracing, vault } = this.#deps;
    this.#withdrawn.checkRoom();
    const owner = jobOwnerKey(request.user);
    const isLimited = this.#slots.isLimited(request.recipe.id);
    const hasPlace = !isLimited && this.#places.take(owner);
    let isRunning = false;
    try {
      const job = newJob(request, clock.now(), { by: this.#lessee, isHeld: hasPlace, trace: tracing?.carrier() });
      const limits = isPerson(request.user) ? startLimits.person : { ...startLimits.program, mayAskAgain: true };
      const row = sealJob(vault, job);
      if (hasPlace) this.#deps.resolverFor(job).expect(this.#deps.recipes().usesOf(request.recipe));
      const taken = await store.accept(row, request.eventId, EVENT_TTL_MS, limits).catch((error: unknown) => {
        // Whoever asks for the same job again finds what has arrived.
        if (!('isRepeatable' in request && request.isRepeatable)) this.#withdrawn.add(job.id);
        throw error;
      });
      if (taken.kind === 'duplicate') return 'duplicate';
      if (taken.kind === 'refused') return this.#refused(taken);
      noteStart(this.#deps, job);
      if (hasPlace) this.#track(this.#run(job, row.sealed));
      else if (isLimited) await this.#slots.fill(request.recipe.id);
      else await this.#queued.push(job.id, { owner, rank: taken.open });
      isRunning = hasPlace;
      return 'accepted';
    } finally {
      if (hasPlace && !isRunning) this.#places.leave(owner);
    }
  }

  #refused(refusal: OverLimit): OverLimit {
    this.#deps.metrics.count('jobs_refused', { limit: refusal.limit });
    return refusal;
  }

  /**
   * Lets the newest running job of this person end before its next step: at once in this process, else when the process that
   * runs it looks; else the newest that waits for its turn. Gives that job; nothing where there is none.
   */
  async cancelRunning(user: ChatUser): Promise<Pick<JobRow, 'id' | 'recipe'> | undefined> {
    const newest = async (status: JobStatus) => (await this.#deps.store.list({ user, status }, { limit: 1 }))[0];
    const row = (await newest('running')) ?? (await newest('pending'));
    if (row) await this.askToCancel(row.id);
    // It may wait for a turn at an app that is far away.
    if (row?.status === 'pending') await this.#queued.handOver(row);
    return row;
  }

  /** Lets a job that runs or waits for its turn end before its next step. */
  async askToCancel(id: JobId): Promise<void> {
    this.#running.get(id)?.askToCancel();
    // Also for a job of this process: if it dies first, whoever goes on with the job has to know.
    await this.#wishes.put(id);
  }

  /** True when this person has started a job after `at` (ms since the epoch). */
  async hasStartedSince(user: ChatUser, at: number): Promise<boolean> {
    const [newest] = await this.#deps.store.list({ user }, { limit: 1 });
    return newest !== undefined && newest.createdAt > at;
  }

  /** Begins to take jobs from the queue and to look for jobs that were left behind. */
  async start(): Promise<void> {
    await this.#queued.start();
    this.#track(this.#repeat(() => this.#leftBehind.sweep(), this.#stopping.signal));
    void this.#repeat(() => this.#keepLeases(), this.#drained.signal);
  }

  /** Takes nothing new and waits for what runs, at most `deadlineMs`; what is left goes on elsewhere after its lease. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping.abort();
    this.#places.close();
    const inTime = new AbortController();
    const late = this.#deps.clock.sleep(deadlineMs, inTime.signal).catch(() => {});
    await Promise.race([late, this.#drain()]);
    inTime.abort();
    this.#drained.abort();
  }

  async #drain(): Promise<void> {
    await this.#queued.stop();
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  /** Runs a job on a place that has been taken for it. `accepted`: its inside, where it is new. */
  async #run(job: Job, accepted?: Uint8Array): Promise<void> {
    const held = new HeldJob(job, this.#holding, accepted);
    this.#running.set(job.id, held);
    // It may have been cancelled while a process that has died had it.
    if (job.version > 1) await this.#wishes.heed([held]);
    const outcome = await this.#runner.run(held);
    this.#running.delete(job.id);
    const owner = jobOwnerKey(job.user);
    this.#places.leave(owner);
    this.#track(this.#queued.takeUp(owner));
    await this.#slots.leave(job, { isLost: outcome === 'lost' });
    if (outcome === 'asleep') await this.waiting.wakeIfLoggedIn(held.job);
    // An answer may have taken the job over before it slept; while it ran here it could not be taken up.
    if (outcome === 'lost') await this.#queued.handOver(job);
  }

  /** Takes a job that somebody has to go on with, unless somebody else does. */
  async #take(id: JobId): Promise<Job | undefined> {
    const { clock, store, vault } = this.#deps;
    if (this.#running.has(id) || this.#withdrawn.has(id)) return undefined;
    const row = await store.load(id);
    if (!row || isFinal(row.status)) return undefined;
    const now = clock.now();
    const job = openJob(vault, row);
    if (job.status === 'suspended') {
      if ((job.attentionAt ?? 0) <= now) await this.waiting.lookAfter(job);
      return undefined;
    }
    if (job.status === 'running' && this.#isHeldByOthers(job, now)) return undefined;
    // One that is to end needs no turn for that.
    if (!(await this.#slots.enter(job)) && !(await this.#wishes.isPut(job))) {
      await waitOn(this.#deps, job);
      await this.#slots.fill(job.recipe);
      return undefined;
    }
    const taken = takenOver(job, this.#lessee, now);
    return (await store.write(sealJob(vault, taken))) ? taken : undefined;
  }

  #isHeldByOthers({ lease }: Job, now: number): boolean {
    if (lease === undefined || lease.until <= now) return false;
    return !this.#deps.isAlone || lease.holder === this.#lessee.holder;
  }

  /** Does something time and again; what fails is tried again the next time. */
  async #repeat(work: () => Promise<void>, until: AbortSignal): Promise<void> {
    const pauseMs = Math.min(LOOK_MS, this.#lessee.leaseMs / LOOKS_PER_LEASE);
    while (!until.aborted) {
      await work().catch((error: unknown) => {
        if (!until.aborted) this.#deps.logger.warn({ err: asBehalfError(error) }, 'looking after jobs failed');
      });
      await this.#deps.clock.sleep(pauseMs, until).catch(() => {});
    }
  }

  async #keepLeases(): Promise<void> {
    await Promise.allSettled([...this.#running.values()].map((held) => held.keep()));
    await this.#slots.keep();
    await this.#wishes.heed(this.#running.values());
  }

  /** Goes on with a job that was left behind, if there is a place. */
  async #attend(row: JobRow): Promise<void> {
    if (row.status === 'suspended') {
      await this.#take(row.id);
      return;
    }
    const owner = jobOwnerKey(row.user);
    if (this.#places.take(owner)) {
      const job = await this.#queued.takeOrLeave(row.id, owner);
      if (job) this.#track(this.#run(job));
    } else if (row.status === 'pending') {
      // The many jobs of one person must not hide those of others from the next look.
      await waitOn(this.#deps, openJob(this.#deps.vault, row));
    }
  }

  #track(work: Promise<void>): void {
    const { logger } = this.#deps;
    const guarded = work.catch((error: unknown) => logger.error({ err: asBehalfError(error) }, 'work on a job failed'));
    this.#work.add(guarded);
    void guarded.finally(() => this.#work.delete(guarded));
  }
}
