import { join } from 'node:path';
import { checkRecipes } from './checks/check-recipes.js';
import type { Config } from './config.js';
import type { ParentConnection } from './connections/parent-connection.js';
import type { Connector } from './connectors/connector.js';
import { loadConnections } from './connectors/load-connections.js';
import { loadConnectors } from './connectors/load-connectors.js';
import type { Problem } from './language/problem.js';
import { loadRecipes } from './recipes/load-recipes.js';
import { createRecipeBook, type RecipeBook } from './recipes/recipe-book.js';

/** What people have written in the configuration folder, checked: recipes that may start, connectors, connections. */
export interface Catalogue {
  readonly recipes: RecipeBook;
  readonly parents: readonly ParentConnection[];
  parent(name: string): ParentConnection | undefined;
  connector(name: string): Connector | undefined;
  readonly problems: readonly Problem[];
  /** Recipe files that cannot start. */
  readonly broken: number;
}

/** Loads the configuration folder. A broken file stops what it describes, not the service; each mistake is a problem. */
export async function loadCatalogue(
  config: Pick<Config, 'configDir' | 'publicUrl' | 'egressAllow'>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Catalogue> {
  const { configDir, publicUrl, egressAllow } = config;
  const { connectors, problems: connectorProblems } = await loadConnectors(join(configDir, 'connectors'));
  const { parents, problems: connectionProblems } = await loadConnections({
    path: join(configDir, 'connections.yaml'),
    environment,
    connectors,
    publicUrl,
    egressAllow,
  });
  const loaded = await loadRecipes(join(configDir, 'recipes'));
  const checked = checkRecipes({ recipes: loaded.recipes, connectors, parents });
  const problems = [...connectorProblems, ...connectionProblems, ...loaded.problems, ...checked.problems];
  const recipeFiles = new Set(
    [...loaded.problems, ...checked.problems].filter(({ severity }) => severity === 'error').map(({ file }) => file),
  );
  return {
    recipes: createRecipeBook(checked.startable),
    parents: [...parents.values()],
    parent: (name) => parents.get(name),
    connector: (name) => connectors.get(name),
    problems,
    broken: recipeFiles.size,
  };
}
