import type { ChatUserProfile } from '../../chat/chat-user.js';
import type { ActionCall } from '../../connectors/action-call.js';
import type { Clock } from '../../kernel/clock.port.js';
import { BehalfError } from '../../kernel/errors.js';
import type { RichText } from '../../kernel/rich-text.js';
import type { Tracing } from '../../kernel/tracing.port.js';
import type { CompiledRecipe, CompiledStep, ConnectionSlot } from '../../recipes/compiled-recipe.js';
import type { FindRecipe } from '../../recipes/recipe-calls.js';
import type { RenderedReply } from '../../recipes/render-reply.js';
import type { PerformedAction } from '../audit-notes.js';
import type { AskDelivery, DeliveredAsk } from '../deliver-ask.js';
import type { DeliveredReply, Delivery } from '../deliver-reply.js';
import type { HeldJob } from '../held-job.js';
import type { Answer, JobLogLine, OpenAsk, SaidRef } from '../job.js';
import type { MissingLogin, ResolvedSlot, SlotResolver } from '../resolve-connections.js';
import type { Turns } from '../turns.js';
import type { StepData } from './step-data.js';

/** How a run through the steps ended. */
export type StepsOutcome =
  | { readonly kind: 'completed' }
  | { readonly kind: 'stopped'; readonly as: 'succeeded' | 'failed'; readonly message?: RichText }
  | { readonly kind: 'login_required'; readonly missing: MissingLogin }
  /** A question has been asked: the job sleeps until it is answered. */
  | { readonly kind: 'answer_required' };

export const COMPLETED: StepsOutcome = { kind: 'completed' };

/** What the steps of one run need; one per run. */
export interface StepsContext {
  readonly held: HeldJob;
  /** The recipe whose steps these are: that of the job, or one that it calls. */
  readonly recipe: CompiledRecipe;
  /** Its connections, as this run uses them. */
  readonly connections: readonly ConnectionSlot[];
  /** The recipes as they were when the run began. */
  readonly findRecipe: FindRecipe;
  /** By `slotKey`, for the job and all recipes that it calls. A refused credential is replaced here by what it was renewed to. */
  readonly slots: Map<string, ResolvedSlot>;
  readonly clock: Clock;
  /** When the job has worked for as long as it may, in ms since the epoch. */
  readonly deadline: number;
  /** Absent: nothing is traced. */
  readonly tracing?: Tracing | undefined;
  /** Takes what a recipe writes into the log. */
  readonly log: (line: JobLogLine) => void;
  /** Takes an error that does not end the job. */
  readonly noteFailure: (error: BehalfError, then: 'retry' | 'on_error') => void;
  /** Takes every action that was carried out or tried, for the audit log. */
  readonly noteAction: (done: PerformedAction) => void;
  readonly resolver: SlotResolver;
  /** For what items of a loop that are worked on at the same time do one after the other. */
  readonly turns: Turns;
  readonly profile: () => Promise<ChatUserProfile>;
  readonly perform: (call: Omit<ActionCall, 'http' | 'clock'>) => Promise<unknown>;
  /** Says a reply where it belongs, or in place of an earlier one. */
  readonly say: (reply: RenderedReply, delivery: Delivery) => Promise<DeliveredReply<SaidRef>>;
  /** Says a question where it belongs. */
  readonly ask: (asking: OpenAsk, delivery: AskDelivery) => Promise<DeliveredAsk>;
  /** Takes the buttons off a question and says what became of it. Never rejects. */
  readonly closeAsk: (asking: OpenAsk, answer: Answer) => Promise<void>;
  readonly loginTimeoutMs: number;
}

/** Where in a run a list of steps stands, and what its datapills see. */
export interface StepScope {
  /** Stands before the paths of these steps: `3.each.0.` inside a loop; empty for the recipe's own list. */
  readonly prefix: string;
  readonly data: StepData;
}

/** Names the step within the job: what it did is kept under this. */
export function pathOf(step: Pick<CompiledStep, 'path'>, scope: StepScope): string {
  return `${scope.prefix}${step.path}`;
}

/** True for what is below a loop, where several things may happen at once. */
export function isInLoop(path: string): boolean {
  return path.includes('.each.');
}

/** Carries out a list of steps; given to the kinds of steps that hold others. */
export type RunList = (steps: readonly CompiledStep[], scope: StepScope) => Promise<StepsOutcome>;

/** Carries out the steps of the context's recipe; given to the step that calls another one. */
export type RunRecipe = (context: StepsContext, scope: StepScope) => Promise<StepsOutcome>;

/** Before each step: the job must be ours, wanted, and in time. Throws `job.lost`, `job.cancelled`, `job.timeout`. */
export function checkMayGoOn({ clock, deadline, held }: StepsContext): void {
  held.throwIfLost();
  checkIsWanted(held);
  if (clock.now() >= deadline) throw new BehalfError('job.timeout', 'The job has worked for as long as it may');
}

/** Throws `job.cancelled` where the person wants the job to end. */
export function checkIsWanted({ isCancelWanted }: HeldJob): void {
  if (isCancelWanted) throw new BehalfError('job.cancelled', 'The person has cancelled the job');
}
