import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { checkRecipes } from './checks/check-recipes.js';
import type { Config } from './config.js';
import type { ParentConnection } from './connections/parent-connection.js';
import type { MadeEntries } from './connections/shared-states.js';
import { withBuiltInConnectors } from './connectors/built-in-connectors.js';
import type { ConnectionsSource } from './connectors/connections-source.js';
import type { Connector } from './connectors/connector.js';
import { loadConnections } from './connectors/load-connections.js';
import { type LoadedConnectors, loadConnectors } from './connectors/load-connectors.js';
import { BehalfError } from './kernel/errors.js';
import type { Secret } from './kernel/secret.js';
import type { Problem } from './language/problem.js';
import { isFolder, readTextFile, readYamlFolder } from './language/yaml-folder.js';
import type { CompiledRecipe } from './recipes/compiled-recipe.js';
import { loadRecipes } from './recipes/load-recipes.js';
import { createRecipeBook, type RecipeBook } from './recipes/recipe-book.js';

/** What people have written in the configuration folder, checked: recipes that may start, connectors, connections. */
export interface Catalogue {
  readonly recipes: RecipeBook;
  readonly parents: readonly ParentConnection[];
  parent(name: string): ParentConnection | undefined;
  readonly connectors: readonly Connector[];
  connector(name: string): Connector | undefined;
  readonly problems: readonly Problem[];
  /** Recipe files that cannot start as they are now. */
  readonly broken: number;
  /** Files of which the last version without mistakes is in use. */
  readonly kept: readonly string[];
}

type CatalogueConfig = Pick<Config, 'configDir' | 'publicUrl' | 'egressAllow'> & {
  readonly teams?: Pick<NonNullable<Config['teams']>, 'appId' | 'signInResource'>;
  /** True: no app is called, as in the tests of recipes. */
  readonly isRehearsal?: boolean;
  /** Connections that were made at run time. */
  readonly made?: MadeEntries;
  /** Connectors that are read although no connection names them. */
  readonly moreConnectors?: readonly string[];
};
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Loads and checks the configuration folder: what starts the service, `behalf check` and a reload have in common. A broken
 * file stops what it describes, not the service; each mistake is a problem. What `before` had of a file that is broken now
 * is kept. Rejects with `config.invalid` where there is no such folder.
 */
export async function loadCatalogue(
  config: CatalogueConfig,
  environment: Environment,
  before?: Catalogue,
): Promise<Catalogue> {
  // Without it there would be nothing wrong, and no recipe: a service that starts and answers nothing.
  if (!(await isFolder(config.configDir)))
    throw new BehalfError('config.invalid', `CONFIG_DIR: ${resolve(config.configDir)} is not a folder`);
  const kept: string[] = [];
  const connectors = await currentConnectors(config, before, kept);
  const usable = { connectors: connectors.all, brokenConnectors: connectors.broken };
  const connections = await currentConnections(config, { environment, ...usable }, before, kept);
  const known = before?.recipes.started() ?? [];
  const loaded = await loadRecipes(join(config.configDir, 'recipes'), { known });
  const reach = config.isRehearsal ? {} : { egressAllow: config.egressAllow };
  const parts = { ...usable, parents: connections.all, ...reach };
  const checked = checkRecipes({ ...parts, recipes: loaded.recipes });
  const broken = filesWithErrors([...loaded.problems, ...checked.problems]);
  // Of what is broken, the former version; it may be of no use any more when what it needs has changed.
  const former = known.filter(({ file }) => broken.has(file));
  const all =
    former.length === 0
      ? checked
      : checkRecipes({ ...parts, recipes: [...checked.startable, ...former], isRunning: true });
  kept.push(...former.filter((recipe) => all.startable.includes(recipe)).map(({ file }) => file));
  return {
    recipes: createRecipeBook(all.startable),
    parents: [...connections.all.values()],
    parent: (name) => connections.all.get(name),
    connectors: [...connectors.all.values()],
    connector: (name) => connectors.all.get(name),
    problems: [...connectors.problems, ...connections.problems, ...loaded.problems, ...checked.problems],
    broken: broken.size,
    kept,
  };
}

interface Current<T> {
  readonly all: ReadonlyMap<string, T>;
  readonly problems: readonly Problem[];
}

async function currentConnectors(
  { configDir, made = new Map(), moreConnectors = [] }: CatalogueConfig,
  before: Catalogue | undefined,
  kept: string[],
): Promise<Current<Connector> & Pick<LoadedConnectors, 'broken'>> {
  const {
    broken: named,
    connectors,
    problems,
  } = await withBuiltInConnectors(
    await loadConnectors(join(configDir, 'connectors')),
    join(configDir, 'connections.yaml'),
    [...moreConnectors, ...[...made.values()].flatMap(connectorNamedIn)],
  );
  const broken = filesWithErrors(problems);
  const former = (before?.connectors ?? []).filter(({ file, name }) => broken.has(file) && !connectors.has(name));
  kept.push(...former.map(({ file }) => file));
  return {
    all: new Map([...connectors, ...former.map((connector) => [connector.name, connector] as const)]),
    broken: named,
    problems,
  };
}

async function currentConnections(
  { configDir, egressAllow, made, publicUrl, teams }: CatalogueConfig,
  parts: Pick<ConnectionsSource, 'environment' | 'connectors' | 'brokenConnectors'>,
  before: Catalogue | undefined,
  kept: string[],
): Promise<Current<ParentConnection>> {
  const path = join(configDir, 'connections.yaml');
  const signIn = teams?.signInResource === undefined ? {} : { signInClientId: teams.appId };
  const { parents, problems } = await loadConnections({ path, ...parts, publicUrl, egressAllow, ...signIn }, made);
  const isBroken = problems.some(({ severity }) => severity === 'error');
  const former = isBroken
    ? (before?.parents ?? []).filter(({ name, origin }) => origin === undefined && !parents.has(name))
    : [];
  if (former.length > 0) kept.push('connections.yaml');
  return { all: new Map([...parents, ...former.map((parent) => [parent.name, parent] as const)]), problems };
}

function connectorNamedIn(entry: Secret): readonly string[] {
  const value: unknown = JSON.parse(entry.reveal());
  const named = typeof value === 'object' && value !== null && 'connector' in value ? value.connector : undefined;
  return typeof named === 'string' ? [named] : [];
}

function filesWithErrors(problems: readonly Problem[]): ReadonlySet<string> {
  return new Set(problems.filter(({ severity }) => severity === 'error').map(({ file }) => file));
}

/** Recipes that were started before and are not any more. */
export function stoppedBetween(before: Catalogue, after: Catalogue): readonly CompiledRecipe[] {
  return before.recipes.started().filter(({ id }) => after.recipes.get(id) === undefined);
}

/** Tells one state of the folder's files, and of what was made at run time, from another. */
export async function fingerprintOf({ configDir, made }: Pick<CatalogueConfig, 'configDir' | 'made'>): Promise<string> {
  const hash = createHash('sha256');
  for (const [name, entry] of made ?? []) hash.update(`${name}:${entry.reveal()}`);
  for (const folder of ['connectors', 'recipes']) {
    for (const { file, text } of await readYamlFolder(join(configDir, folder), folder)) {
      hash.update(`${file.length}:${file}${text.length}:${text}`);
    }
  }
  hash.update((await readTextFile(join(configDir, 'connections.yaml'))) ?? '-');
  return hash.digest('hex');
}

/** The connector of a connection. Throws `connector.invalid` when its file is gone. */
export function connectorOf(connectors: Catalogue['connector'], { connector: name }: ParentConnection): Connector {
  const connector = connectors(name);
  if (!connector) throw new BehalfError('connector.invalid', `The connector ${name} does not exist`);
  return connector;
}
