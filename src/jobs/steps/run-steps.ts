import type { CompiledStep, IfStep, StopStep } from '../../recipes/compiled-recipe.js';
import { evaluateCondition } from '../../recipes/evaluate.js';
import { renderText } from '../../recipes/render-reply.js';
import { createStepData } from './first-data.js';
import { runAction } from './run-action.js';
import { runAsk } from './run-ask.js';
import { runReply } from './run-reply.js';
import {
  COMPLETED,
  pathOf,
  type RunList,
  type StepScope,
  type StepsContext,
  type StepsOutcome,
} from './steps-context.js';

/**
 * Carries out the steps that are not done yet. A step with an effect is marked before it begins and recorded when it is over,
 * so that after a crash it is known to be done, not begun, or in doubt.
 */
export async function runSteps(context: StepsContext): Promise<StepsOutcome> {
  const runList: RunList = async (steps, scope) => {
    for (const step of steps) {
      const outcome = await runStep(context, step, scope, runList);
      if (outcome.kind !== 'completed') return outcome;
    }
    return COMPLETED;
  };
  return runList(context.recipe.steps, { prefix: '', data: await createStepData(context) });
}

function runStep(context: StepsContext, step: CompiledStep, scope: StepScope, runList: RunList): Promise<StepsOutcome> {
  context.held.signal.throwIfAborted();
  switch (step.kind) {
    case 'action':
      return runAction(context, step, scope);
    case 'reply':
      return runReply(context, step, scope);
    case 'ask':
      return runAsk(context, step, scope, runList);
    case 'if':
      return runIf(context, step, scope, runList);
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

async function runStop(step: StopStep, { data }: StepScope): Promise<StepsOutcome> {
  if (step.message === undefined) return { kind: 'stopped', as: step.as };
  return { kind: 'stopped', as: step.as, message: await renderText(step.message, data.current()) };
}
