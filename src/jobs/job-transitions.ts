import { BehalfError } from '../kernel/errors.js';
import type { Answer, JobStatus, StepRecord } from './job.js';

/**
 * Every change of a job's status that a write may make; a write that is none of them is refused. The tests kill the process
 * around each of them, and fail for one that they have not come by.
 */
export const STATUS_TRANSITIONS: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  // Waits for its turn once more; the acceptance that was taken back (see `WithdrawnJobs`).
  pending: ['pending', 'running', 'cancelled'],
  // Every step that is written; back to the queue while the platform takes no message.
  running: ['running', 'pending', 'suspended', 'succeeded', 'failed', 'cancelled'],
  // A further look; a login of several; the answer or the last login; the end of its time, or of its person's patience.
  suspended: ['suspended', 'pending', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
};

/** How a job that was not there before may begin. */
export const FIRST_STATUSES: readonly JobStatus[] = ['pending', 'running'];

/** What may become of a step, as it is seen in the job's state. */
export type StepPhase =
  /** Noted in flight: from here on its effect is in doubt until it is over. */
  | 'begun'
  /** It left something behind. */
  | 'done'
  /** It has failed, or was refused, and is not in flight any more. */
  | 'undone'
  /** What was inside is folded into one record. */
  | 'over'
  | 'retried'
  | 'failed'
  | Answer['kind'];

/** Every change of a step that a write may make, by its kind. As with the statuses, the tests kill the process around each. */
export const STEP_TRANSITIONS: Readonly<Record<StepRecord['kind'], readonly StepPhase[]>> = {
  action: ['begun', 'done', 'undone'],
  // A question is said as a reply is.
  reply: ['begun', 'done', 'undone'],
  if: ['done'],
  ask: ['given', 'timed_out'],
  log: ['done'],
  for_each: ['done', 'over'],
  item: ['done'],
  collect: ['done'],
  call: ['done', 'over'],
  try: ['retried', 'failed'],
};

/** @throws BehalfError `internal` for a change that is not in {@link STATUS_TRANSITIONS} */
export function checkTransition(from: JobStatus, to: JobStatus): void {
  if (STATUS_TRANSITIONS[from].includes(to)) return;
  throw new BehalfError('internal', `A job that is ${from} cannot become ${to}`);
}
