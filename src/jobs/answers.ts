import { isDeepStrictEqual } from 'node:util';
import { type ChatUser, isSameChatUser } from '../chat/chat-user.js';
import type { MessageRef } from '../chat/conversation.js';
import { isSameOwner } from '../chat/job-owner.js';
import type { Clock } from '../kernel/clock.port.js';
import type { Observers } from '../kernel/observers.js';
import type { Vault } from '../kernel/vault.js';
import { changeJob, loadJob } from './change-job.js';
import type { Answer, JobId, JobRow, OpenAsk } from './job.js';
import { asleepUntilAnswered, type ChatJob, chatJobOf, type Job, openAskOf, pending } from './job-record.js';
import { inJobSpan } from './job-spans.js';
import type { JobStore } from './job-store.port.js';

export interface AnswersDeps extends Pick<Observers, 'logger' | 'metrics' | 'tracing'> {
  readonly store: JobStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly handOver: (job: Pick<JobRow, 'id' | 'user'>) => Promise<void>;
  readonly onWaitingChanged: (owner: Job['user']) => void;
}

/** One question of one job. */
export interface AskRef {
  readonly job: JobId;
  readonly ask: string;
}

export type GivenAnswer = Extract<Answer, { kind: 'given' }>;

export type AnswerOutcome =
  | { readonly kind: 'taken' }
  /** Somebody was first, or the same person a moment ago. */
  | { readonly kind: 'already'; readonly answer: GivenAnswer; readonly isSame: boolean }
  | { readonly kind: 'not_theirs' }
  /** Cancelled, expired, or forgotten. */
  | { readonly kind: 'closed' };

/** Who answers, as far as the platform tells. */
export interface Answerer {
  readonly user: ChatUser;
  readonly email?: string;
}

export type AskView =
  | {
      readonly kind: 'open';
      readonly asking: OpenAsk;
      readonly recipe: string;
      readonly conversation: ChatJob['state']['conversation'];
    }
  | Exclude<AnswerOutcome, { kind: 'taken' }>;

/** Takes the answers to the questions of jobs. Each is taken once: the version of the job's row decides who was first. */
export class Answers {
  readonly #deps: AnswersDeps;

  constructor(deps: AnswersDeps) {
    this.#deps = deps;
  }

  /** The question as this person may see it. */
  async view(ref: AskRef, answerer: Answerer): Promise<AskView> {
    const job = await loadJob(this.#deps, ref.job);
    return job ? viewOf(job, ref.ask, answerer) : { kind: 'closed' };
  }

  async give(ref: AskRef, answerer: Answerer, answer: GivenAnswer): Promise<AnswerOutcome> {
    const seen: { view: AskView } = { view: { kind: 'closed' } };
    const changed = await changeJob(this.#deps, ref.job, (job, now) => {
      const view = viewOf(job, ref.ask, answerer);
      seen.view = view;
      return view.kind === 'open' ? this.#answered(job, view.asking, answer, now) : undefined;
    });
    if (changed) {
      await this.#goOn(changed, 'job goes on after the answer');
      return { kind: 'taken' };
    }
    return seen.view.kind === 'open' ? { kind: 'closed' } : seen.view;
  }

  /** The question's message as the platform now knows it, e.g. with an address through which it can be edited. */
  async messageSeen(ref: AskRef, user: ChatUser, message: MessageRef): Promise<void> {
    await changeJob(this.#deps, ref.job, (job, now) => {
      const asking = openAskOf(job);
      if (job.status !== 'suspended' || asking?.id !== ref.ask || !isSameOwner(job.user, user)) return undefined;
      if (isDeepStrictEqual(asking.message, message)) return undefined;
      return asleepUntilAnswered({ ...job, state: { ...job.state, asking: { ...asking, message } } }, asking, now);
    });
  }

  /** Nobody has answered in time, and steps follow; tells whether it was so. */
  async timeOut(id: JobId): Promise<boolean> {
    const changed = await changeJob(this.#deps, id, (job, now) => {
      const asking = openAskOf(job);
      if (job.status !== 'suspended' || !asking?.goesOnWithout || asking.expiresAt > now) return undefined;
      return this.#answered(job, asking, { kind: 'timed_out' }, now);
    });
    if (changed) await this.#goOn(changed, 'job goes on without an answer');
    return changed !== undefined;
  }

  /** Also takes a job over that is only just going to sleep: whoever held it finds that it is not theirs any more. */
  #answered(job: Job, asking: OpenAsk, given: Answer, now: number): Job {
    const state = { ...job.state, asking: { ...asking, given } };
    return pending({ ...job, state }, this.#deps.leaseMs, now);
  }

  async #goOn(job: Job, message: string): Promise<void> {
    const { handOver, logger, metrics, onWaitingChanged, tracing } = this.#deps;
    onWaitingChanged(job.user);
    metrics.count('jobs_resumed', { recipe: job.recipe });
    logger.info({ jobId: job.id, recipe: job.recipe }, message);
    await inJobSpan(tracing, job, { name: 'go on' }, () => handOver(job));
  }
}

function viewOf(job: Job, ask: string, answerer: Answerer): AskView {
  const answered = answerOf(job, ask);
  const asking = openAskOf(job);
  const chatJob = chatJobOf(job);
  if (answered) {
    if (answered.kind === 'timed_out') return { kind: 'closed' };
    return { kind: 'already', answer: answered, isSame: isSameChatUser(answered.by, answerer.user) };
  }
  if (asking?.id !== ask || !chatJob) return { kind: 'closed' };
  if (!mayAnswer(job, asking, answerer)) return { kind: 'not_theirs' };
  return { kind: 'open', asking, recipe: job.recipe, conversation: chatJob.state.conversation };
}

function answerOf({ state }: Job, ask: string): Answer | undefined {
  if (state.asking?.id === ask && state.asking.given) return state.asking.given;
  for (const record of Object.values(state.done)) if (record.kind === 'ask' && record.ask === ask) return record.answer;
  return undefined;
}

function mayAnswer(job: Job, { who }: OpenAsk, { email, user }: Answerer): boolean {
  if (job.user.platform !== user.platform || job.user.tenantId !== user.tenantId) return false;
  switch (who.kind) {
    case 'asker':
      return isSameOwner(job.user, user);
    case 'anyone':
      return true;
    case 'users': {
      const address = email?.toLowerCase();
      return who.users.some((wanted) => wanted === user.userId || wanted.toLowerCase() === address);
    }
  }
}
