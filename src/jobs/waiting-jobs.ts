import type { ChatUser } from '../chat/chat-user.js';
import type { MessageRef } from '../chat/conversation.js';
import { isSameOwner } from '../chat/job-owner.js';
import { type Message, textMessage } from '../chat/message.js';
import { asBehalfError, isBehalfError } from '../kernel/errors.js';
import type { Vault } from '../kernel/vault.js';
import { textsFor } from '../texts/texts-for.js';
import { Answers } from './answers.js';
import { closedAskMessage, unansweredMessage } from './ask-messages.js';
import { reportEnd } from './audit-notes.js';
import { changeJob, loadJob } from './change-job.js';
import type { JobId, JobRow } from './job.js';
import { chatJobOf, ending, finished, type Job, openAskOf, openJob, pending, suspended } from './job-record.js';
import type { JobRunnerDeps } from './job-runner.js';
import { inJobSpan } from './job-spans.js';
import { progressOf } from './job-state.js';
import type { JobStore } from './job-store.port.js';
import { type ConnectedApp, promptForLogins } from './login-prompts.js';
import { cancelledMessage, expiredMessage, recipeStoppedMessage, resumingMessage } from './messages.js';
import type { MissingLogin } from './resolve-connections.js';
import { Turns } from './turns.js';
import { type CompletedLogin, UntoldLogins } from './untold-logins.js';

/** Jobs of a stopped recipe that are looked up at once. */
const STOPPED_BATCH = 100;

export interface WaitingJobsDeps extends JobRunnerDeps {
  readonly store: JobStore;
  readonly vault: Vault;
  readonly titleOf: (connection: string) => string;
  /** Called when a job that waited for logins was cancelled, so that its links die with it. */
  readonly onNoLongerWaiting: (id: JobId) => Promise<void>;
  /** Time that a process has a job for itself before it must prolong it. */
  readonly leaseMs: number;
  /** Hands a job that can go on to whoever has room. */
  readonly handOver: (job: Pick<JobRow, 'id' | 'user'>) => Promise<void>;
}

export type CancelOutcome = 'cancelled' | 'not_waiting' | 'not_yours';
type Connected = ConnectedApp & { readonly connection: string };

interface Ending {
  readonly when: (job: Job, now: number) => boolean;
  readonly why: 'asked' | 'expired' | 'recipe';
  readonly message: Message;
}

/** The jobs that sleep until their person has logged in or somebody has answered: waking, cancelling, expiring them. */
export class WaitingJobs {
  /** Answers to the questions of jobs. */
  readonly answers: Answers;
  readonly #deps: WaitingJobsDeps;
  readonly #logins = new UntoldLogins<Connected>((login) => this.#tell(login));
  /** Prompts are edited in the order in which their jobs change: a late one must not hide what came after. */
  readonly #turns = new Turns();

  constructor(deps: WaitingJobsDeps) {
    this.#deps = deps;
    this.answers = new Answers(deps);
  }

  /** A person has logged in: each of their jobs that waited for this connection is one login nearer, or goes on. */
  async loginCompleted(user: ChatUser, connected: Connected): Promise<void> {
    await this.#logins.tell({ user, connected });
  }

  /** A link of this job does not work any more: there is another in its prompt. */
  async promptAgain(user: ChatUser, id: JobId): Promise<void> {
    await this.#turns.take(id, async () => {
      const job = await loadJob(this.#deps, id);
      const isTheirs = job?.status === 'suspended' && isSameOwner(job.user, user);
      if (isTheirs && job.waitingFor.length > 0) await this.#prompt(job, []);
    });
  }

  /** Passes on the logins that could not be passed on before. */
  async tellAgain(): Promise<void> {
    await this.#logins.tellAgain();
  }

  async #tell({ user, connected }: CompletedLogin<Connected>): Promise<void> {
    for (const id of await this.#deps.store.waitingFor(user, connected.connection)) {
      // What fails is looked after later; it must not keep the others asleep.
      await this.#turns
        .take(id, () => this.#oneLoginLess(id, connected))
        .catch((error: unknown) => {
          if (isBehalfError(error, 'store.unavailable')) throw error;
          this.#deps.logger.warn({ jobId: id, err: asBehalfError(error) }, 'a job could not be woken');
        });
    }
  }

  /** Wakes a job that waits for a login which is there: it came before the job slept, or whoever it told has died. */
  async wakeIfLoggedIn(job: Job): Promise<void> {
    const book = this.#deps.recipes();
    const recipe = job.waitingFor.length === 0 ? undefined : book.get(job.recipe);
    if (!recipe) return;
    const { missing, slots } = await this.#deps.resolverFor(job).resolve(recipe.name, book.usesOf(recipe));
    const stillMissing = new Set(missing.map(({ parent }) => parent.name));
    for (const connection of job.waitingFor) {
      if (stillMissing.has(connection)) continue;
      const slot = [...slots.values()].find(({ parent }) => parent.name === connection);
      const title = this.#deps.titleOf(connection);
      const connected = { connection, title, account: slot?.account?.label ?? '' };
      await this.#turns.take(job.id, () => this.#oneLoginLess(job.id, connected));
    }
  }

  /** A suspended job whose time for a look has come: wakes it, ends it when it has waited long enough, or lets it sleep on. */
  async lookAfter(job: Job): Promise<void> {
    const { result } = job.state;
    if (result) return this.#turns.take(job.id, () => this.#finish(job, textMessage(result.text)));
    await this.wakeIfLoggedIn(job).catch((error: unknown) => {
      const line = { jobId: job.id, recipe: job.recipe, err: asBehalfError(error) };
      this.#deps.logger.warn(line, 'the logins of a waiting job could not be looked up');
    });
    if (await this.answers.timeOut(job.id)) return;
    const asking = openAskOf(job);
    const texts = textsFor(job.state.locale);
    const minutes = Math.round(this.#deps.loginTimeoutMs / 60_000);
    // The links stay: a login that is under way still connects.
    await this.#end(job.id, {
      when: (current, now) => (current.state.expiresAt ?? 0) <= now,
      why: 'expired',
      message: asking
        ? unansweredMessage(this.nameOf(job), asking, texts)
        : expiredMessage(this.nameOf(job), minutes, texts),
    });
    await changeJob(this.#deps, job.id, (current, now) =>
      current.status === 'suspended' && (current.attentionAt ?? 0) <= now
        ? this.#asleep(current, current.waitingFor, now)
        : undefined,
    );
  }

  async cancel(user: ChatUser, id: JobId): Promise<CancelOutcome> {
    const job = await loadJob(this.#deps, id);
    if (job?.status !== 'suspended') return 'not_waiting';
    if (!isSameOwner(job.user, user)) return 'not_yours';
    const name = this.nameOf(job);
    const message = cancelledMessage(name, progressOf(job.state), textsFor(job.state.locale));
    if (!(await this.#end(id, { when: () => true, why: 'asked', message }))) return 'not_waiting';
    await this.#deps.onNoLongerWaiting(id);
    return 'cancelled';
  }

  /** A recipe was taken away: its jobs that wait end, and their prompts say so. */
  async recipeStopped(recipe: { readonly id: string; readonly name: string }): Promise<void> {
    for (;;) {
      const rows = await this.#deps.store.list({ recipe: recipe.id, status: 'suspended' }, { limit: STOPPED_BATCH });
      let ended = 0;
      for (const { id } of rows) {
        if (!(await this.#endStopped(id, recipe.name))) continue;
        ended += 1;
        await this.#deps.onNoLongerWaiting(id);
      }
      if (ended === 0) return;
    }
  }

  async #endStopped(id: JobId, recipe: string): Promise<boolean> {
    const job = await loadJob(this.#deps, id);
    const message = recipeStoppedMessage(recipe, textsFor(job?.state.locale));
    return this.#end(id, { when: () => true, why: 'recipe', message });
  }

  /** The person's waiting jobs, newest first. */
  async list(user: ChatUser): Promise<readonly Job[]> {
    const rows = await this.#deps.store.list({ user, status: 'suspended' }, { limit: 20 });
    return rows.flatMap((row) => {
      try {
        const job = openJob(this.#deps.vault, row);
        return job.state.result === undefined ? [job] : [];
      } catch (error) {
        this.#deps.logger.error({ jobId: row.id, err: asBehalfError(error) }, 'a stored job cannot be read');
        return [];
      }
    });
  }

  async count(user: ChatUser, connection: string): Promise<number> {
    return (await this.#deps.store.waitingFor(user, connection)).length;
  }

  /** The logins that a job waits for. */
  async missingLogins(job: Job): Promise<readonly MissingLogin[]> {
    const book = this.#deps.recipes();
    const recipe = book.get(job.recipe);
    const resolver = this.#deps.resolverFor(job);
    const slots = recipe ? book.usesOf(recipe) : [];
    return (await Promise.all(job.waitingFor.map((name) => resolver.missing(name, slots)))).flat();
  }

  /** The prompt as the platform now knows it, e.g. with an address through which it can be edited. */
  async promptSeen(user: ChatUser, id: JobId, prompt: MessageRef): Promise<void> {
    await changeJob(this.#deps, id, (job, now) =>
      job.status === 'suspended' && isSameOwner(job.user, user)
        ? this.#asleep(job, job.waitingFor, now, prompt)
        : undefined,
    );
  }

  /** The recipe's name for people; its id when it is gone. */
  nameOf(job: Pick<Job, 'recipe'>): string {
    return this.#deps.recipes().get(job.recipe)?.name ?? job.recipe;
  }

  async #oneLoginLess(id: JobId, connected: Connected): Promise<void> {
    const { metrics, logger } = this.#deps;
    const changed = await changeJob(this.#deps, id, (job, now) => {
      if (job.status !== 'suspended' || !job.waitingFor.includes(connected.connection)) return undefined;
      const waitingFor = job.waitingFor.filter((name) => name !== connected.connection);
      return waitingFor.length === 0 ? pending(job, this.#deps.leaseMs, now) : this.#asleep(job, waitingFor, now);
    });
    if (!changed) return;
    this.#deps.onWaitingChanged(changed.user);
    if (changed.status === 'suspended') return this.#prompt(changed, [connected]);
    metrics.count('jobs_resumed', { recipe: changed.recipe });
    logger.info({ jobId: id, recipe: changed.recipe, connection: connected.connection }, 'job goes on after the login');
    if (changed.state.prompt)
      await this.#say(changed, resumingMessage(this.nameOf(changed), [connected], textsFor(changed.state.locale)));
    await inJobSpan(this.#deps.tracing, changed, { name: 'go on' }, () => this.#deps.handOver(changed));
  }

  /** Asks for the logins that are still missing, with new links. */
  async #prompt(waiting: Job, connected: readonly ConnectedApp[]): Promise<void> {
    const job = chatJobOf(waiting);
    if (!job) return;
    const { chats, clicks, createLoginLink } = this.#deps;
    const deps = { createLoginLink, clicks, chat: chats(job.user.platform), recipeName: this.nameOf(job) };
    await this.#quietly(job, async () => {
      const missing = await this.missingLogins(job);
      await this.promptSeen(job.user, job.id, await promptForLogins(deps, job, { missing, connected }));
    });
  }

  /** Ends a job that still waits, `when` that is still right; tells whether it did. */
  #end(id: JobId, ending: Ending): Promise<boolean> {
    return this.#turns.take(id, () => this.#endNow(id, ending));
  }

  async #endNow(id: JobId, { message, when, why }: Ending): Promise<boolean> {
    const result = { status: 'cancelled' as const, text: message.fallback };
    const job = await changeJob(this.#deps, id, (current, now) =>
      current.status === 'suspended' && current.state.result === undefined && when(current, now)
        ? ending(current, result, this.#deps.leaseMs, now)
        : undefined,
    );
    if (!job) return false;
    this.#deps.onWaitingChanged(job.user);
    await this.#finish(job, message, why);
    return true;
  }

  /** Says the last word, then closes the job: after a crash in between only the word is repeated. */
  async #finish(job: Job, message: Message, why?: Ending['why']): Promise<void> {
    const { historyMs } = this.#deps;
    await this.#say(job, message);
    const ended = await changeJob(this.#deps, job.id, (current, now) =>
      current.status === 'suspended' && current.state.result !== undefined
        ? finished(current, 'cancelled', { state: current.state, historyMs }, now)
        : undefined,
    );
    if (ended) reportEnd(this.#deps, ended, { status: 'cancelled' }, why);
  }

  async #say(ended: Job, message: Message): Promise<void> {
    const job = chatJobOf(ended);
    if (!job) return;
    const { asking, conversation, prompt } = job.state;
    await this.#quietly(job, async () => {
      const chat = this.#deps.chats(job.user.platform);
      if (asking?.message && !asking.given)
        await chat.update(asking.message, closedAskMessage(asking, message.fallback));
      else await (prompt ? chat.update(prompt, message) : chat.postPrivately(conversation, job.user, message));
    });
  }

  /** What is said beside the work must not stop the work. */
  async #quietly(job: Job, saying: () => Promise<void>): Promise<void> {
    await inJobSpan(this.#deps.tracing, job, { name: 'say' }, saying).catch((error: unknown) => {
      this.#deps.logger.warn(
        { jobId: job.id, recipe: job.recipe, err: asBehalfError(error) },
        'a message could not be delivered',
      );
    });
  }

  /** Still asleep, until the same moment as before. */
  #asleep(job: Job, waitingFor: readonly string[], now: number, prompt = job.state.prompt): Job {
    const { loginTimeoutMs } = this.#deps;
    const state = prompt ? { ...job.state, prompt } : job.state;
    const expiresAt = state.expiresAt ?? now;
    const waitedMs = now - (expiresAt - loginTimeoutMs);
    return suspended(job, { waitingFor, expiresAt, waitedMs, state }, now);
  }
}
