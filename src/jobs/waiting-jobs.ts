import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import { type ChatUser, isSameChatUser, type Platform } from '../chat/chat-user.js';
import type { MessageRef } from '../chat/conversation.js';
import type { Message } from '../chat/message.js';
import { asBehalfError } from '../kernel/errors.js';
import type { Vault } from '../kernel/vault.js';
import type { JobId } from './job.js';
import { finished, type Job, openJob, pending, sealJob, suspended } from './job-record.js';
import type { JobRunnerDeps } from './job-runner.js';
import type { JobStore } from './job-store.port.js';
import { type ConnectedApp, promptForLogins } from './login-prompts.js';
import { cancelledHalfwayMessage, cancelledMessage, expiredMessage, resumingMessage } from './messages.js';

/** How many times a write that lost against another one is tried anew. */
const CONFLICT_TRIES = 5;

export interface WaitingJobsDeps extends Omit<JobRunnerDeps, 'chat'> {
  readonly store: JobStore;
  readonly vault: Vault;
  readonly chats: (platform: Platform) => ChatAdapter;
  readonly titleOf: (connection: string) => string;
  /** Called when a job that waited for logins has ended, so that its links die with it. */
  readonly onNoLongerWaiting: (id: JobId) => Promise<void>;
  /** Hands a job that can go on to whoever has room. */
  readonly handOver: (id: JobId) => Promise<void>;
}

export type CancelOutcome = 'cancelled' | 'not_waiting' | 'not_yours';
type Connected = ConnectedApp & { readonly connection: string };

/** The jobs that sleep until their person has logged in: waking, cancelling, expiring them. */
export class WaitingJobs {
  readonly #deps: WaitingJobsDeps;

  constructor(deps: WaitingJobsDeps) {
    this.#deps = deps;
  }

  /** A person has logged in: each of their jobs that waited for this connection is one login nearer, or goes on. */
  async loginCompleted(user: ChatUser, connected: Connected): Promise<void> {
    for (const id of await this.#deps.store.waitingFor(user, connected.connection))
      await this.#oneLoginLess(id, connected);
  }

  /** For a job that has just gone to sleep: a login may have come between its prompt and the sleep. */
  async wakeIfLoggedIn(job: Job): Promise<void> {
    const recipe = this.#deps.recipes().get(job.recipe);
    if (!recipe) return;
    const { missing, slots } = await this.#deps.resolverFor(job).resolve(recipe);
    const stillMissing = new Set(missing.map(({ parent }) => parent.name));
    for (const connection of job.waitingFor) {
      if (stillMissing.has(connection)) continue;
      const slot = [...slots.values()].find(({ parent }) => parent.name === connection);
      await this.#oneLoginLess(job.id, {
        connection,
        title: this.#deps.titleOf(connection),
        account: slot?.account?.label ?? '',
      });
    }
  }

  async cancel(user: ChatUser, id: JobId): Promise<CancelOutcome> {
    const job = await this.#load(id);
    if (job?.status !== 'suspended') return 'not_waiting';
    if (!isSameChatUser(job.user, user)) return 'not_yours';
    const name = this.nameOf(job);
    const hasActed = Object.values(job.state.done).some((record) => record.kind === 'action');
    return (await this.#end(job, hasActed ? cancelledHalfwayMessage(name) : cancelledMessage(name)))
      ? 'cancelled'
      : 'not_waiting';
  }

  async expire(job: Job): Promise<void> {
    await this.#end(job, expiredMessage(this.nameOf(job), Math.round(this.#deps.loginTimeoutMs / 60_000)));
  }

  /** The person's waiting jobs, newest first. */
  async list(user: ChatUser): Promise<readonly Job[]> {
    const rows = await this.#deps.store.list({ user, status: 'suspended' }, { limit: 20 });
    return rows.map((row) => openJob(this.#deps.vault, row));
  }

  async count(user: ChatUser, connection: string): Promise<number> {
    return (await this.#deps.store.waitingFor(user, connection)).length;
  }

  /** The prompt as the platform now knows it, e.g. with an address through which it can be edited. */
  async promptSeen(user: ChatUser, id: JobId, prompt: MessageRef): Promise<void> {
    await this.#change(id, (job, now) =>
      job.status === 'suspended' && isSameChatUser(job.user, user)
        ? asleep(job, job.waitingFor, now, prompt)
        : undefined,
    );
  }

  /** The recipe's name for people; its id when it is gone. */
  nameOf(job: Pick<Job, 'recipe'>): string {
    return this.#deps.recipes().get(job.recipe)?.name ?? job.recipe;
  }

  async #oneLoginLess(id: JobId, connected: Connected): Promise<void> {
    const { metrics, logger } = this.#deps;
    const changed = await this.#change(id, (job, now) => {
      if (job.status !== 'suspended' || !job.waitingFor.includes(connected.connection)) return undefined;
      const waitingFor = job.waitingFor.filter((name) => name !== connected.connection);
      return waitingFor.length === 0 ? pending(job, now) : asleep(job, waitingFor, now);
    });
    if (!changed) return;
    if (changed.status === 'suspended') {
      await this.#quietly(changed, this.#promptForTheRest(changed, connected));
      return;
    }
    metrics.count('jobs_resumed', { recipe: changed.recipe });
    logger.info({ jobId: id, recipe: changed.recipe, connection: connected.connection }, 'job goes on after the login');
    if (changed.state.prompt) await this.#say(changed, resumingMessage(this.nameOf(changed), [connected]));
    await this.#deps.handOver(id);
  }

  async #promptForTheRest(job: Job, connected: ConnectedApp): Promise<void> {
    const { chats, clicks, createLoginLink } = this.#deps;
    const resolver = this.#deps.resolverFor(job);
    const missing = job.waitingFor.flatMap((name) => resolver.missing(name));
    const deps = { createLoginLink, clicks, chat: chats(job.user.platform), recipeName: this.nameOf(job) };
    const prompt = await promptForLogins(deps, job, { missing, connected: [connected] });
    await this.promptSeen(job.user, job.id, prompt);
  }

  async #end(job: Job, message: Message): Promise<boolean> {
    const { clock, historyMs, logger, metrics, store, vault } = this.#deps;
    const state = { ...job.state, result: { status: 'cancelled' as const, text: message.fallback } };
    if (!(await store.write(sealJob(vault, finished(job, 'cancelled', { state, historyMs }, clock.now())))))
      return false;
    metrics.count('jobs_finished', { recipe: job.recipe, status: 'cancelled' });
    logger.info({ jobId: job.id, recipe: job.recipe, status: 'cancelled' }, 'job finished');
    await this.#deps.onNoLongerWaiting(job.id);
    await this.#say(job, message);
    return true;
  }

  async #say(job: Job, message: Message): Promise<void> {
    const chat = this.#deps.chats(job.user.platform);
    const { conversation, prompt } = job.state;
    await this.#quietly(
      job,
      prompt ? chat.update(prompt, message) : chat.postPrivately(conversation, job.user, message),
    );
  }

  /** What is said beside the work must not stop the work. */
  async #quietly(job: Job, saying: Promise<unknown>): Promise<void> {
    await saying.catch((error: unknown) => {
      this.#deps.logger.warn(
        { jobId: job.id, recipe: job.recipe, err: asBehalfError(error) },
        'a message could not be delivered',
      );
    });
  }

  /** Reads, changes and writes a job until nobody else wrote in between; `undefined`: nothing was to change. */
  async #change(id: JobId, change: (job: Job, now: number) => Job | undefined): Promise<Job | undefined> {
    for (let attempt = 0; attempt < CONFLICT_TRIES; attempt += 1) {
      const job = await this.#load(id);
      const changed = job && change(job, this.#deps.clock.now());
      if (!changed) return undefined;
      if (await this.#deps.store.write(sealJob(this.#deps.vault, changed))) return changed;
    }
    return undefined;
  }

  async #load(id: JobId): Promise<Job | undefined> {
    const row = await this.#deps.store.load(id);
    return row && openJob(this.#deps.vault, row);
  }
}

/** Still asleep, until the same moment as before. */
function asleep(job: Job, waitingFor: readonly string[], now: number, prompt = job.state.prompt): Job {
  const state = prompt ? { ...job.state, prompt } : job.state;
  return suspended(job, { waitingFor, expiresAt: job.attentionAt ?? now, state }, now);
}
