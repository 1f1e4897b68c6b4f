import { allNodes, parseExpression } from '../language/expression-node.js';
import type { CompiledStep, IfStep } from '../recipes/compiled-recipe.js';
import type { RecipeContext } from './recipe-context.js';

/** Warns of steps that no job ever comes to, and of conditions that always go the same way. */
export function checkFlow(context: RecipeContext): void {
  checkList(context, context.recipe.steps);
}

/** True when the job always ends in these steps. */
function checkList(context: RecipeContext, steps: readonly CompiledStep[]): boolean {
  let ended = false;
  for (const step of steps) {
    if (ended) {
      context.warn(step, 'no job comes to this step: it has always stopped before', 'take it out, or stop later');
      return true;
    }
    ended = endsIn(context, step);
  }
  return ended;
}

function endsIn(context: RecipeContext, step: CompiledStep): boolean {
  switch (step.kind) {
    case 'stop':
      return true;
    case 'action':
    case 'reply':
    case 'log':
    case 'collect':
    case 'call':
      return false;
    case 'ask':
      checkList(context, step.onTimeout ?? []);
      return false;
    case 'for_each':
      // The list may be empty.
      checkList(context, step.do);
      return false;
    case 'try': {
      const tried = checkList(context, step.steps);
      const handled = step.onError === undefined || checkList(context, step.onError);
      return tried && handled;
    }
    case 'if': {
      checkCondition(context, step);
      const then = checkList(context, step.then);
      const otherwise = checkList(context, step.else);
      return then && otherwise;
    }
  }
}

function checkCondition(context: RecipeContext, step: IfStep): void {
  const { source, position } = step.condition;
  if (source === 'true') context.warn(position, 'the condition is always true: no job takes the other way');
  else if (source === 'false') context.warn(position, 'the condition is always false: no job takes this way');
  else if (isConstant(source)) context.warn(position, 'the condition reads no data: all jobs go the same way');
}

/** Kinds of nodes whose value depends on nothing but themselves. */
const CONSTANT: readonly unknown[] = ['string', 'number', 'value', 'binary', 'unary', 'block', 'condition'];

function isConstant(source: string): boolean {
  const nodes = allNodes(parseExpression(source)).filter((node) => 'type' in node);
  return nodes.every((node) => CONSTANT.includes(node['type']));
}
