import type { ChatUser } from '../chat/chat-user.js';
import type { LeaseStore } from '../connections/lease-store.port.js';
import { asBehalfError, isBehalfError } from '../kernel/errors.js';
import type { ExpiringStore } from '../kernel/expiring-store.port.js';
import { randomToken } from '../kernel/ids.js';
import { noteStart } from './audit-notes.js';
import { CancelWishes } from './cancel-wishes.js';
import { HeldJob, type HeldJobDeps } from './held-job.js';
import type { JobId, JobRow, JobStatus } from './job.js';
import type { JobQueue } from './job-queue.port.js';
import { isFinal, type Job, type Lessee, leased, openJob, pending, sealJob, unreadable } from './job-record.js';
import { createRunner, type Runner } from './job-spans.js';
import { type NewJob, newJob } from './new-job.js';
import { Places } from './places.js';
import { RecipeSlots } from './recipe-slots.js';
import { WaitingJobs, type WaitingJobsDeps } from './waiting-jobs.js';
import { WithdrawnJobs } from './withdrawn-jobs.js';

/** Longer than the last redelivery of any platform (Slack: some minutes after the first), with room for a day's outage. */
const EVENT_TTL_MS = 24 * 3_600_000;
/** How often leases are prolonged and jobs that need attention are looked for; several times in a short lease. */
const LOOK_MS = 5_000;
const LOOKS_PER_LEASE = 6;
const SWEEP_BATCH = 50;
const FORGET_EVERY_MS = 60_000;

export interface JobsDeps extends Omit<WaitingJobsDeps, 'handOver'> {
  readonly queue: JobQueue;
  readonly leases: LeaseStore;
  /** Where wishes to end a job stand that runs in another process. */
  readonly wishes: Pick<ExpiringStore, 'put' | 'get'>;
  /** Jobs that this process runs at the same time; more wait in the queue. */
  readonly maxRunning: number;
  /** True when no other process can work on this store: whoever holds a lease when this one starts is dead. */
  readonly isAlone: boolean;
}

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
  readonly #wishes: CancelWishes;
  readonly #slots: RecipeSlots;
  readonly #stopping = new AbortController();
  /** Leases are kept until the last job has ended. */
  readonly #drained = new AbortController();
  #hasLookedAround = false;
  #forgetAt = 0;

  constructor(deps: JobsDeps) {
    this.#deps = deps;
    this.#lessee = { holder: randomToken(128), leaseMs: deps.leaseMs };
    this.#holding = { ...deps, ...this.#lessee };
    this.#withdrawn = new WithdrawnJobs(deps);
    this.#places = new Places(deps.maxRunning);
    this.#wishes = new CancelWishes(deps.wishes, deps.clock);
    this.#slots = new RecipeSlots({ ...deps, handOver: (id) => this.#handOver(id) });
    this.#runner = createRunner(deps);
    this.waiting = new WaitingJobs({ ...deps, handOver: (id) => this.#handOver(id) });
  }

  /**
   * Takes a job in, once per event; `duplicate` when the event had been taken in before. Durable when it resolves. The job
   * runs in this process right away, or waits in the queue when this process has enough to do, or for its turn.
   */
  async accept(request: NewJob): Promise<'accepted' | 'duplicate'> {
    const { clock, store, tracing, vault } = this.#deps;
    const isLimited = this.#slots.isLimited(request.recipe.id);
    const hasPlace = !isLimited && this.#places.take();
    let isRunning = false;
    try {
      const job = newJob(request, clock.now(), { by: this.#lessee, isHeld: hasPlace, trace: tracing?.carrier() });
      const isNew = await store.accept(sealJob(vault, job), request.eventId, EVENT_TTL_MS).catch((error: unknown) => {
        // Whoever asks for the same job again finds what has arrived.
        if (!('isRepeatable' in request && request.isRepeatable)) this.#withdrawn.add(job);
        throw error;
      });
      if (!isNew) return 'duplicate';
      noteStart(this.#deps, job);
      if (hasPlace) this.#track(this.#run(job));
      else if (isLimited) await this.#fill(request.recipe.id);
      else await this.#handOver(job.id);
      isRunning = hasPlace;
      return 'accepted';
    } finally {
      if (hasPlace && !isRunning) this.#places.leave();
    }
  }

  /**
   * Lets the newest running job of this person end before its next step: at once in this process, else when the process that
   * runs it looks; else the newest that waits for its turn. Gives that job; nothing where there is none.
   */
  async cancelRunning(user: ChatUser): Promise<Pick<JobRow, 'id' | 'recipe'> | undefined> {
    const newest = async (status: JobStatus) => (await this.#deps.store.list({ user, status }, { limit: 1 }))[0];
    const row = (await newest('running')) ?? (await newest('pending'));
    if (row) await this.askToCancel(row.id);
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
    await this.#deps.queue.start((id) => this.#goOn(id), { concurrency: this.#deps.maxRunning });
    this.#track(this.#repeat(() => this.#sweep(), this.#stopping.signal));
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
    await this.#deps.queue.stop();
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  /** Runs a job on a place that has been taken for it. */
  async #run(job: Job): Promise<void> {
    const held = new HeldJob(job, this.#holding);
    this.#running.set(job.id, held);
    // It may have been cancelled while a process that has died had it.
    if (job.version > 1) await this.#wishes.heed([held]);
    this.#deps.metrics.gauge('jobs_running', this.#running.size);
    const outcome = await this.#runner.run(held);
    this.#running.delete(job.id);
    this.#places.leave();
    await this.#slots.leave(job, { isLost: outcome === 'lost' }).catch((error: unknown) => this.#warnOfTurns(error));
    this.#deps.metrics.gauge('jobs_running', this.#running.size);
    if (outcome === 'asleep') await this.waiting.wakeIfLoggedIn(held.job);
    // An answer may have taken the job over before it slept; while it ran here it could not be taken up.
    if (outcome === 'lost') await this.#handOver(job.id);
  }

  /** The row is durable already: what the queue does not take is found by the sweep. */
  async #handOver(id: JobId): Promise<void> {
    await this.#deps.queue.push(id).catch((error: unknown) => {
      this.#deps.logger.warn({ jobId: id, err: asBehalfError(error) }, 'the queue did not take a job');
    });
  }

  /** What gets no turn now gets it by the sweep. */
  async #fill(recipe: string): Promise<void> {
    await this.#slots.fill(recipe).catch((error: unknown) => this.#warnOfTurns(error));
  }

  #warnOfTurns(error: unknown): void {
    this.#deps.logger.warn({ err: asBehalfError(error) }, 'a job may have to wait for its turn longer than needed');
  }

  /** Goes on with a job to its end; the queue counts it as under way until then. */
  async #goOn(id: JobId): Promise<void> {
    await this.#places.wait();
    const job = await this.#takeOrLeave(id);
    if (job) await this.#run(job);
  }

  /** Takes a job; gives the place back when there is nothing to do. */
  async #takeOrLeave(id: JobId): Promise<Job | undefined> {
    let job: Job | undefined;
    try {
      job = await this.#take(id);
      return job;
    } finally {
      if (!job) this.#places.leave();
    }
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
    if (!(await this.#slots.enter(job))) {
      await store.write(sealJob(vault, pending(job, this.#lessee.leaseMs, now)));
      await this.#fill(job.recipe);
      return undefined;
    }
    const taken = leased(job, this.#lessee, now);
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

  async #sweep(): Promise<void> {
    const { clock, store } = this.#deps;
    if (!this.#hasLookedAround) await this.#lookAround();
    this.#hasLookedAround = true;
    await this.#withdrawn.end();
    await this.waiting.tellAgain();
    for (const id of await store.needingAttention(clock.now(), SWEEP_BATCH)) await this.#attend(id);
    if (clock.now() < this.#forgetAt) return;
    this.#forgetAt = clock.now() + FORGET_EVERY_MS;
    await store.forget(clock.now());
  }

  /** What a process left behind that has died: logins that nobody has passed on, and its jobs if it was the only one. */
  async #lookAround(): Promise<void> {
    for await (const row of this.#all('suspended')) await this.#wakeIfLoggedIn(row);
    if (!this.#deps.isAlone) return;
    for await (const { id } of this.#all('running')) if (!this.#running.has(id)) await this.#handOver(id);
  }

  async #wakeIfLoggedIn(row: JobRow): Promise<void> {
    try {
      await this.waiting.wakeIfLoggedIn(openJob(this.#deps.vault, row));
    } catch (error) {
      if (isBehalfError(error, 'store.unavailable')) throw error;
      this.#deps.logger.warn({ jobId: row.id, err: asBehalfError(error) }, 'a waiting job could not be looked at');
    }
  }

  async *#all(status: JobStatus): AsyncGenerator<JobRow> {
    let before: JobId | undefined;
    do {
      const page = { limit: SWEEP_BATCH, ...(before === undefined ? {} : { before }) };
      const rows = await this.#deps.store.list({ status }, page);
      yield* rows;
      before = rows.length < SWEEP_BATCH ? undefined : rows.at(-1)?.id;
    } while (before !== undefined);
  }

  /** Goes on with a job that was left behind, if there is a place. One that cannot be read must not hold up the others. */
  async #attend(id: JobId): Promise<void> {
    if (!this.#places.take()) return;
    try {
      const job = await this.#takeOrLeave(id);
      if (job) this.#track(this.#run(job));
    } catch (error) {
      const { clock, historyMs, logger, store } = this.#deps;
      if (!isBehalfError(error, 'store.corrupt')) throw error;
      logger.error({ jobId: id, err: error }, 'a stored job cannot be read');
      const row = await store.load(id);
      if (row && !isFinal(row.status)) await store.write(unreadable(row, { now: clock.now(), historyMs }));
    }
  }

  #track(work: Promise<void>): void {
    const { logger } = this.#deps;
    const guarded = work.catch((error: unknown) => logger.error({ err: asBehalfError(error) }, 'work on a job failed'));
    this.#work.add(guarded);
    void guarded.finally(() => this.#work.delete(guarded));
  }
}
