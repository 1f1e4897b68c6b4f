import type { Problem } from '../language/problem.js';
import { readYamlFolder } from '../language/yaml-folder.js';
import { compileRecipe } from './compile-recipe.js';
import type { CompiledRecipe } from './compiled-recipe.js';

export interface LoadedRecipes {
  /** Those without a mistake of their own, by file name. */
  readonly recipes: readonly CompiledRecipe[];
  readonly problems: readonly Problem[];
}

/**
 * Reads every recipe below a folder; its sub-folders are projects. A broken recipe is left out and reported, the others
 * work. `label` is what the folder is called in problems.
 */
export async function loadRecipes(directory: string, label = 'recipes'): Promise<LoadedRecipes> {
  const recipes: CompiledRecipe[] = [];
  const problems: Problem[] = [];
  for (const { id, file, folder, text } of await readYamlFolder(directory, label)) {
    const result = compileRecipe({ id, file, text, ...(folder === undefined ? {} : { project: folder }) });
    if (result.kind === 'ok') recipes.push(result.recipe);
    else problems.push(...result.problems);
  }
  return { recipes, problems };
}
