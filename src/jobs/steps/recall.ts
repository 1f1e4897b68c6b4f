import type { CompiledStep } from '../../recipes/compiled-recipe.js';
import { outputOf } from './ask-output.js';
import { pathOf, type StepScope, type StepsContext } from './steps-context.js';

/** Gives later datapills what steps that are not gone through again have left behind, as far as they came. */
export function recall(context: StepsContext, steps: readonly CompiledStep[], scope: StepScope): void {
  for (const step of steps) recallStep(context, step, scope);
}

function recallStep(context: StepsContext, step: CompiledStep, scope: StepScope): void {
  const record = context.held.state.done[pathOf(step, scope)];
  const inside = (steps: readonly CompiledStep[] | undefined) => recall(context, steps ?? [], scope);
  switch (step.kind) {
    case 'action':
      if (record?.kind === 'action') scope.data.add(step, record.output);
      return;
    case 'reply':
      if (record?.kind === 'reply') scope.data.addReply(step, record);
      return;
    case 'ask':
      if (record?.kind !== 'ask') return;
      scope.data.add(step, outputOf(record.answer));
      inside(step.onTimeout);
      return;
    case 'if':
      if (record?.kind === 'if') inside(record.branch === 'then' ? step.then : step.else);
      return;
    case 'for_each':
      if (record?.kind === 'for_each' && record.over) scope.data.add(step, record.over.output);
      return;
    case 'call':
      if (record?.kind === 'call' && record.over) scope.data.add(step, record.over.outputs);
      return;
    case 'try':
      inside(step.steps);
      inside(step.onError);
      return;
    case 'collect':
    case 'log':
    case 'stop':
      return;
  }
}
