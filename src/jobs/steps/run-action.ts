import { asBehalfError, BehalfError, type ErrorCode, isBehalfError } from '../../kernel/errors.js';
import type { ActionStep } from '../../recipes/compiled-recipe.js';
import { evaluateInput } from '../../recipes/evaluate.js';
import { errorText } from '../../texts/error-text.js';
import { said } from '../../texts/texts-for.js';
import { callWithRenewal } from '../call-with-renewal.js';
import { type ResolvedSlot, slotKey } from '../resolve-connections.js';
import { COMPLETED, pathOf, type StepScope, type StepsContext, type StepsOutcome } from './steps-context.js';

/** Time that an app may take, in ms, where the recipe does not say: the person is waiting in the chat. */
const ACTION_TIMEOUT_MS = 20_000;

/** Carries out an action, once. */
export async function runAction(context: StepsContext, step: ActionStep, scope: StepScope): Promise<StepsOutcome> {
  const { held } = context;
  const { data } = scope;
  const path = pathOf(step, scope);
  const record = held.state.done[path];
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
  if (held.isInFlight(path) && !isSafe) throw interrupted(slot, action.title);

  const input = await evaluateInput(step, data.current());
  if (isSafe) await held.flush();
  else await held.begin({ path, kind: 'action' });
  const outcome = await callWithRenewal(context, slot, {
    action,
    input,
    idempotencyKey: `${held.job.id}:${path}`,
    holder: held,
    timeoutMs: Math.max(1, Math.min(step.timeoutMs ?? ACTION_TIMEOUT_MS, context.deadline - context.clock.now())),
  }).catch((error: unknown) => {
    // It is tried later; nothing has been asked of the app.
    if (!isBehalfError(error, 'app.busy')) context.noteAction({ slot, action, path, error: asBehalfError(error) });
    // From now on only what is in doubt counts as in flight.
    if (isBehalfError(error, ...UNDONE)) held.land(path);
    throw action.isSafeToRepeat ? error : withDoubt(error, { slot, title: action.title, isRepeatable: isSafe });
  });
  if (outcome.kind === 'login_required') {
    context.noteAction({ slot, action, path, error: new BehalfError('app.unauthorized', 'A login is needed') });
    // The app refused before it did anything: the step counts as not begun, also after a crash.
    held.land(path);
    await held.flush();
    return outcome;
  }
  context.noteAction({ slot, action, path });
  const done = { kind: 'action' as const, output: outcome.output };
  if (isSafe) held.noteDone(path, done);
  else held.landDone(path, done);
  data.add(step, outcome.output);
  return COMPLETED;
}

function slotOf(context: StepsContext, step: ActionStep): ResolvedSlot {
  const connection = context.connections.find(({ slot: name }) => name === step.slot);
  const slot = connection && context.slots.get(slotKey(connection));
  if (!slot)
    throw new BehalfError('recipe.invalid', `No connection in slot ${step.slot}`, {
      details: { recipe: context.recipe.id },
    });
  return slot;
}

function interrupted(slot: ResolvedSlot, title: string): BehalfError {
  return new BehalfError('job.interrupted', 'A step with an effect was in flight when its process ended', {
    userText: said(({ jobs }) => jobs.interruptedIn(slot.parent.title, title)),
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
  'app.busy',
  'egress.refused',
  'connection.invalid',
  'oauth.invalid_grant',
  'oauth.operator',
  'oauth.transient',
  'oauth.protocol',
  'store.unavailable',
  'store.corrupt',
  'job.lost',
  // Files are read before anything is sent.
  'chat.file_gone',
  'chat.file_too_large',
  'chat.file_forbidden',
  'chat.file_unavailable',
];

/** After any other failure the app may or may not have acted; what is not certain is said. `isRepeatable`: this job may ask again. */
function withDoubt(
  cause: unknown,
  {
    isRepeatable,
    slot,
    title,
  }: { readonly slot: ResolvedSlot; readonly title: string; readonly isRepeatable: boolean },
): unknown {
  if (isBehalfError(cause, ...UNDONE)) return cause;
  const error = asBehalfError(cause);
  return new BehalfError(error.code, error.message, {
    userText: said((texts) => texts.jobs.mayHaveManaged(errorText(error, texts), slot.parent.title, title)),
    details: { ...error.details, outcome: isRepeatable ? 'repeatable' : 'unknown' },
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  });
}
