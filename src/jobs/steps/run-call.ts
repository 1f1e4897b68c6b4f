import { BehalfError } from '../../kernel/errors.js';
import { plainText } from '../../kernel/rich-text.js';
import { takeInputs } from '../../recipes/callable-inputs.js';
import { type CallableRecipe, type CallStep, isCallableRecipe } from '../../recipes/compiled-recipe.js';
import { evaluateValues } from '../../recipes/evaluate.js';
import { slotsOfCall } from '../../recipes/recipe-calls.js';
import { said } from '../../texts/texts-for.js';
import type { JobState, StepRecord } from '../job.js';
import { folded, mergeTraces } from '../job-state.js';
import { createStepData } from './first-data.js';
import {
  COMPLETED,
  pathOf,
  type RunRecipe,
  type StepScope,
  type StepsContext,
  type StepsOutcome,
} from './steps-context.js';

type Call = Extract<StepRecord, { kind: 'call' }>;

/**
 * Carries out another recipe, with data of its own. What it is given is kept as it was at the beginning, so that a job that
 * goes on later does not change its mind; what its steps left behind is kept until the last one is over.
 */
export async function runCall(
  context: StepsContext,
  step: CallStep,
  scope: StepScope,
  runRecipe: RunRecipe,
): Promise<StepsOutcome> {
  const { held } = context;
  const path = pathOf(step, scope);
  const begun = callAt(held.state, path);
  if (begun?.over) {
    scope.data.add(step, begun.over.outputs);
    return COMPLETED;
  }
  const callee = calleeOf(context, step);
  const inputs = begun?.inputs ?? takeInputs(callee, await evaluateValues(step.input, scope.data.current()));
  if (!begun) held.noteDone(path, { kind: 'call', inputs });
  const inner = { ...context, recipe: callee, connections: slotsOfCall(step, callee) };
  const data = await createStepData(inner, inputs);
  const ended = await runRecipe(inner, { prefix: `${path}.call.`, data });
  if (ended.kind === 'stopped' && ended.as === 'failed') throw stopped(callee, ended);
  if (ended.kind === 'login_required' || ended.kind === 'answer_required') return ended;
  const outputs = await evaluateValues(callee.trigger.outputs, data.current());
  held.note({
    done: folded(held.state.done, path, (inside) => {
      return { kind: 'call', inputs: {}, over: { outputs, traces: mergeTraces([...inside.values()]) } };
    }),
  });
  scope.data.add(step, outputs);
  return COMPLETED;
}

function callAt(state: JobState, path: string): Call | undefined {
  const record = state.done[path];
  return record?.kind === 'call' ? record : undefined;
}

function calleeOf({ findRecipe, recipe }: StepsContext, step: CallStep): CallableRecipe {
  const callee = findRecipe(step.recipe);
  if (callee && isCallableRecipe(callee)) return callee;
  throw new BehalfError('recipe.invalid', `There is no recipe ${step.recipe} that may be called`, {
    details: { recipe: recipe.id },
  });
}

function stopped(callee: CallableRecipe, { message }: Extract<StepsOutcome, { kind: 'stopped' }>): BehalfError {
  return new BehalfError('recipe.stopped', `The called recipe ${callee.id} has stopped as failed`, {
    userText: message === undefined ? said(({ jobs }) => jobs.stoppedCalled(callee.name)) : plainText(message),
    details: { recipe: callee.id },
  });
}
