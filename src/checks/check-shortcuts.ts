import type { Problem } from '../language/problem.js';
import { type CommandRecipe, type CompiledRecipe, isCommandRecipe } from '../recipes/compiled-recipe.js';
import { checkCommand } from './check-command.js';
import { RecipeContext, toOtherRecipes } from './recipe-context.js';

/** https://docs.slack.dev/reference/app-manifest: what Slack takes of one app. */
const MAX_SHORTCUTS = 10;
/** The service's own is the fiftieth. */
const MAX_SLASH_COMMANDS = 49;

/** What starts recipes beside their words must tell them apart, and be no more than Slack takes. */
export function checkShortcuts(context: RecipeContext): void {
  const { parts, recipe } = context;
  if (!isCommandRecipe(recipe)) return;
  const { shortcuts, slashCommand } = recipe.trigger;
  if (!slashCommand && shortcuts.length === 0) return;
  const others = parts.recipes.filter(isCommandRecipe).filter((other) => other !== recipe);
  const filesOf = (isSame: (other: CommandRecipe) => boolean): string =>
    others
      .filter(isSame)
      .map(({ file }) => file)
      .join(', ');
  const sameCommand = filesOf(({ trigger }) => trigger.slashCommand?.name === slashCommand?.name);
  if (slashCommand && sameCommand !== '') {
    const message = `the slash command ${slashCommand.name} is also that of ${sameCommand}`;
    context.report(slashCommand, message, { hint: 'give one of them another name' });
  }
  for (const shortcut of shortcuts) {
    const isSame = (other: CommandRecipe) =>
      other.trigger.shortcuts.some(({ kind, name }) => kind === shortcut.kind && name === shortcut.name);
    const same = filesOf(isSame);
    if (same !== '')
      context.warn(
        shortcut,
        `the shortcut "${shortcut.name}" is also that of ${same}`,
        'give one of them another name',
      );
  }
  // One that is too many elsewhere does not stop what runs already.
  if (!parts.isRunning) checkNumbers(context, recipe, others);
}

/** What people start recipes with, held against each other, whatever the connections are. */
export function checkEntries(recipes: readonly CompiledRecipe[]): readonly Problem[] {
  const others = toOtherRecipes(recipes);
  const parts = { recipes, connectors: new Map(), parents: new Map() };
  return recipes.flatMap((recipe) => {
    const context = new RecipeContext(recipe, parts, others);
    checkCommand(context);
    checkShortcuts(context);
    return context.problems;
  });
}

/** Of more than Slack takes, the first by the names of their files stay. */
function checkNumbers(context: RecipeContext, recipe: CommandRecipe, others: readonly CommandRecipe[]): void {
  const { shortcuts, slashCommand } = recipe.trigger;
  const before = others.filter(({ id }) => id < recipe.id);
  const shortcutsBefore = before.reduce((sum, { trigger }) => sum + trigger.shortcuts.length, 0);
  for (const shortcut of shortcuts.slice(Math.max(0, MAX_SHORTCUTS - shortcutsBefore)))
    context.report(shortcut, `Slack takes ${MAX_SHORTCUTS} shortcuts of all recipes, and this is one too many`);
  const commandsBefore = before.filter(({ trigger }) => trigger.slashCommand).length;
  if (slashCommand && commandsBefore >= MAX_SLASH_COMMANDS)
    context.report(
      slashCommand,
      `Slack takes ${MAX_SLASH_COMMANDS} slash commands of recipes, and this is one too many`,
    );
}
