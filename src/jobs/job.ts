import type { ChatUser } from '../chat/chat-user.js';
import type { ConversationRef, MessageRef } from '../chat/conversation.js';
import type { JobOwner } from '../chat/job-owner.js';
import type { BookedTurn } from '../connectors/app-turns.js';
import type { RichText } from '../kernel/rich-text.js';
import type { Parameter } from '../recipes/compiled-parameter.js';
import type { FailureData } from '../recipes/recipe-data.js';
import type { AskedOption, AskedPeople } from '../recipes/render-ask.js';

/** Sorts by time; see `kernel/ids`. */
export type JobId = string;

/**
 * Life of a job:
 *
 *   accepted ──► pending ──► running ──► succeeded | failed | cancelled
 *                              │  ▲
 *        login or answer missing  login done, answer given
 *                              ▼  │
 *                           suspended ──► cancelled (by the person, by expiry, recipe stopped)
 */
export type JobStatus = 'pending' | 'running' | 'suspended' | 'succeeded' | 'failed' | 'cancelled';

/** The process that works on a job, until when. Another may take over once `until` (ms since the epoch) has passed. */
export interface JobLease {
  readonly holder: string;
  readonly until: number;
}

/** A job as it is kept. What the person typed and what apps answered is inside `sealed`. */
export interface JobRow {
  readonly id: JobId;
  readonly user: JobOwner;
  readonly recipe: string;
  readonly status: JobStatus;
  /** Rises by one with every write; a write with a stale one is refused. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Names of the connections that the person must log in to; only while suspended. */
  readonly waitingFor: readonly string[];
  readonly lease?: JobLease | undefined;
  /** When somebody must look at it if nothing happens: end of the lease, next look at a suspended one. Absent in a final state. */
  readonly attentionAt?: number | undefined;
  /** When the row may be forgotten; set in a final state. */
  readonly keepUntil?: number | undefined;
  readonly sealed: Uint8Array;
}

/** What a finished step left behind, by the step's path (`0`, `2.then.1`). */
export type StepRecord =
  | { readonly kind: 'action'; readonly output: unknown }
  /** `visibleTo`: who can press its buttons; absent in rows of former versions. `further`: messages that a long one goes on in. */
  | {
      readonly kind: 'reply';
      readonly message: SaidRef;
      readonly further?: readonly MessageRef[] | undefined;
      readonly visibleTo?: 'user' | 'channel';
    }
  | { readonly kind: 'if'; readonly branch: 'then' | 'else' }
  | { readonly kind: 'ask'; readonly ask: string; readonly answer: Answer }
  | { readonly kind: 'log' }
  /** `over`: all items are done, and only what they gave is kept. */
  | {
      readonly kind: 'for_each';
      readonly items: readonly unknown[];
      readonly over?: { readonly output: readonly unknown[]; readonly traces: Traces };
    }
  /** One item of a loop that is done, in place of what its steps left behind. */
  | { readonly kind: 'item'; readonly value: unknown; readonly traces: Traces }
  | { readonly kind: 'collect'; readonly value: unknown }
  /** A called recipe. `over`: its steps are done, and only what it gave is kept. */
  | {
      readonly kind: 'call';
      readonly inputs: Readonly<Record<string, unknown>>;
      readonly over?: { readonly outputs: Readonly<Record<string, unknown>>; readonly traces: Traces };
    }
  /**
   * `error`: the steps have failed for good, and those of `on_error` follow. `isUnknown`: one of them may have had its effect.
   */
  | { readonly kind: 'try'; readonly retries: number; readonly error?: FailureData; readonly isUnknown?: boolean };

/** What became of a question. */
export type Answer =
  | {
      readonly kind: 'given';
      /** What the recipe goes on with; `values` by field where there are fields. */
      readonly value: unknown;
      readonly values?: Readonly<Record<string, unknown>>;
      /** What was chosen, in words. */
      readonly label: string;
      readonly by: ChatUser & { readonly name: string };
      /** The message that held the button. */
      readonly message?: MessageRef;
    }
  | { readonly kind: 'timed_out' };

/** A field that is asked for. */
export type AskedField = Omit<Parameter, 'line' | 'column'>;

/** A question that a job has asked, with all that is needed to take its answer. */
export interface OpenAsk {
  /** Buttons and typed answers name it. */
  readonly id: string;
  /** Of the step. */
  readonly path: string;
  readonly text: RichText;
  readonly answer:
    | { readonly kind: 'buttons' }
    | { readonly kind: 'picklist'; readonly options: readonly AskedOption[] }
    | { readonly kind: 'fields'; readonly title?: string; readonly fields: readonly AskedField[] };
  readonly who: AskedPeople;
  readonly askedAt: number;
  readonly expiresAt: number;
  /** True: steps follow when nobody answers. False: the job ends then. */
  readonly goesOnWithout: boolean;
  readonly message?: MessageRef;
  /** What stands in that message, where it is only the end of a long question. */
  readonly shown?: RichText;
  /** Set once: from then on the question is closed. */
  readonly given?: Answer;
}

/** What steps have done whose own records are not kept. */
export interface Traces {
  /** Something was said to the person. */
  readonly hasSaid: boolean;
  /** Something was done in an app. */
  readonly hasActed: boolean;
  /** Something may have been done in an app. */
  readonly isUnknown: boolean;
}

/** A reply to a program, which is kept for it instead of being sent. */
export interface CollectedReply {
  /** Of the step: what is said again after an interruption, or in place of it, is there once. */
  readonly path: string;
  readonly text: string;
}

/** Where a reply stands: in a chat, or among those that are kept for a program. */
export type SaidRef = MessageRef | { readonly platform: 'api'; readonly address: { readonly reply: string } };

/** A line that a recipe wrote for the history. */
export interface JobLogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly level: 'info' | 'warn';
  readonly text: string;
}

/** A step that has been begun: an action that is not safe to repeat, or a reply. */
export interface InFlight {
  readonly path: string;
  readonly kind: 'action' | 'reply';
  /** The messages of a long reply that are known to be there. */
  readonly said?: readonly MessageRef[] | undefined;
  /** The next message was refused by the platform: it is known not to be there. */
  readonly isRefused?: boolean;
}

/** The inside of a job: all that is needed to go on after a restart, on another machine. */
export interface JobState {
  /** Fingerprint of the recipe's text: a job does not go on under a recipe that has changed. */
  readonly recipeVersion: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Absent: a program has started the job, and nobody can be written to. */
  readonly conversation?: ConversationRef | undefined;
  /** What language whoever started it reads (BCP 47); absent: not known. */
  readonly locale?: string | undefined;
  readonly done: Readonly<Record<string, StepRecord>>;
  /** Steps that have been begun and may have had their effect; several where a loop does several things at once. */
  readonly inFlight?: readonly InFlight[] | undefined;
  /**
   * A process that worked on it is gone without a word: the reply that comes next may have been said. Replies outside of loops come
   * one after the other and are written down before anything else is begun, so this is all that can be in doubt of them.
   */
  readonly mayHaveSaid?: boolean | undefined;
  /** The login prompt: the next private reply replaces it, and then it is gone from here. */
  readonly prompt?: MessageRef | undefined;
  /** The question that was asked last. */
  readonly asking?: OpenAsk | undefined;
  /** While suspended: when it stops waiting. */
  readonly expiresAt?: number | undefined;
  /** Times that a login was asked for, by connection: bounds the loop of login and refusal. */
  readonly loginsAsked: Readonly<Record<string, number>>;
  /** Times that the platform did not take what the job had to say. */
  readonly undelivered?: number | undefined;
  /**
   * It has waited for its turn at an app: from when on and until when (ms since the epoch), whether somebody was told, and the turn
   * that is kept for it.
   */
  readonly appWait?:
    | {
        readonly since: number;
        readonly until: number;
        readonly isTold: boolean;
        readonly turn?: BookedTurn;
      }
    | undefined;
  /** The person was told that the job waits for its turn. */
  readonly isTurnTold?: boolean | undefined;
  /** It has had its turn to begin, where its recipe lets only so many begin in a minute. */
  readonly isLetGo?: boolean | undefined;
  /** Lines of `log` steps, the oldest first; bounded. */
  readonly log?: readonly JobLogLine[] | undefined;
  /** What was said to a program, in the order in which it was first said; bounded. */
  readonly replies?: readonly CollectedReply[] | undefined;
  /** Time that the job has worked before it slept, in ms. */
  readonly workedMs?: number | undefined;
  /** What all that is done for the job is traced below, in whatever process (W3C `traceparent`); absent: not traced. */
  readonly trace?: string | undefined;
  /** How it ends, for the history. Set before the last word is said: from then on no step is begun any more. */
  readonly result?: JobResult | undefined;
}

/** How a job ends. */
export interface JobResult {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  /** What the person was told last; empty when the steps had said everything. */
  readonly text: string;
  readonly code?: string | undefined;
  readonly ref?: string | undefined;
  /** What a callable recipe gives; only where it has succeeded. */
  readonly outputs?: Readonly<Record<string, unknown>> | undefined;
}
