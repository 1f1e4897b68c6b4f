import type { Problem } from '../language/problem.js';
import { readYamlFolder } from '../language/yaml-folder.js';
import { compileRecipe, versionOf } from './compile-recipe.js';
import type { CompiledRecipe } from './compiled-recipe.js';

export interface LoadedRecipes {
  /** Those without a mistake of their own, by file name. */
  readonly recipes: readonly CompiledRecipe[];
  readonly problems: readonly Problem[];
}

export interface LoadOptions {
  /** What the folder is called in problems. */
  readonly label?: string;
  /** Recipes that need not be compiled again while their text is the same. */
  readonly known?: readonly CompiledRecipe[];
}

/**
 * Reads every recipe below a folder; its sub-folders are projects. A broken recipe is left out and reported, the others
 * work. Tests of recipes (`*.test.yaml`) stand beside them and are no recipes.
 */
export async function loadRecipes(
  directory: string,
  { label = 'recipes', known = [] }: LoadOptions = {},
): Promise<LoadedRecipes> {
  const byFile = new Map(known.map((recipe) => [recipe.file, recipe]));
  const recipes: CompiledRecipe[] = [];
  const problems: Problem[] = [];
  for (const { id, file, folder, text } of await readYamlFolder(directory, label)) {
    if (isRecipeTest(file)) continue;
    const former = byFile.get(file);
    if (former?.fingerprint === versionOf(text)) {
      recipes.push(former);
      continue;
    }
    const result = compileRecipe({ id, file, text, ...(folder === undefined ? {} : { project: folder }) });
    if (result.kind === 'ok') recipes.push(result.recipe);
    else problems.push(...result.problems);
  }
  return { recipes, problems };
}

/** True for a file of recipe tests. */
export function isRecipeTest(file: string): boolean {
  return /\.test\.ya?ml$/u.test(file);
}
