import type { Datapill } from '../language/datapill.js';
import { datapillsOf } from '../language/template.js';
import type { CompiledStep, InputValue } from './compiled-recipe.js';
import { datapillsOfText } from './reply-text.js';

/** Every step in the order of the file, those inside branches included. */
export function allSteps(steps: readonly CompiledStep[]): readonly CompiledStep[] {
  return steps.flatMap((step) =>
    step.kind === 'if' ? [step, ...allSteps(step.then), ...allSteps(step.else)] : [step],
  );
}

/** The datapills of one step, without those of the steps inside it. */
export function datapillsOfStep(step: CompiledStep): readonly Datapill[] {
  switch (step.kind) {
    case 'action':
      return datapillsOfValues(step.input);
    case 'if':
      return [step.condition];
    case 'stop':
      return step.message ? datapillsOfText(step.message) : [];
    case 'reply':
      return [
        ...datapillsOfText(step.text),
        ...step.fields.flatMap((field) => datapillsOf(field.value)),
        ...step.buttons.flatMap((button) => [
          ...datapillsOf(button.label),
          ...(button.kind === 'link' ? datapillsOf(button.url) : datapillsOfValues(button.parameters)),
        ]),
      ];
  }
}

function datapillsOfValues(values: readonly InputValue[]): readonly Datapill[] {
  return values.flatMap((value) => datapillsOf(value.value));
}

/** True when a datapill may read the person's name or e-mail address: asking the platform for them costs a call. */
export function readsProfile(steps: readonly CompiledStep[]): boolean {
  const pills = allSteps(steps).flatMap(datapillsOfStep);
  return pills.some((pill) => pill.source.includes('user') && !/^user\.(?:id|platform|tenant)$/u.test(pill.source));
}
