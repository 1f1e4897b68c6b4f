import type { RecipeContext } from './recipe-context.js';

/** Which of two recipes a person means cannot be known: neither starts. */
export function checkCommand(context: RecipeContext): void {
  const { recipe } = context;
  const { trigger } = recipe;
  if (trigger.kind !== 'command') return;
  const same = context.others.byCommand.get(trigger.command) ?? [];
  const others = same.filter((other) => other !== recipe).map((other) => other.file);
  if (others.length === 0) return;
  const message = `the command "${trigger.command}" is also that of ${others.join(', ')}`;
  context.report(trigger, message, { hint: 'give one of them other words' });
}
