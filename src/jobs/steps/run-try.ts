import { asBehalfError, type BehalfError, type ErrorCode, isBehalfError } from '../../kernel/errors.js';
import type { TryStep } from '../../recipes/compiled-recipe.js';
import type { FailureData } from '../../recipes/recipe-data.js';
import { errorText } from '../../texts/error-text.js';
import { textsFor } from '../../texts/texts-for.js';
import type { StepRecord } from '../job.js';
import { isBeyondRecipes, isUnknown, isUnrepeatable } from './failures.js';
import { recall } from './recall.js';
import {
  checkMayGoOn,
  pathOf,
  type RunList,
  type StepScope,
  type StepsContext,
  type StepsOutcome,
} from './steps-context.js';

/** Longest pause before a repetition, in ms: the job keeps its place in the process meanwhile. */
const MAX_PAUSE_MS = 30_000;

/** Errors that pass by themselves. */
const PASSING: readonly ErrorCode[] = ['app.rate_limited', 'app.unavailable', 'oauth.transient'];

/**
 * Carries out steps whose failure is tried again, from the step that failed, and then has steps of its own. How often it was
 * tried, and that it failed for good, is kept.
 */
export async function runTry(
  context: StepsContext,
  step: TryStep,
  scope: StepScope,
  runList: RunList,
): Promise<StepsOutcome> {
  const { held } = context;
  const path = pathOf(step, scope);
  for (;;) {
    const record = held.state.done[path];
    const { error, retries } = record?.kind === 'try' ? record : { error: undefined, retries: 0 };
    if (error) {
      recall(context, step.steps, scope);
      return runList(step.onError ?? [], { ...scope, data: scope.data.with({ error }) });
    }
    try {
      return await runList(step.steps, scope);
    } catch (thrown) {
      const failure = asBehalfError(thrown);
      if (isBeyondRecipes(failure)) throw thrown;
      const leftInDoubt = actionsInFlight(context, path);
      const mayRepeat = retries < step.retries && leftInDoubt === 0;
      const pauseMs = mayRepeat ? pauseBefore(context, failure, step.waitMs * 2 ** retries) : undefined;
      if (pauseMs === undefined && !step.onError) throw thrown;
      leaveInFlight(context, path);
      held.noteDone(
        path,
        pauseMs === undefined
          ? failed(context, failure, { retries, isUnknown: isUnknown(failure) || leftInDoubt > 0 })
          : { kind: 'try', retries: retries + 1 },
      );
      await held.checkpoint();
      context.noteFailure(failure, pauseMs === undefined ? 'on_error' : 'retry');
      if (pauseMs === undefined) continue;
      await held.pause(pauseMs);
      checkMayGoOn(context);
    }
  }
}

/** Undefined: it is not tried again. An action whose effect is not known is never repeated. */
function pauseBefore({ clock, deadline }: StepsContext, failure: BehalfError, waitMs: number): number | undefined {
  if (!isBehalfError(failure, ...PASSING) || isUnrepeatable(failure)) return undefined;
  const pauseMs = Math.max(waitMs, failure.retryAfterMs ?? 0);
  return pauseMs <= MAX_PAUSE_MS && clock.now() + pauseMs < deadline ? pauseMs : undefined;
}

type TryRecord = Extract<StepRecord, { kind: 'try' }>;

function failed(
  context: StepsContext,
  failure: BehalfError,
  { isUnknown: unknown, retries }: Required<Pick<TryRecord, 'retries' | 'isUnknown'>>,
): TryRecord {
  return { kind: 'try', retries, error: failureData(context, failure), ...(unknown ? { isUnknown: true } : {}) };
}

/** What an app has refused is not in flight any more: these may have had their effect, and must not be begun again. */
function actionsInFlight({ held }: StepsContext, path: string): number {
  return (held.state.inFlight ?? []).filter(({ kind, path: at }) => kind === 'action' && at.startsWith(`${path}.`))
    .length;
}

/** What was under way in these steps has failed: from now on the error says what is known of it. */
function leaveInFlight({ held }: StepsContext, path: string): void {
  for (const inFlight of held.state.inFlight ?? []) if (inFlight.path.startsWith(`${path}.`)) held.land(inFlight.path);
}

function failureData({ held, slots }: StepsContext, failure: BehalfError): FailureData {
  const { action, connection } = failure.details;
  const app = [...slots.values()].find(({ parent }) => parent.name === connection)?.parent.title;
  return {
    message: errorText(failure, textsFor(held.state.locale)),
    code: failure.code,
    reference: failure.ref,
    ...(app === undefined ? {} : { app }),
    ...(typeof action === 'string' ? { action } : {}),
  };
}
