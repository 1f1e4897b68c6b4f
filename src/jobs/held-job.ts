import type { Holder } from '../connectors/holder.js';
import type { Clock } from '../kernel/clock.port.js';
import { BehalfError, isBehalfError } from '../kernel/errors.js';
import type { Vault } from '../kernel/vault.js';
import type { InFlight, JobState, StepRecord } from './job.js';
import { type Job, type Lessee, leased, leavesNothing, rowOf, sealState, withState } from './job-record.js';
import { changed } from './job-state.js';
import type { JobStore } from './job-store.port.js';

/** Pause between tries to write while the store is away. */
const RETRY_MS = 500;
/** How long that goes on, the lease over or not: only this process knows what the last step did. */
const PATIENCE_MS = 600_000;

export interface HeldJobDeps extends Lessee {
  readonly store: JobStore;
  readonly vault: Vault;
  readonly clock: Clock;
}

interface Landing {
  /** True when the answer stands where the prompt stood. */
  readonly promptReplaced?: boolean;
}

/**
 * A job that this process holds the lease of. Writes happen one after the other and fail with `job.lost` as soon as somebody
 * else has written: from then on nothing more may be done for the job here.
 */
export class HeldJob implements Holder {
  readonly #deps: HeldJobDeps;
  #job: Job;
  #state: JobState;
  /** The two above as one, made anew when one of them has changed: a command asks for it a dozen times. */
  #whole: Job;
  #dirty = false;
  #isLeaving = false;
  #isCancelWanted = false;
  /** Why the job is not ours any more. */
  #lost: BehalfError | undefined;
  /** Ends what is under way when the job is lost; made for the first that may be, because hardly a call lasts longer than the lease. */
  #calls: AbortController | undefined;
  /** Ends the pauses under way; made for the first of them, because most jobs have none. */
  #pauses: AbortController | undefined;
  #isWriting = false;
  /** What the job was taken in with, sealed, as long as nothing else was written of it. */
  #accepted: Uint8Array | undefined;
  #writes: Promise<void> = Promise.resolve();

  /** `accepted`: the inside as it was sealed when the job was taken in, where that is all that was written so far. */
  constructor(job: Job, deps: HeldJobDeps, accepted?: Uint8Array) {
    this.#accepted = accepted;
    this.#job = job;
    this.#state = job.state;
    this.#whole = job;
    this.#deps = deps;
  }

  get job(): Job {
    if (this.#whole.state !== this.#state || this.#whole.version !== this.#job.version)
      this.#whole = withState(this.#job, this.#state);
    return this.#whole;
  }

  get state(): JobState {
    return this.#state;
  }

  /** @throws BehalfError `job.lost` when the job is not ours any more */
  throwIfLost(): void {
    if (this.#lost) throw this.#lost;
  }

  /** Nobody can take the job while its lease lasts. */
  signalFor(ms: number): AbortSignal | undefined {
    if (!this.#lost && ms <= this.#leftMs()) return undefined;
    this.#calls ??= new AbortController();
    if (this.#lost) this.#calls.abort(this.#lost);
    return this.#calls.signal;
  }

  /** How long the lease lasts. */
  #leftMs(): number {
    return (this.#job.lease?.until ?? 0) - this.#deps.clock.now();
  }

  /** True when the person wants the job to end: no step is begun any more. */
  get isCancelWanted(): boolean {
    return this.#isCancelWanted;
  }

  askToCancel(): void {
    this.#isCancelWanted = true;
    this.#pauses?.abort();
  }

  /** Waits; not any longer than the job is ours and wanted. */
  async pause(ms: number): Promise<void> {
    if (this.#isCancelWanted) return;
    this.#pauses ??= new AbortController();
    const { signal } = this.#pauses;
    const lost = this.signalFor(ms);
    await this.#deps.clock.sleep(ms, lost ? AbortSignal.any([lost, signal]) : signal).catch(() => {});
  }

  /** Changes the inside without writing yet: what can be done again safely need not be durable. */
  note(change: Partial<JobState>): void {
    this.#state = changed(this.#state, change);
  }

  /** Notes what a step that may be repeated has left behind. */
  noteDone(path: string, record: StepRecord): void {
    this.note({ done: this.#doneWith(path, record) });
  }

  /** True for a step that was begun, by this process or one before it, and may have had its effect. */
  isInFlight(path: string): boolean {
    return this.#state.inFlight?.some((step) => step.path === path) ?? false;
  }

  /** The step with all that is known of it, if it was begun. */
  inFlight(path: string): InFlight | undefined {
    return this.#state.inFlight?.find((step) => step.path === path);
  }

  /** Makes it durable that a step with an effect begins. */
  async begin(step: InFlight, change?: Partial<JobState>): Promise<void> {
    if (change) this.note(change);
    await this.checkpoint(this.#with(step));
  }

  /**
   * As {@link begin}, for a reply that no other can overtake: nothing is written only for it, because whoever takes the job over
   * knows which one is in doubt.
   */
  async beginReply(step: InFlight): Promise<void> {
    this.note(this.#with(step));
    // A process that stood still may have lost the job: that shows when it writes.
    if (this.#leftMs() < this.#deps.leaseMs / 2) await this.checkpoint();
    else await this.flush();
  }

  /** A step begins, so all that was in doubt before it is over. */
  #with(step: InFlight): Partial<JobState> {
    return { inFlight: [...this.#inFlightBut(step.path), step], mayHaveSaid: undefined };
  }

  /** The step in flight is over, with or without a result: must be durable before anything else is begun. */
  land(path: string, change?: Partial<JobState>, options: Landing = {}): void {
    const others = this.#inFlightBut(path);
    const inFlight = others.length > 0 ? others : undefined;
    this.note({ inFlight, prompt: options.promptReplaced ? undefined : this.#state.prompt });
    if (change) this.note(change);
    this.#dirty = true;
  }

  /** As {@link land}, for a step that left something behind. */
  landDone(path: string, record: StepRecord, options?: Landing): void {
    this.land(path, { done: this.#doneWith(path, record) }, options);
  }

  #doneWith(path: string, record: StepRecord): JobState['done'] {
    const done: Record<string, StepRecord> = { ...this.#state.done };
    done[path] = record;
    return done;
  }

  #inFlightBut(path: string): readonly InFlight[] {
    return (this.#state.inFlight ?? []).filter((step) => step.path !== path);
  }

  /** Makes what was noted durable, prolonging the lease on the way. */
  async checkpoint(change?: Partial<JobState>): Promise<void> {
    if (change) this.note(change);
    await this.#write((job, now) => leased(job, this.#deps, now));
  }

  /** Makes the end of a step in flight durable if it is not yet. */
  async flush(): Promise<void> {
    if (this.#dirty) await this.checkpoint();
  }

  /** Prolongs the lease when less than two thirds of it are left; never of a job that is being left. */
  async keep(): Promise<void> {
    // A write under way prolongs it, too; one that waits for the store must not hold up other jobs' leases.
    if (this.#isLeaving || this.#isWriting) return;
    if (this.#leftMs() < (this.#deps.leaseMs * 2) / 3) await this.#write((job, now) => leased(job, this.#deps, now));
  }

  /** Ends holding: the job is written as `change` makes it (suspended, pending, final). */
  async leave(change: (job: Job, now: number) => Job): Promise<void> {
    this.#isLeaving = true;
    await this.#write(change);
  }

  #write(change: (job: Job, now: number) => Job): Promise<void> {
    const write = this.#writes.then(async () => {
      this.#isWriting = true;
      this.#dirty = false;
      const written = await this.#writeWhileHeld(change);
      if (!written) {
        this.#lost = new BehalfError('job.lost', 'Another process has written this job', {
          details: { jobId: this.#job.id },
        });
        this.#calls?.abort(this.#lost);
        throw this.#lost;
      }
      this.#job = written;
    });
    this.#writes = write
      .catch(() => {})
      .finally(() => {
        this.#isWriting = false;
      });
    return write;
  }

  /**
   * While the store is away, tries again, with a lease that counts from then. Somebody may take the job over once the stored
   * lease has ended; then this write is the one that is refused.
   */
  async #writeWhileHeld(change: (job: Job, now: number) => Job): Promise<Job | undefined> {
    const { clock, store, vault } = this.#deps;
    const beganAt = clock.now();
    let next = change(this.job, beganAt);
    const { state } = next;
    const kept = leavesNothing(next) ? this.#accepted : undefined;
    this.#accepted = undefined;
    const sealed = kept ?? sealState(vault, next);
    for (let retried = false; ; retried = true) {
      try {
        if (await store.write(rowOf(next, sealed))) return next;
        return retried ? await this.#earlierTry(next, sealed) : undefined;
      } catch (error) {
        if (!isBehalfError(error, 'store.unavailable') || clock.now() - beganAt >= PATIENCE_MS) throw error;
        await clock.sleep(RETRY_MS);
        next = withState(change(this.job, clock.now()), state);
      }
    }
  }

  /**
   * A try that seemed to fail may have been written. Ciphertexts never repeat: the same bytes are the same write; those from the
   * beginning are written again by nobody else but together with the end.
   */
  async #earlierTry({ state, status, version }: Job, sealed: Uint8Array): Promise<Job | undefined> {
    const stored = await this.#deps.store.load(this.#job.id);
    if (stored?.version !== version || stored.status !== status) return undefined;
    return Buffer.compare(stored.sealed, sealed) === 0 ? withState(stored, state) : undefined;
  }
}
