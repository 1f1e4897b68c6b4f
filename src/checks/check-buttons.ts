import { didYouMean } from '../language/did-you-mean.js';
import type { Position } from '../language/problem.js';
import type { Template } from '../language/template.js';
import { RESERVED_COMMANDS } from '../recipes/compile-trigger.js';
import type { CommandRecipe } from '../recipes/compiled-recipe.js';
import type { CommandButton } from '../recipes/compiled-reply.js';
import { parseParameterValue, writtenForMachines } from '../recipes/parameter-values.js';
import type { RecipeContext } from './recipe-context.js';

/** What a button or its picklist gives to a command; the value where it is known. */
type Given = Position & { readonly name: string; readonly value?: Template };

/** Finds a button whose command does not exist, or would not get what it needs. */
export function checkButton(context: RecipeContext, button: CommandButton, values: readonly Given[]): void {
  const severity = context.parts.isRunning ? 'warning' : 'error';
  const target = context.others.byCommand.get(button.command)?.[0];
  if (!target) {
    if (RESERVED_COMMANDS.includes(button.command) && values.length === 0) return;
    const known = [...context.others.byCommand.keys(), ...RESERVED_COMMANDS];
    context.report(button, `there is no command "${button.command}"`, {
      hint: didYouMean(button.command, known),
      severity,
    });
    return;
  }
  for (const value of values) checkValue(context, target, value);
  const given = new Set(values.map(({ name }) => name));
  for (const { name, hidden, optional, default: standard } of target.parameters) {
    if (!hidden || optional || standard !== undefined || given.has(name)) continue;
    context.report(button, `"${target.trigger.command}" needs its hidden parameter "${name}" from this button`);
  }
}

function checkValue(context: RecipeContext, target: CommandRecipe, given: Given): void {
  const parameter = target.parameters.find(({ name }) => name === given.name);
  if (!parameter) {
    const declared = target.parameters.map(({ name }) => name);
    const hint = didYouMean(given.name, declared);
    context.report(given, `"${target.trigger.command}" has no parameter "${given.name}"`, { hint });
    return;
  }
  if (given.value?.kind !== 'constant' || given.value.value === null || given.value.value === '') return;
  // Whom a text means is known only in the chat, and what an app finds only to the app.
  if (parameter.type === 'user' || parameter.search) return;
  if (parseParameterValue(parameter, String(given.value.value), writtenForMachines()).kind === 'ok') return;
  context.report(
    given,
    `"${target.trigger.command}" takes no such value as "${given.name}": it is a ${parameter.type}`,
  );
}
