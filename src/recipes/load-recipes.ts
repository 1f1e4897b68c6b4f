import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../language/problem.js';
import { compileRecipe, type RecipeSource } from './compile-recipe.js';
import type { CompiledRecipe } from './compiled-recipe.js';

export interface LoadedRecipes {
  /** Those without a mistake of their own, by file name. */
  readonly recipes: readonly CompiledRecipe[];
  readonly problems: readonly Problem[];
}

/**
 * Reads every `*.yaml` under a folder; its sub-folders are projects. A broken recipe is left out and reported, the others
 * work. `label` is what the folder is called in problems. No folder: no recipes.
 */
export async function loadRecipes(directory: string, label = 'recipes'): Promise<LoadedRecipes> {
  const recipes: CompiledRecipe[] = [];
  const problems: Problem[] = [];
  for (const source of await readSources(directory, label)) {
    const result = compileRecipe(source);
    if (result.kind === 'ok') recipes.push(result.recipe);
    else problems.push(...result.problems);
  }
  return { recipes, problems };
}

async function readSources(directory: string, label: string): Promise<readonly RecipeSource[]> {
  const entries = await listFolder(directory);
  const sources: RecipeSource[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const folder =
      entry.parentPath === directory ? undefined : entry.parentPath.slice(directory.length + 1).replaceAll('\\', '/');
    const id = [folder, entry.name.replace(/\.ya?ml$/u, '')].filter((part) => part !== undefined).join('/');
    const file = [label, folder, entry.name].filter((part) => part !== undefined).join('/');
    const text = await readFile(path, 'utf8');
    sources.push({ id, file, text, ...(folder === undefined ? {} : { project: folder }) });
  }
  return sources.toSorted((left, right) => (left.file < right.file ? -1 : 1));
}

async function listFolder(directory: string) {
  try {
    const entries = await readdir(directory, { withFileTypes: true, recursive: true });
    return entries.filter((entry) => entry.isFile() && /\.ya?ml$/u.test(entry.name) && !entry.name.startsWith('.'));
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
