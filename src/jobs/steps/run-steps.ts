import { BehalfError } from '../../kernel/errors.js';
import type { CollectStep, CompiledStep, IfStep, StopStep } from '../../recipes/compiled-recipe.js';
import { evaluateCondition, evaluateValue, evaluateValues } from '../../recipes/evaluate.js';
import { renderText } from '../../recipes/render-reply.js';
import { said } from '../../texts/texts-for.js';
import { createStepData } from './first-data.js';
import { runAction } from './run-action.js';
import { runAsk } from './run-ask.js';
import { runCall } from './run-call.js';
import { runForEach } from './run-for-each.js';
import { runLog } from './run-log.js';
import { runReply } from './run-reply.js';
import { runTry } from './run-try.js';
import { inStepSpan } from './step-span.js';
import {
  COMPLETED,
  checkMayGoOn,
  pathOf,
  type RunList,
  type RunRecipe,
  type StepScope,
  type StepsContext,
  type StepsOutcome,
} from './steps-context.js';

const MAX_OUTPUT_BYTES = 256 * 1024;

interface StepsEnd {
  readonly outcome: StepsOutcome;
  /** What a callable recipe gives. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/**
 * Carries out the steps that are not done yet. A step with an effect is marked before it begins and recorded when it is over,
 * so that after a crash it is known to be done, not begun, or in doubt.
 */
export async function runSteps(context: StepsContext): Promise<StepsEnd> {
  const data = await createStepData(context, context.held.state.parameters);
  const outcome = await runRecipe(context, { prefix: '', data });
  const hasSucceeded = outcome.kind === 'completed' || (outcome.kind === 'stopped' && outcome.as === 'succeeded');
  const { trigger } = context.recipe;
  if (!hasSucceeded || trigger.kind !== 'callable') return { outcome };
  return { outcome, outputs: bounded(await evaluateValues(trigger.outputs, data.current())) };
}

/** What a job gives is kept with it for as long as the history. */
function bounded(outputs: NonNullable<StepsEnd['outputs']>): NonNullable<StepsEnd['outputs']> {
  if (Buffer.byteLength(JSON.stringify(outputs)) <= MAX_OUTPUT_BYTES) return outputs;
  throw new BehalfError('job.limit', 'The outputs of a recipe are too large', {
    userText: said(({ jobs }) => jobs.tooMuchResult),
    details: { maxBytes: MAX_OUTPUT_BYTES },
  });
}

const runRecipe: RunRecipe = (context, scope) => {
  const runList: RunList = async (steps, place) => {
    for (const step of steps) {
      const outcome = await runStep(context, step, place, runList);
      if (outcome.kind !== 'completed') return outcome;
    }
    return COMPLETED;
  };
  return runList(context.recipe.steps, scope);
};

function runStep(context: StepsContext, step: CompiledStep, scope: StepScope, runList: RunList): Promise<StepsOutcome> {
  checkMayGoOn(context);
  return inStepSpan(context, step, scope, () => carryOut(context, step, scope, runList));
}

function carryOut(
  context: StepsContext,
  step: CompiledStep,
  scope: StepScope,
  runList: RunList,
): Promise<StepsOutcome> {
  switch (step.kind) {
    case 'action':
      return runAction(context, step, scope);
    case 'reply':
      return runReply(context, step, scope);
    case 'ask':
      return runAsk(context, step, scope, runList);
    case 'if':
      return runIf(context, step, scope, runList);
    case 'for_each':
      return runForEach(context, step, scope, runList);
    case 'collect':
      return runCollect(context, step, scope);
    case 'call':
      return runCall(context, step, scope, runRecipe);
    case 'try':
      return runTry(context, step, scope, runList);
    case 'log':
      return runLog(context, step, scope);
    case 'stop':
      return runStop(step, scope);
  }
}

async function runIf(context: StepsContext, step: IfStep, scope: StepScope, runList: RunList): Promise<StepsOutcome> {
  const { held } = context;
  const path = pathOf(step, scope);
  const record = held.state.done[path];
  const branch =
    record?.kind === 'if' ? record.branch : (await evaluateCondition(step, scope.data.current())) ? 'then' : 'else';
  // The way taken is kept, so that a job that goes on later does not change its mind.
  if (record === undefined) held.noteDone(path, { kind: 'if', branch });
  return runList(branch === 'then' ? step.then : step.else, scope);
}

async function runCollect({ held }: StepsContext, step: CollectStep, scope: StepScope): Promise<StepsOutcome> {
  const path = pathOf(step, scope);
  if (held.state.done[path] !== undefined) return COMPLETED;
  const value = await evaluateValue(step.value, scope.data.current());
  held.noteDone(path, { kind: 'collect', value });
  return COMPLETED;
}

async function runStop(step: StopStep, { data }: StepScope): Promise<StepsOutcome> {
  if (step.message === undefined) return { kind: 'stopped', as: step.as };
  return { kind: 'stopped', as: step.as, message: await renderText(step.message, data.current()) };
}
