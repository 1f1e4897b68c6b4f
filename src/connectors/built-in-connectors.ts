import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Problem } from '../language/problem.js';
import { parseYaml } from '../language/yaml-document.js';
import { readTextFile } from '../language/yaml-folder.js';
import { compileConnector } from './compile-connector.js';
import type { Connector } from './connector.js';
import type { LoadedConnectors } from './load-connectors.js';

/** Beside `src`, also when that is built into `dist/src`. */
const DIRECTORIES = ['../..', '../../..'].map((up) => path.resolve(__dirname, up, 'connectors'));

/**
 * Adds the connectors that come with the service to those of the configuration, which win, also while they are broken. Only
 * those that `connections.yaml` or `more` names are read: the others cost nothing. When it names one that nobody has, all are, so that
 * the nearest can be suggested.
 */
export async function withBuiltInConnectors(
  own: LoadedConnectors,
  connectionsPath: string,
  more: readonly string[] = [],
): Promise<LoadedConnectors> {
  const named = new Set([...(await connectorsNamedIn(connectionsPath)), ...more]);
  if (named.size === 0) return own;
  const builtIn = await listBuiltInConnectors();
  const known = [own.connectors, own.broken, builtIn];
  const isUnknown = [...named].some((name) => !known.some((names) => names.has(name)));
  const connectors = new Map(own.connectors);
  const problems = [...own.problems];
  for (const [name, file] of builtIn) {
    if (own.broken.has(name) || (!isUnknown && !named.has(name))) continue;
    const mine = own.connectors.get(name);
    if (mine) {
      if (named.has(name)) problems.push(replacing(mine));
      continue;
    }
    const result = compileConnector({ file: `built-in/${name}.yaml`, text: (await readTextFile(file)) ?? '' });
    if (result.kind === 'ok') connectors.set(name, result.connector);
    else problems.push(...result.problems);
  }
  return { ...own, connectors, problems };
}

/** Path of each connector that comes with the service, by its name, which is that of its file. */
export async function listBuiltInConnectors(): Promise<ReadonlyMap<string, string>> {
  for (const directory of DIRECTORIES) {
    const entries = await readdir(directory).catch(() => []);
    const files = entries.filter((entry) => entry.endsWith('.yaml')).sort();
    if (files.length > 0)
      return new Map(files.map((file) => [path.basename(file, '.yaml'), path.join(directory, file)]));
  }
  return new Map();
}

/** What is wrong with the file is told where it is read in earnest. */
async function connectorsNamedIn(connectionsPath: string): Promise<ReadonlySet<string>> {
  const text = await readTextFile(connectionsPath);
  const yaml = text === undefined ? undefined : parseYaml('connections.yaml', text);
  const connections = yaml?.kind === 'ok' ? fieldOf(yaml.document.value, 'connections') : undefined;
  const names = Object.values(Object(connections)).map((entry) => fieldOf(entry, 'connector'));
  return new Set(names.filter((name) => typeof name === 'string'));
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function replacing({ file, name }: Connector): Problem {
  const message = `this file takes the place of the connector "${name}" that comes with Behalf`;
  return { file, line: 1, column: 1, severity: 'warning', message, hint: 'delete it, or give it a name of its own' };
}
