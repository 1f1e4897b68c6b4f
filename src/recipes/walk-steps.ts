import type { Datapill } from '../language/datapill.js';
import { datapillsOf } from '../language/template.js';
import type { AskAnswer, CompiledRecipe, CompiledStep } from './compiled-recipe.js';
import { datapillsOfButton, datapillsOfReply, type InputValue, type ItemName } from './compiled-reply.js';
import { datapillsOfText } from './reply-text.js';

/** The lists of steps that stand inside a step, in the order of the file. */
export function listsInside(step: CompiledStep): readonly (readonly CompiledStep[])[] {
  switch (step.kind) {
    case 'if':
      return [step.then, step.else];
    case 'ask':
      return [step.onTimeout ?? []];
    case 'for_each':
      return [step.do];
    case 'try':
      return [step.steps, step.onError ?? []];
    default:
      return [];
  }
}

/** Every step in the order of the file, those inside other steps included. */
export function allSteps(steps: readonly CompiledStep[]): readonly CompiledStep[] {
  return steps.flatMap((step) => [step, ...listsInside(step).flatMap(allSteps)]);
}

/** What people may type where the recipe asks for one of a few, in small letters. */
export function optionWords({ parameters, steps }: Pick<CompiledRecipe, 'parameters' | 'steps'>): readonly string[] {
  const asked = allSteps(steps).flatMap((step) =>
    step.kind === 'ask' && step.answer.kind === 'fields' ? step.answer.fields : [],
  );
  return [...parameters, ...asked]
    .flatMap(({ options = [] }) => options)
    .flatMap(({ label, value }) => [label.toLowerCase(), String(value).toLowerCase()]);
}

/** The datapills of one step, without those of the steps inside it. */
export function datapillsOfStep(step: CompiledStep): readonly Datapill[] {
  switch (step.kind) {
    case 'action':
    case 'call':
      return datapillsOfValues(step.input);
    case 'if':
      return [step.condition];
    case 'stop':
      return step.message ? datapillsOfText(step.message) : [];
    case 'reply':
      return datapillsOfReply(step.blocks).map(({ pill }) => pill);
    case 'ask':
      return [
        ...datapillsOfText(step.text),
        ...datapillsOfAnswer(step.answer),
        ...(step.who.kind === 'users' ? datapillsOf(step.who.users) : []),
      ];
    case 'log':
      return datapillsOf(step.text);
    case 'for_each':
      return [step.list];
    case 'collect':
      return datapillsOf(step.value);
    case 'try':
      return [];
  }
}

function datapillsOfAnswer(answer: AskAnswer): readonly Datapill[] {
  if (answer.kind === 'picklist') return [answer.label, answer.options].flatMap(datapillsOf);
  if (answer.kind === 'fields')
    return answer.fields.flatMap((field) => (field.default ? datapillsOf(field.default) : []));
  return answer.buttons.flatMap((button) =>
    button.kind === 'answer' ? [button.label, button.value].flatMap(datapillsOf) : datapillsOfButton(button),
  );
}

export function datapillsOfValues(values: readonly InputValue[]): readonly Datapill[] {
  return values.flatMap((value) => datapillsOf(value.value));
}

/** The name that a datapill of a table or a picklist sees besides the recipe's data, by datapill. */
export function localsOfStep(step: CompiledStep): ReadonlyMap<Datapill, ItemName> {
  const scoped = step.kind === 'reply' ? datapillsOfReply(step.blocks) : [];
  return new Map(scoped.flatMap(({ local, pill }) => (local === undefined ? [] : [[pill, local] as const])));
}

/** True when a datapill may read the person's name or e-mail address: asking the platform for them costs a call. */
export function readsProfile(steps: readonly CompiledStep[], outputs: readonly InputValue[]): boolean {
  const pills = [...allSteps(steps).flatMap(datapillsOfStep), ...datapillsOfValues(outputs)];
  return pills.some((pill) => pill.source.includes('user') && !/^user\.(?:id|platform|tenant)$/u.test(pill.source));
}
