import { z } from 'zod';
import type { ChatUser } from '../chat/chat-user.js';
import type { ConversationRef } from '../chat/conversation.js';
import { resealFileReferences } from '../chat/file-references.js';
import { isPerson, jobOwnerKey } from '../chat/job-owner.js';
import type { Complete } from '../kernel/complete.js';
import { BehalfError } from '../kernel/errors.js';
import type { Vault } from '../kernel/vault.js';
import type { JobResult, JobRow, JobState, JobStatus, OpenAsk } from './job.js';
import { checkTransition } from './job-transitions.js';

/** A job with its inside opened. */
export interface Job extends Omit<JobRow, 'sealed'> {
  readonly state: JobState;
}

/** A job of somebody in a chat. */
export interface ChatJob extends Job {
  readonly user: ChatUser;
  readonly state: JobState & { readonly conversation: ConversationRef };
}

/** The job as that of a person; undefined where a program has started it. */
export function chatJobOf(job: Job): ChatJob | undefined {
  return isChatJob(job) ? job : undefined;
}

function isChatJob(job: Job): job is ChatJob {
  return job.state.conversation !== undefined && isPerson(job.user);
}

/** Who works on a job, and for how long before it must be prolonged; a killed process's jobs go on elsewhere after it. */
export interface Lessee {
  readonly holder: string;
  readonly leaseMs: number;
}

/** First look at a suspended job; the pauses double from then on. */
const FIRST_LOOK_MS = 30_000;

/** Pause between tries to read a job that cannot be read: somebody may bring the missing key back. */
const UNREADABLE_MS = 3_600_000;

const FINAL: ReadonlySet<JobStatus> = new Set(['succeeded', 'failed', 'cancelled']);

export function isFinal(status: JobStatus): boolean {
  return FINAL.has(status);
}

/** Begins or prolongs work on a job. */
export function leased(job: Job, { holder, leaseMs }: Lessee, now: number): Job {
  const until = now + leaseMs;
  return next(job, now, { status: 'running', lease: { holder, until }, attentionAt: until });
}

/** As {@link leased}, for a job that another process may have worked on and does not any more. */
export function takenOver(job: Job, lessee: Lessee, now: number): Job {
  const { inFlight = [] } = job.state;
  const isInDoubt = job.status === 'running' && inFlight.length === 0;
  return leased(isInDoubt ? withState(job, { ...job.state, mayHaveSaid: true }) : job, lessee, now);
}

/** Leaves a job to whoever has room. Who gets it from no queue, or if the queue should lose it: after `lookInMs` somebody looks. */
export function pending(job: Job, lookInMs: number, now: number): Job {
  return next(job, now, { status: 'pending', waitingFor: [], attentionAt: now + lookInMs });
}

/** Puts a job to sleep until its question has been answered, or its time is over. */
export function asleepUntilAnswered(job: Job, { expiresAt }: OpenAsk, now: number): Job {
  const state = { ...job.state, expiresAt };
  return next(job, now, { status: 'suspended', waitingFor: [], attentionAt: expiresAt, state });
}

/** The question that a job waits for the answer of. */
export function openAskOf({ state, status }: Pick<Job, 'state' | 'status'>): OpenAsk | undefined {
  const { asking, result } = state;
  return asking && !asking.given && !result && !isFinal(status) ? asking : undefined;
}

/**
 * Puts a job to sleep until the person has logged in to all of `waitingFor`, or until `expiresAt`. Now and then somebody looks
 * whether the login is there: the process that was to wake the job may have died. `waitedMs`: how long it has slept so far.
 */
export function suspended(
  job: Job,
  options: { waitingFor: readonly string[]; expiresAt: number; waitedMs: number; state: JobState },
  now: number,
): Job {
  const { expiresAt, state, waitedMs, waitingFor } = options;
  const attentionAt = Math.min(expiresAt, now + Math.max(FIRST_LOOK_MS, waitedMs));
  return next(job, now, { status: 'suspended', waitingFor, attentionAt, state: { ...state, expiresAt } });
}

/** Lets a sleeping job never wake again. It is finished when its last word has been said; after `lookInMs` somebody sees to that. */
export function ending(job: Job, result: JobResult, lookInMs: number, now: number): Job {
  const { lease, status } = job;
  const attentionAt = now + lookInMs;
  return next(job, now, { status, waitingFor: [], lease, attentionAt, state: { ...job.state, result } });
}

/** Ends a job. The row stays for the history until `keepUntil`. */
export function finished(
  job: Job,
  status: 'succeeded' | 'failed' | 'cancelled',
  options: { state: JobState; historyMs: number },
  now: number,
): Job {
  return next(job, now, { status, waitingFor: [], state: options.state, keepUntil: now + options.historyMs });
}

/**
 * A row that cannot be opened: it is looked at again later, and ends when it is as old as the history. No transition of a job:
 * nothing can be done with it.
 */
export function unreadable(
  row: JobRow,
  { historyMs, now }: { readonly now: number; readonly historyMs: number },
): JobRow {
  const later = { ...row, version: row.version + 1, updatedAt: now };
  if (now - row.createdAt < historyMs) return { ...later, attentionAt: now + UNREADABLE_MS };
  const { attentionAt: _, lease: __, ...rest } = later;
  return { ...rest, status: 'failed', waitingFor: [], keepUntil: now };
}

/** What a write changes. Lease and times that it does not name are gone after it. */
type Change = Pick<Job, 'status' | 'lease' | 'attentionAt' | 'keepUntil'> & Partial<Pick<Job, 'waitingFor' | 'state'>>;

/** Written out, as the others below: jobs are copied all the time, and a copy of this form costs a fraction of `...job`. */
function next(job: Job, now: number, change: Change): Complete<Job> {
  checkTransition(job.status, change.status);
  const { attentionAt, keepUntil, lease, state = job.state, status, waitingFor = job.waitingFor } = change;
  const { createdAt, id, recipe, user } = job;
  const version = job.version + 1;
  return {
    id,
    user,
    recipe,
    status,
    version,
    createdAt,
    updatedAt: now,
    waitingFor,
    lease,
    attentionAt,
    keepUntil,
    state,
  };
}

/**
 * True for a job that has ended well, whose person has been told all that there is: nobody asks for its inside again. What
 * the apps gave need not be kept.
 */
export function leavesNothing({ state, status, user }: Job): boolean {
  const { log, result } = state;
  return status === 'succeeded' && isPerson(user) && !log && result?.text === '' && !result.outputs;
}

/** The same job with another inside. */
export function withState(facts: Omit<Job, 'state'>, state: JobState): Complete<Job> {
  const { attentionAt, createdAt, id, keepUntil, lease, recipe, status, updatedAt, user, version, waitingFor } = facts;
  return { id, user, recipe, status, version, createdAt, updatedAt, waitingFor, lease, attentionAt, keepUntil, state };
}

export function sealJob(vault: Vault, job: Job): JobRow {
  return rowOf(job, sealState(vault, job));
}

/** The inside of a job, sealed. */
export function sealState(vault: Vault, job: Job): Uint8Array {
  return vault.sealJson('job', bindingOf(job), job.state);
}

/** The job with its inside as it was sealed. */
export function rowOf(job: Job, sealed: Uint8Array): Complete<JobRow> {
  const { attentionAt, createdAt, id, keepUntil, lease, recipe, status, updatedAt, user, version, waitingFor } = job;
  return { id, user, recipe, status, version, createdAt, updatedAt, waitingFor, lease, attentionAt, keepUntil, sealed };
}

/** @throws BehalfError `store.corrupt` when the inside was sealed for another job or person, or is no job. */
export function openJob(vault: Vault, row: JobRow): Job {
  const state = vault.openJson('job', bindingOf(row), row.sealed);
  if (!isJobState(state)) {
    throw new BehalfError('store.corrupt', 'The inside of a stored job is not a job', { details: { jobId: row.id } });
  }
  return withState(row, withList(state));
}

/**
 * The inside of a job, and the files that it refers to, sealed with the first key; undefined where they are already. The row
 * stays of its version. Throws `store.corrupt`.
 */
export function resealJob(vault: Vault, row: JobRow): Uint8Array | undefined {
  const { user } = row;
  const before = jobText(vault, row);
  const after = isPerson(user) ? resealFileReferences(vault, user, before) : before;
  if (after === before && !vault.needsRotation(row.sealed)) return undefined;
  return vault.seal('job', bindingOf(row), after);
}

/** The inside of a job as it was sealed. Throws `store.corrupt`. */
export function jobText(vault: Vault, row: JobRow): string {
  return vault.open('job', bindingOf(row), row.sealed).toString('utf8');
}

/** Earlier versions kept one step in flight, not a list. */
function withList(state: JobState): JobState {
  const { inFlight } = state;
  return inFlight === undefined ? state : { ...state, inFlight: [inFlight].flat() };
}

function bindingOf(row: Pick<JobRow, 'id' | 'user' | 'recipe'>): readonly string[] {
  return [row.id, jobOwnerKey(row.user), row.recipe];
}

/** Guards against rows of other versions of the service; the details were ours when they were written. */
const StoredState = z.looseObject({
  recipeVersion: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  conversation: z.looseObject({ platform: z.enum(['slack', 'teams']), kind: z.enum(['direct', 'channel']) }).optional(),
  locale: z.string().optional(),
  trace: z.string().optional(),
  done: z.record(
    z.string(),
    z.looseObject({
      kind: z.enum(['action', 'reply', 'if', 'ask', 'log', 'for_each', 'item', 'collect', 'call', 'try']),
    }),
  ),
  loginsAsked: z.record(z.string(), z.number()),
  asking: z
    .looseObject({
      id: z.string(),
      path: z.string(),
      text: z.array(z.looseObject({ text: z.string() })),
      answer: z.looseObject({ kind: z.enum(['buttons', 'picklist', 'fields']) }),
      who: z.looseObject({ kind: z.enum(['asker', 'anyone', 'users']) }),
      expiresAt: z.number(),
      goesOnWithout: z.boolean(),
    })
    .optional(),
});

function isJobState(value: unknown): value is JobState {
  return StoredState.safeParse(value).success;
}
