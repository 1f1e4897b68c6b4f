import type { ChatUser } from '../chat/chat-user.js';
import type { JobOwner } from '../chat/job-owner.js';
import type { Bucket } from '../kernel/token-bucket.js';
import type { JobId, JobRow, JobStatus } from './job.js';

export interface JobFilter {
  readonly user?: JobOwner;
  readonly recipe?: string;
  readonly status?: JobStatus;
}

/** A part of a list. */
export interface JobPage {
  readonly limit: number;
  /** The id of the last one of the page before: from the newest on to the oldest. */
  readonly before?: JobId | undefined;
  /** In place of `before`, from the oldest on to the newest: the same, or '' for the first page. */
  readonly after?: JobId | undefined;
}

/** How much one owner may start. */
export interface OwnerLimits {
  /** How fast; absent: as fast as they like. */
  readonly pace?: Bucket;
  /** Most jobs that run or wait for their turn at the same time; absent: any number. */
  readonly mostOpen?: number;
  /** Whoever was refused sends the same event again when there is room. Without it a refusal is the last word about an event. */
  readonly mayAskAgain?: boolean;
}

export type AcceptOutcome =
  /** `open`: the owner's jobs that run or wait for their turn, with this one. */
  | { readonly kind: 'accepted'; readonly open: number }
  /** The event was taken in before. */
  | { readonly kind: 'duplicate' }
  /** Nothing was stored but, unless they may ask again, that: the same event is refused again. `pace`: the next turn is so many ms later. */
  | { readonly kind: 'refused'; readonly limit: 'pace'; readonly retryAfterMs: number }
  | { readonly kind: 'refused'; readonly limit: 'open' };

/**
 * Keeps jobs: the truth about their state, and the history. Holds meaning, not commands: it exposes no client and no
 * transaction. Every write is durable when it resolves. Failure to reach the store is `store.unavailable`.
 */
export interface JobStore {
  /**
   * Stores a new job, once per event: with the same `eventId` again nothing is written. The claim on the event lasts `eventTtlMs`.
   * Claim and row are written together or not at all. `limits` are those of the row's owner, in all processes together; time is
   * the row's `createdAt`.
   */
  accept(row: JobRow, eventId: string, eventTtlMs: number, limits?: OwnerLimits): Promise<AcceptOutcome>;
  /** The jobs that run or wait for their turn: the owner's, else those of everybody. Asked for often: it must not go through them. */
  countOpen(owner?: JobOwner): Promise<number>;
  load(id: JobId): Promise<JobRow | undefined>;
  /** Writes the row only where the stored version is `row.version - 1`; tells whether it did. Keeps every index true. */
  write(row: JobRow): Promise<boolean>;
  /** Newest first, unless the page says otherwise. */
  list(filter: JobFilter, page: JobPage): Promise<readonly JobRow[]>;
  /** Suspended jobs of this person that wait for this connection, oldest first. */
  waitingFor(user: ChatUser, connection: string): Promise<readonly JobId[]>;
  /** Jobs whose `attentionAt` is not after `now`, the longest overdue first. */
  needingAttention(now: number, limit: number): Promise<readonly JobId[]>;
  /** Forgets finished jobs whose `keepUntil` has passed; tells how many. Drivers with their own expiry may have nothing to do. */
  forget(now: number): Promise<number>;
}
