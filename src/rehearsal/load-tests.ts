import type { Problem } from '../language/problem.js';
import { checkShape } from '../language/shape.js';
import { parseYaml, type YamlDocument } from '../language/yaml-document.js';
import { readYamlFolder } from '../language/yaml-folder.js';
import { isRecipeTest } from '../recipes/load-recipes.js';
import { RecipeTests } from './recipe-test.js';

/** One file of recipe tests. */
export interface TestFile {
  readonly document: YamlDocument;
  /** Id of the recipe that it tests. */
  readonly recipe: string;
  readonly tests: RecipeTests['tests'];
}

/** Reads every `*.test.yaml` below a folder; broken ones are left out and reported. */
export async function loadTests(
  directory: string,
  label = 'recipes',
): Promise<{ readonly files: readonly TestFile[]; readonly problems: readonly Problem[] }> {
  const files: TestFile[] = [];
  const problems: Problem[] = [];
  for (const { file, folder, id, text } of await readYamlFolder(directory, label)) {
    if (!isRecipeTest(file)) continue;
    const yaml = parseYaml(file, text);
    const shape = yaml.kind === 'broken' ? yaml : checkShape(yaml.document, RecipeTests);
    if (yaml.kind === 'broken' || shape.kind === 'broken') {
      problems.push(...(shape.kind === 'broken' ? shape.problems : []));
      continue;
    }
    const { recipe, tests } = shape.value;
    const named = folder === undefined || recipe === undefined ? recipe : `${folder}/${recipe}`;
    files.push({ document: yaml.document, recipe: named ?? id.replace(/\.test$/u, ''), tests });
  }
  return { files, problems };
}
