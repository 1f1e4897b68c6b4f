import type { YamlPath } from '../language/yaml-document.js';
import { mistakesIn } from '../recipes/callable-inputs.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import type { Failure } from './judge-replies.js';
import type { RecipeTest } from './recipe-test.js';

/** What a test asks for and its recipe cannot do. */
export function misfitsOf(
  recipe: CompiledRecipe,
  { http, inputs, outputs, then }: RecipeTest,
  path: YamlPath,
): readonly Failure[] {
  const { trigger } = recipe;
  const misfit = (key: string, message: string): Failure => ({ path: [...path, key], message });
  if (trigger.kind !== 'callable') {
    const keys = [...(inputs ? ['inputs'] : []), ...(outputs ? ['outputs'] : []), ...(http ? ['http'] : [])];
    return keys.map((key) => misfit(key, 'only a recipe with "callable" as its trigger has this'));
  }
  if (!http) return [];
  if (!trigger.http) return [misfit('http', 'the recipe is not open to HTTP')];
  const mistakes = mistakesIn(trigger.inputs, inputs ?? {}).map(({ input, message }) => `"${input}" ${message}`);
  return [
    ...mistakes.map((message) => misfit(inputs ? 'inputs' : 'http', `the inputs are refused: ${message}`)),
    ...(then.length > 0 ? [misfit('then', 'a program neither types nor presses')] : []),
  ];
}
