import type { ChatUserProfile } from '../chat/chat-user.js';
import type { Account } from '../connections/connection.js';
import type { ActionCall } from '../connectors/action-call.js';
import { asBehalfError, BehalfError, type ErrorCode, isBehalfError } from '../kernel/errors.js';
import type { RichText } from '../kernel/rich-text.js';
import type {
  ActionStep,
  CompiledRecipe,
  CompiledStep,
  IfStep,
  RecipeData,
  ReplyStep,
} from '../recipes/compiled-recipe.js';
import { evaluateCondition, evaluateInput } from '../recipes/evaluate.js';
import { type RenderedReply, renderReply, renderText } from '../recipes/render-reply.js';
import { type DeliveredReply, type Delivery, wasRefused } from './deliver-reply.js';
import type { HeldJob } from './held-job.js';
import type { StepRecord } from './job.js';
import type { MissingLogin, ResolvedSlot, SlotResolver } from './resolve-connections.js';

/** How a run through the steps ended. */
export type StepsOutcome =
  | { readonly kind: 'completed' }
  | { readonly kind: 'stopped'; readonly as: 'succeeded' | 'failed'; readonly message?: RichText }
  | { readonly kind: 'login_required'; readonly missing: MissingLogin };

/** What the steps of one run need; one per run. */
export interface StepsContext {
  readonly held: HeldJob;
  readonly recipe: CompiledRecipe;
  /** A refused credential is replaced here by what it was renewed to. */
  readonly slots: Map<string, ResolvedSlot>;
  readonly resolver: SlotResolver;
  readonly profile: () => Promise<ChatUserProfile>;
  readonly perform: (call: Omit<ActionCall, 'http' | 'clock'>) => Promise<unknown>;
  /** Says a reply where it belongs, or in place of an earlier one. */
  readonly say: (reply: RenderedReply, delivery: Delivery) => Promise<DeliveredReply>;
}

const COMPLETED: StepsOutcome = { kind: 'completed' };

/**
 * Carries out the steps that are not done yet. A step with an effect is marked before it begins and recorded when it is over,
 * so that after a crash it is known to be done, not begun, or in doubt.
 */
export async function runSteps(context: StepsContext): Promise<StepsOutcome> {
  return runList(context, context.recipe.steps, new StepData(context, await userOf(context)));
}

async function runList(context: StepsContext, steps: readonly CompiledStep[], data: StepData): Promise<StepsOutcome> {
  for (const step of steps) {
    const outcome = await runStep(context, step, data);
    if (outcome.kind !== 'completed') return outcome;
  }
  return COMPLETED;
}

async function runStep(context: StepsContext, step: CompiledStep, data: StepData): Promise<StepsOutcome> {
  context.held.signal.throwIfAborted();
  switch (step.kind) {
    case 'action':
      return runAction(context, step, data);
    case 'reply':
      return runReply(context, step, data);
    case 'if':
      return runIf(context, step, data);
    case 'stop':
      return {
        kind: 'stopped',
        as: step.as,
        ...(step.message === undefined ? {} : { message: await renderText(step.message, data.current()) }),
      };
  }
}

async function runIf(context: StepsContext, step: IfStep, data: StepData): Promise<StepsOutcome> {
  const { held } = context;
  const record = held.state.done[step.path];
  const branch =
    record?.kind === 'if' ? record.branch : (await evaluateCondition(step, data.current())) ? 'then' : 'else';
  // The way taken is kept, so that a job that goes on later does not change its mind.
  if (record === undefined) held.note({ done: { ...held.state.done, [step.path]: { kind: 'if', branch } } });
  return runList(context, branch === 'then' ? step.then : step.else, data);
}

async function runReply(context: StepsContext, step: ReplyStep, data: StepData): Promise<StepsOutcome> {
  const { held } = context;
  const record = held.state.done[step.path];
  if (record !== undefined) {
    if (record.kind === 'reply') data.addReply(step, record);
    return COMPLETED;
  }
  const again = held.state.inFlight?.path === step.path;
  const rendered = await renderReply(step, data.current());
  const earlier = step.update && data.replyOf(step.update.id);
  // It stands where the earlier one stood, so the same people see it.
  const reply = earlier ? { ...rendered, visibleTo: earlier.visibleTo ?? 'user' } : rendered;
  await held.checkpoint({ inFlight: { path: step.path, kind: 'reply' } });
  const delivery = { again, ...(earlier ? { replaces: earlier.message } : {}) };
  const { message, promptReplaced } = await context.say(reply, delivery).catch((error: unknown) => {
    if (!again && wasRefused(error)) held.land();
    throw error;
  });
  const said = { kind: 'reply' as const, message, visibleTo: reply.visibleTo };
  held.land({ done: { ...held.state.done, [step.path]: said } }, { promptReplaced });
  data.addReply(step, said);
  return COMPLETED;
}

async function runAction(context: StepsContext, step: ActionStep, data: StepData): Promise<StepsOutcome> {
  const { held } = context;
  const record = held.state.done[step.path];
  if (record !== undefined) {
    data.add(step, record.kind === 'action' ? record.output : undefined);
    return COMPLETED;
  }
  const slot = slotOf(context, step);
  const action = slot.connector.actions.get(step.action);
  if (!action)
    throw new BehalfError('recipe.invalid', `The connector has no action ${step.action}`, {
      details: { recipe: context.recipe.id },
    });
  const isSafe = action.isSafeToRepeat || action.idempotencyKeyHeader !== undefined;
  if (held.state.inFlight?.path === step.path && !isSafe) throw interrupted(slot, action.title);

  const input = await evaluateInput(step, data.current());
  if (isSafe) await held.flush();
  else await held.checkpoint({ inFlight: { path: step.path, kind: 'action' } });
  const outcome = await callWithRelogin(context, slot, {
    connector: slot.connector,
    action,
    parent: slot.parent,
    input,
    idempotencyKey: `${held.job.id}:${step.path}`,
    signal: held.signal,
  }).catch((error: unknown) => {
    throw isSafe ? error : withDoubt(error, slot, action.title);
  });
  if (outcome.kind === 'login_required') {
    // The app refused before it did anything: the step counts as not begun, also after a crash.
    held.land();
    await held.flush();
    return outcome;
  }
  const done = { ...held.state.done, [step.path]: { kind: 'action' as const, output: outcome.output } };
  if (isSafe) held.note({ done });
  else held.land({ done });
  data.add(step, outcome.output);
  return COMPLETED;
}

type CallOutcome =
  | { readonly kind: 'ok'; readonly output: unknown }
  | Extract<StepsOutcome, { kind: 'login_required' }>;

/**
 * Calls the app; on 401 once more with a token that was refreshed by force (safe also for a POST: the app refused before
 * it did anything). Still refused: the person has to log in again, or the operator has to look after the shared connection.
 */
async function callWithRelogin(
  context: StepsContext,
  slot: ResolvedSlot,
  call: Omit<ActionCall, 'http' | 'clock' | 'credential' | 'account'>,
): Promise<CallOutcome> {
  try {
    return { kind: 'ok', output: await context.perform({ ...call, ...credentialOf(slot) }) };
  } catch (error) {
    if (!isBehalfError(error, 'app.unauthorized')) throw error;
    const renewed = await context.resolver.renew(slot);
    if (renewed.kind === 'missing') return { kind: 'login_required', missing: renewed.missing };
    context.slots.set(slot.slot, renewed.slot);
    try {
      return { kind: 'ok', output: await context.perform({ ...call, ...credentialOf(renewed.slot) }) };
    } catch (again) {
      if (!isBehalfError(again, 'app.unauthorized')) throw again;
      return { kind: 'login_required', missing: await context.resolver.giveUp(renewed.slot) };
    }
  }
}

function credentialOf(slot: ResolvedSlot): Pick<ActionCall, 'credential' | 'account'> {
  return { credential: slot.credential, ...(slot.account ? { account: slot.account.label } : {}) };
}

function slotOf(context: StepsContext, step: ActionStep): ResolvedSlot {
  const slot = context.slots.get(step.slot);
  if (!slot)
    throw new BehalfError('recipe.invalid', `No connection in slot ${step.slot}`, {
      details: { recipe: context.recipe.id },
    });
  return slot;
}

function interrupted(slot: ResolvedSlot, title: string): BehalfError {
  return new BehalfError('job.interrupted', 'A step with an effect was in flight when its process ended', {
    userText: `I was interrupted while I asked ${slot.parent.title} to ${title}. I cannot tell whether that was done, so I did not repeat it. Please check in ${slot.parent.title} before you try again.`,
  });
}

/** Errors after which the app has certainly done nothing: it was not asked, or it has refused. */
const UNDONE: readonly ErrorCode[] = [
  'app.unauthorized',
  'app.forbidden',
  'app.bad_input',
  'app.not_found',
  'app.conflict',
  'app.rate_limited',
  'egress.refused',
  'connection.invalid',
  'oauth.invalid_grant',
  'oauth.operator',
  'oauth.transient',
  'oauth.protocol',
  'store.unavailable',
  'store.corrupt',
  'job.lost',
];

/** After any other failure the app may or may not have acted; what is not certain is said. */
function withDoubt(cause: unknown, slot: ResolvedSlot, title: string): unknown {
  if (isBehalfError(cause, ...UNDONE)) return cause;
  const error = asBehalfError(cause);
  return new BehalfError(error.code, error.message, {
    userText: `${error.userText} I cannot tell whether ${slot.parent.title} has still managed to ${title}; please check there before you try again.`,
    details: error.details,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  });
}

type SaidReply = Extract<StepRecord, { kind: 'reply' }>;

/** The data that datapills see, and the replies that were said, growing with each step. */
class StepData {
  readonly #fixed: Omit<RecipeData, 'steps'>;
  #steps: Readonly<Record<string, unknown>> = {};
  readonly #replies = new Map<string, SaidReply>();

  constructor(context: StepsContext, user: RecipeData['user']) {
    const { job, state } = context.held;
    this.#fixed = {
      parameters: state.parameters,
      user,
      conversation: { kind: state.conversation.kind, platform: state.conversation.platform },
      job: { id: job.id, started_at: new Date(job.createdAt).toISOString() },
      connections: Object.fromEntries(
        [...context.slots].map(([name, slot]) => [name, labelsOf(slot.parent, slot.account)]),
      ),
    };
  }

  current(): RecipeData {
    return { ...this.#fixed, steps: this.#steps };
  }

  /** The latest message that a reply of this id has left behind. */
  replyOf(id: string): SaidReply | undefined {
    return this.#replies.get(id);
  }

  /** A message that could not be replaced any more was said anew: what replaces it next has to find that one. */
  addReply({ id, update }: ReplyStep, said: SaidReply): void {
    if (id !== undefined) this.#replies.set(id, said);
    if (update !== undefined) this.#replies.set(update.id, said);
  }

  add(step: ActionStep, output: unknown): void {
    if (step.id !== undefined) this.#steps = { ...this.#steps, [step.id]: output };
  }
}

function labelsOf(parent: ResolvedSlot['parent'], account: Account | undefined): RecipeData['connections'][string] {
  return { name: parent.name, app: parent.title, ...(account ? { account: account.label } : {}) };
}

async function userOf(context: StepsContext): Promise<RecipeData['user']> {
  const { user } = context.held.job;
  const base = { id: user.userId, platform: user.platform, tenant: user.tenantId };
  // The platform is asked only by recipes that want to know: it costs a call.
  if (!context.recipe.readsProfile) return { ...base, name: user.userId };
  const profile = await context.profile();
  return {
    ...base,
    name: profile.name,
    ...(profile.confirmedEmail === undefined ? {} : { email: profile.confirmedEmail }),
  };
}
