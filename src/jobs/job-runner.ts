import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { Platform } from '../chat/chat-user.js';
import type { Clicks } from '../chat/clicks.js';
import { type Message, textMessage } from '../chat/message.js';
import type { ActionCall } from '../connectors/action-call.js';
import { Booking } from '../connectors/app-turns.js';
import type { Clock } from '../kernel/clock.port.js';
import type { Complete } from '../kernel/complete.js';
import { asBehalfError, type BehalfError, isBehalfError } from '../kernel/errors.js';
import type { Observers } from '../kernel/observers.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import { textsFor } from '../texts/texts-for.js';
import type { OpenAskInChat } from './ask-in-chat.js';
import { actionNotes, reportEnd } from './audit-notes.js';
import { comeBackForTurn, deliverLater } from './come-back.js';
import { wasRefused } from './deliver-reply.js';
import { failureMessage, reportFailure } from './failures.js';
import type { HeldJob } from './held-job.js';
import type { Answer, JobResult, OpenAsk } from './job.js';
import { asleepUntilAnswered, type ChatJob, chatJobOf, finished, type Job, suspended } from './job-record.js';
import { progressOf, repeated, silentEnd } from './job-state.js';
import type { JobVoice } from './job-voice.js';
import { isDoneSilently, type LogInSilently, resolveSilently, type SilentRun } from './log-in-silently.js';
import type { CreateLoginLink } from './login-link.js';
import { connectedBeside, countLogin, isAskedTooOften } from './logins-asked.js';
import { cancelledMessage, loginRefusedMessage } from './messages.js';
import { wayOf } from './obstacle.js';
import type { DenialOf } from './permission.js';
import type { RecipeStops } from './recipe-stops.js';
import type { MissingLogin, SlotResolver } from './resolve-connections.js';
import { reportTo } from './steps/report.js';
import { runSteps } from './steps/run-steps.js';
import { checkIsWanted, type StepsOutcome } from './steps/steps-context.js';
import { Turns } from './turns.js';
import { voiceOf } from './voice-of.js';

/** Marks the last word as being on its way; no step has this path. */
const LAST_WORD = { path: 'end', kind: 'reply' } as const;

export interface JobRunnerDeps extends Observers {
  readonly recipes: () => RecipeBook;
  readonly resolverFor: (job: Job) => SlotResolver;
  readonly denialOf: DenialOf;
  readonly chats: (platform: Platform) => ChatAdapter;
  readonly clicks: Clicks;
  readonly createLoginLink: CreateLoginLink;
  readonly logInSilently: LogInSilently;
  readonly askInChat: OpenAskInChat;
  /** `user`: whose files may be read. `booking`: the turn that the job has come back for. */
  readonly perform: (call: Omit<ActionCall, 'http' | 'clock'>, user: Job['user'], booking: Booking) => Promise<unknown>;
  readonly clock: Clock;
  /** Title of a connection's app for people. */
  readonly titleOf: (connection: string) => string;
  /** What is said in place of the failure of a recipe that was to help; nothing for all others. */
  readonly helpInstead: (job: ChatJob) => Promise<Message | undefined>;
  /** A job of this owner has begun or ended to wait, or waits for something else. */
  readonly onWaitingChanged: (owner: Job['user']) => void;
  readonly stops: Pick<RecipeStops, 'noteFailure' | 'noteSuccess'>;
  readonly loginTimeoutMs: number;
  readonly historyMs: number;
}

/** Runs a job that this process holds, until it has ended or sleeps. Never rejects. */
export class JobRunner {
  readonly #deps: JobRunnerDeps;
  readonly #voices = new WeakMap<HeldJob, JobVoice>();

  constructor(deps: JobRunnerDeps) {
    this.#deps = deps;
  }

  /** Tells whether the job went to sleep, in which case a login may have come in the meantime, or is not ours any more. */
  async run(held: HeldJob): Promise<'ended' | 'asleep' | 'lost'> {
    const { logger, metrics, clock } = this.#deps;
    const startedAt = clock.now();
    const { id, recipe } = held.job;
    try {
      if (held.state.result) {
        await this.#sayLast(held, held.state.result, textMessage(held.state.result.text));
        return 'ended';
      }
      const book = this.#deps.recipes();
      const way = await wayOf(held, book.get(recipe), this.#deps.denialOf);
      if (way.kind === 'blocked') {
        if (held.state.asking?.given) await this.#closeAsk(held, held.state.asking, held.state.asking.given);
        await this.#end(held, 'cancelled', way.message);
        return 'ended';
      }
      return await this.#voice(held).whileAtWork(() => this.#runRecipe(held, way.recipe, book));
    } catch (error) {
      const err = asBehalfError(error);
      if (isBehalfError(err, 'job.lost')) {
        logger.info({ jobId: id, recipe }, 'job was taken over');
        return 'lost';
      }
      const name = this.#deps.recipes().get(recipe)?.name ?? recipe;
      const back = await comeBackForTurn(held, err, {
        ...this.#deps,
        voice: () => this.#voice(held),
        recipeName: name,
      });
      if (!back) await this.#fail(held, err);
      return 'ended';
    } finally {
      metrics.time('job_ms', clock.now() - startedAt, { recipe });
    }
  }

  async #runRecipe(held: HeldJob, recipe: CompiledRecipe, book: RecipeBook): Promise<'ended' | 'asleep'> {
    checkIsWanted(held);
    const resolver = this.#deps.resolverFor(held.job);
    const run = { job: held.job, logIn: this.#deps.logInSilently };
    const { slots, missing } = await resolveSilently({ ...run, resolver }, recipe.name, book.usesOf(recipe));
    if (missing.length > 0) return this.#suspend(held, recipe, missing, slots);
    const { clock } = this.#deps;
    const voice = this.#voice(held);
    const startedAt = clock.now();
    const workedMs = held.state.workedMs ?? 0;
    const booking = new Booking(held.state.appWait?.turn);
    const { log, noteFailure, tracing } = reportTo(this.#deps, { jobId: held.job.id, recipe: recipe.id });
    const { outcome, outputs } = await runSteps({
      held,
      recipe,
      connections: recipe.connections,
      findRecipe: book.get,
      slots,
      clock,
      deadline: startedAt + recipe.timeoutMs - workedMs,
      tracing,
      log,
      noteFailure,
      noteAction: actionNotes(this.#deps.audit, held.job),
      resolver,
      turns: new Turns(),
      profile: () => voice.profile(),
      perform: (call) => this.#deps.perform(call, held.job.user, booking),
      loginTimeoutMs: this.#deps.loginTimeoutMs,
      ask: (asking, delivery) => voice.ask(asking, delivery),
      closeAsk: (asking, answer) => this.#closeAsk(held, asking, answer),
      say: (reply, delivery) => voice.say(reply, delivery),
    }).finally(() => held.note({ workedMs: workedMs + clock.now() - startedAt }));
    if (outcome.kind === 'answer_required') return this.#awaitAnswer(held);
    if (outcome.kind === 'login_required') {
      checkIsWanted(held);
      if (await this.#logInAgain(held, run, outcome.missing)) return this.#runRecipe(held, recipe, book);
      return this.#suspend(held, recipe, [outcome.missing], slots);
    }
    await this.#complete(held, recipe, outcome, outputs);
    return 'ended';
  }

  /** At a step, as at the beginning: what the chat client does by itself nobody is asked for, once for each login. */
  async #logInAgain(held: HeldJob, run: SilentRun, missing: MissingLogin): Promise<boolean> {
    const loginsAsked = countLogin(held.state.loginsAsked, missing);
    if (isAskedTooOften(loginsAsked, missing) || !(await isDoneSilently(run, missing))) return false;
    held.note({ loginsAsked });
    return true;
  }

  async #awaitAnswer(held: HeldJob): Promise<'asleep'> {
    await held.leave((job, now) => (job.state.asking ? asleepUntilAnswered(job, job.state.asking, now) : job));
    const { id, recipe, user } = held.job;
    this.#deps.onWaitingChanged(user);
    this.#deps.metrics.count('jobs_suspended', { recipe });
    this.#deps.logger.info({ jobId: id, recipe }, 'job waits for an answer');
    return 'asleep';
  }

  /** The answer counts, whatever becomes of the message. */
  async #closeAsk(held: HeldJob, asking: OpenAsk, answer: Answer): Promise<void> {
    await this.#voice(held)
      .closeAsk(asking, answer)
      .catch((error: unknown) => {
        this.#warn(held.job, error, 'a question could not be closed');
      });
  }

  async #complete(
    held: HeldJob,
    recipe: CompiledRecipe,
    outcome: Exclude<StepsOutcome, { kind: 'login_required' | 'answer_required' }>,
    outputs: JobResult['outputs'],
  ): Promise<void> {
    this.#deps.stops.noteSuccess(recipe.id);
    const as = outcome.kind === 'stopped' ? outcome.as : 'succeeded';
    const said = outcome.kind === 'stopped' && outcome.message ? textMessage(outcome.message) : undefined;
    const message = said ?? (this.#voice(held).isWaitedFor ? silentEnd(held.state, recipe, as) : undefined);
    await this.#end(held, as, message, { outputs });
  }

  async #suspend(
    held: HeldJob,
    recipe: CompiledRecipe,
    missing: readonly MissingLogin[],
    slots: Awaited<ReturnType<SlotResolver['resolve']>>['slots'],
  ): Promise<'ended' | 'asleep'> {
    const { clock, logger, metrics, loginTimeoutMs } = this.#deps;
    const wanted = [...new Map(missing.map((entry) => [entry.parent.name, entry])).values()];
    const loginsAsked = wanted.reduce(countLogin, held.state.loginsAsked);
    const refused = wanted.find((login) => isAskedTooOften(loginsAsked, login));
    if (refused) {
      await this.#end(held, 'failed', loginRefusedMessage(refused.parent.title, textsFor(held.state.locale)));
      return 'ended';
    }
    const prompt = await this.#voice(held).askForLogins(wanted, connectedBeside(slots, wanted));
    const waitingFor = wanted.map(({ parent }) => parent.name);
    await held.leave((job, now) =>
      suspended(
        job,
        { waitingFor, expiresAt: now + loginTimeoutMs, waitedMs: 0, state: { ...job.state, loginsAsked, prompt } },
        now,
      ),
    );
    this.#deps.onWaitingChanged(held.job.user);
    metrics.count('jobs_suspended', { recipe: recipe.id });
    logger.info({ jobId: held.job.id, recipe: recipe.id, waitingFor, at: clock.now() }, 'job waits for a login');
    return 'asleep';
  }

  async #fail(held: HeldJob, err: BehalfError): Promise<void> {
    const { recipe } = held.job;
    this.#deps.stops.noteFailure(held.job, err);
    reportFailure(this.#deps, held.job, err);
    // Without the store nothing can be ended: the lease runs out and the job goes on when the store is back.
    if (err.code === 'store.unavailable') return;
    const name = this.#deps.recipes().get(recipe)?.name ?? recipe;
    try {
      if (await deliverLater(held, err, this.#deps.logger)) return;
      if (err.code === 'job.cancelled')
        return await this.#end(
          held,
          'cancelled',
          cancelledMessage(name, progressOf(held.state), textsFor(held.state.locale)),
        );
      const asked = chatJobOf(held.job);
      const message = (asked && (await this.#deps.helpInstead(asked))) ?? failureMessage(name, held.state, err);
      await this.#end(held, 'failed', message, { code: err.code, ref: err.ref });
    } catch (error) {
      this.#warn(held.job, error, 'job could not be ended');
    }
  }

  /** Makes the end known, says the last word, then closes the job: after a crash in between only the word is repeated. */
  async #end(
    held: HeldJob,
    status: JobResult['status'],
    message?: Message,
    more: Pick<JobResult, 'code' | 'ref' | 'outputs'> = {},
  ): Promise<void> {
    const { code, outputs, ref } = more;
    const result: Complete<JobResult> = { status, text: message?.fallback ?? '', code, ref, outputs };
    return message ? this.#sayLast(held, result, message) : this.#close(held, result);
  }

  async #sayLast(held: HeldJob, result: JobResult, message: Message): Promise<void> {
    const again = held.isInFlight(LAST_WORD.path);
    await held.begin(LAST_WORD, { result });
    const failure = await this.#tell(held, again ? repeated(message, held.state) : message);
    if (failure && !again && wasRefused(failure)) held.land(LAST_WORD.path);
    if (failure && (await deliverLater(held, failure, this.#deps.logger))) return;
    await this.#close(held, result);
  }

  async #close(held: HeldJob, result: JobResult): Promise<void> {
    const { historyMs } = this.#deps;
    held.land(LAST_WORD.path, { result });
    await held.leave((job, now) => finished(job, result.status, { state: job.state, historyMs }, now));
    const why = held.isCancelWanted ? 'asked' : 'recipe';
    reportEnd(this.#deps, held.job, result, result.status === 'cancelled' ? why : undefined);
  }

  /** Not being able to deliver does not undo what was done. */
  async #tell(held: HeldJob, message: Message): Promise<BehalfError | undefined> {
    try {
      await this.#voice(held).lastWord(message);
      return undefined;
    } catch (error) {
      this.#warn(held.job, error, 'the end of a job could not be delivered');
      return asBehalfError(error);
    }
  }

  #voice(held: HeldJob): JobVoice {
    const known = this.#voices.get(held);
    if (known) return known;
    const book = this.#deps.recipes();
    const recipeName = book.get(held.job.recipe)?.name ?? held.job.recipe;
    const warn = (error: unknown) => this.#warn(held.job, error, 'the prompt of a job could not be changed');
    const voice = voiceOf(held, this.#deps, { recipeName, findCommand: book.byCommand, warn });
    this.#voices.set(held, voice);
    return voice;
  }

  #warn(job: Job, error: unknown, message: string): void {
    this.#deps.logger.warn({ jobId: job.id, recipe: job.recipe, err: asBehalfError(error) }, message);
  }
}
