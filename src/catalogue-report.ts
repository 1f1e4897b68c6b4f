import type { Catalogue } from './catalogue.js';
import { checkShared, obstacleText } from './checks/check-shared.js';
import { type SharedStates, sharedObstacle } from './connections/shared-states.js';
import { holdsOf } from './jobs/recipe-holds.js';
import type { Problem } from './language/problem.js';
import type { CompiledRecipe } from './recipes/compiled-recipe.js';

/** A recipe as an operator sees it. */
export interface RecipeReport {
  readonly id: string;
  readonly file: string;
  /** Absent where the file is too broken to tell. */
  readonly name?: string;
  /** Of recipes that people call in the chat. */
  readonly command?: string;
  /** `held`: it starts by itself when its shared connections are connected. `stopped`: its file or itself must be mended. */
  readonly state: 'started' | 'held' | 'stopped';
  /** Why it is not started, or why not in its newest version. */
  readonly reasons: readonly string[];
  /** True: its file is broken, and the last version without mistakes is in use. */
  readonly isKept: boolean;
}

/** What is wrong with the configuration and what works of it; plain data without secrets. */
export interface CatalogueReport {
  readonly problems: readonly Problem[];
  /** By id. */
  readonly recipes: readonly RecipeReport[];
  /** True where recipes name shared connections that are not connected, as far as is known. */
  readonly needsLogins: boolean;
}

interface Known {
  /** What the store says of shared connections; undefined: nobody has looked. */
  readonly states: SharedStates | undefined;
  /** True for recipes that have stopped themselves. */
  readonly hasStoppedItself?: (recipe: string) => boolean;
}

/** Problems, recipes and reasons in one: what `behalf check` prints and an API can answer with. */
export function reportOf(catalogue: Catalogue, known: Known): CatalogueReport {
  const { states } = known;
  const shared = checkShared(catalogue.recipes, {
    obstacleOf(name) {
      const parent = catalogue.parent(name);
      return parent && sharedObstacle(parent, states ?? new Map());
    },
    isKnown: states !== undefined,
  });
  const working = catalogue.recipes.started().map((recipe) => reportOfRecipe(recipe, catalogue, known));
  return {
    problems: [...catalogue.problems, ...shared],
    recipes: [...working, ...brokenRecipes(catalogue)].sort((left, right) => left.id.localeCompare(right.id, 'en')),
    needsLogins: shared.length > 0,
  };
}

function reportOfRecipe(recipe: CompiledRecipe, catalogue: Catalogue, known: Known): RecipeReport {
  const { file, id, name, trigger } = recipe;
  const holds = known.states ? holdsOf(recipe, catalogue, known.states) : [];
  const isKept = catalogue.kept.includes(file);
  const hasStopped = known.hasStoppedItself?.(id) ?? false;
  return {
    id,
    file,
    name,
    ...(trigger.kind === 'command' ? { command: trigger.command } : {}),
    state: hasStopped ? 'stopped' : holds.length > 0 ? 'held' : 'started',
    reasons: [
      ...(hasStopped ? ['it has failed several times in a row'] : []),
      ...holds.map((hold) => `${hold.connection} ${obstacleText(hold)}`),
      ...(isKept ? errorsOf(catalogue, file) : []),
    ],
    isKept,
  };
}

/** Files that no version is in use of. */
function brokenRecipes(catalogue: Catalogue): readonly RecipeReport[] {
  const started = new Set(catalogue.recipes.started().map(({ file }) => file));
  const broken = new Set(
    catalogue.problems
      .filter(({ file, severity }) => severity === 'error' && file.startsWith('recipes/') && !started.has(file))
      .map(({ file }) => file),
  );
  return [...broken].map((file) => {
    const id = file.replace(/^recipes\//u, '').replace(/\.ya?ml$/u, '');
    return { id, file, state: 'stopped', reasons: errorsOf(catalogue, file), isKept: false };
  });
}

function errorsOf({ problems }: Catalogue, file: string): readonly string[] {
  return problems
    .filter((problem) => problem.file === file && problem.severity === 'error')
    .map(({ line, message }) => `line ${line}: ${message}`);
}
